import type { World } from './world.ts';

const LOOK_EVERY_MS = 500;
const FEWEST = 3;
const MOST = 30;
/** From the sale to the shed on a machine that keeps up. */
const SWIFT_MS = 2000;
const TICK_MS = 100;
/** A timer this late means that the machine had no time for us. */
const LATE_MS = 50;

/**
 * How many orders may wait to be placed: fewer while the machine is slow, as a queue of our own making would measure it
 * and not the hub. Notes when the machine stalled.
 */
export function watchPace({ placed }: World) {
  let window = 10;
  const waiting = new Map<string, number>();
  const stalls: Array<{ from: number; to: number }> = [];
  const looking = setInterval(() => {
    const took: number[] = [];
    for (const [number, at] of waiting) {
      const placedAt = placed.get(number);
      if (placedAt === undefined) continue;
      took.push(placedAt - at);
      waiting.delete(number);
    }
    if (took.length === 0) return;
    // The median: those that met a fault wait for their retry.
    const median = took.sort((a, b) => a - b)[Math.floor(took.length / 2)] ?? 0;
    window = median > SWIFT_MS ? Math.max(FEWEST, Math.floor(window * 0.7)) : Math.min(MOST, window + 1);
  }, LOOK_EVERY_MS);
  let last = Date.now();
  const ticking = setInterval(() => {
    const now = Date.now();
    if (now - last > TICK_MS + LATE_MS) stalls.push({ from: last + TICK_MS, to: now });
    last = now;
  }, TICK_MS);
  return {
    window: () => window,
    stalls,
    sold: (number: string) => void waiting.set(number, Date.now()),
    stop() {
      clearInterval(looking);
      clearInterval(ticking);
    },
  };
}
