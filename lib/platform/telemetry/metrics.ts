import { atEndOfInvocation } from '../lambda/invocation.ts';
import { envName } from '../names.ts';
import { printLine } from './log.ts';
import { type DimensionsOf, dimensionsOf, type MetricName, unitOf } from './metric-list.ts';

/** The most values that the embedded metric format allows for one metric in one line. */
const MAX_VALUES = 100;

/** What is known of one combination of dimensions: one line of the log. */
interface Line {
  dimensions: Record<string, string>;
  values: Map<MetricName, number[]>;
}

/** What the invocation has counted so far, by its dimensions. */
const lines = new Map<string, Line>();

/**
 * Counts one of something, or notes a value in the metric's unit. Written in CloudWatch's embedded metric format,
 * without a call: a log line for each combination of dimensions when the invocation ends. A crash may lose counts.
 */
export function emitMetric<Name extends MetricName>(name: Name, dimensions: DimensionsOf<Name>, value = 1): void {
  const ordered = dimensionsOf(name, dimensions, process.env[envName.watch] === 'lean');
  if (!ordered) return;
  const key = JSON.stringify(ordered);
  const line = lines.get(key) ?? { dimensions: ordered, values: new Map() };
  lines.set(key, line);
  const values = line.values.get(name) ?? [];
  line.values.set(name, unitOf(name) === 'Count' ? [(values[0] ?? 0) + value] : [...values, value]);
  if (values.length >= MAX_VALUES - 1) flush(key);
  atEndOfInvocation(flushAll);
}

function flushAll(): void {
  for (const key of lines.keys()) flush(key);
}

function flush(key: string): void {
  const line = lines.get(key);
  lines.delete(key);
  if (line) printMetrics(line);
}

function printMetrics({ dimensions, values }: Line): void {
  const directive = {
    Namespace: process.env[envName.metricNamespace] ?? 'Longshore',
    Dimensions: [Object.keys(dimensions)],
    Metrics: [...values.keys()].map((name) => ({ Name: name, Unit: unitOf(name) })),
  };
  const members = [...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all]);
  printLine(
    'info',
    JSON.stringify({
      _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] },
      ...dimensions,
      ...Object.fromEntries(members),
    }),
  );
}
