import { queryIndex } from '#lib/aws/index-query';
import { everyConnection, getConfiguration } from '#lib/connections/store';
import { log } from '#lib/log';
import { sweepIntervalSeconds } from '#lib/settings';
import type { Delivery } from './delivery.ts';
import { duePartition, getDeliveries } from './ledger.ts';
import { ring } from './ring.ts';

const PAGE = 100;
const MAX_PAGES = 50;
/** A delivery that fell due just now has its own ring on the way. */
const MAX_GRACE_SECONDS = 30;

/** Rings again for every delivery that is due and was not served, and for every lease that its worker outlived. */
export async function sweep(now = new Date()): Promise<void> {
  const connections = everyConnection(await getConfiguration());
  const grace = Math.min(MAX_GRACE_SECONDS, sweepIntervalSeconds() / 2);
  const before = new Date(now.getTime() - grace * 1000).toISOString();
  const rung = await Promise.all(connections.map((connection) => sweepConnection(connection, before, now)));
  const total = rung.reduce((sum, count) => sum + count, 0);
  if (total > 0) log.info('swept', { rung: total });
}

async function sweepConnection(connection: string, before: string, now: Date): Promise<number> {
  const found: Delivery[] = [];
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const rows = await queryIndex({
      index: 'byState',
      partition: duePartition(connection),
      limit: PAGE,
      newestFirst: false,
      before,
      ...(after && { after }),
    });
    found.push(...(await getDeliveries(rows.map(({ sort }) => sort.slice(sort.indexOf('#') + 1)))));
    after = rows.at(-1)?.sort;
    if (rows.length < PAGE) break;
  }
  // All at once, so that the last page's urgent ones come before the first page's others.
  await ring(
    found.filter((delivery) => isDue(delivery, now)),
    now,
  );
  return found.length;
}

const isDue = ({ state, lease, nextAttemptAt }: Delivery, now: Date): boolean =>
  Date.parse((state === 'leased' ? lease?.until : nextAttemptAt) ?? '') <= now.getTime();
