import { intervalOf, type Pace, withHeadStart } from '#lib/platform/rate-limit/gcra';

/** A connection's requests, second by second, within its GCRA rate limit. */
export interface Bucket {
  /** Sends at most `turns` requests in this second; returns how many. Call once a second. */
  take(turns: number): number;
  /** Requests a second while there is a backlog. */
  readonly rate: number;
}

/** The rate limits of `count` connections that are alike. */
export function createBucket(pace: Pace, count = 1): Bucket {
  let now = 0;
  let aheadMs = pace.toleranceMs;
  let known = { ms: 0, at: 0 };
  return {
    rate: (1000 / intervalOf(pace)) * count,
    take(turns) {
      now += 1000;
      known = withHeadStart(known, pace, aheadMs, now);
      const intervalMs = intervalOf(pace, known.ms);
      const taken = Math.min(turns, (aheadMs / intervalMs + 1) * count);
      aheadMs = Math.min(pace.toleranceMs, aheadMs - (taken / count) * intervalMs + 1000);
      return taken;
    },
  };
}
