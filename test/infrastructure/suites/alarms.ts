import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { marketplaces } from '#lib/marketplaces/registry';
import { functions, queues, schedules, streams } from '#lib/topology';
import { prefixOf } from '../../../cli/doctor/account.ts';
import { account, type Graph, type Inputs } from '../graph.ts';
import { findMetricBreaches, type MetricReference } from './metrics.ts';

export const ALARM = 'cloudwatch/metricAlarm:MetricAlarm';
const OPERATE = readFileSync(join(import.meta.dirname, '../../../docs/operate.md'), 'utf8');

export interface Query {
  id: string;
  expression?: string;
  returnData?: boolean;
  metric?: MetricReference & { stat: string; period: number };
}

export const describeAlarms = (graph: Graph) =>
  describe('alarms', () => {
    const all = graph.all(ALARM).map(({ inputs }) => inputs);
    const alarm = (name: string) => graph.one(ALARM, ({ inputs }) => inputs.name === `longshore-test-${name}`).inputs;
    const queueName = (name: string) => String(graph.queue(name).state.name);

    test.each([
      ...queues.map(({ deadLetterQueue }) => deadLetterQueue),
      ...streams.map(({ onFailureQueue }) => onFailureQueue),
      'schedule-dead-letters',
    ])('%s rings at its first message', (name) => {
      expect(alarm(`${name}-not-empty`)).toMatchObject({
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: queueName(name) },
        statistic: 'Maximum',
        threshold: 0,
      });
    });

    test.each(queues)(
      '$name rings when a message has waited for a quarter of an hour beyond what rings are held back',
      ({ name }) => {
        expect(alarm(`${name}-too-old`)).toMatchObject({
          namespace: 'AWS/SQS',
          metricName: 'ApproximateAgeOfOldestMessage',
          dimensions: { QueueName: queueName(name) },
          statistic: 'Maximum',
          threshold: name === 'inbound' ? 900 : 1800,
        });
      },
    );

    test('the doctor finds them by what the deployment writes down', () => {
      const prefix = `${prefixOf(graph.outputs.environment)}-`;
      expect(all.filter(({ name }) => !String(name).startsWith(prefix))).toEqual([]);
    });

    test('every queue of the graph that others bury in has one, whoever made it', () => {
      const dead = graph.all('sqs/queue:Queue').filter(({ inputs }) => !inputs.redrivePolicy);
      expect(dead).toHaveLength(queues.length + streams.length + 1);
      const watched = all
        .filter(({ metricName }) => metricName === 'ApproximateNumberOfMessagesVisible')
        .map(({ dimensions }) => (dimensions as { QueueName: string }).QueueName);
      expect(watched.sort()).toEqual(dead.map(({ state }) => String(state.name)).sort());
    });

    test('the inbound queue rings when a noisy connection keeps the quiet ones waiting', () => {
      expect(alarm('inbound-unfair')).toMatchObject({
        namespace: 'AWS/SQS',
        metricName: 'ApproximateAgeOfOldestMessageInQuietGroups',
        dimensions: { QueueName: queueName('inbound') },
        threshold: 300,
      });
    });

    test.each(functions)('$name rings when a tenth of its invocations fail, and when it is not let run', ({ name }) => {
      const dimensions = { FunctionName: graph.function(name).state.name };
      const { metricQueries, ...rate } = alarm(`${name}-fails`);
      expect(rate).toMatchObject({ threshold: 10, evaluationPeriods: 3, datapointsToAlarm: 2 });
      expect(metricQueries).toEqual([
        {
          id: 'errors',
          metric: { namespace: 'AWS/Lambda', metricName: 'Errors', dimensions, period: 300, stat: 'Sum' },
        },
        {
          id: 'invocations',
          metric: { namespace: 'AWS/Lambda', metricName: 'Invocations', dimensions, period: 300, stat: 'Sum' },
        },
        expect.objectContaining({ expression: '100 * errors / invocations', returnData: true }),
      ]);
      expect(alarm(`${name}-throttled`)).toMatchObject({
        namespace: 'AWS/Lambda',
        metricName: 'Throttles',
        dimensions,
        statistic: 'Sum',
        threshold: 0,
      });
    });

    test.each(queues)(
      '$consumer rings at the first failed message of a quiet night and at one in a hundred of a busy day, within five minutes',
      ({ name, consumer }) => {
        const { metricQueries, ...rule } = alarm(`${consumer}-messages-fail`);
        const queries = metricQueries as Query[];
        expect(rule).toMatchObject({ threshold: 1, evaluationPeriods: 1, datapointsToAlarm: 1 });
        expect(queries.flatMap(({ metric }) => metric ?? [])).toMatchObject([
          {
            namespace: 'Longshore/test',
            metricName: 'MessagesFailed',
            dimensions: { Function: graph.function(consumer).state.name },
            period: 300,
          },
          { metricName: 'NumberOfMessagesReceived', dimensions: { QueueName: queueName(name) }, period: 300 },
        ]);
        const rings = (failed: number, received?: number) =>
          evaluate(queries.at(-1)?.expression ?? '', { failed, received }) > Number(rule.threshold);
        expect(rings(1)).toBe(true);
        expect(rings(1, 1)).toBe(true);
        expect(rings(1, 10_000)).toBe(false);
        expect(rings(200, 10_000)).toBe(true);
      },
    );

    test.each(streams)(
      '$consumer rings when the change feed is two minutes behind what was committed',
      ({ consumer }) => {
        expect(alarm(`${consumer}-lags`)).toMatchObject({
          metricName: 'IteratorAge',
          dimensions: { FunctionName: graph.function(consumer).state.name },
          statistic: 'Maximum',
          threshold: 120_000,
        });
      },
    );

    test('what Lambda drops before it reaches a function rings: ticks of the clock, and chains of rings', () => {
      const watched = (name: string) =>
        (alarm(name).metricQueries as Query[]).flatMap(({ metric }) => (metric ? [metric] : []));
      const physical = (names: string[]) => new Set(names.map((name) => graph.function(name).state.name));
      const ticks = watched('ticks-dropped');
      expect(new Set(ticks.map(({ dimensions }) => dimensions.FunctionName))).toEqual(
        physical(schedules.map((schedule) => schedule.function)),
      );
      expect(new Set(ticks.map(({ metricName }) => metricName))).toEqual(new Set(['AsyncEventsDropped']));
      const rings = watched('rings-cut');
      expect(new Set(rings.map(({ dimensions }) => dimensions.FunctionName))).toEqual(
        physical(queues.map(({ consumer }) => consumer)),
      );
      expect(new Set(rings.map(({ metricName }) => metricName))).toEqual(new Set(['RecursiveInvocationsDropped']));
      const expression = (alarm('rings-cut').metricQueries as Query[]).at(-1)?.expression ?? '';
      expect(evaluate(expression, { ingest: 1 })).toBe(1);
    });

    test.each(marketplaces)(
      '$name rings when a connection is half an hour late, or when its poller is mute',
      (spec) => {
        expect(alarm(`${spec.name}-poller-lags`)).toMatchObject({
          namespace: 'Longshore/test',
          metricName: 'PollerLag',
          dimensions: { Marketplace: spec.name },
          statistic: 'Maximum',
          threshold: 1800,
          treatMissingData: 'missing',
          insufficientDataActions: [graph.one('sns/topic:Topic').state.arn],
        });
      },
    );

    test.each(marketplaces)('$name rings when a delivery waits for a person', ({ name }) => {
      expect(alarm(`${name}-blocked`)).toMatchObject({
        metricName: 'DeliveriesStopped',
        dimensions: { Marketplace: name, State: 'blocked' },
        statistic: 'Sum',
        threshold: 0,
      });
    });

    test.each(marketplaces)('$name rings when what it sends has a member more or less', ({ name }) => {
      expect(alarm(`${name}-shape`)).toMatchObject({
        ...{ metricName: 'ShapeChanges', dimensions: { Marketplace: name }, statistic: 'Sum', threshold: 0 },
      });
    });

    const callers = marketplaces.filter(({ topics }) => topics.length > 0);
    test.each(callers)('$name rings when the hub is no longer among those it calls', ({ name }) => {
      expect(alarm(`${name}-webhooks-lost`)).toMatchObject({
        ...{ metricName: 'WebhooksLost', dimensions: { Marketplace: name }, statistic: 'Sum', threshold: 0 },
      });
    });

    test.each(callers.filter(({ sells }) => sells))(
      '$name rings when it stops calling: polls find a fifth of an hour’s orders, and three at least',
      ({ name }) => {
        const { metricQueries, threshold } = alarm(`${name}-silent`);
        expect(threshold).toBe(20);
        expect((metricQueries as Query[]).map(({ metric }) => metric?.metricName)).toEqual([
          'OrdersMissedByWebhook',
          'OrdersReceived',
          undefined,
        ]);
        const rings = (missed: number, received: number) =>
          evaluate((metricQueries as Query[]).at(-1)?.expression ?? '', { missed, received }) > Number(threshold);
        expect(rings(0, 50)).toBe(false);
        expect(rings(2, 2)).toBe(false);
        expect(rings(3, 3)).toBe(true);
        expect(rings(30, 1000)).toBe(false);
        expect(rings(300, 1000)).toBe(true);
      },
    );

    test.each(callers.filter(({ sells }) => !sells))(
      '$name rings when it says nothing for a day in which it was given ten orders',
      ({ name: Marketplace }) => {
        const { metricQueries, threshold } = alarm(`${Marketplace}-silent`);
        const queries = metricQueries as Query[];
        expect(queries.flatMap(({ metric }) => metric ?? [])).toMatchObject([
          {
            metricName: 'Attempts',
            dimensions: { Marketplace, Action: 'order', Outcome: 'succeeded' },
            period: 86_400,
          },
          { metricName: 'Webhooks', dimensions: { Marketplace, Result: 'accepted' }, period: 86_400 },
        ]);
        const rings = (placed: number, accepted?: number) =>
          evaluate(queries.at(-1)?.expression ?? '', { placed, accepted }) > Number(threshold);
        expect(rings(9, 0)).toBe(false);
        expect(rings(10, 1)).toBe(false);
        expect(rings(10, 0)).toBe(true);
        // A function that was never called has no such metric at all.
        expect(rings(10)).toBe(true);
      },
    );

    test('a marketplace that calls nobody cannot be missed', () => {
      const silent = all.filter(({ name }) => String(name).endsWith('-silent'));
      expect(silent).toHaveLength(callers.length);
    });

    test('the table rings for itself and for each of its indexes', () => {
      const queries = alarm('table-throttled').metricQueries as Query[];
      const TableName = graph.one('dynamodb/table:Table').state.name;
      const watched = queries.flatMap(({ metric }) => (metric ? [[metric.metricName, metric.dimensions]] : []));
      expect(watched).toEqual(
        [{}, { GlobalSecondaryIndexName: 'byTime' }, { GlobalSecondaryIndexName: 'byState' }].flatMap((index) => [
          ['ReadThrottleEvents', { TableName, ...index }],
          ['WriteThrottleEvents', { TableName, ...index }],
        ]),
      );
      const values = Object.fromEntries(queries.flatMap(({ id, metric }) => (metric ? [[id, 2]] : [])));
      expect(evaluate(queries.at(-1)?.expression ?? '', values)).toBe(2 * watched.length);
      expect(evaluate(queries.at(-1)?.expression ?? '', { reads: 11 })).toBe(11);
    });

    test('the API rings at one 5xx in a hundred, once there are five', () => {
      const { metricQueries, threshold } = alarm('gateway-fails');
      const expression = (metricQueries as Query[]).at(-1)?.expression ?? '';
      const rings = (failed: number, calls: number) => evaluate(expression, { failed, calls }) > Number(threshold);
      expect(rings(4, 4)).toBe(false);
      expect(rings(5, 5000)).toBe(false);
      expect(rings(60, 5000)).toBe(true);
    });

    test('and at three in an hour, as whoever is called every ten minutes never has five in five minutes', () => {
      const { metricQueries, threshold } = alarm('gateway-fails-hourly');
      const queries = metricQueries as Query[];
      expect(queries.flatMap(({ metric }) => metric?.period ?? [])).toEqual([3600, 3600]);
      const rings = (failed: number, calls: number) =>
        evaluate(queries.at(-1)?.expression ?? '', { failed, calls }) > Number(threshold);
      expect(rings(2, 6)).toBe(false);
      expect(rings(3, 60)).toBe(true);
      expect(rings(20, 5000)).toBe(false);
    });

    test('each watches what there is, rings above its threshold, and tells the one topic when it starts and stops', () => {
      const topic = graph.one('sns/topic:Topic').state.arn;
      for (const inputs of all) {
        for (const metric of metricsOf(inputs))
          expect(findMetricBreaches(metric, graph), String(inputs.name)).toEqual([]);
        expect(inputs, String(inputs.name)).toMatchObject({
          comparisonOperator: 'GreaterThanThreshold',
          alarmActions: [topic],
          okActions: [topic],
        });
        expect(['notBreaching', 'missing'], String(inputs.name)).toContain(inputs.treatMissingData);
        expect(Number(inputs.datapointsToAlarm)).toBeLessThanOrEqual(Number(inputs.evaluationPeriods));
      }
    });

    test('each leads to a section of docs/operate.md that exists, and each section there is of some alarm', () => {
      const [, ringing = ''] = OPERATE.split('## When an alarm rings\n');
      const sections = [...(ringing.split('\n## ')[0] ?? '').matchAll(/^### (.+)$/gm)].map(([, title = '']) =>
        slug(title),
      );
      const linked = all.map(({ alarmDescription }) => / docs\/operate\.md#(\S+)$/.exec(String(alarmDescription))?.[1]);
      expect([...new Set(linked)].sort()).toEqual(sections.sort());
    });

    test('the topic is encrypted with a key that CloudWatch may use, and nobody else tells it anything', () => {
      const topic = graph.one('sns/topic:Topic');
      const key = graph.one('kms/key:Key');
      expect(topic.inputs.kmsMasterKeyId).toBe(key.state.arn);
      expect(key.inputs.enableKeyRotation).toBe(true);
      expect(JSON.parse(String(key.inputs.policy)).Statement).toEqual([
        { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
          Resource: '*',
          Condition: { StringEquals: { 'aws:SourceAccount': account } },
        },
      ]);
      expect(JSON.parse(String(graph.one('sns/topicPolicy:TopicPolicy').inputs.policy)).Statement).toEqual([
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: topic.state.arn,
          Condition: {
            ArnLike: { 'aws:SourceArn': `arn:aws:cloudwatch:eu-central-1:${account}:alarm:longshore-test-*` },
          },
        },
      ]);
    });
  });

