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
  /** One sentence: what is the case when it rings. */
  says: string;
  runbook: keyof typeof RUNBOOK;
  /** Rings above this; absent: above zero. */
  above?: number;
  /** Seconds that a value covers; absent: five minutes. */
  period?: number;
  /** How many of the last so many values must be above; absent: the last one. */
  of?: { last: number; above: number };
  /** No data means that something which always reports has stopped, and rings, too; absent: no data is fine. */
  isSilenceTold?: true;
  /** Sums, unless `statistic` says otherwise. */
  watched: (Metric | Computed) & { statistic?: Exclude<Statistic, `p${number}`> };
}

/** A value that CloudWatch computes from others, which the expression calls by their names here. */
interface Computed {
  expression: string;
  label: string;
  metrics: Record<string, Metric>;
}

/** A single failure is retried; two in a quarter of an hour are a state. A poller runs five times in five minutes. */
export const LASTING = { last: 3, above: 2 };

export type CreateAlarm = ReturnType<typeof alarmsTo>['createAlarm'];

/** Creates alarms that tell a topic when they ring and when they stop; each leads to what to do. */
export function alarmsTo(topic: $util.Output<string>) {
  const created: aws.cloudwatch.MetricAlarm[] = [];
  const createAlarm = ({ name, says, runbook, above = 0, period = 300, of, isSilenceTold, watched }: Rule): void => {
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
      ...watching(watched, period),
    });
    created.push(alarm);
  };
  return { createAlarm, created };
}

function watching({ statistic: stat = 'Sum', ...watched }: Rule['watched'], period: number) {
  if (!('expression' in watched)) return { ...watched, statistic: stat, period };
  const { expression, label, metrics } = watched;
  return {
    metricQueries: [
      ...Object.entries(metrics).map(([id, metric]) => ({ id, metric: { ...metric, period, stat } })),
      { id: 'value', expression, label, returnData: true },
    ],
  };
}

/** Names for the metrics of an expression, after what they are about. */
export const byName = (metrics: ReadonlyArray<readonly [string, Metric]>): Record<string, Metric> =>
  Object.fromEntries(metrics.map(([name, metric]) => [name.replaceAll('-', '_'), metric]));

/** The highest reported value, of one metric or of several. */
export function highest(all: ReadonlyArray<readonly [string, Metric]>): Rule['watched'] {
  const [[, only] = [], ...others] = all;
  if (only && others.length === 0) return { ...only, statistic: 'Maximum' };
  const metrics = byName(all);
  const expression = `MAX([${Object.keys(metrics).join(', ')}])`;
  return { expression, label: 'Highest', metrics, statistic: 'Maximum' };
}

/** The sum of metrics of which most are only reported when something happens: what is not reported is not added. */
export const summed = (label: string, metrics: Record<string, Metric>): Computed => ({
  expression: `SUM([${Object.keys(metrics).join(', ')}])`,
  ...{ label, metrics },
});
