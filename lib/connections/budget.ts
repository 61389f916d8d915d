import type { IntegrationError } from '#lib/errors';

/** The requests a minute of one connection, shared by every worker and poller. */
export interface Budget {
  /** Returns when a request may leave; throws BudgetSpentError when that is further away than the caller can wait. */
  take(): Promise<void>;
  /** The remote said 429: nobody calls it again before the time it asked for. */
  pause(error: IntegrationError): Promise<void>;
}
