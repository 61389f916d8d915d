import { randomUUID } from 'node:crypto';
import { sameContent } from '#lib/platform/canonical-json';
import { MAX_DELAY_SECONDS } from '#lib/platform/names';
import { leaseSeconds, retention } from '#lib/platform/settings';
import { allOf, type Condition, equals, isAbsent, isAtMost, onlyIf, setting } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import { keysIn } from '#lib/platform/table/sharded-index';
import {
  bare,
  db,
  getItem,
  getItems,
  type IndexKeys,
  type Item,
  isWritten,
  itemMet,
  keptFor,
  NEW,
  pack,
  put,
  queryPartition,
  transact,
  type Write,
} from '#lib/platform/table/table';
import { currentTraceparent } from '#lib/platform/telemetry/trace';
import { type Attempt, type Delivery, isOpen, type NewDelivery } from './delivery.ts';

const { key } = items.delivery;

function stateKeys(delivery: Delivery): IndexKeys {
  const { state, placed } = delivery;
  // The index key stays the same during a lease: a move within an index costs as much as two writes.
  if (isOpen(delivery)) return keysIn(items.delivery.due, { ...delivery, dueAt: dueAt(delivery) });
  if (state === 'blocked' || state === 'dead') return keysIn(items.delivery[state], delivery);
  if (!placed || placed.isSettled) return {};
  return keysIn(items.delivery.placed, { ...delivery, placedAt: placed.at });
}

/** SQS cannot delay a message that long: the sweeper rings when its time comes. */
const isFarAhead = ({ nextAttemptAt, updatedAt }: Delivery): boolean =>
  Date.parse(nextAttemptAt ?? '') - Date.parse(updatedAt) > MAX_DELAY_SECONDS * 1000;

/** Follows the due time in the sort key of a delivery that only the sweeper rings for. */
export const UNRUNG = '~';
const dueAt = (delivery: Delivery): string => `${delivery.nextAttemptAt}${isFarAhead(delivery) ? UNRUNG : ''}`;

/**
 * For how many days a settled delivery is kept: a fetch or a report that succeeded, as long as its event. That a parcel
 * was reported its order still tells, by the report's id; what a person stated in closing one stays with the order. Who
 * keeps orders for ever keeps their reports, too. Attempts beside a delivery are found by it alone, so it stays with them.
 */
function daysOf({ state, kind, subject, closed, attemptCount }: Delivery): number {
  const isReport = subject.fulfillment !== undefined && !closed && retention.orderDays() > 0;
  const isWhole = attemptCount <= MAX_INSIDE;
  if (state === 'succeeded' && isWhole && (kind === 'fetch' || isReport)) return retention.atMost(items.event.keepDays);
  return daysOfFailed(subject);
}

const daysOfFailed = ({ input }: Delivery['subject']): number =>
  input === undefined ? retention.orderDays() : retention.requestDays();

/** A delivery that succeeded is packed: none of its members is updated singly any more. */
function itemOf(delivery: Delivery): Item<Delivery> {
  const { state, updatedAt } = delivery;
  const item: Item<Delivery> = {
    ...delivery,
    ...key(delivery),
    ...keysIn(items.delivery.byTime, delivery),
    ...stateKeys(delivery),
    ...(!isOpen(delivery) && keptFor(daysOf(delivery), updatedAt)),
  };
  return state === 'succeeded' ? pack(item, items.delivery.visible) : item;
}

/** A delivery as it enters the ledger: due at once, or blocked from the start. */
export function openDelivery({ blocked, ...asked }: NewDelivery, now: string): Delivery {
  const trace = currentTraceparent();
  return {
    ...asked,
    ...(trace && { trace }),
    state: blocked ? 'blocked' : 'pending',
    cause: blocked ? { code: blocked.code, description: blocked.description } : null,
    waitsFor: blocked?.waitsFor ?? null,
    ...{ createdAt: now, updatedAt: now, nextAttemptAt: blocked ? null : now },
    ...{ attemptCount: 0, failures: 0, unknown: false, throttledSince: null, lease: null, deadLettered: false },
  };
}

export const putNewDelivery = (delivery: Delivery): Write => put(itemOf(delivery), NEW);

export const getDelivery = (id: string, table = db): Promise<Delivery | undefined> =>
  getItem<Delivery>(key({ id }), table);

export const getDeliveries = (ids: readonly string[], table = db): Promise<Delivery[]> =>
  getItems<Delivery>(
    ids.map((id) => key({ id })),
    table,
  );

/** All attempts at a delivery, oldest first. */
export async function getAttempts({ id, attempts = [], attemptCount }: Delivery, table = db): Promise<Attempt[]> {
  if (attemptCount <= attempts.length) return attempts;
  const later = await queryPartition<Attempt>(key({ id }).pk, { prefix: items.attempt.prefix, table });
  return [...attempts, ...later.map((item) => bare(item))];
}

