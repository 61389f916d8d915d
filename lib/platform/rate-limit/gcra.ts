const WINDOW_MS = 60_000;
/** Requests that may leave at once beside a twentieth of the limit: what a small seller's busy moment needs. */
const SMALL_BURST = 30;

/** How the requests of a connection may leave (GCRA): so many at once, and then one each `intervalMs`. */
export interface Pace {
  burst: number;
  /** The emission interval. */
  intervalMs: number;
  /** The burst tolerance: how far ahead of its time the last of a burst leaves. */
  toleranceMs: number;
}

/**
 * A small limit may burst by a quarter, a large one by little more than a twentieth, and the rest flows: no 60 seconds
 * ever hold more than the limit, and what a large seller's backlog drains at is nearly all of it.
 */
export function paceOf(requestsPerMinute: number): Pace {
  const burst = Math.max(1, Math.floor(Math.min(requestsPerMinute / 4, SMALL_BURST + requestsPerMinute / 20)));
  const intervalMs = WINDOW_MS / Math.max(1, requestsPerMinute - burst);
  return { burst, intervalMs, toleranceMs: intervalMs * (burst - 1) };
}

/**
 * How often polls go past everybody who waits: a tenth of the limit, once a minute at least, so that no backlog of pushes
 * keeps them from finding what webhooks missed. Null for a limit of one, which leaves nothing to share.
 */
export const pollPaceOf = (requestsPerMinute: number): Pace | null =>
  requestsPerMinute < 2 ? null : paceOf(Math.max(1, Math.floor(requestsPerMinute / 10)));
