import { type Configuration, everyAccount, getConfiguration } from '#lib/connections/store';
import { sum } from '#lib/platform/sum';
import { delivery as item } from '#lib/platform/table/items';
import {
  decodeCursor,
  eachListed,
  encodeCursor,
  type IndexEntry,
  listIndex,
  type PageAsked,
  partitionsOf,
  queryIndex,
} from '#lib/platform/table/sharded-index';
import { db, type Table } from '#lib/platform/table/table';
import { type Delivery, isStopped } from './delivery.ts';
import type { DeliveryFilter as Selection } from './delivery-schema.ts';
import { getDeliveries } from './ledger.ts';
import { hasReason } from './normalize-message.ts';
import { isPast } from './ship-by.ts';

export interface DeliveryFilter extends Selection {
  /** Whether the order's ship-by passed before it was done, or will have passed before its next attempt. */
  late?: boolean | undefined;
}

/** Finds the deliveries of the filter's order, which knows their ids, without searching an index. */
interface Among {
  among?: readonly string[] | undefined;
}

/** Deliveries, newest first. */
export async function listDeliveries(
  filter: DeliveryFilter & Among & PageAsked,
  table = db,
): Promise<{ items: Delivery[]; cursor?: string }> {
  const { limit, cursor } = filter;
  const matches = isWanted(filter);
  if (filter.among) return listAmong(filter.among, matches, filter, table);
  const connections = filter.connection ? [filter.connection] : namesOf(await getConfiguration(), filter.marketplace);
  return listIndex<Delivery>({ ...whereToLook(filter, connections), limit, cursor, matches }, table);
}

const namesOf = (configuration: Configuration, marketplace: string | undefined): string[] =>
  everyAccount(configuration)
    .filter((each) => !marketplace || each.marketplace === marketplace)
    .map(({ id }) => id);

async function listAmong(
  ids: readonly string[],
  matches: (delivery: Delivery) => boolean,
  { limit, cursor }: PageAsked,
  table: Table,
): Promise<{ items: Delivery[]; cursor?: string }> {
  const before = cursor && decodeCursor(cursor);
  const rows = (await getDeliveries(ids, table))
    .filter(matches)
    .map((delivery) => ({ delivery, sort: item.byTime.sort(delivery) }))
    .filter(({ sort }) => !before || sort < before)
    .sort((a, b) => (a.sort < b.sort ? 1 : -1));
  const page = rows.slice(0, limit);
  const items = page.map(({ delivery }) => delivery);
  const last = page.at(-1);
  return rows.length > page.length && last ? { items, cursor: encodeCursor(last.sort) } : { items };
}

/** Every delivery of a filter, page by page. */
export const eachDelivery = (filter: DeliveryFilter & Among): AsyncGenerator<Delivery> =>
  eachListed((cursor) => listDeliveries({ ...filter, limit: 100, cursor }));

function whereToLook({ state, cause, message, since }: DeliveryFilter, connections: readonly string[]) {
  // Dead and blocked ones are indexed by when they became so, which is never before they were created.
  const bounded = { index: 'byState', since } as const;
  const within = (...entries: ReadonlyArray<IndexEntry<{ connection: string }>>) => ({
    partitions: connections.flatMap((connection) => entries.flatMap((each) => partitionsOf(each, { connection }))),
  });
  if (state === 'dead') return { ...bounded, ...within(item.dead) };
  if (state === 'blocked') return { ...bounded, ...within(item.blocked) };
  if (state === 'pending' || state === 'leased') return { index: 'byState', ...within(item.due) } as const;
  if ((cause || message) && !state) return { index: 'byState', ...within(item.dead, item.blocked, item.due) } as const;
  return { index: 'byTime', ...within(item.byTime), since } as const;
}

const NAMED = ['state', 'kind', 'connection', 'marketplace', 'action', 'order'] as const;

export function isWanted(filter: DeliveryFilter): (delivery: Delivery) => boolean {
  const { cause, since, until, late } = filter;
  const isMeant = filter.message === undefined ? undefined : hasReason(filter.message);
  return (delivery) =>
    NAMED.every((name) => !filter[name] || delivery[name] === filter[name]) &&
    (!cause || delivery.cause?.code === cause) &&
    (!isMeant || (delivery.cause !== null && isMeant(delivery.cause.description))) &&
    (!since || delivery.createdAt >= since) &&
    (!until || delivery.createdAt <= until) &&
    (late === undefined || isDelayed(delivery) === late);
}

/**
 * Whether it is not done and its order's ship-by has passed, or will have passed before its next attempt. A placement
 * that was stopped with its order makes nobody wait.
 */
export const isDelayed = (delivery: Delivery): boolean =>
  delivery.state !== 'succeeded' && !isStopped(delivery) && (isPast(delivery) || misses(delivery));

const misses = ({ shipBy, nextAttemptAt }: Delivery): boolean =>
  shipBy !== undefined && nextAttemptAt !== null && nextAttemptAt > shipBy;

/** Counting stops here. */
export const MAX_COUNTED = 1_000;

/** How many of a connection's deliveries are not done, each count limited to `MAX_COUNTED`. */
export async function countOpen(connection: string): Promise<{ pending: number; blocked: number; dead: number }> {
  const countShard = async (partition: string) =>
    (await queryIndex({ index: 'byState', partition, limit: MAX_COUNTED, newestFirst: true })).length;
  const count = async (of: IndexEntry<{ connection: string }>) => {
    const counts = await Promise.all(partitionsOf(of, { connection }).map(countShard));
    return Math.min(MAX_COUNTED, sum(counts));
  };
  const [pending, blocked, dead] = await Promise.all([count(item.due), count(item.blocked), count(item.dead)]);
  return { pending, blocked, dead };
}
