/** What a person sees of a failure. `code` is snake_case and stable, `field` a path into the offending body. */
export interface ErrorDetail {
  code: string;
  description: string;
  field?: string;
  httpStatus?: number;
}

/** Base of everything a remote, a mapping or a human can cause. A plain Error is a bug. */
export class IntegrationError extends Error {
  // Given as text in each class: a bundle shortens the names of classes.
  override readonly name: string = 'IntegrationError';
  readonly detail: ErrorDetail;

  constructor(detail: ErrorDetail, options?: ErrorOptions) {
    super(`${detail.code}: ${detail.description}`, options);
    this.detail = detail;
  }

  get code(): string {
    return this.detail.code;
  }
}

/** Whether AWS failed although the SDK repeated the call: the hub's own trouble, no remote's. */
export const isOfAws = (error: unknown): boolean => error instanceof Error && '$metadata' in error;

/** A call that had no effect and may succeed later (5xx, connection refused): retried. */
export class RetryableError extends IntegrationError {
  override readonly name: string = 'RetryableError';
}

/** The request was sent and no answer came (timeout, reset): probed before it is sent again. */
export class UnknownOutcomeError extends IntegrationError {
  override readonly name: string = 'UnknownOutcomeError';
}

/** The remote, or our own rate limit for it, asks for patience. Costs no retry. */
export class ThrottledError extends IntegrationError {
  override readonly name: string = 'ThrottledError';
  /** Seconds the remote asked to wait; null when it did not say. */
  readonly retryAfterSeconds: number | null;

  constructor(detail: ErrorDetail, retryAfterSeconds: number | null, options?: ErrorOptions) {
    super(detail, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Not its turn yet, which is no attempt: the delivery comes back after `waitMs`. */
export class NotYetError extends IntegrationError {
  override readonly name: string = 'NotYetError';
  readonly waitMs: number;

  constructor(detail: ErrorDetail, waitMs: number) {
    super(detail);
    this.waitMs = waitMs;
  }
}

/** The code of what waits for its turn in a connection's rate limit. */
export const BUDGET_SPENT = 'budget_spent';

/** Our own rate limit for the connection is used up: no call was made. */
export class BudgetSpentError extends NotYetError {
  override readonly name: string = 'BudgetSpentError';

  constructor(connection: string, waitMs: number) {
    super({ code: BUDGET_SPENT, description: `the requests a minute of ${connection} are used up` }, waitMs);
  }
}

/** The cause of a delivery that waits for a remote to come back. */
export const AWAY = 'connection_away';

/** The remote has failed every call for a while: no call was made. */
export class AwayError extends NotYetError {
  override readonly name: string = 'AwayError';

  constructor(connection: string, since: number, waitMs: number) {
    const description = `${connection} has failed at everything since ${new Date(since).toISOString()}: one delivery at a time asks whether it is back`;
    super({ code: AWAY, description }, waitMs);
  }
}

/** The remote refused and will refuse again: dead at once. */
export class RejectedError extends IntegrationError {
  override readonly name: string = 'RejectedError';
}

/** What a caller names does not exist. */
export class NotFoundError extends RejectedError {
  override readonly name: string = 'NotFoundError';

  constructor(what: string) {
    super({ code: 'not_found', description: `there is no such ${what}` });
  }
}

/** Returns what was found. Throws NotFoundError if that is nothing. */
export function orNotFound<T>(found: T | null | undefined, what: string): T {
  if (found == null) throw new NotFoundError(what);
  return found;
}

/** Nothing is left to do: dead, as a replay would find nothing either, but without an alarm. */
export class StoppedError extends RejectedError {
  override readonly name: string = 'StoppedError';
}

/** Refused because of the state that something is in. */
export class StateError extends RejectedError {
  override readonly name: string = 'StateError';
}

/** What has to change before a blocked delivery can run again by itself. */
export type WaitsFor = 'connection' | 'routes' | 'order' | 'operator';

/** A person must act: blocked until what it waits for changes, or until it is replayed. */
export class BlockedError extends IntegrationError {
  override readonly name: string = 'BlockedError';
  readonly waitsFor: WaitsFor;

  constructor(detail: ErrorDetail, waitsFor: WaitsFor, options?: ErrorOptions) {
    super(detail, options);
    this.waitsFor = waitsFor;
  }
}

/** The cause of a block because no probe can tell: a person looks, and a replay means that it did not happen. */
export const OUTCOME_UNKNOWN = 'outcome_unknown';

/** A body does not have the shape its vendor documents: kept as it came and shown, never retried. */
export class ContractError extends IntegrationError {
  override readonly name: string = 'ContractError';
}
