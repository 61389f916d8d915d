import { setTimeout as sleep } from 'node:timers/promises';
import type { Edge } from './edges.ts';
import { patienceAsked, WARM_UP_MS } from './excuses.ts';
import type { Sold } from './orders.ts';
import { SHED, SHOP } from './settings.ts';
import type { Call } from './wire.ts';
import type { World } from './world.ts';

const LOOK_EVERY_MS = 500;
const FEWEST = 3;
const FIRST = 20;
const MOST = 60;
/** From an accepted webhook to the hub's next call, on a machine that keeps up. */
const SWIFT_MS = 1000;
/** What takes longer has met a fault, and waits for its retry, not for the hub. */
const FAULTED_MS = 4000;
const TICK_MS = 100;
/** A timer this late means that the machine was too busy. */
const LATE_MS = 50;
/** An answer that depends on nobody else takes a millisecond. */
const UNANSWERED_MS = 500;

/** The hub's next call after an accepted webhook; measured between shop and shed. */
const NEXT: Partial<Record<Edge, Edge>> = { sold: 'place', moved: 'read' };
const MEASURED: ReadonlySet<string> = new Set([SHOP, SHED]);

interface Waiting {
  since: number;
  acceptedAt?: number;
}

/**
 * How many orders the hub may have in hand: fewer while the machine is slow, as otherwise a queue of our own making
 * would be measured, not the hub. Notes when the machine stalled.
 */
export function watchPace(world: Pick<World, 'watch' | 'outages' | 'hub'>) {
  let window = FIRST;
  let took: number[] = [];
  let pausedUntil = 0;
  const waiting = new Map<string, Waiting>();
  const begun = new Set<string>();
  const stalls: Array<{ from: number; to: number }> = [];

  world.watch((call: Call) => {
    const { connection, edge, about, at, status } = call;
    if (!MEASURED.has(connection)) return;
    const patience = connection === SHED ? patienceAsked(call) : 0;
    if (patience > 0) pausedUntil = Math.max(pausedUntil, at + patience * 1000);
    const next = NEXT[edge] && `${NEXT[edge]} ${about}`;
    if (next && (edge === 'moved' || waiting.has(next)) && status === 200 && !begun.has(next)) {
      const entry = waiting.get(next) ?? { since: Date.now() };
      waiting.set(next, { acceptedAt: Date.now(), ...entry });
    }
    const done = `${edge} ${about}`;
    const entry = waiting.get(done);
    if (!entry) return;
    waiting.delete(done);
    begun.add(done);
    const calmSince = Math.max(pausedUntil, (world.outages.at(-1)?.to ?? 0) + WARM_UP_MS);
    if (entry.acceptedAt !== undefined && entry.acceptedAt > calmSince) took.push(at - entry.acceptedAt);
  });

  const looking = setInterval(() => {
    if (took.length === 0) return;
    // The median: a few meet a fault on their way through AWS.
    const median = took.sort((a, b) => a - b)[Math.floor(took.length / 2)] ?? 0;
    window = median > SWIFT_MS ? Math.max(FEWEST, Math.floor(window * 0.7)) : Math.min(MOST, window + 2);
    took = [];
  }, LOOK_EVERY_MS);
  let last = Date.now();
  const ticking = setInterval(() => {
    const now = Date.now();
    if (now - last > TICK_MS + LATE_MS) stalls.push({ from: last + TICK_MS, to: now });
    last = now;
  }, TICK_MS);
  let stopped = false;
  // A hub too busy to answer a simple request is too busy for work.
  const asking = (async () => {
    for (; !stopped; await sleep(LOOK_EVERY_MS)) {
      const from = Date.now();
      await fetch(`${world.hub().url}/health`).then(
        (answer) => answer.arrayBuffer(),
        () => undefined,
      );
      if (Date.now() - from > UNANSWERED_MS) stalls.push({ from, to: Date.now() });
    }
  })();
  return {
    stalls,
    hasRoom(): boolean {
      const since = Date.now() - FAULTED_MS;
      let inHand = 0;
      // Oldest first, so that only those that may count are looked at.
      for (const [key, entry] of waiting) {
        if (entry.since < since) waiting.delete(key);
        else inHand += 1;
      }
      return inHand < window;
    },
    sold({ index, channel, shipper }: Sold): void {
      if (channel === SHOP && shipper === SHED) waiting.set(`place ${index}`, { since: Date.now() });
    },
    async stop() {
      stopped = true;
      await asking;
      clearInterval(looking);
      clearInterval(ticking);
    },
  };
}
