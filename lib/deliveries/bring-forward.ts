import type { Connection } from '#lib/connections/connection';
import { AWAY } from '#lib/platform/errors';
import { INDEX_SHARDS } from '#lib/platform/names';
import { AWAY_MAX_WAIT_MS } from '#lib/platform/rate-limit/breaker';
import { intervalOf, paceOf } from '#lib/platform/rate-limit/gcra';
import { endWaitlist } from '#lib/platform/rate-limit/reservations';
import * as items from '#lib/platform/table/items';
import { idOf, partitionsOf, queryIndex } from '#lib/platform/table/sharded-index';
import type { Delivery } from './delivery.ts';
import { getDeliveries, transition } from './ledger.ts';
import { ring } from './ring.ts';
import { compareShipBy } from './ship-by.ts';

/** How many deliveries are looked at, and how many brought forward: the rest of a longer backlog comes by itself. */
const MOST_LOOK = 2_000;
const MOST_BROUGHT = 500;

/** What it reads and writes with; tests pass another. */
const HUB = { listWaiting, transition, ring, endWaitlist };

/** Polls have the other tenth of the limit while deliveries wait. */
const SHARE = 0.9;

/**
 * For a remote that is back after an outage: what waited for it goes on a new waitlist at the pace of its limit, in
 * order of ship-by. All of it gets a new time: with one of the old waitlist, a delivery would come for the same slot as
 * another one, and whichever is second is sent to the end.
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
  const pace = paceOf(requestsPerMinute);
  // Spaced as after a burst, as a rested connection begins with one: a request turned away would go to the end.
  const eachMs = intervalOf(pace, pace.toleranceMs) / SHARE;
  let waitMs = 0;
  const waitlist = waiting.flatMap((delivery, index) => {
    const slot = new Date(now.getTime() + waitMs).toISOString();
    const isMeanwhile = (delivery.nextAttemptAt ?? '') < slot;
    // Nothing must wait longer than it would have during the outage.
    if (waitMs >= AWAY_MAX_WAIT_MS || (index >= MOST_BROUGHT && !isMeanwhile)) return [];
    // A delivery whose outcome is unknown takes two requests: it is probed first.
    waitMs += delivery.unknown ? 2 * eachMs : eachMs;
    return [{ delivery, slot }];
  });
  await hub.endWaitlist(id, now.getTime() + waitMs);
  const brought = await Promise.all(
    waitlist.map(async ({ delivery, slot }) => {
      // Whoever was turned away has a place, and so has whoever asked whether the remote is back.
      const turnedAway = delivery.turnedAway || 1;
      const due: Delivery = { ...delivery, cause: null, turnedAway, nextAttemptAt: slot, updatedAt: now.toISOString() };
      return (await hub.transition(delivery, due)) ? [due] : [];
    }),
  );
  await hub.ring(brought.flat(), now);
}

/** Deliveries of a connection that are not due yet, the soonest first. */
async function listWaiting(connection: string, after: string): Promise<Delivery[]> {
  const look = { index: 'byState', newestFirst: false, after, limit: MOST_LOOK / INDEX_SHARDS } as const;
  const shards = partitionsOf(items.delivery.due, { connection });
  const rows = await Promise.all(shards.map((partition) => queryIndex({ ...look, partition })));
  return getDeliveries(rows.flat().map(idOf));
}
