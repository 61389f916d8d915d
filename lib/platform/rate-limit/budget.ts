/** The requests a minute of one connection, shared by every worker and poller. */
export interface Budget {
  /** Returns when a request may leave; throws BudgetSpentError when that is further away than the caller can wait. */
  take(): Promise<void>;
  /** The remote wants no calls for so many seconds; null when it did not say how long. */
  pause(seconds: number | null): Promise<void>;
}
