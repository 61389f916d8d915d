/**
 * Public list prices in USD, without free tiers, as of November 2026: the pricing pages of Amazon API Gateway (HTTP APIs),
 * AWS Lambda (Arm), Amazon SQS, Amazon DynamoDB (on-demand), AWS Secrets Manager, Amazon CloudWatch, AWS KMS and Amazon
 * EventBridge (Scheduler).
 */
const US_EAST_1 = {
  /** HTTP API: a request of up to 512 KB. */
  apiGatewayRequest: 1.0 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  /** arm64, a gigabyte for a second, billed by the millisecond, including the start of an instance. */
  lambdaGbSecond: 0.0000133334,
  /** Standard queues, each 64 KB of a request. */
  sqsRequest: 0.4 / 1e6,
  /** Added to `sqsRequest` if a message names its group (fair queues). */
  sqsFairRequest: 0.1 / 1e6,
  /** On demand: a write of up to 1 KB; transactions and moves within an index take several. */
  dynamodbWrite: 0.625 / 1e6,
  /** On demand: a strongly consistent read of up to 4 KB. */
  dynamodbRead: 0.125 / 1e6,
  secretsManagerRequest: 0.05 / 1e4,
  /** Ingestion of log lines, which include metrics in the embedded format. */
  logsGb: 0.5,
  schedulerInvocation: 1.0 / 1e6,
  /** Per month, for each month kept. */
  logsKeptGb: 0.03,
  tableGb: 0.25,
  /** Point-in-time recovery, by the table's size. */
  backupGb: 0.2,
  secret: 0.4,
  /** Each metric that an alarm watches; an expression over several metrics costs each. */
  alarmMetric: 0.1,
  /** Each combination of a metric of ours with its dimensions that occurs, by the hour. */
  metric: 0.3,
  dashboard: 3,
  key: 1,
};

export type Prices = typeof US_EAST_1;

/** The prices that differ in other regions. */
const REGIONS: Readonly<Record<string, Partial<Prices>>> = {
  'us-east-1': {},
  'us-west-2': {},
  'eu-west-1': {
    apiGatewayRequest: 1.11 / 1e6,
    dynamodbWrite: 0.705 / 1e6,
    dynamodbRead: 0.1415 / 1e6,
    tableGb: 0.283,
    backupGb: 0.226,
    logsGb: 0.57,
  },
  'eu-central-1': {
    apiGatewayRequest: 1.2 / 1e6,
    dynamodbWrite: 0.7625 / 1e6,
    dynamodbRead: 0.1525 / 1e6,
    tableGb: 0.306,
    backupGb: 0.2448,
    logsGb: 0.63,
    logsKeptGb: 0.0324,
  },
};

export const regions = Object.keys(REGIONS);

export const pricesOf = (region: string): Prices => ({ ...US_EAST_1, ...REGIONS[region] });

/** With this memory, a Lambda function has one whole CPU; with less, its share of one. */
export const MB_PER_CPU = 1769;
