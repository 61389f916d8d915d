import { GUARDED_PARTITIONS } from './names.ts';

/** What a function may do. Stacks turn it into IAM statements, tests hold the statements against it. */
export interface Grants {
  table?: readonly TableAction[];
  /** Guarded partitions of the table that it may use as well. */
  guarded?: readonly GuardedPartition[];
  /** What it may do in a few partitions; without `table`, all of its access to the table. */
  only?: Partial<Record<GuardedPartition | 'RESERVED' | 'SECRET', readonly TableAction[]>>;
  send?: readonly string[];
  /** Queues whose length it may read. */
  measure?: readonly string[];
  /** Dead-letter queues it may read and empty. */
  redrive?: readonly string[];
  /** The function calls the hub's own API with its callers' keys. */
  api?: true;
  /** Secrets that it may read. */
  secrets?: readonly string[];
}

export type GuardedPartition = (typeof GUARDED_PARTITIONS)[number];

/** Guarded partitions that a function may not touch, whatever it may do with the rest of the table. */
export const closedTo = ({ guarded = [] }: Grants): GuardedPartition[] =>
  GUARDED_PARTITIONS.filter((each) => !guarded.includes(each));

export type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'BatchWriteItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem';

export interface FunctionSpec {
  name: string;
  /** File and export, as Lambda names a handler. */
  handler: string;
  timeoutSeconds: number;
  memoryMb: number;
  grants: Grants;
  /**
   * Lambda takes a chain of messages for a runaway when it invokes a function for the seventeenth time, and stops it.
   * `allow`: the ledger ends such chains itself, as a delivery that is throttled rings its own queue for a day.
   */
  recursion?: 'allow';
}

export interface QueueSpec {
  name: string;
  /** The function that consumes it; dead-letter queues have none. */
  consumer: string;
  deadLetterQueue: string;
  batchSize: number;
  /** The most invocations of the consumer at once: its share of the account's concurrency. */
  maximumConcurrency: number;
  visibilityTimeoutSeconds: number;
  /** Receives before the queue's own redrive: only crashes count, as refusals become dead deliveries. */
  maxReceiveCount: number;
}

/** What a record must match to be handed on: one of the values at each path, as in Lambda's filters. */
export interface Pattern {
  readonly [member: string]: Pattern | readonly string[];
}

/** The table's stream as one function consumes it: in order for each item, repeated until the function is done. */
export interface StreamSpec {
  consumer: string;
  /** Records that match none of them cost nothing. */
  filters: readonly Pattern[];
  batchSize: number;
  /** How many batches of one shard run at once, each with other items. */
  parallelizationFactor: number;
  maximumRetryAttempts: number;
  maximumRecordAgeSeconds: number;
  /** The queue that is told which records were given up. */
  onFailureQueue: string;
}

export interface RouteSpec {
  /** API Gateway v2 route key. */
  route: string;
  function: string;
  /** What API Gateway lets through; the rest gets 429. Each route has its own, so that none uses up another's. */
  requestsPerSecond: number;
  /** Requests let through at one moment. */
  burst: number;
}

export interface ScheduleSpec {
  name: string;
  function: string;
  everySeconds: number;
  /** The environment variable that shortens it locally. */
  override: 'POLL_INTERVAL_SECONDS' | 'SWEEP_INTERVAL_SECONDS';
}
