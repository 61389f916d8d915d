import { functions, INBOUND_QUEUE, queues, schedules } from '../../lib/topology';
import { find, type Resources } from '../environment';
import { apiMetric, functionMetric, queueMetric, tableIndexes, tableMetric } from './metrics';
import { graph, type Line, type Widget } from './widgets';

/** What AWS tells of the services that the hub runs on. */
export function awsWidgets({ queues: made, table }: Resources, api: sst.aws.ApiGatewayV2): Widget[][] {
  const ofQueue = (name: string, metric: Parameters<typeof queueMetric>[1], label = name): Line => ({
    ...{ label, metric: queueMetric(find(made, name), metric) },
  });
  const ofQueues = (names: string[], metric: Parameters<typeof queueMetric>[1]): Line[] =>
    names.map((name) => ofQueue(name, metric));
  const all = functions.map(({ name }) => name);
  const clockDriven = schedules.map((schedule) => schedule.function);
  const ofFunctions = (metric: Parameters<typeof functionMetric>[1], names = all): Line[] =>
    names.map((name) => ({ label: name, metric: functionMetric(name, metric) }));
  const ofTable = (metric: Parameters<typeof tableMetric>[1]): Line[] =>
    [undefined, ...tableIndexes].map((index) => ({
      label: `${metric} ${index ?? 'table'}`,
      metric: tableMetric(table, metric, index),
    }));
  const ofApi = (...metrics: Array<Parameters<typeof apiMetric>[1]>): Line[] =>
    metrics.map((metric) => ({ label: metric, metric: apiMetric(api, metric) }));

  const consumed = queues.map(({ name }) => name);
  const dead = queues.map(({ deadLetterQueue }) => deadLetterQueue);
  return [
    [
      graph('Messages waiting', ofQueues(consumed, 'ApproximateNumberOfMessagesVisible'), 'Maximum'),
      graph('Oldest message, seconds', ofQueues(consumed, 'ApproximateAgeOfOldestMessage'), 'Maximum'),
      graph(
        'Fairness of the inbound queue',
        [
          ofQueue(INBOUND_QUEUE, 'ApproximateNumberOfNoisyGroups', 'noisy connections'),
          ofQueue(
            INBOUND_QUEUE,
            'ApproximateAgeOfOldestMessageInQuietGroups',
            'oldest message of a quiet one, seconds',
          ),
        ],
        'Maximum',
      ),
      graph('Dead letters', ofQueues(dead, 'ApproximateNumberOfMessagesVisible'), 'Maximum'),
    ],
    [
      graph('Functions: failed invocations', ofFunctions('Errors')),
      graph('Functions: throttled', ofFunctions('Throttles')),
      graph('Functions: ticks dropped', ofFunctions('AsyncEventsDropped', clockDriven)),
      graph('Functions: duration, p95 in ms', ofFunctions('Duration'), 'p95'),
      graph('Functions: at once', ofFunctions('ConcurrentExecutions'), 'Maximum'),
    ],
    [
      graph('Table: read units', ofTable('ConsumedReadCapacityUnits')),
      graph('Table: write units', ofTable('ConsumedWriteCapacityUnits')),
      graph('Table: throttled', [...ofTable('ReadThrottleEvents'), ...ofTable('WriteThrottleEvents')]),
    ],
    [
      graph('API: calls', ofApi('Count')),
      graph('API: refused and failed', ofApi('4xx', '5xx')),
      graph('API: p95 in ms', ofApi('Latency', 'IntegrationLatency'), 'p95'),
    ],
  ];
}