/**
 * Fails the write unless the delivery is exactly as it was read: its state, its `updatedAt`, its attempts (a clock may
 * stand still or be set back) and its lease.
 */
const isUnchanged = ({ state, updatedAt, attemptCount, lease }: Delivery): Condition =>
  allOf(
    equals('state', state),
    equals('updatedAt', updatedAt),
    equals('attemptCount', attemptCount),
    ...(lease ? [equals('lease.owner', lease.owner)] : []),
  );

/** Fails the transaction unless the delivery is exactly as it was read. */
export const checkDelivery = (was: Delivery): Write => ({
  ConditionCheck: { Key: key(was), ...onlyIf(isUnchanged(was)) },
});

/** A delivery's next state as one write of a larger transaction. */
export const replaceDelivery = (was: Delivery, now: Delivery) => ({
  Put: { Item: itemOf(now), ...onlyIf(isUnchanged(was)) },
});

/** A delivery whose state stays the same: `updatedAt` alone keeps who read it before from writing over it. */
export const touched = (delivery: Delivery): Delivery => ({ ...delivery, updatedAt: new Date().toISOString() });

const newLease = (now: Date): NonNullable<Delivery['lease']> => ({
  owner: randomUUID(),
  until: new Date(now.getTime() + leaseSeconds() * 1000).toISOString(),
  startedAt: now.toISOString(),
});

/** The delivery as it looks to the worker that leases it now. */
export const withLease = (delivery: Delivery, now: Date): Delivery => ({
  ...delivery,
  state: 'leased',
  updatedAt: now.toISOString(),
  lease: newLease(now),
});

/** Leases a delivery to one worker: undefined when another was faster. */
export async function leaseDelivery(delivery: Delivery, now: Date, table = db): Promise<Delivery | undefined> {
  const leased = withLease(delivery, now);
  return (await transition(delivery, leased, [], table)) ? leased : undefined;
}

/**
 * Reads and leases, in one request, a delivery that is due at this marketplace and waits for no other. `found` is any
 * other delivery, as it stands; neither member is there where there is no such delivery.
 */
export async function leaseDue(
  id: string,
  marketplace: string,
  now: Date,
  table = db,
): Promise<{ leased?: Delivery; found?: Delivery }> {
  const at = now.toISOString();
  const lease = newLease(now);
  const isDue = allOf(
    equals('state', 'pending'),
    isAtMost('nextAttemptAt', at),
    // With a clock read before the last attempt was recorded, the next attempt would begin during that one.
    isAtMost('updatedAt', at),
    equals('marketplace', marketplace),
    isAbsent('subject.after'),
  );
  try {
    const leased = await table.update({
      Key: key({ id }),
      ...setting({ state: 'leased', updatedAt: at, lease }, isDue),
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return { leased: bare(leased as Item<Delivery>) };
  } catch (error) {
    const item = itemMet(error);
    if (!item) return {};
    const found = bare(item as Item<Delivery>);
    // The answer to a successful lease may be lost; the SDK's repetition then meets our own lease.
    return found.lease?.owner === lease.owner ? { leased: found } : { found };
  }
}

/** Moves a delivery to its next state with everything that goes with it; false when nothing was written. */
export async function transition(
  was: Delivery,
  now: Delivery,
  also: readonly Write[] = [],
  table = db,
): Promise<boolean> {
  const write = replaceDelivery(was, now);
  if (also.length > 0) return transact([write, ...also], table);
  if (await isWritten(table.put(write.Put))) return true;
  // The answer to a successful write may be lost; the SDK's repetition then meets our own write.
  return sameContent(await getDelivery(was.id, table), JSON.parse(JSON.stringify(now)));
}

/** How many attempts the delivery itself keeps: without replays or throttling, none to a marketplace has more. */
const MAX_INSIDE = 8;

/** The delivery with one more attempt on record, and the write it takes beyond the first attempts. */
export function withAttempt(delivery: Delivery, attempt: Attempt): { delivery: Delivery; also: Write[] } {
  const { attempts = [] } = delivery;
  if (attempt.number <= MAX_INSIDE) return { delivery: { ...delivery, attempts: [...attempts, attempt] }, also: [] };
  return { delivery, also: [put(attemptItem(delivery, attempt), NEW)] };
}

const attemptItem = ({ id: delivery, subject }: Pick<Delivery, 'id' | 'subject'>, attempt: Attempt) => ({
  ...attempt,
  ...items.attempt.key({ delivery, number: `${attempt.number}` }),
  ...keptFor(daysOfFailed(subject), attempt.endedAt),
});

/** An attempt beside its delivery, as it is to be stored. */
export const putAttempt = (delivery: Delivery, attempt: Attempt): Write => put(attemptItem(delivery, attempt));
