const WINDOW_MS = 60_000;
/** At once, beside a twentieth of the limit: what a small seller's moment needs. */
const SMALL_BURST = 30;

/** How a connection's requests may leave: so many at once, and then one each `spacingMs`. */
export interface Pace {
  burst: number;
  spacingMs: number;
  /** How far ahead of its time the last of a burst leaves. */
  slackMs: number;
}

/**
 * A small limit may burst by a quarter, a large one by little more than a twentieth, and the rest flows: no 60 seconds
 * ever hold more than the limit, and what a large seller's backlog drains at is nearly all of it.
 */
export function paceOf(requestsPerMinute: number): Pace {
  const burst = Math.max(1, Math.floor(Math.min(requestsPerMinute / 4, SMALL_BURST + requestsPerMinute / 20)));
  const spacingMs = WINDOW_MS / Math.max(1, requestsPerMinute - burst);
  return { burst, spacingMs, slackMs: spacingMs * (burst - 1) };
}
