const WINDOW_MS = 60_000;
/** Requests that may be sent at once beyond a twentieth of the limit: what a small seller's busy moment needs. */
const SMALL_BURST = 30;

/** The pace of a connection's requests (GCRA): a burst at once, then one every `intervalMs`. */
export interface Pace {
  burst: number;
  /** The emission interval. */
  intervalMs: number;
  /** The burst tolerance: how far ahead of its time the last request of a burst is sent. */
  toleranceMs: number;
}

/**
 * A small limit may burst by a quarter, a large one by little more than a twentieth, and the rest flows: no 60 seconds
 * ever hold more than the limit, and a large seller's backlog drains at nearly all of it.
 */
export function paceOf(requestsPerMinute: number): Pace {
  const burst = Math.max(1, Math.floor(Math.min(requestsPerMinute / 4, SMALL_BURST + requestsPerMinute / 20)));
  const intervalMs = WINDOW_MS / Math.max(1, requestsPerMinute - burst);
  return { burst, intervalMs, toleranceMs: intervalMs * (burst - 1) };
}

/**
 * How often polls overtake everyone who waits: a tenth of the limit, at least once a minute, so that no backlog of
 * pushes keeps them from finding what webhooks missed. Null for a limit of one, which leaves nothing to share.
 */
export const pollPaceOf = (requestsPerMinute: number): Pace | null =>
  requestsPerMinute < 2 ? null : paceOf(Math.max(1, Math.floor(requestsPerMinute / 10)));
