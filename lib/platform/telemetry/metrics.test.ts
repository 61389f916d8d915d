import type { Context } from 'aws-lambda';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { lambda } from '../lambda/lambda.ts';
import { type DimensionsOf, METRICS, type MetricName } from './metric-list.ts';
import { emitMetric } from './metrics.ts';

interface Directive {
  Namespace: string;
  Dimensions: string[][];
  Metrics: Array<{ Name: string; Unit: string }>;
}

type Line = Record<string, unknown> & { _aws: { Timestamp: number; CloudWatchMetrics: Directive[] } };

/** An invocation that does this work. */
const invoke = (work: () => Promise<unknown>): Promise<unknown> => lambda().handler(work)({}, {} as Context);

/** What was printed while the work ran. */
async function linesOf(work: () => unknown): Promise<Line[]> {
  const lines: Line[] = [];
  const spy = vi.spyOn(console, 'info').mockImplementation((line) => void lines.push(JSON.parse(String(line)) as Line));
  await work();
  spy.mockRestore();
  return lines;
}

// The rules of CloudWatch's "Specification: Embedded metric format", and the limits of PutMetricData behind it.
const UNITS = ['Seconds', 'Milliseconds', 'Count'];
const ASCII = /^[\u0020-\u007e]+$/;
function breaches(line: Line): string[] {
  const found: string[] = [];
  const rule = (holds: boolean, what: string) => holds || found.push(what);
  const { _aws, ...members } = line;
  rule(
    Object.keys(_aws).sort().join() === 'CloudWatchMetrics,Timestamp',
    'metadata has Timestamp and CloudWatchMetrics',
  );
  rule(Number.isInteger(_aws.Timestamp) && Math.abs(Date.now() - _aws.Timestamp) < 60_000, 'milliseconds since 1970');
  for (const { Namespace, Dimensions, Metrics, ...rest } of _aws.CloudWatchMetrics) {
    rule(Object.keys(rest).length === 0, 'no other members in a directive');
    rule(ASCII.test(Namespace) && Namespace.length <= 255 && !Namespace.startsWith('AWS/'), 'a namespace of our own');
    rule(Metrics.length >= 1 && Metrics.length <= 100, '1 to 100 metrics');
    for (const set of Dimensions) {
      rule(set.length <= 30 && new Set(set).size === set.length, 'at most 30 dimensions, each once');
      for (const key of set) {
        const value = members[key];
        rule(ASCII.test(key) && key.length <= 250 && !key.startsWith(':'), 'a dimension’s name');
        rule(typeof value === 'string' && ASCII.test(value) && value.length <= 1024, `a text as ${key}`);
      }
    }
    for (const { Name, Unit, ...other } of Metrics) {
      const values = [members[Name]].flat();
      rule(Object.keys(other).length === 0, 'no other members in a metric');
      rule(ASCII.test(Name) && Name.length <= 1024, 'a metric’s name');
      rule(UNITS.includes(Unit), 'a unit that CloudWatch knows');
      rule(values.length >= 1 && values.length <= 100, '1 to 100 values');
      rule(
        values.every((value) => typeof value === 'number' && Number.isFinite(value)),
        `numbers as ${Name}`,
      );
    }
  }
  rule(Buffer.byteLength(JSON.stringify(line)) < 262_144, 'short enough for one log event');
  return found;
}

const names = Object.keys(METRICS) as MetricName[];
const emissions = fc.constantFrom(...names).chain((name) =>
  fc.record({
    name: fc.constant(name),
    value: fc.nat(1_000_000),
    dimensions: fc.record(
      Object.fromEntries(
        Object.entries(METRICS[name].dimensions).map(([key, values]) => [
          key,
          fc.constantFrom(...(values === 'any' ? ['scopio', 'sellers-commerce'] : values)),
        ]),
      ),
    ),
  }),
);
type Emission = { name: MetricName; value: number; dimensions: Record<string, string> };
const emit = ({ name, dimensions, value }: Emission) =>
  emitMetric(name, dimensions as DimensionsOf<MetricName> as never, value);

