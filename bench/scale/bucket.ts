import { intervalOf, type Pace, withHeadStart } from '#lib/platform/rate-limit/gcra';

/** A connection's requests, by the second: what its GCRA budget lets leave. */
export interface Bucket {
  /** Lets at most `wanted` requests leave in this second; returns how many did. Called once a second. */
  take(turns: number): number;
  /** Requests a second in a backlog. */
  readonly rate: number;
}

/** The budgets of so many connections that are alike. */
export function createBucket(pace: Pace, count = 1): Bucket {
  let now = 0;
  let aheadMs = pace.toleranceMs;
  let known = { ms: 0, at: 0 };
  return {
    rate: (1000 / intervalOf(pace)) * count,
    take(turns) {
      now += 1000;
      known = withHeadStart(known, aheadMs, now);
      const intervalMs = intervalOf(pace, known.ms);
      const taken = Math.min(turns, (aheadMs / intervalMs + 1) * count);
      aheadMs = Math.min(pace.toleranceMs, aheadMs - (taken / count) * intervalMs + 1000);
      return taken;
    },
  };
}
