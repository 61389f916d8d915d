import { type Graph, synthesize } from '../../test/infrastructure/graph.ts';
import { table } from '../report.ts';
import type { Bill } from './bill.ts';
import { pricesOf } from './prices.ts';
import { keptAfter, type StoredKind } from './storage.ts';

interface Measured {
  back: Bill;
  side: Bill;
  tick: Bill;
  stored: StoredKind[];
}

export type Measure = (orders: number, batch: number, everySeconds: number) => Promise<Measured>;

const SIZES = [0, 100, 10_000, 1_000_000];
const GB = 1e9;
/** The metrics of a lean hub that come with orders: the shipper's webhooks, orders in and orders placed. */
const METRICS_OF_ORDERS = 3;
const MINUTES = (365.25 / 12) * 24 * 60;
const HOURS = MINUTES / 60;
/** From this many orders a month on, orders come in batches: a shop of that size is never quiet. */
const BUSY_FROM = 100_000;

/** The bill of a hub's twelfth month with this many orders a month, when eleven months of settled orders are kept. */
export async function monthly(region: string, measure: Measure): Promise<string> {
  const prices = pricesOf(region);
  const { usd: _, alarmMetrics, ...standing } = standingStill(await synthesize('month', 'unbundled'), prices);
  const rows = new Map<string, number[]>();
  const note = (line: string, usd: number) => rows.set(line, [...(rows.get(line) ?? []), usd]);
  const everySeconds = (orders: number) => (MINUTES * 60) / Math.max(1, orders);
  for (const orders of SIZES) {
    const { back, side, tick, stored } =
      orders >= BUSY_FROM ? await measure(100, 10, 0) : await measure(30, 1, Math.min(3600, everySeconds(orders)));
    for (const [line, usd] of Object.entries(standing)) note(line, usd);
    note('ticks', (rows.get('ticks')?.pop() ?? 0) + (tick.usd / 1e6) * MINUTES);
    note('metrics', (rows.get('metrics')?.pop() ?? 0) + occurring(orders) * METRICS_OF_ORDERS * prices.metric);
    note('orders on their way', (orders * back.usd) / 1e6);
    note('feed, search, an endpoint', (orders * side.usd) / 1e6);
    const settled = keptAfter(stored, 91);
    const keptGb = (orders * (11 * settled + 3 * (keptAfter(stored, 0) - settled))) / GB;
    note('table', keptGb * prices.tableGb);
    note('backups', keptGb * prices.backupGb);
    const logGb = (orders * (back.logBytes + side.logBytes) + MINUTES * tick.logBytes) / GB;
    note('logs kept for 30 days', logGb * prices.logsKeptGb);
  }
  const total = SIZES.map((_, nth) => [...rows.values()].reduce((sum, each) => sum + (each[nth] ?? 0), 0));
  const line = (name: string, usd: number[]) => [name, ...usd.map((each) => each.toFixed(2))];
  return [
    `USD a month in ${region}, WATCH=lean, ${alarmMetrics} metrics watched by alarms:\n`,
    table(
      ['', ...SIZES.map((size) => `${size.toLocaleString('en')} orders`)],
      [...[...rows].map(([name, usd]) => line(name, usd)), line('together', total)],
    ),
  ].join('\n');
}

/** The share of hours with an order, as metrics are billed by the hour. */
const occurring = (orders: number): number => 1 - Math.exp(-orders / HOURS);

/** A trigger keeps five requests open at an empty queue, each of which waits twenty seconds. */
const RECEIVES_A_MINUTE = (5 * 60) / 20;

/** USD a month for what exists and polls while nothing happens, from a deployment's graph; without the ticks' work. */
export function standingStill(graph: Graph, prices = pricesOf('us-east-1')) {
  const count = (type: string) => graph.all(type).length;
  const alarmMetrics = graph.all('cloudwatch/metricAlarm:MetricAlarm').reduce((sum, { inputs: { metricQueries } }) => {
    const watched = (metricQueries ?? [{ metric: {} }]) as Array<{ metric?: object }>;
    return sum + watched.filter(({ metric }) => metric).length;
  }, 0);
  const polled = graph
    .all('lambda/eventSourceMapping:EventSourceMapping')
    .filter(({ inputs }) => String(inputs.eventSourceArn).includes(':sqs:')).length;
  const schedules = graph.all('scheduler/schedule:Schedule');
  const pollers = schedules.filter(({ inputs }) => JSON.stringify(inputs.target).includes('poll-')).length;
  const lines = {
    alarms: alarmMetrics * prices.alarmMetric,
    // `PollerLag` is our only metric that is told when nothing happens; lean, all pollers share one.
    metrics: (graph.isLean ? 1 : pollers) * prices.metric,
    secrets: count('secretsmanager/secret:Secret') * prices.secret,
    receives: polled * RECEIVES_A_MINUTE * MINUTES * prices.sqsRequest,
    ticks: schedules.length * MINUTES * prices.schedulerInvocation,
    'dashboard and key': count('cloudwatch/dashboard:Dashboard') * prices.dashboard + count('kms/key:Key') * prices.key,
  };
  return { ...lines, alarmMetrics, usd: Object.values(lines).reduce((sum, each) => sum + each, 0) };
}
