import { describe, expect, test } from 'vitest';
import { marketplaces } from '#lib/marketplaces/registry';
import { METRICS, type MetricName } from '#lib/platform/telemetry/metric-list';
import { ENDPOINT, functions, queues } from '#lib/topology';
import type { Graph } from '../graph.ts';
import { breachesOfValue, findMetricBreaches, type MetricReference } from './metrics.ts';

interface Widget {
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  properties: {
    title: string;
    region?: string;
    stat?: string;
    period?: number;
    metrics?: unknown[][];
    alarms?: string[];
  };
}

/** The metric that a graph's line refers to, also within an expression. */
function referenceOf(line: unknown[], graph: Graph): MetricReference & { breaches?: string[] } {
  const [first] = line;
  if (typeof first === 'object') return readSearch((first as { expression: string }).expression, graph);
  const words = line.filter((each) => typeof each === 'string') as string[];
  const [namespace = '', metricName = '', ...rest] = words;
  const dimensions: Record<string, string> = {};
  for (let index = 0; index < rest.length; index += 2) dimensions[String(rest[index])] = String(rest[index + 1]);
  return { namespace, metricName, dimensions };
}

const SEARCH =
  /^SUM\(SEARCH\('\{(?<schema>[^}]+)\} (?<terms>[^']+)', '(?:Sum|Average|Maximum|p\d+)', (?<period>\d+)\)\)$/;

/** A search names its namespace and all dimensions of the metric, and sets some of them. */
function readSearch(expression: string, graph: Graph): MetricReference & { breaches: string[] } {
  const { schema = '', terms = '' } = SEARCH.exec(expression)?.groups ?? {};
  const [namespace = '', ...names] = schema.split(',').map((name) => /^"(.+)"$/.exec(name)?.[1] ?? '');
  const given = Object.fromEntries([...terms.matchAll(/(\w+)="([^"]+)"/g)].map(([, key, value]) => [key, value]));
  const { MetricName: metricName = '', ...dimensions } = given as Record<string, string>;
  const wanted: Record<string, 'any' | readonly string[]> = METRICS[metricName as MetricName]?.dimensions ?? {};
  const breaches = [
    ...(namespace === `Longshore/${graph.stage}` ? [] : [`not our namespace: ${expression}`]),
    ...(names.join() === Object.keys(wanted).join() ? [] : [`not the dimensions of ${metricName}: ${names}`]),
    ...Object.entries(dimensions).flatMap(([key, value]) => breachesOfValue(key, value, wanted[key], graph)),
  ];
  return { namespace, metricName, dimensions, breaches };
}

export const describeDashboard = (graph: Graph) =>
  describe('the dashboard', () => {
    const dashboard = graph.one('cloudwatch/dashboard:Dashboard').inputs;
    const { widgets } = JSON.parse(String(dashboard.dashboardBody)) as { widgets: Widget[] };
    const lines = widgets.flatMap(({ properties }) => properties.metrics ?? []);
    const references = lines.map((line) => referenceOf(line, graph));
    const shown = (namespace: string, metricName: string) =>
      references.filter((each) => each.namespace === namespace && each.metricName === metricName);

    test('is one, named as the deployment', () => {
      expect(dashboard.dashboardName).toBe('longshore-test');
      expect(widgets.length).toBeGreaterThan(10);
    });

    test('its widgets fit CloudWatch’s grid and do not lie over each other', () => {
      const taken = new Set<string>();
      for (const { x, y, width, height, properties } of widgets) {
        expect(
          [x, y, width, height].every((each) => Number.isInteger(each) && each >= 0),
          properties.title,
        ).toBe(true);
        expect(x + width, properties.title).toBeLessThanOrEqual(24);
        expect(width * height, properties.title).toBeGreaterThan(0);
        for (let column = x; column < x + width; column++)
          for (let row = y; row < y + height; row++) {
            expect(taken.has(`${column},${row}`), properties.title).toBe(false);
            taken.add(`${column},${row}`);
          }
      }
    });

    test('each graph says what it shows, of which region, over which time', () => {
      const graphs = widgets.filter(({ type }) => type === 'metric');
      for (const { properties } of graphs) {
        expect(properties).toMatchObject({ region: 'eu-central-1', period: 300, stat: expect.any(String) });
        expect(properties.title).not.toBe('');
        expect(properties.metrics?.length, properties.title).toBeGreaterThan(0);
        expect(properties.metrics?.length, properties.title).toBeLessThanOrEqual(500);
      }
      const titles = graphs.map(({ properties }) => properties.title);
      expect(new Set(titles).size).toBe(titles.length);
    });

    test('refers only to metrics that somebody emits, of resources that there are', () => {
      for (const { breaches, ...reference } of references)
        expect(breaches ?? findMetricBreaches(reference, graph), JSON.stringify(reference)).toEqual([]);
    });

    test('shows every metric of the hub, and all of every queue, function and the table', () => {
      const own = references
        .filter(({ namespace }) => namespace === 'Longshore/test')
        .map(({ metricName }) => metricName);
      expect([...new Set(own)].sort()).toEqual(Object.keys(METRICS).sort());
      for (const [name] of Object.entries(METRICS).filter(([, { dimensions }]) => 'Marketplace' in dimensions))
        expect(new Set(shown('Longshore/test', name).map(({ dimensions }) => dimensions.Marketplace)), name).toEqual(
          new Set([
            ...marketplaces
              .filter(({ topics }) => topics.length > 0 || !/Webhook/.test(name))
              .filter(({ sells }) => sells || !/Orders/.test(name))
              .map((marketplace) => marketplace.name),
            ...(name === 'Away' ? [ENDPOINT] : []),
          ]),
        );
      for (const { name } of queues)
        for (const metric of ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'])
          expect(shown('AWS/SQS', metric).map(({ dimensions }) => dimensions.QueueName)).toContain(
            graph.queue(name).state.name,
          );
      expect(shown('Longshore/test', 'MessagesFailed').map(({ dimensions }) => dimensions.Function)).toEqual(
        queues.map(({ consumer }) => graph.function(consumer).state.name),
      );
      for (const metric of ['Errors', 'Throttles', 'Duration'])
        expect(shown('AWS/Lambda', metric)).toHaveLength(functions.length);
      for (const metric of ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits', 'WriteThrottleEvents'])
        expect(shown('AWS/DynamoDB', metric)).toHaveLength(3);
    });

    test('shows what rings, every alarm of them', () => {
      const alarms = graph.all('cloudwatch/metricAlarm:MetricAlarm').map(({ state }) => String(state.arn));
      const states = widgets.flatMap(({ type, properties }) => (type === 'alarm' ? [properties.alarms ?? []] : []));
      expect(states.flat().sort()).toEqual(alarms.sort());
      // A widget shows no more than this.
      for (const each of states) expect(each.length).toBeLessThanOrEqual(100);
    });
  });