/** Values by metric and dimensions, as CloudWatch would have them; counts as their sum. */
function totals(lines: readonly Line[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const line of lines)
    for (const { Dimensions, Metrics } of line._aws.CloudWatchMetrics)
      for (const { Name, Unit } of Metrics)
        for (const set of Dimensions) {
          const key = [Name, ...set.map((name) => `${name}=${line[name]}`)].join();
          const values = [...(found.get(key) ?? []), ...([line[Name]].flat() as number[])];
          found.set(key, Unit === 'Count' ? [values.reduce((sum, value) => sum + value, 0)] : values);
        }
  return found;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('a metric', () => {
  it('is one line in the embedded metric format', async () => {
    const [line, ...others] = await linesOf(() =>
      emitMetric('Webhooks', { Result: 'accepted', Marketplace: 'scopio' }),
    );
    expect(others).toEqual([]);
    expect(line).toEqual({
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'Longshore',
            Dimensions: [['Marketplace', 'Result']],
            Metrics: [{ Name: 'Webhooks', Unit: 'Count' }],
          },
        ],
      },
      Marketplace: 'scopio',
      Result: 'accepted',
      Webhooks: 1,
    });
  });

  it('is in the namespace of its deployment, so that two stages of an account do not mix', async () => {
    vi.stubEnv('METRIC_NAMESPACE', 'Longshore/production');
    const [line] = await linesOf(() => emitMetric('PollerLag', { Marketplace: 'sello' }, 12));
    expect(line?._aws.CloudWatchMetrics[0]?.Namespace).toBe('Longshore/production');
  });

  it('is emitted lean only where an alarm reads it: of all marketplaces together, or of each where each has one', async () => {
    vi.stubEnv('WATCH', 'lean');
    const lines = await linesOf(() => {
      emitMetric('PollerLag', { Marketplace: 'sello' }, 12);
      emitMetric('Webhooks', { Marketplace: 'sello', Result: 'accepted' });
      emitMetric('Webhooks', { Marketplace: 'sello', Result: 'invalid' });
      emitMetric('DeliveriesStopped', { Marketplace: 'sello', State: 'dead' });
      emitMetric('DeliveryLatency', { Marketplace: 'sello' }, 80);
    });
    expect(lines.map(({ _aws, ...line }) => [_aws.CloudWatchMetrics[0]?.Dimensions, line])).toEqual([
      [[[]], { PollerLag: 12 }],
      [[['Marketplace', 'Result']], { Marketplace: 'sello', Result: 'accepted', Webhooks: 1 }],
    ]);
  });

  it('keeps the rules of the format, alone or collected, and loses no value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(emissions, { maxLength: 250 }), async (all) => {
        const alone = await linesOf(() => all.forEach(emit));
        const collected = await linesOf(() => invoke(async () => all.forEach(emit)));
        for (const line of [...alone, ...collected]) expect(breaches(line)).toEqual([]);
        expect(totals(collected)).toEqual(totals(alone));
        expect(collected.length).toBeLessThanOrEqual(alone.length);
      }),
      { numRuns: 50 },
    );
  });
});

describe('metrics that are collected', () => {
  it('are one line for each combination of dimensions', async () => {
    const lines = await linesOf(() =>
      invoke(async () => {
        for (const latency of [80, 120, 100]) {
          emitMetric('Attempts', { Marketplace: 'scopio', Action: 'fulfillment', Outcome: 'succeeded' });
          await Promise.resolve();
          emitMetric('DeliveryLatency', { Marketplace: 'scopio' }, latency);
          emitMetric('OrdersReceived', { Marketplace: 'scopio' });
        }
      }),
    );
    expect(lines).toEqual([
      expect.objectContaining({ Attempts: 3, Outcome: 'succeeded' }),
      expect.objectContaining({ DeliveryLatency: [80, 120, 100], OrdersReceived: 3 }),
    ]);
  });

  it('are written in several lines where there are more values than one may hold', async () => {
    const lines = await linesOf(() =>
      invoke(async () => {
        for (let value = 0; value < 250; value++) emitMetric('DeliveryLatency', { Marketplace: 'scopio' }, value);
      }),
    );
    expect(lines.map(({ DeliveryLatency }) => (DeliveryLatency as number[]).length)).toEqual([100, 100, 50]);
  });

  it('are written also when the work fails, and only once', async () => {
    const lines = await linesOf(async () => {
      const failing = invoke(async () => {
        emitMetric('OrdersReceived', { Marketplace: 'sello' });
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
    });
    expect(lines).toHaveLength(1);
  });

  it('of two invocations at once are all written', async () => {
    const lines = await linesOf(() =>
      Promise.all(
        ['scopio', 'sello'].map((Marketplace) =>
          invoke(async () => {
            await new Promise((resolve) => setImmediate(resolve));
            emitMetric('OrdersReceived', { Marketplace });
          }),
        ),
      ),
    );
    expect(lines.map(({ Marketplace, OrdersReceived }) => [Marketplace, OrdersReceived])).toEqual([
      ['scopio', 1],
      ['sello', 1],
    ]);
  });
});
