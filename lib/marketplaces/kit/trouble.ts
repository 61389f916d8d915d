import { RetryableError, UnknownOutcomeError } from '#lib/platform/errors';

/** After this many failures in a row, the remote is in trouble, not a single thing that was asked for. */
const MAX_FAILURES = 3;

/** Counts failures that may concern one of the things asked for only; errors of the whole remote are thrown at once. */
export function countTrouble() {
  let failures = 0;
  return {
    clear: () => {
      failures = 0;
    },
    isTooMuch(error: unknown): boolean {
      if (!(error instanceof RetryableError || error instanceof UnknownOutcomeError)) throw error;
      failures += 1;
      return failures >= MAX_FAILURES;
    },
  };
}
