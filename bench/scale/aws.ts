/** What AWS documents of its services, per Region and with default quotas. Rates are per second. */
export const AWS = {
  /** One partition key of a table or index, whatever the capacity of the whole table. */
  partition: { writeUnits: 1_000, readUnits: 3_000 },
  /** A whole table on demand: 40,000 by default; twice that on request, as docs/scale.md recommends. */
  table: { writeUnits: 80_000 },
  lambda: { concurrency: 1_000, megabytesPerCpu: 1_769 },
  /** An event source mapping of SQS begins with five batches at once and adds 300 a minute. */
  mapping: { first: 5, morePerSecond: 5 },
  sqs: { inFlight: 120_000, maxDelaySeconds: 900 },
  /** Requests of all HTTP APIs of an account together. */
  api: { rate: 10_000 },
} as const;
