import type { Graph } from '../../test/infrastructure/graph.ts';
import { pricesOf } from './prices.ts';

export const MINUTES = (365.25 / 12) * 24 * 60;
/** A trigger keeps five requests at an empty queue, each of which waits for twenty seconds. */
const RECEIVES_A_MINUTE = (5 * 60) / 20;

/** USD a month of what is there and asks while nothing happens, as the graph of a deployment has it; ticks do their work beside it. */
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
    // `PollerLag` is the one metric of our own that is told when nothing happens; lean, all pollers tell it as one.
    metrics: (graph.isLean ? 1 : pollers) * prices.metric,
    secrets: count('secretsmanager/secret:Secret') * prices.secret,
    receives: polled * RECEIVES_A_MINUTE * MINUTES * prices.sqsRequest,
    ticks: schedules.length * MINUTES * prices.schedulerInvocation,
    'dashboard and key': count('cloudwatch/dashboard:Dashboard') * prices.dashboard + count('kms/key:Key') * prices.key,
  };
  return { ...lines, alarmMetrics, usd: Object.values(lines).reduce((sum, each) => sum + each, 0) };
}
