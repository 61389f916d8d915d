import { everyAccount, getConfiguration, IN_FORCE_MS } from '#lib/connections/store';
import { OUTCOME_UNKNOWN, type WaitsFor } from '#lib/platform/errors';
import { delivery as item } from '#lib/platform/table/items';
import { eachListed, listIndex, partitionsOf } from '#lib/platform/table/sharded-index';
import type { Delivery } from './delivery.ts';
import { getDeliveries, transition } from './ledger.ts';
import { ring } from './ring.ts';

/**
 * A fresh set of attempts, due at `dueAt`. A delivery that succeeded, or may have, is probed before it is pushed again,
 * except where no probe could tell: whoever replays that has looked.
 */
export function reopen(delivery: Delivery, dueAt: string, now: string): Delivery {
  return {
    ...delivery,
    state: 'pending',
    ...{ cause: null, waitsFor: null, nextAttemptAt: dueAt, updatedAt: now },
    ...{ failures: 0, throttledSince: null, deadLettered: false },
    unknown: (delivery.unknown && delivery.cause?.code !== OUTCOME_UNKNOWN) || delivery.state === 'succeeded',
  };
}

/** Runs blocked deliveries again once what they wait for has changed. */
export async function unblock(
  waitsFor: WaitsFor,
  among: { connection?: string; deliveries?: readonly string[] } = {},
): Promise<void> {
  const configuration = await getConfiguration();
  const { removed } = configuration;
  const connections = among.connection ? [among.connection] : everyAccount(configuration).map(({ id }) => id);
  const blocked = among.deliveries
    ? await getDeliveries(among.deliveries)
    : await Array.fromAsync(blockedAt(connections));
  const wanted = blocked.filter(
    ({ state, waitsFor: its, connection }) => state === 'blocked' && its === waitsFor && !removed.has(connection),
  );
  // Warm workers may still hold the previous settings.
  const dueAt = new Date(Date.now() + (waitsFor === 'order' ? 0 : IN_FORCE_MS)).toISOString();
  for (const delivery of wanted) {
    const reopened = reopen(delivery, dueAt, new Date().toISOString());
    if (await transition(delivery, reopened)) await ring([reopened]);
  }
}

/** The blocked deliveries of these connections, without the filters that `list.ts` brings into a bundle. */
function blockedAt(connections: readonly string[]): AsyncGenerator<Delivery> {
  const partitions = connections.flatMap((connection) => partitionsOf(item.blocked, { connection }));
  return eachListed((cursor) => listIndex<Delivery>({ index: 'byState', partitions, limit: 100, cursor }));
}
