import { describe, expect, test } from 'vitest';
import { queues, schedules } from '#lib/topology';
import type { Graph } from '../graph.ts';

export const describeAlarms = (graph: Graph) =>
  describe('alarms', () => {
    const alarm = (metricName: string, dimensions: Record<string, unknown>) =>
      graph.one(
        'cloudwatch/metricAlarm:MetricAlarm',
        ({ inputs }) =>
          inputs.metricName === metricName && JSON.stringify(inputs.dimensions) === JSON.stringify(dimensions),
      ).inputs;
    const ofQueue = (name: string, metric: string) => alarm(metric, { QueueName: graph.queue(name).state.name });

    test.each([...queues.map(({ deadLetterQueue }) => deadLetterQueue), 'schedule-dead-letters'])(
      '%s rings at its first message',
      (name) => {
        expect(ofQueue(name, 'ApproximateNumberOfMessagesVisible')).toMatchObject({
          namespace: 'AWS/SQS',
          statistic: 'Maximum',
          comparisonOperator: 'GreaterThanThreshold',
          threshold: 0,
        });
      },
    );

    test.each(queues)('$name rings when its oldest message has waited for a quarter of an hour', ({ name }) => {
      expect(ofQueue(name, 'ApproximateAgeOfOldestMessage')).toMatchObject({
        namespace: 'AWS/SQS',
        statistic: 'Maximum',
        comparisonOperator: 'GreaterThanThreshold',
        threshold: 900,
      });
    });

    test('every dead-letter queue of the graph has one, whoever made it', () => {
      const dead = graph.all('sqs/queue:Queue').filter(({ inputs }) => !inputs.redrivePolicy);
      expect(dead).toHaveLength(queues.length + 1);
      for (const { state } of dead) alarm('ApproximateNumberOfMessagesVisible', { QueueName: state.name });
    });

    test.each(schedules)(
      '$name rings when its function keeps failing, as no queue would show it',
      ({ function: name }) => {
        expect(alarm('Errors', { FunctionName: graph.function(name).state.name })).toMatchObject({
          namespace: 'AWS/Lambda',
          statistic: 'Sum',
        });
      },
    );

    test('all of them tell the one topic, and silence is no news', () => {
      const topic = graph.one('sns/topic:Topic').state.arn;
      for (const { name, inputs } of graph.all('cloudwatch/metricAlarm:MetricAlarm'))
        expect(inputs, name).toMatchObject({ alarmActions: [topic], treatMissingData: 'notBreaching' });
    });
  });
