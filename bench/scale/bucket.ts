import type { Pace } from '#lib/platform/rate-limit/gcra';

/** A connection's requests, by the second: what its GCRA budget lets leave. */
export interface Bucket {
  /** Lets at most `wanted` requests leave in this second; returns how many did. Called once a second. */
  take(turns: number): number;
  /** Requests a second in the long run. */
  readonly rate: number;
}

export function createBucket({ burst, intervalMs }: Pick<Pace, 'burst' | 'intervalMs'>): Bucket {
  const rate = 1000 / intervalMs;
  let tokens = burst;
  return {
    rate,
    take(turns) {
      const taken = Math.min(turns, tokens);
      tokens = Math.min(burst, tokens - taken + rate);
      return taken;
    },
  };
}