export const metricsOf = ({ metricQueries, ...single }: Inputs): MetricReference[] =>
  metricQueries
    ? (metricQueries as Query[]).flatMap(({ metric }) => metric ?? [])
    : [single as unknown as MetricReference];

/** A heading's anchor, as GitHub makes it. */
const slug = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/**
 * CloudWatch's result of an expression; ours use only IF, AND, SUM and MAX of an array, and arithmetic. A metric
 * without a value is one that nobody has reported; SUM leaves it out.
 */
export function evaluate(expression: string, values: Record<string, number | undefined>): number {
  if (!/^[\w\s+*/(),.<>=[\]-]+$/.test(expression)) throw new Error(`not an expression of ours: ${expression}`);
  const names = [...new Set(expression.match(/\b[a-z]\w*/g))];
  const run = new Function('IF', 'SUM', 'MAX', ...names, `return ${expression.replaceAll(' AND ', ' && ')}`) as (
    ...inputs: unknown[]
  ) => number;
  const when = (holds: boolean, then: number, otherwise: number) => (holds ? then : otherwise);
  const sum = (all: Array<number | undefined>) => all.reduce<number>((total, value) => total + (value ?? 0), 0);
  const max = (all: Array<number | undefined>) => Math.max(...all.filter((value) => value !== undefined));
  return run(when, sum, max, ...names.map((name) => values[name]));
}
