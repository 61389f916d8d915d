import type { Connection } from '#lib/connections/connection';
import { AWAY } from '#lib/platform/errors';
import { INDEX_SHARDS } from '#lib/platform/names';
import { AWAY_MAX_WAIT_MS } from '#lib/platform/rate-limit/breaker';
import { paceOf } from '#lib/platform/rate-limit/gcra';
import { endWaitlist } from '#lib/platform/rate-limit/reservations';
import * as items from '#lib/platform/table/items';
import { idOf, partitionsOf, queryIndex } from '#lib/platform/table/sharded-index';
import type { Delivery } from './delivery.ts';
import { getDeliveries, transition } from './ledger.ts';
import { ring } from './ring.ts';
import { compareShipBy } from './ship-by.ts';

/** So many are looked at, and so many brought forward: the rest of a longer backlog comes by itself, behind them. */
const MOST_LOOK = 2_000;
const MOST_CALLED = 500;

/** What it reads and writes with; another one in tests. */
const HUB = { listWaiting, transition, ring, endWaitlist };

/** Beside whoever stands in line, polls have a tenth. */
const SHARE = 0.9;

/**
 * A remote that was away is back: what waited for it forms a new line at the pace of its limit, those first whose orders
 * must leave first. Nobody keeps a place of the line before: later ones would meet others there, and go behind all.
 * Deliveries that wait for their next retry are left alone.
 */
export async function bringForward(
  { id, requestsPerMinute }: Pick<Connection, 'id' | 'requestsPerMinute'>,
  now = new Date(),
  hub = HUB,
): Promise<void> {
  const waiting = (await hub.listWaiting(id, now.toISOString()))
    .filter(({ state, turnedAway, cause }) => state === 'pending' && (turnedAway || cause?.code === AWAY))
    .sort(compareShipBy);
  const eachMs = paceOf(requestsPerMinute).intervalMs / SHARE;
  let lineMs = 0;
  const line = waiting.flatMap((delivery, index) => {
    const place = new Date(now.getTime() + lineMs).toISOString();
    const isMeanwhile = (delivery.nextAttemptAt ?? '') < place;
    // Nobody is to wait longer than while it was away.
    if (lineMs >= AWAY_MAX_WAIT_MS || (index >= MOST_CALLED && !isMeanwhile)) return [];
    // What may have been done is read back first.
    lineMs += delivery.unknown ? 2 * eachMs : eachMs;
    return [{ delivery, place }];
  });
  await hub.endWaitlist(id, now.getTime() + lineMs);
  const called = await Promise.all(
    line.map(async ({ delivery, place }) => {
      const due: Delivery = { ...delivery, cause: null, nextAttemptAt: place, updatedAt: now.toISOString() };
      return (await hub.transition(delivery, due)) ? [due] : [];
    }),
  );
  await hub.ring(called.flat(), now);
}

/** Deliveries of a connection that are not due yet, the soonest first. */
async function listWaiting(connection: string, after: string): Promise<Delivery[]> {
  const look = { index: 'byState', newestFirst: false, after, limit: MOST_LOOK / INDEX_SHARDS } as const;
  const shards = partitionsOf(items.delivery.due, { connection });
  const rows = await Promise.all(shards.map((partition) => queryIndex({ ...look, partition })));
  return getDeliveries(rows.flat().map(idOf));
}
