import { idOf, queryIndex } from '#lib/aws/index-query';
import { shardsOf } from '#lib/aws/shards';
import { everyConnection, getConfiguration } from '#lib/connections/store';
import { log } from '#lib/log';
import { sweepIntervalSeconds } from '#lib/settings';
import type { Delivery } from './delivery.ts';
import { duePartition, getDeliveries } from './ledger.ts';
import { ring } from './ring.ts';

/**
 * Looked at in one shard of a connection, at one place. A backlog has its rings in the queue already, so that ringing for
 * all of it each minute would only make the queue longer (docs/scale.md).
 */
export const LOOK = 100;
/** A delivery that fell due just now has its own ring on the way. */
const MAX_GRACE_SECONDS = 30;

/** Rings again for what is due and was not served, and for leases that their workers outlived. */
export async function sweep(now = new Date()): Promise<void> {
  const connections = everyConnection(await getConfiguration());
  const grace = Math.min(MAX_GRACE_SECONDS, sweepIntervalSeconds() / 2) * 1000;
  const rung = await Promise.all(connections.map((connection) => sweepConnection(connection, now, grace)));
  const total = rung.reduce((sum, count) => sum + count, 0);
  if (total > 0) log.info('swept', { rung: total });
}

async function sweepConnection(connection: string, now: Date, graceMs: number): Promise<number> {
  const found = await Promise.all(shardsOf(duePartition(connection)).map((shard) => lookInto(shard, now, graceMs)));
  // All at once, so that the last shard's urgent ones come before the first one's others.
  const due = found.flat().filter((delivery) => isDue(delivery, now));
  await ring(due, now);
  return due.length;
}

/**
 * The oldest; and where these are many, others behind a moment anywhere between them and now, so that what waits for a
 * person or for another delivery hides nothing for ever.
 */
async function lookInto(partition: string, now: Date, graceMs: number): Promise<Delivery[]> {
  const before = ago(now, graceMs);
  const look = (after?: string) =>
    queryIndex({ index: 'byState', partition, limit: LOOK, newestFirst: false, before, ...(after && { after }) });
  const oldest = await look();
  const last = oldest.at(-1);
  const more = oldest.length === LOOK && last ? await look(behind(last.sort, now, graceMs)) : [];
  const ids = new Set([...oldest, ...more].map(idOf));
  return getDeliveries([...ids]);
}

/** A moment behind this one that is as likely to be minutes ago as hours or days. */
function behind(sort: string, now: Date, graceMs: number): string {
  const oldestMs = now.getTime() - Date.parse(sort.slice(0, sort.indexOf('#')));
  const ageMs = graceMs * Math.max(1, oldestMs / Math.max(1, graceMs)) ** Math.random();
  const moment = ago(now, ageMs);
  return moment > sort ? moment : sort;
}

const ago = (now: Date, milliseconds: number): string => new Date(now.getTime() - milliseconds).toISOString();

const isDue = ({ state, lease, nextAttemptAt }: Delivery, now: Date): boolean =>
  Date.parse((state === 'leased' ? lease?.until : nextAttemptAt) ?? '') <= now.getTime();
