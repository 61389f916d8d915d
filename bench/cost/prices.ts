/** Public list prices of us-east-1 in USD, without free tiers, as of November 2026. */
export const PRICES = {
  /** HTTP API: a request of up to 512 KB. */
  apiGatewayRequest: 1.0 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  /** arm64, a gigabyte for a second, billed by the millisecond. */
  lambdaGbSecond: 0.0000133334,
  /** Standard queues, each 64 KB of a request. */
  sqsRequest: 0.4 / 1e6,
  /** Added to `sqsRequest` where a message names its group (fair queues). */
  sqsFairRequest: 0.1 / 1e6,
  /** On demand: a write of up to 1 KB; transactions and moves within an index take several. */
  dynamodbWrite: 0.625 / 1e6,
  /** On demand: a strongly consistent read of up to 4 KB. */
  dynamodbRead: 0.125 / 1e6,
  secretsManagerRequest: 0.05 / 1e4,
  /** Ingestion of log lines, metrics in the embedded format among them. */
  logsGb: 0.5,
};

/** A Lambda has one whole CPU at this memory, and its share of one below. */
export const MB_PER_CPU = 1769;
