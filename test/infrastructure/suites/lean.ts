import { describe, expect, test } from 'vitest';
import { METRICS } from '#lib/platform/telemetry/metric-list';
import { queues, schedules, streams } from '#lib/topology';
import { standingStill } from '../../../bench/cost/month.ts';
import type { Graph } from '../graph.ts';
import { ALARM, evaluate, metricsOf, type Query } from './alarms.ts';
import { findMetricBreaches } from './metrics.ts';

/** The ticks of two connections without their schedules: `npm run bench:cost -- --month` measures 0.47. */
const TICKS_USD = 0.5;

export const describeLean = (graph: Graph, full: Graph) =>
  describe('watched lean', () => {
    const alarms = graph.all(ALARM).map(({ inputs }) => inputs);
    const alarm = (name: string) =>
      graph.one(ALARM, ({ inputs }) => inputs.name === `longshore-${graph.stage}-${name}`).inputs;
    const watched = (name: string) => metricsOf(alarm(name));
    const queueName = (name: string) => graph.queue(name).state.name;
    const rings = (name: string, values: Record<string, number>) => {
      const { metricQueries, threshold } = alarm(name);
      return evaluate((metricQueries as Query[]).at(-1)?.expression ?? '', values) > Number(threshold);
    };

    test('a hub that stands still costs at most 9 USD a month', () => {
      const { usd, ...lines } = standingStill(graph);
      expect(usd + TICKS_USD, JSON.stringify(lines)).toBeLessThanOrEqual(9);
      expect(standingStill(full).usd).toBeGreaterThan(20);
    });

    test('there is no dashboard, and no key: the topic tells names of queues and functions', () => {
      expect(graph.all('cloudwatch/dashboard:Dashboard')).toEqual([]);
      expect(graph.all('kms/key:Key')).toEqual([]);
      expect(graph.one('sns/topic:Topic').inputs.kmsMasterKeyId).toBeUndefined();
      expect(graph.all('sns/topicPolicy:TopicPolicy')).toHaveLength(1);
    });

    test('every alarm watches what is there and emitted, and has no more metrics than CloudWatch computes of', () => {
      const topic = graph.one('sns/topic:Topic').state.arn;
      for (const inputs of alarms) {
        const metrics = metricsOf(inputs);
        for (const metric of metrics) expect(findMetricBreaches(metric, graph), String(inputs.name)).toEqual([]);
        expect(metrics.length, String(inputs.name)).toBeLessThan(10);
        expect(inputs).toMatchObject({ alarmActions: [topic], okActions: [topic] });
      }
    });

    test('every metric that is emitted then is read by an alarm', () => {
      const read = alarms.flatMap(metricsOf).filter(({ namespace }) => namespace.startsWith('Longshore/'));
      const emitted = Object.entries(METRICS).flatMap(([name, spec]) => ('lean' in spec ? [name] : []));
      expect([...new Set(read.map(({ metricName }) => metricName))].sort()).toEqual(emitted.sort());
    });

    test('every dead-letter queue of the graph rings at its first message', () => {
      const dead = graph.all('sqs/queue:Queue').filter(({ inputs }) => !inputs.redrivePolicy);
      const names = ['queues-dead-letters', 'clock-and-feed-dead-letters'];
      expect(names.flatMap((name) => watched(name).map(({ dimensions }) => dimensions.QueueName)).sort()).toEqual(
        dead.map(({ state }) => String(state.name)).sort(),
      );
      expect(rings('queues-dead-letters', { inbound_dead_letters: 0, sello_dead_letters: 1 })).toBe(true);
      expect(rings('queues-dead-letters', { inbound_dead_letters: 0, sello_dead_letters: 0 })).toBe(false);
      for (const { onFailureQueue } of streams)
        expect(alarm('clock-and-feed-dead-letters').alarmDescription).toContain(onFailureQueue);
    });

    test('every queue rings when a message waits too long, and says which it may be', () => {
      const { alarmDescription, threshold } = alarm('deliveries-too-old');
      const [inbound, ...deliveries] = queues.map(({ name }) => name);
      expect(watched(`${inbound}-too-old`).map(({ dimensions }) => dimensions.QueueName)).toEqual([
        queueName('inbound'),
      ]);
      expect(watched('deliveries-too-old').map(({ dimensions }) => dimensions.QueueName)).toEqual(
        deliveries.map(queueName),
      );
      for (const name of deliveries) expect(alarmDescription).toContain(name);
      expect(threshold).toBe(1800);
      expect(rings('deliveries-too-old', { scopio_deliveries: 1900 })).toBe(true);
    });

    test('a poller that is mute rings, though the others tell of themselves', () => {
      const pollers = schedules.filter((schedule) => schedule.function.startsWith('poller-')).length;
      expect(rings('a-poller-is-mute', { ticks: 15 * pollers })).toBe(false);
      expect(rings('a-poller-is-mute', { ticks: 15 * pollers - pollers })).toBe(false);
      expect(rings('a-poller-is-mute', { ticks: 15 * (pollers - 1) })).toBe(true);
      expect(alarm('a-poller-is-mute').insufficientDataActions).toHaveLength(1);
    });

    test('a function that fails or is not let run rings by the account’s own sums', () => {
      for (const [name, metricName] of [
        ['any-function-fails', 'Errors'],
        ['any-function-throttled', 'Throttles'],
      ] as const)
        expect(alarm(name)).toMatchObject({ namespace: 'AWS/Lambda', metricName, dimensions: {}, threshold: 0 });
    });

    test('it wakes for whatever the other setting does; four causes are told of by what they lead to, and one with what is away', () => {
      const sections = (of: Graph) =>
        new Set(of.all(ALARM).map(({ inputs }) => String(inputs.alarmDescription).split('#').at(-1)));
      expect([...sections(full)].filter((each) => !sections(graph).has(each)).sort()).toEqual([
        'a-chain-of-rings-was-cut',
        'an-endpoint-is-paused',
        'one-connection-keeps-others-waiting',
        'the-table-is-throttled',
        'ticks-are-dropped',
      ]);
    });
  });
