import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** How long, in all, a request is sent again. */
  maxMs?: number;
  wait?: (ms: number) => Promise<unknown>;
  random?: () => number;
  clock?: () => number;
}

const FIRST_WAIT_MS = 25;
const MAX_WAIT_MS = 1_000;

/** Reasons to cancel a transaction that say nothing of its conditions: the same one may succeed a moment later. */
const PASSING = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'InternalServerError',
]);

/**
 * DynamoDB did nothing of such a request. The SDK repeats a throttled one only while its client has tokens left, which a
 * hundred repetitions use up: in a storm each message would fail at its first throttled request.
 */
const REFUSED = new Set([
  'TransactionConflictException',
  'TransactionInProgressException',
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
]);

/**
 * Repeats a request for as long as DynamoDB is busy: another transaction has one of its items, or it was throttled. A
 * failed condition is not contention: it is thrown at once.
 */
export async function whileContended<T>(
  request: () => Promise<T>,
  { maxMs = 6_000, wait = sleep, random = Math.random, clock = () => Date.now() }: Patience = {},
): Promise<T> {
  const began = clock();
  for (let tries = 0; ; tries++) {
    try {
      return await request();
    } catch (error) {
      if (!isContention(error) || clock() - began >= maxMs) throw error;
    }
    // Half of it is random, so that those who met once do not meet again.
    await wait((Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** tries) * (1 + random())) / 2);
  }
}

interface Failure {
  name?: string;
  CancellationReasons?: Array<{ Code?: string }>;
}

function isContention(error: unknown): boolean {
  const { name = '' } = error as Failure;
  if (REFUSED.has(name)) return true;
  const reasons = [...cancellationCodes(error)].filter((code) => code !== 'None');
  return reasons.length > 0 && reasons.every((code) => PASSING.has(code));
}

const CONDITION_FAILED = 'ConditionalCheckFailed';

/** Whether a transaction was cancelled because a condition of it failed. */
export const isConditionCancelled = (error: unknown): boolean => cancellationCodes(error).has(CONDITION_FAILED);

function cancellationCodes(error: unknown): Set<string> {
  const { name, CancellationReasons = [] } = error as Failure;
  return new Set(name === 'TransactionCanceledException' ? CancellationReasons.map(({ Code = '' }) => Code) : []);
}
