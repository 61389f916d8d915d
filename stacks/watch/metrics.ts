import { type DimensionsOf, METRICS, type MetricName } from '../../lib/platform/telemetry/metric-list';
import { table as tableSpec } from '../../lib/topology';
import { metricNamespace, physicalName } from '../names';

/** A metric that something emits: what alarms watch and the dashboard draws. */
export interface Metric {
  namespace: string;
  metricName: string;
  dimensions: Record<string, $util.Input<string>>;
}

export type Statistic = 'Sum' | 'Average' | 'Maximum' | 'SampleCount' | `p${number}`;

/** One of the hub's own, which functions emit by the very same list. */
export const ownMetric = <Name extends MetricName>(name: Name, dimensions: DimensionsOf<Name>): Metric => ({
  namespace: metricNamespace(),
  metricName: name,
  dimensions,
});

/** One that is emitted without dimensions where the hub is watched lean. */
export const summedOwn = (
  metricName: { [Name in MetricName]: (typeof METRICS)[Name] extends { lean: 'sum' } ? Name : never }[MetricName],
): Metric => ({ namespace: metricNamespace(), metricName, dimensions: {} });

/** A metric of the hub's own over all values of the dimensions not given: a CloudWatch search, for graphs only. */
export function searchOwn(
  name: MetricName,
  given: Record<string, string>,
  statistic: Statistic,
  period: number,
): string {
  const schema = [metricNamespace(), ...Object.keys(METRICS[name].dimensions)].map((each) => `"${each}"`).join();
  const wanted = Object.entries({ MetricName: name, ...given }).map(([key, value]) => `${key}="${value}"`);
  return `SUM(SEARCH('{${schema}} ${wanted.join(' ')}', '${statistic}', ${period}))`;
}

type QueueMetric =
  | 'NumberOfMessagesReceived'
  | 'ApproximateNumberOfMessagesVisible'
  | 'ApproximateNumberOfMessagesNotVisible'
  | 'ApproximateAgeOfOldestMessage'
  | 'ApproximateNumberOfNoisyGroups'
  | 'ApproximateAgeOfOldestMessageInQuietGroups';

export const queueMetric = (queue: sst.aws.Queue, metricName: QueueMetric): Metric => ({
  namespace: 'AWS/SQS',
  metricName,
  dimensions: { QueueName: queue.nodes.queue.name },
});

type FunctionMetric =
  | 'Invocations'
  | 'Errors'
  | 'Throttles'
  | 'Duration'
  | 'ConcurrentExecutions'
  | 'AsyncEventsDropped'
  | 'RecursiveInvocationsDropped'
  | 'IteratorAge';

/** Of all functions of the account in this region: only of use where nobody else shares the account. */
export const anyFunctionMetric = (metricName: 'Errors' | 'Throttles'): Metric => ({
  namespace: 'AWS/Lambda',
  metricName,
  dimensions: {},
});

/** Of a function of the topology. */
export const functionMetric = (name: string, metricName: FunctionMetric): Metric => ({
  namespace: 'AWS/Lambda',
  metricName,
  dimensions: { FunctionName: physicalName(name) },
});

type TableMetric =
  | 'ConsumedReadCapacityUnits'
  | 'ConsumedWriteCapacityUnits'
  | 'ReadThrottleEvents'
  | 'WriteThrottleEvents';

type Index = keyof typeof tableSpec.indexes;

export const tableIndexes = Object.keys(tableSpec.indexes) as Index[];

/** Of the table itself, or of one of its indexes, which are throttled separately. */
export const tableMetric = (table: sst.aws.Dynamo, metricName: TableMetric, index?: Index): Metric => ({
  namespace: 'AWS/DynamoDB',
  metricName,
  dimensions: { TableName: table.name, ...(index && { GlobalSecondaryIndexName: index }) },
});

type ApiMetric = 'Count' | '4xx' | '5xx' | 'Latency' | 'IntegrationLatency';

export const apiMetric = (api: sst.aws.ApiGatewayV2, metricName: ApiMetric): Metric => ({
  namespace: 'AWS/ApiGateway',
  metricName,
  dimensions: { ApiId: api.nodes.api.id },
});
