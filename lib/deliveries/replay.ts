import { decodeCursor, encodeCursor, listIndex } from '#lib/aws/index-query';
import type { Write } from '#lib/aws/table';
import { CONFIG_TTL_MS, getConfiguration } from '#lib/connections/store';
import { OUTCOME_UNKNOWN, type WaitsFor } from '#lib/errors';
import { getOrder, putTimeline } from '#lib/orders/store';
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
  /** The replay on record that this is part of. */
  replayId?: string | undefined;
}

/**
 * A fresh set of attempts, due at `dueAt`. What has succeeded or may have happened is probed before it is pushed again,
 * but where no probe could tell: who replays that has looked.
 */
export function reopen(delivery: Delivery, dueAt: string, now: string): Delivery {
  return {
    ...delivery,
    state: 'pending',
    cause: null,
    waitsFor: null,
    nextAttemptAt: dueAt,
    failures: 0,
    unknown: (delivery.unknown && delivery.cause?.code !== OUTCOME_UNKNOWN) || delivery.state === 'succeeded',
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
  also: readonly Write[] = [],
): Promise<Delivery | undefined> {
  if (delivery.state === 'leased') return undefined;
  const now = new Date().toISOString();
  const reopened = reopen(delivery, dueAt ?? now, now);
  const detail = {
    delivery: delivery.id,
    ...(author.replayId !== undefined && { replay: author.replayId }),
    ...(author.reason !== undefined && { reason: author.reason }),
  };
  const told = delivery.order
    ? putTimeline(
        delivery.order,
        [{ at: now, type: 'delivery.replayed', by: author.by, detail }],
        `${delivery.id}#${now}`,
      )
    : [];
  if (!(await transition(delivery, reopened, [...told, ...also]))) return undefined;
  await ring([reopened]);
  return reopened;
}

/** Deliveries, newest first. */
export async function listDeliveries(
  filter: DeliveryFilter & { limit: number; cursor?: string | undefined },
): Promise<{ items: Delivery[]; cursor?: string }> {
  const { limit, cursor } = filter;
  if (filter.order) return listOfOrder(filter.order, filter);
  const connections = filter.connection ? [filter.connection] : [...(await getConfiguration()).connections.keys()];
  const { index, partitions } = whereToLook(filter, connections);
  return listIndex<Delivery>({ index, partitions, limit, cursor, matches: (delivery) => isWanted(delivery, filter) });
}

/** An order names its deliveries: no index has to be searched for them. */
async function listOfOrder(
  id: string,
  filter: DeliveryFilter & { limit: number; cursor?: string | undefined },
): Promise<{ items: Delivery[]; cursor?: string }> {
  const order = await getOrder(id);
  const before = filter.cursor && decodeCursor(filter.cursor);
  const rows = (await getDeliveries(order?.deliveries ?? []))
    .filter((delivery) => isWanted(delivery, filter))
    .map((delivery) => ({ delivery, sort: `${delivery.createdAt}#${delivery.id}` }))
    .filter(({ sort }) => !before || sort < before)
    .sort((a, b) => (a.sort < b.sort ? 1 : -1));
  const page = rows.slice(0, filter.limit);
  const items = page.map(({ delivery }) => delivery);
  const last = page.at(-1);
  return rows.length > page.length && last ? { items, cursor: encodeCursor(last.sort) } : { items };
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

const AT_ONCE = 20;

/**
 * Replays these deliveries, `perMinute` of them each minute: the due times are spread, the ledger does the rest.
 * Returns how many; what a worker has in hand, and what is left at the deadline, is not among them.
 */
export async function replayMatching(
  deliveries: readonly Delivery[],
  author: Author,
  perMinute: number,
  deadline = Number.POSITIVE_INFINITY,
): Promise<number> {
  const start = new Date().toISOString();
  let replayed = 0;
  for (let first = 0; first < deliveries.length && Date.now() < deadline; first += AT_ONCE) {
    const batch = deliveries.slice(first, first + AT_ONCE);
    const done = await Promise.all(
      batch.map((delivery, index) =>
        replayDelivery(delivery, author, plusSeconds(start, ((first + index) * 60) / perMinute)),
      ),
    );
    replayed += done.filter((delivery) => delivery !== undefined).length;
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
