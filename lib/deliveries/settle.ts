import {
  AWAY,
  BlockedError,
  IntegrationError,
  RetryableError,
  StoppedError,
  ThrottledError,
  UnknownOutcomeError,
} from '#lib/platform/errors';
import type { RetryPolicy } from '#lib/platform/settings';
import type { Attempt, Delivery, Outcome } from './delivery.ts';

/** The outcome of one attempt. */
export type Result = { ok: true; httpStatus?: number | undefined; description?: string | undefined } | Failure;

export interface Failure {
  ok: false;
  error: unknown;
  /** The remote may have done it, and nobody can tell. */
  unknown: boolean;
  /** The attempt only asked whether a remote that was away is back: it uses up no retry. */
  isFree?: boolean;
}

const MAX_THROTTLED_MS = 24 * 3600_000;
const MIN_WAIT_SECONDS = 1;
const MAX_WAIT_SECONDS = 3600;
/** However long a remote throttles, a `Retry-After` of a minute or more is kept as it is. */
const MAX_WORN_SECONDS = 60;

/** The state machine, pure: a leased delivery and its attempt's result become the next delivery and a record. */
export function settle(
  delivery: Delivery,
  result: Result,
  times: { startedAt: string; endedAt: string },
  policy: RetryPolicy,
): { delivery: Delivery; attempt: Attempt } {
  const next: Next = result.ok
    ? { state: 'succeeded', outcome: 'succeeded', cause: null }
    : fail(delivery, result, times, policy);
  const settled: Delivery = {
    ...delivery,
    state: next.state,
    cause: next.cause,
    waitsFor: next.waitsFor ?? null,
    nextAttemptAt: next.dueAt ?? null,
    failures: delivery.failures + (next.countsAsFailure ? 1 : 0),
    attemptCount: delivery.attemptCount + 1,
    unknown: !result.ok && result.unknown,
    throttledSince: next.outcome === 'throttled' ? (delivery.throttledSince ?? times.startedAt) : null,
    turnedAway: 0,
    updatedAt: times.endedAt,
    lease: null,
    deadLettered: !result.ok && result.error instanceof StoppedError,
  };
  const detail = !result.ok && result.error instanceof IntegrationError ? result.error.detail : undefined;
  const httpStatus = result.ok ? result.httpStatus : detail?.httpStatus;
  const attempt: Attempt = {
    number: settled.attemptCount,
    ...times,
    outcome: next.outcome,
    ...(httpStatus !== undefined && { httpStatus }),
    ...(!result.ok && { code: codeOf(result.error), description: describe(result.error) }),
    ...(result.ok && result.description !== undefined && { description: result.description }),
    nextAttemptAt: settled.nextAttemptAt,
  };
  return { delivery: settled, attempt };
}

interface Next {
  state: Delivery['state'];
  outcome: Outcome;
  cause: Delivery['cause'];
  waitsFor?: Delivery['waitsFor'];
  dueAt?: string;
  countsAsFailure?: boolean;
}

function fail(
  delivery: Delivery,
  { error, isFree = false }: { error: unknown; isFree?: boolean },
  { startedAt, endedAt }: { startedAt: string; endedAt: string },
  policy: RetryPolicy,
): Next {
  const cause = { code: codeOf(error), description: describe(error) };
  if (error instanceof BlockedError) return { state: 'blocked', outcome: 'refused', cause, waitsFor: error.waitsFor };
  if (error instanceof ThrottledError) {
    const throttledMs = Date.parse(endedAt) - Date.parse(delivery.throttledSince ?? startedAt);
    if (throttledMs >= MAX_THROTTLED_MS)
      return { state: 'dead', outcome: 'throttled', cause: { ...cause, code: 'throttled_too_long' } };
    const hint = error.retryAfterSeconds ?? policy.intervalSeconds;
    // A wait is at least a tenth of the time throttled so far: `Retry-After: 0` would mean one a second for a day.
    const worn = Math.min(MAX_WORN_SECONDS, throttledMs / 10_000);
    const wait = clampWait(Math.max(hint, worn));
    return { state: 'pending', outcome: 'throttled', cause, dueAt: plusSeconds(endedAt, wait) };
  }
  // What is neither retryable nor unknown cannot heal; a plain Error is a bug: retried, then dead.
  const isUnknown = error instanceof UnknownOutcomeError;
  const hopeless = error instanceof IntegrationError && !isUnknown && !(error instanceof RetryableError);
  if (hopeless) return { state: 'dead', outcome: 'refused', cause, countsAsFailure: true };
  const outcome: Outcome = isUnknown ? 'unknown' : 'failed';
  if (!isFree && delivery.failures + 1 > policy.limit) return { state: 'dead', outcome, cause, countsAsFailure: true };
  // Counted from the start of this attempt, so that a slow remote does not stretch 0, 5, 10, 15 minutes.
  return {
    state: 'pending',
    outcome,
    cause: isFree ? { code: AWAY, description: `${cause.description}: it is still away` } : cause,
    dueAt: plusSeconds(startedAt, policy.waitSeconds?.(delivery.failures + 1) ?? policy.intervalSeconds),
    countsAsFailure: !isFree,
  };
}

/** A remote may ask for anything from a second to an hour; other values become the nearest of these. */
export const clampWait = (seconds: number): number =>
  Math.min(MAX_WAIT_SECONDS, Math.max(MIN_WAIT_SECONDS, Number.isNaN(seconds) ? MAX_WAIT_SECONDS : seconds));

export const plusSeconds = (instant: string, seconds: number): string =>
  new Date(Date.parse(instant) + seconds * 1000).toISOString();

/** An error's code; bugs share one. */
export const codeOf = (error: unknown): string => (error instanceof IntegrationError ? error.code : 'internal_error');

/** A bug's own message may quote a body or a secret, so only its class is told. */
function describe(error: unknown): string {
  if (!(error instanceof IntegrationError)) return `unexpected ${error instanceof Error ? error.name : typeof error}`;
  const { description, field } = error.detail;
  return field && !description.includes(field) ? `${field}: ${description}` : description;
}
