import { GUARDED_PARTITIONS } from './names.ts';

/** What a function may do. Stacks turn it into IAM statements, tests hold the statements against it. */
export interface Grants {
  table?: readonly TableAction[];
  /** Guarded partitions of the table that it may touch, too. */
  guarded?: readonly GuardedPartition[];
  /** What it may do in a few partitions alone; of a function without `table`, all that it may touch. */
  only?: Partial<Record<GuardedPartition | 'RESERVED' | 'SECRET', readonly TableAction[]>>;
  send?: readonly string[];
  /** Queues whose length it may ask for. */
  measure?: readonly string[];
  /** Dead-letter queues it may look into and empty. */
  redrive?: readonly string[];
  /** The hub's own API, which it asks with its callers' keys. */
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
   * Lambda takes it for a runaway when a chain of messages invokes a function for the seventeenth time, and stops it
   * there. `allow`: the ledger ends such chains itself, as a delivery that a remote keeps asking for patience rings
   * its own queue for a day.
   */
  recursion?: 'allow';
}

export interface QueueSpec {
  name: string;
  /** The function that consumes it; dead-letter queues have none. */
  consumer: string;
  deadLetterQueue: string;
  batchSize: number;
  /** Invocations of the consumer at once: its share of the account's concurrency, whatever the others do. */
  maximumConcurrency: number;
  visibilityTimeoutSeconds: number;
  /** Receives before the queue's own redrive: crashes only, refusals are dead deliveries. */
  maxReceiveCount: number;
}

/** What a record must be to be handed on: one of the values at each path, as Lambda's filters have it. */
export interface Pattern {
  readonly [member: string]: Pattern | readonly string[];
}

/** The table's stream as one function consumes it: in order for each item, again until the function has done with it. */
export interface StreamSpec {
  consumer: string;
  /** Records that fit none of them cost nothing. */
  filters: readonly Pattern[];
  batchSize: number;
  /** Batches of one shard at once, each with other items. */
  parallelizationFactor: number;
  maximumRetryAttempts: number;
  maximumRecordAgeSeconds: number;
  /** Where it is told which records were given up. */
  onFailureQueue: string;
}

export interface RouteSpec {
  /** API Gateway v2 route key. */
  route: string;
  function: string;
  /** What API Gateway lets through; more is answered 429. Each route's own, so that none uses up another's. */
  requestsPerSecond: number;
  /** Requests that are let through at one moment. */
  burst: number;
}

export interface ScheduleSpec {
  name: string;
  function: string;
  everySeconds: number;
  /** The environment variable that shortens it locally. */
  override: 'POLL_INTERVAL_SECONDS' | 'SWEEP_INTERVAL_SECONDS';
}
