import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  db,
  getItem,
  getItems,
  type IndexKeys,
  type Item,
  isConditionFailure,
  NEW,
  put,
  queryPartition,
  transact,
  type Write,
} from '#lib/aws/table';
import { tableName } from '#lib/settings';
import type { Attempt, Delivery, NewDelivery } from './delivery.ts';

/** Longer than a pusher may run (60 s), so a lease never ends under a living worker. */
const LEASE_SECONDS = 90;

const keyOf = (id: string) => ({ pk: `DELIVERY#${id}`, sk: 'DELIVERY' });

/** Where the sweeper, the lists and the operators find a delivery: by when it is due, or by what is wrong with it. */
export const duePartition = (connection: string): string => `due#${connection}`;
export const blockedPartition = (connection: string): string => `blocked#${connection}`;
export const deadPartition = (connection: string): string => `dead#${connection}`;
export const timePartition = (connection: string): string => `DELIVERY#${connection}`;

function stateKeys(delivery: Delivery): IndexKeys {
  const { id, state, connection, updatedAt } = delivery;
  if (state === 'pending') return { statePk: duePartition(connection), stateSk: `${delivery.nextAttemptAt}#${id}` };
  if (state === 'leased') return { statePk: duePartition(connection), stateSk: `${delivery.lease?.until}#${id}` };
  if (state === 'blocked') return { statePk: blockedPartition(connection), stateSk: `${updatedAt}#${id}` };
  if (state === 'dead') return { statePk: deadPartition(connection), stateSk: `${updatedAt}#${id}` };
  return {};
}

const itemOf = (delivery: Delivery): Item<Delivery> => ({
  ...delivery,
  ...keyOf(delivery.id),
  timePk: timePartition(delivery.connection),
  timeSk: `${delivery.createdAt}#${delivery.id}`,
  ...stateKeys(delivery),
});

/** A delivery as it enters the ledger: due at once, or blocked from the start. */
export function openDelivery({ blocked, ...asked }: NewDelivery, now: string): Delivery {
  return {
    ...asked,
    state: blocked ? 'blocked' : 'pending',
    cause: blocked ? { code: blocked.code, description: blocked.description } : null,
    waitsFor: blocked?.waitsFor ?? null,
    createdAt: now,
    updatedAt: now,
    nextAttemptAt: blocked ? null : now,
    attemptCount: 0,
    failures: 0,
    unknown: false,
    throttledSince: null,
    lease: null,
    deadLettered: false,
  };
}

export const putNewDelivery = (delivery: Delivery): Write => put(itemOf(delivery), NEW);

export const getDelivery = (id: string): Promise<Delivery | undefined> => getItem<Delivery>(keyOf(id));

export const getDeliveries = (ids: readonly string[]): Promise<Delivery[]> => getItems<Delivery>(ids.map(keyOf));

export async function getAttempts(id: string): Promise<Attempt[]> {
  const items = await queryPartition<Attempt>(keyOf(id).pk, 'ATTEMPT#');
  return items.map(({ number, startedAt, endedAt, outcome, httpStatus, code, description, nextAttemptAt }) => ({
    number,
    startedAt,
    endedAt,
    outcome,
    ...(httpStatus !== undefined && { httpStatus }),
    ...(code !== undefined && { code }),
    ...(description !== undefined && { description }),
    nextAttemptAt,
  }));
}

/**
 * Stands or falls with the delivery being exactly as it was read: its state, its `updatedAt`, its attempts (a clock may
 * stand still or be put back) and its lease.
 */
function unchanged(was: Delivery): { condition: string; values: Record<string, unknown> } {
  const condition = '#state = :was AND updatedAt = :at AND attemptCount = :count';
  const values: Record<string, unknown> = { ':was': was.state, ':at': was.updatedAt, ':count': was.attemptCount };
  if (!was.lease) return { condition, values };
  return { condition: `${condition} AND lease.#owner = :owner`, values: { ...values, ':owner': was.lease.owner } };
}

/** A delivery's next state as one write of a larger transaction. */
export function replaceDelivery(was: Delivery, now: Delivery) {
  const { condition, values } = unchanged(was);
  return {
    Put: {
      TableName: tableName(),
      Item: itemOf(now),
      ConditionExpression: condition,
      ExpressionAttributeNames: { '#state': 'state', ...(was.lease && { '#owner': 'owner' }) },
      ExpressionAttributeValues: values,
    },
  };
}

/** One worker wins: the delivery leased to it, or undefined when another was faster. */
export async function leaseDelivery(delivery: Delivery, now: Date): Promise<Delivery | undefined> {
  const startedAt = now.toISOString();
  const leased: Delivery = {
    ...delivery,
    state: 'leased',
    updatedAt: startedAt,
    lease: { owner: randomUUID(), until: new Date(now.getTime() + LEASE_SECONDS * 1000).toISOString(), startedAt },
  };
  return (await transition(delivery, leased)) ? leased : undefined;
}

/** Moves a delivery from one state to the next with whatever belongs to it, or not at all (false). */
export async function transition(was: Delivery, now: Delivery, also: readonly Write[] = []): Promise<boolean> {
  const write = replaceDelivery(was, now);
  if (also.length > 0) return transact([write, ...also]);
  try {
    await db.send(new PutCommand(write.Put));
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    // The answer to a write that stands may be lost; the SDK's repeat of it then fails on our own work.
    const stands = await getDelivery(was.id);
    return isDeepStrictEqual(stands, JSON.parse(JSON.stringify(now)));
  }
}

export const putAttempt = (deliveryId: string, attempt: Attempt): Write =>
  put({ ...attempt, pk: keyOf(deliveryId).pk, sk: `ATTEMPT#${String(attempt.number).padStart(6, '0')}` }, NEW);
