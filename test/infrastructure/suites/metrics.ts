import { marketplaces } from '#lib/marketplaces/registry';
import { dimensionsOf, METRICS, type MetricName } from '#lib/platform/telemetry/metric-list';
import { ENDPOINT, functions, queues, table } from '#lib/topology';
import type { Graph } from '../graph.ts';

export interface MetricReference {
  namespace: string;
  metricName: string;
  dimensions: Record<string, string>;
}

// The metrics of the services used here, with their dimensions, as AWS documents them.
const OF_AWS: Record<string, { dimensions: string[][]; names: string[] }> = {
  'AWS/SQS': {
    dimensions: [['QueueName']],
    names: [
      'ApproximateAgeOfOldestMessage',
      'ApproximateAgeOfOldestMessageInQuietGroups',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesVisible',
      'ApproximateNumberOfMessagesVisibleInQuietGroups',
      'ApproximateNumberOfNoisyGroups',
      'NumberOfMessagesReceived',
    ],
  },
  'AWS/Lambda': {
    dimensions: [['FunctionName'], []],
    names: [
      'AsyncEventsDropped',
      'ConcurrentExecutions',
      'Duration',
      'Errors',
      'Invocations',
      'IteratorAge',
      'RecursiveInvocationsDropped',
      'Throttles',
    ],
  },
  'AWS/DynamoDB': {
    dimensions: [['TableName'], ['GlobalSecondaryIndexName', 'TableName']],
    names: ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits', 'ReadThrottleEvents', 'WriteThrottleEvents'],
  },
  'AWS/ApiGateway': { dimensions: [['ApiId']], names: ['4xx', '5xx', 'Count', 'IntegrationLatency', 'Latency'] },
};

/** What is wrong with a metric reference: nobody emits it, or there is no such resource. */
export function findMetricBreaches({ namespace, metricName, dimensions }: MetricReference, graph: Graph): string[] {
  if (namespace === `Longshore/${graph.stage}`) return breachesOfOwn(metricName, dimensions, graph);
  const service = OF_AWS[namespace];
  if (!service?.names.includes(metricName)) return [`${namespace} has no ${metricName}`];
  const given = Object.keys(dimensions).sort().join();
  if (!service.dimensions.some((each) => each.join() === given)) return [`${metricName} is not by ${given}`];
  const existing: Record<string, unknown[]> = {
    QueueName: graph.all('sqs/queue:Queue').map(({ state }) => state.name),
    FunctionName: functions.map(({ name }) => graph.function(name).state.name),
    TableName: graph.all('dynamodb/table:Table').map(({ state }) => state.name),
    GlobalSecondaryIndexName: Object.keys(table.indexes),
    ApiId: graph.all('apigatewayv2/api:Api').map(({ id }) => id),
  };
  return Object.entries(dimensions).flatMap(([key, value]) =>
    existing[key]?.includes(value) ? [] : `there is no ${key} ${value}`,
  );
}

function breachesOfOwn(metricName: string, dimensions: Record<string, string>, graph: Graph): string[] {
  const spec = METRICS[metricName as MetricName];
  if (!spec) return [`nobody emits ${metricName}`];
  const wanted: Record<string, 'any' | readonly string[]> = spec.dimensions;
  if (graph.isLean) {
    const given = { ...('only' in spec && spec.only), ...dimensions };
    const emitted = dimensionsOf(metricName as MetricName, given, true);
    return Object.keys(emitted ?? { nothing: '' })
      .sort()
      .join() === Object.keys(dimensions).sort().join()
      ? []
      : [`${metricName} is not emitted like this`];
  }
  if (Object.keys(dimensions).sort().join() !== Object.keys(wanted).sort().join())
    return [`${metricName} is not by these dimensions`];
  return Object.entries(dimensions).flatMap(([key, value]) => breachesOfValue(key, value, wanted[key], graph));
}

export function breachesOfValue(
  key: string,
  value: string,
  values: 'any' | readonly string[] | undefined,
  graph: Graph,
): string[] {
  if (!values) return [`there is no dimension ${key}`];
  const named: Record<string, readonly unknown[]> = {
    Marketplace: [...marketplaces.map(({ name }) => name), ENDPOINT],
    // A queue's consumer emits it, under the name in its Lambda context.
    Function: queues.map(({ consumer }) => graph.function(consumer).state.name),
  };
  const known = named[key] ?? values;
  return known === 'any' || known.includes(value) ? [] : [`${key} is never ${value}`];
}
