import { logicalName, physicalName } from '../names';
import { setting } from '../settings';
import type { Metric, Statistic } from './metrics';

/** The sections of docs/operate.md that alarms lead to. */
const RUNBOOK = {
  deadLetters: 'dead-letters',
  waiting: 'messages-wait-too-long',
  unfair: 'one-connection-keeps-others-waiting',
  lag: 'a-poller-lags',
  silence: 'webhooks-stay-away',
  blocked: 'deliveries-are-blocked',
  shape: 'bodies-look-different',
  away: 'a-connection-is-away',
  messages: 'messages-fail',
  failing: 'a-function-fails',
  feed: 'the-change-feed-lags',
  endpoints: 'an-endpoint-is-paused',
  ticks: 'ticks-are-dropped',
  recursion: 'a-chain-of-rings-was-cut',
  throttled: 'a-function-is-throttled',
  table: 'the-table-is-throttled',
  api: 'the-api-answers-5xx',
} as const;

export interface Rule {
  name: string;
  /** One sentence of what is the case when it rings. */
  says: string;
  runbook: keyof typeof RUNBOOK;
  /** Rings above this. */
  above: number;
  /** Seconds over which a value is taken. */
  period: number;
  /** Of the last so many values, how many must be above; absent: the last one. */
  of?: { last: number; above: number };
  /** Somebody who always reports has stopped, and that is told too; absent: nothing happened, which is well. */
  isSilenceTold?: true;
  watched: Computed | (Metric & { statistic: Statistic });
}

interface Computed {
  metricQueries: aws.types.input.cloudwatch.MetricAlarmMetricQuery[];
}

export type CreateAlarm = ReturnType<typeof alarmsTo>['createAlarm'];

/** Creates alarms that tell a topic when they ring and when they stop; each leads to what to do. */
export function alarmsTo(topic: $util.Output<string>) {
  const created: aws.cloudwatch.MetricAlarm[] = [];
  const createAlarm = ({ name, says, runbook, above, period, of, isSilenceTold, watched }: Rule): void => {
    const alarm = new aws.cloudwatch.MetricAlarm(logicalName(name), {
      name: physicalName(name),
      alarmDescription: `${says}. ${setting('RUNBOOK_URL')}#${RUNBOOK[runbook]}`,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: above,
      evaluationPeriods: of?.last ?? 1,
      datapointsToAlarm: of?.above ?? 1,
      treatMissingData: isSilenceTold ? 'missing' : 'notBreaching',
      alarmActions: [topic],
      okActions: [topic],
      ...(isSilenceTold && { insufficientDataActions: [topic] }),
      ...('metricQueries' in watched ? watched : single(watched, period)),
    });
    created.push(alarm);
  };
  return { createAlarm, created };
}

const single = ({ statistic, ...metric }: Metric & { statistic: Statistic }, period: number) => ({
  ...metric,
  ...(statistic.startsWith('p') ? { extendedStatistic: statistic } : { statistic }),
  period,
});

/** Names for the metrics of an expression, by the names of what they are of. */
export const byName = (metrics: ReadonlyArray<readonly [string, Metric]>): Record<string, Metric> =>
  Object.fromEntries(metrics.map(([name, metric]) => [name.replaceAll('-', '_'), metric]));

/** The highest of what is reported, of one or of several. */
export function highest(period: number, metrics: ReadonlyArray<readonly [string, Metric]>) {
  const [[, only] = [], ...others] = metrics;
  if (only && others.length === 0) return { ...only, statistic: 'Maximum' as const };
  const named = byName(metrics);
  return computed(`MAX([${Object.keys(named).join(', ')}])`, 'Highest', period, named, 'Maximum');
}

/** The sum of metrics of which most are reported only when something happens: what is not reported is not added. */
export const summed = (label: string, period: number, metrics: Record<string, Metric>): Computed =>
  computed(`SUM([${Object.keys(metrics).join(', ')}])`, label, period, metrics);

/** A value that CloudWatch computes of others, which the expression calls by their names here. */
export const computed = (
  expression: string,
  label: string,
  period: number,
  metrics: Record<string, Metric>,
  stat: Statistic = 'Sum',
): Computed => ({
  metricQueries: [
    ...Object.entries(metrics).map(([id, metric]) => ({ id, metric: { ...metric, period, stat } })),
    { id: 'value', expression, label, returnData: true },
  ],
});
