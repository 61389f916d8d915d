import { AsyncLocalStorage } from 'node:async_hooks';
import { envName } from '../names.ts';
import { type DimensionsOf, METRICS, type MetricName } from './metric-list.ts';
import { printLine } from './print-line.ts';

/** As many values as the embedded metric format allows one metric of one line. */
const MAX_VALUES = 100;

/** What is known of one combination of dimensions: one line of the log. */
interface Line {
  dimensions: Record<string, string>;
  values: Map<MetricName, number[]>;
}

const collecting = new AsyncLocalStorage<Map<string, Line>>();

/**
 * Counts one more of something, or notes a value in the metric's unit. A log line in CloudWatch's embedded metric format,
 * no call: at once, or at the end of the invocation where `collectMetrics` runs. A crash may lose counts.
 */
export function emitMetric<Name extends MetricName>(name: Name, dimensions: DimensionsOf<Name>, value = 1): void {
  const ordered = inOrder(name, dimensions);
  const lines = collecting.getStore();
  if (!lines) {
    printMetrics({ dimensions: ordered, values: new Map([[name, [value]]]) });
    return;
  }
  const key = JSON.stringify(ordered);
  const line = lines.get(key) ?? { dimensions: ordered, values: new Map() };
  lines.set(key, line);
  const values = line.values.get(name) ?? [];
  line.values.set(name, METRICS[name].unit === 'Count' ? [(values[0] ?? 0) + value] : [...values, value]);
  if (values.length >= MAX_VALUES - 1) flush(lines, key);
}

/** Does the work and then writes what it emitted, one line for each combination of dimensions instead of each event. */
export async function collectMetrics<T>(work: () => Promise<T>): Promise<T> {
  const lines = new Map<string, Line>();
  try {
    return await collecting.run(lines, work);
  } finally {
    for (const key of lines.keys()) flush(lines, key);
  }
}

function flush(lines: Map<string, Line>, key: string): void {
  const line = lines.get(key);
  lines.delete(key);
  if (line) printMetrics(line);
}

function inOrder(name: MetricName, dimensions: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(METRICS[name].dimensions).map((key) => [key, dimensions[key] ?? '']));
}

function printMetrics({ dimensions, values }: Line): void {
  const directive = {
    Namespace: process.env[envName.metricNamespace] ?? 'Longshore',
    Dimensions: [Object.keys(dimensions)],
    Metrics: [...values.keys()].map((name) => ({ Name: name, Unit: METRICS[name].unit })),
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
