const WINDOW_MS = 60_000;
/** Requests that may be sent at once beyond a twentieth of the limit: what a small seller's busy moment needs. */
const SMALL_BURST = 30;
/**
 * How late a backlog's requests may be without losing pace: a ring by the second that SQS rounds up to, and another
 * as long as a slot, since whoever comes late under a small limit has nobody beside it to take its turn.
 */
const usualHeadStartMs = (requestsPerMinute: number): number => 1_000 + Math.min(1_000, WINDOW_MS / requestsPerMinute);

/** The pace of a connection's requests (GCRA): one each `intervalOf`, or ahead of that after a pause. */
export interface Pace {
  requestsPerMinute: number;
  /** The burst tolerance: how far ahead of its time the last request of a burst is sent. */
  toleranceMs: number;
}

/** A small limit allows a burst of a quarter, a large one little more than a twentieth. */
export function paceOf(requestsPerMinute: number): Pace {
  const burst = Math.max(1, Math.floor(Math.min(requestsPerMinute / 4, SMALL_BURST + requestsPerMinute / 20)));
  return {
    requestsPerMinute: Math.max(2, requestsPerMinute),
    toleranceMs: ((burst - 1) * WINDOW_MS) / Math.max(1, requestsPerMinute - burst),
  };
}

/**
 * The emission interval. No 60 seconds contain more than the limit: the head start of a request sent ahead of time is
 * taken from the following minute. A backlog has no head start, and is sent at nearly the full limit.
 */
export const intervalOf = ({ requestsPerMinute, toleranceMs }: Pace, headStartMs = 0): number =>
  (WINDOW_MS + Math.min(toleranceMs, Math.max(usualHeadStartMs(requestsPerMinute), headStartMs))) /
  (requestsPerMinute - 1);

/** The largest head start of the last minute, and when one was last noted. */
export interface HeadStart {
  ms: number;
  at: number;
}

/** Head starts are noted at most this often: otherwise workers' writes would make each other fail. */
const NOTED_EACH_MS = 1_000;

/** What is known of head starts, including a present one. */
export function withHeadStart(known: HeadStart, { requestsPerMinute }: Pace, ms: number, now: number): HeadStart {
  const lasting = known.at + WINDOW_MS + NOTED_EACH_MS > now ? known : { ms: 0, at: known.at };
  if (ms <= usualHeadStartMs(requestsPerMinute) || (ms <= lasting.ms && now < lasting.at + NOTED_EACH_MS))
    return lasting;
  return { ms: Math.ceil(Math.max(ms, lasting.ms)), at: now };
}

/**
 * How often polls overtake everyone who waits: a tenth of the limit, at least once a minute, so that no backlog of
 * pushes keeps them from finding what webhooks missed. A pace sends one less than the limit it is made for: of limits that
 * let one a minute leave, polls have every other.
 */
export const pollPaceOf = (requestsPerMinute: number): Pace =>
  requestsPerMinute < 3 ? { requestsPerMinute: 1.5, toleranceMs: 0 } : paceOf(Math.floor(requestsPerMinute / 10) + 1);
