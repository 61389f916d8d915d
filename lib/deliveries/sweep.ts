import { type Configuration, everyAccount, getConfiguration } from '#lib/connections/store';
import { deliveryQueue, INDEX_SHARDS } from '#lib/platform/names';
import { countMessages } from '#lib/platform/queue/redrive';
import { sweepIntervalSeconds } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { idOf, partitionsOf, queryIndex } from '#lib/platform/table/sharded-index';
import { errorFields, log } from '#lib/platform/telemetry/log';
import type { Delivery } from './delivery.ts';
import { getDeliveries, UNRUNG } from './ledger.ts';
import { ring, ringAt } from './ring.ts';

/**
 * A queue this long has the rings of a backlog in it: to ring for all of that again each minute would only make it
 * longer (docs/scale.md). A shorter one is filled up, as the rings of what is due may have been lost.
 */
export const FULL_QUEUE = 20_000;
/** Looked at in one shard of a connection at one place, at the least and at the most. */
export const LEAST_LOOK = 10;
const MOST_LOOK = 500;
/** A delivery that fell due just now has its own ring on the way. */
const MAX_GRACE_SECONDS = 30;

/** How many deliveries to look at in each shard, at one place, of each of so many connections of a queue this long. */
export const lookFor = (queued: number, connections: number): number =>
  Math.min(MOST_LOOK, Math.max(LEAST_LOOK, Math.floor((FULL_QUEUE - queued) / (2 * INDEX_SHARDS * connections))));

/** Rings again for what is due and was not served, and for leases that their workers outlived. */
export async function sweep(now = new Date()): Promise<void> {
  const graceMs = Math.min(MAX_GRACE_SECONDS, sweepIntervalSeconds() / 2) * 1000;
  const swept = [...byMarketplace(await getConfiguration())].map(async ([marketplace, connections]) => {
    const look = lookFor(await queuedAt(marketplace), connections.length);
    const [found] = await Promise.all([
      Promise.all(connections.map((connection) => findDue(connection, look, now, graceMs))),
      Promise.all(connections.map((connection) => ringUnrung({ connection, marketplace }, now))),
    ]);
    // All at once, so that the urgent ones of the last come before the others of the first.
    await ring(found.flat(), now);
    return found.flat().length;
  });
  const total = (await Promise.all(swept)).reduce((sum, count) => sum + count, 0);
  if (total > 0) log.info('swept', { rung: total });
}

const byMarketplace = (configuration: Configuration): Map<string, string[]> =>
  new Map(
    [...Map.groupBy(everyAccount(configuration), (each) => each.marketplace)].map(([marketplace, own]) => [
      marketplace,
      own.map(({ id }) => id),
    ]),
  );

/** Where nobody can tell, it counts as full: the oldest are rung for all the same. */
async function queuedAt(marketplace: string): Promise<number> {
  try {
    return await countMessages(deliveryQueue(marketplace));
  } catch (error) {
    log.warn('the length of a queue is not known', { marketplace, ...errorFields(error) });
    return FULL_QUEUE;
  }
}

async function findDue(connection: string, look: number, now: Date, graceMs: number): Promise<Delivery[]> {
  const shards = partitionsOf(items.delivery.due, { connection });
  const ids = await Promise.all(shards.map((shard) => lookInto(shard, look, now, graceMs)));
  return (await getDeliveries(ids.flat())).filter((delivery) => isDue(delivery, now));
}

/**
 * The oldest; and where these are many, others behind a moment anywhere between them and now, so that what waits for a
 * person or for another delivery hides nothing for ever.
 */
async function lookInto(partition: string, limit: number, now: Date, graceMs: number): Promise<string[]> {
  const before = ago(now, graceMs);
  const look = (after?: string) =>
    queryIndex({ index: 'byState', partition, limit, newestFirst: false, before, ...(after && { after }) });
  const oldest = await look();
  const last = oldest.at(-1);
  const more = oldest.length === limit && last ? await look(behind(last.sort, now, graceMs)) : [];
  return [...new Set([...oldest, ...more].map(idOf))];
}

/** A moment behind this one that is as likely to be minutes ago as hours or days. */
function behind(sort: string, now: Date, graceMs: number): string {
  const oldestMs = now.getTime() - Date.parse(instantOf(sort));
  const least = Math.max(1000, graceMs);
  const moment = ago(now, least * Math.max(1, oldestMs / least) ** Math.random());
  return moment > sort ? moment : sort;
}

const PAGE = 1_000;

/**
 * Rings, each for its time, for what falls due within the next interval and was due too far ahead for a ring of its own.
 * The intervals of two sweeps meet without a gap; one that is missed is the next sweep's backlog.
 */
async function ringUnrung(of: Pick<Delivery, 'connection' | 'marketplace'>, now: Date): Promise<void> {
  const intervalMs = Math.max(1, sweepIntervalSeconds()) * 1000;
  const from = Math.ceil(now.getTime() / intervalMs) * intervalMs;
  const [after, before] = [new Date(from).toISOString(), new Date(from + intervalMs).toISOString()];
  const shards = partitionsOf(items.delivery.due, of).map(async (partition) => {
    const found: Array<{ id: string; at: string }> = [];
    for (let last = after; ; ) {
      const rows = await queryIndex({
        ...{ index: 'byState', partition, limit: PAGE, newestFirst: false },
        ...{ after: last, before },
      });
      const unrung = rows.filter(({ sort }) => sort.startsWith(UNRUNG, INSTANT_LENGTH));
      found.push(...unrung.map((row) => ({ id: idOf(row), at: instantOf(row.sort) })));
      last = rows.at(-1)?.sort ?? '';
      if (rows.length < PAGE) return found;
    }
  });
  await ringAt((await Promise.all(shards)).flat(), of, now);
}

const INSTANT_LENGTH = new Date(0).toISOString().length;
const instantOf = (sort: string): string => sort.slice(0, INSTANT_LENGTH);

const ago = (now: Date, milliseconds: number): string => new Date(now.getTime() - milliseconds).toISOString();

const isDue = ({ state, lease, nextAttemptAt }: Delivery, now: Date): boolean =>
  Date.parse((state === 'leased' ? lease?.until : nextAttemptAt) ?? '') <= now.getTime();
