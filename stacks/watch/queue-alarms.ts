import { INBOUND_QUEUE, queues, streams } from '../../lib/topology';
import { find, type Resources } from '../environment';
import { isLean } from '../settings';
import { type CreateAlarm, highest } from './alarm';
import { type Metric, queueMetric } from './metrics';

/** Longer than a message takes that crashes twice, shorter than anybody's patience. */
const OLDEST_MESSAGE_SECONDS = 15 * 60;
/** A ring may be sent as long before it is due as SQS can delay it; its age counts from then. */
const HELD_BACK_SECONDS = 15 * 60;
/** A quiet connection's events are served first: five minutes mean that there is more work than ingest can do. */
const QUIET_MESSAGE_SECONDS = 5 * 60;
const MINUTE = 60;

/** Messages that nobody could work, that wait too long, or that another connection's keep waiting. */
export function queueAlarms(createAlarm: CreateAlarm, resources: Resources, scheduleDeadLetters: sst.aws.Queue): void {
  const of = (metric: Parameters<typeof queueMetric>[1]) => (name: string) =>
    [name, queueMetric(find(resources.queues, name), metric)] as const;
  const visible = of('ApproximateNumberOfMessagesVisible');
  const dead = queues.map(({ deadLetterQueue }) => visible(deadLetterQueue));
  const others = [
    ...streams.map(({ onFailureQueue }) => visible(onFailureQueue)),
    ['schedule-dead-letters', queueMetric(scheduleDeadLetters, 'ApproximateNumberOfMessagesVisible')] as const,
  ];
  const age = of('ApproximateAgeOfOldestMessage');
  const deliveries = queues.filter(({ name }) => name !== INBOUND_QUEUE).map(({ name }) => age(name));
  const oldest = OLDEST_MESSAGE_SECONDS + HELD_BACK_SECONDS;
  alarmOnAge(createAlarm, `${INBOUND_QUEUE}-too-old`, [age(INBOUND_QUEUE)], OLDEST_MESSAGE_SECONDS);
  if (isLean()) {
    alarmOnDeadLetters(createAlarm, 'queues-dead-letters', dead);
    alarmOnDeadLetters(createAlarm, 'clock-and-feed-dead-letters', others);
    alarmOnAge(createAlarm, 'deliveries-too-old', deliveries, oldest);
    return;
  }
  for (const each of [...dead, ...others]) alarmOnDeadLetters(createAlarm, `${each[0]}-not-empty`, [each]);
  for (const each of deliveries) alarmOnAge(createAlarm, `${each[0]}-too-old`, [each], oldest);
  const [, quiet] = of('ApproximateAgeOfOldestMessageInQuietGroups')(INBOUND_QUEUE);
  createAlarm({
    name: `${INBOUND_QUEUE}-unfair`,
    says: `Events of a quiet connection have waited for more than ${QUIET_MESSAGE_SECONDS / 60} minutes behind a noisy one's`,
    runbook: 'unfair',
    above: QUIET_MESSAGE_SECONDS,
    period: MINUTE,
    watched: { ...quiet, statistic: 'Maximum' },
  });
}

type OfQueue = readonly [string, Metric];

const whichOf = (queues: readonly OfQueue[]): string =>
  `${queues.length > 1 ? 'one of ' : ''}${queues.map(([name]) => name).join(', ')}`;

const alarmOnDeadLetters = (createAlarm: CreateAlarm, name: string, of: readonly OfQueue[]) =>
  createAlarm({
    name,
    says: `There are messages that nobody could work in ${whichOf(of)}`,
    runbook: 'deadLetters',
    period: MINUTE,
    watched: highest(of),
  });

const alarmOnAge = (createAlarm: CreateAlarm, name: string, of: readonly OfQueue[], oldest: number) =>
  createAlarm({
    name,
    says: `A message has waited for more than ${oldest / 60} minutes in ${whichOf(of)}`,
    runbook: 'waiting',
    above: oldest,
    period: MINUTE,
    watched: highest(of),
  });
