import { listIndex } from '#lib/aws/index-query';
import { CONFIG_TTL_MS, getConfiguration } from '#lib/connections/store';
import type { WaitsFor } from '#lib/errors';
import { putTimeline } from '#lib/orders/store';
import type { Delivery, DeliveryKind, DeliveryState } from './delivery.ts';
import { blockedPartition, deadPartition, duePartition, getDeliveries, timePartition, transition } from './ledger.ts';
import { ring } from './ring.ts';
import { plusSeconds } from './settle.ts';

export interface DeliveryFilter {
  state?: DeliveryState | undefined;
  kind?: DeliveryKind | undefined;
  connection?: string | undefined;
  order?: string | undefined;
  /** The cause's code. */
  cause?: string | undefined;
  /** Created at or after this instant. */
  since?: string | undefined;
}

export interface Author {
  by: string;
  reason?: string | undefined;
}

/** A fresh set of attempts, due at `dueAt`. What has succeeded or may have happened is probed before it is pushed again. */
export function reopen(delivery: Delivery, dueAt: string, now: string): Delivery {
  return {
    ...delivery,
    state: 'pending',
    cause: null,
    waitsFor: null,
    nextAttemptAt: dueAt,
    failures: 0,
    unknown: delivery.unknown || delivery.state === 'succeeded',
    throttledSince: null,
    updatedAt: now,
    deadLettered: false,
  };
}

/** Replays one delivery; undefined when a worker has it in hand or it changed meanwhile. */
export async function replayDelivery(
  delivery: Delivery,
  author: Author,
  dueAt?: string,
): Promise<Delivery | undefined> {
  if (delivery.state === 'leased') return undefined;
  const now = new Date().toISOString();
  const reopened = reopen(delivery, dueAt ?? now, now);
  const detail = { delivery: delivery.id, ...(author.reason !== undefined && { reason: author.reason }) };
  const told = delivery.order
    ? putTimeline(
        delivery.order,
        [{ at: now, type: 'delivery.replayed', by: author.by, detail }],
        `${delivery.id}#${now}`,
      )
    : [];
  if (!(await transition(delivery, reopened, told))) return undefined;
  await ring([reopened]);
  return reopened;
}

/** Deliveries, newest first. */
export async function listDeliveries(
  filter: DeliveryFilter & { limit: number; cursor?: string | undefined },
): Promise<{ items: Delivery[]; cursor?: string }> {
  const { limit, cursor } = filter;
  const connections = filter.connection ? [filter.connection] : [...(await getConfiguration()).connections.keys()];
  const { index, partitions } = whereToLook(filter, connections);
  return listIndex<Delivery>({ index, partitions, limit, cursor, matches: (delivery) => isWanted(delivery, filter) });
}

/** Every delivery of a filter, page by page. */
export async function* eachDelivery(filter: DeliveryFilter): AsyncGenerator<Delivery> {
  let cursor: string | undefined;
  do {
    const page = await listDeliveries({ ...filter, limit: 100, cursor });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor);
}

function whereToLook({ state, cause }: DeliveryFilter, connections: readonly string[]) {
  if (state === 'dead') return { index: 'byState', partitions: connections.map(deadPartition) } as const;
  if (state === 'blocked') return { index: 'byState', partitions: connections.map(blockedPartition) } as const;
  if (state === 'pending' || state === 'leased')
    return { index: 'byState', partitions: connections.map(duePartition) } as const;
  if (cause && !state) {
    const partitions = connections.flatMap((id) => [deadPartition(id), blockedPartition(id), duePartition(id)]);
    return { index: 'byState', partitions } as const;
  }
  return { index: 'byTime', partitions: connections.map(timePartition) } as const;
}

const isWanted = (delivery: Delivery, { state, kind, order, cause, since }: DeliveryFilter): boolean =>
  (!state || delivery.state === state) &&
  (!kind || delivery.kind === kind) &&
  (!order || delivery.order === order) &&
  (!cause || delivery.cause?.code === cause) &&
  (!since || delivery.createdAt >= since);

/** Replays what a filter matches, `perMinute` of them each minute: the due times are spread, the ledger does the rest. */
export async function replayMatching(
  deliveries: readonly Delivery[],
  author: Author,
  perMinute: number,
): Promise<number> {
  const start = new Date().toISOString();
  let replayed = 0;
  for (const delivery of deliveries) {
    const dueAt = plusSeconds(start, (replayed * 60) / perMinute);
    if (await replayDelivery(delivery, author, dueAt)) replayed += 1;
  }
  return replayed;
}

/** Blocked deliveries run again by themselves once what they wait for has changed. */
export async function unblock(
  waitsFor: WaitsFor,
  among: { connection?: string; deliveries?: readonly string[] } = {},
): Promise<void> {
  const blocked = among.deliveries
    ? await getDeliveries(among.deliveries)
    : await Array.fromAsync(eachDelivery({ state: 'blocked', connection: among.connection }));
  // Warm workers may still hold the settings of a moment ago.
  const dueAt = new Date(Date.now() + (waitsFor === 'order' ? 0 : CONFIG_TTL_MS)).toISOString();
  for (const delivery of blocked.filter((each) => each.state === 'blocked' && each.waitsFor === waitsFor)) {
    const reopened = reopen(delivery, dueAt, new Date().toISOString());
    if (await transition(delivery, reopened)) await ring([reopened]);
  }
}
