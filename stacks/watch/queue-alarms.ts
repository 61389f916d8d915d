import { INBOUND_QUEUE, queues, streams } from '../../lib/topology';
import { find, type Resources } from '../environment';
import { isLean } from '../settings';
import { type CreateAlarm, highest } from './alarm';
import { type Metric, queueMetric } from './metrics';

/** Longer than a message takes that crashes twice, shorter than anybody's patience. */
const OLDEST_MESSAGE_SECONDS = 15 * 60;
/** A ring may be sent long before it is due, by as much as SQS holds a message back; its age counts from then. */
const HELD_BACK_SECONDS = 15 * 60;
/** A quiet connection's events are served first: five minutes say that there is more work than ingest can do. */
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
  alarmOnAge(createAlarm, OLDEST_MESSAGE_SECONDS, [age(INBOUND_QUEUE)]);
  if (isLean()) {
    alarmOnDeadLetters(createAlarm, dead, 'queues');
    alarmOnDeadLetters(createAlarm, others, 'clock-and-feed');
    alarmOnAge(createAlarm, OLDEST_MESSAGE_SECONDS + HELD_BACK_SECONDS, deliveries, 'deliveries');
    return;
  }
  for (const each of [...dead, ...others]) alarmOnDeadLetters(createAlarm, [each]);
  for (const each of deliveries) alarmOnAge(createAlarm, OLDEST_MESSAGE_SECONDS + HELD_BACK_SECONDS, [each]);
  const [, quiet] = of('ApproximateAgeOfOldestMessageInQuietGroups')(INBOUND_QUEUE);
  createAlarm(
    `${INBOUND_QUEUE}-unfair`,
    {
      says: `Events of a quiet connection have waited for more than ${QUIET_MESSAGE_SECONDS / 60} minutes behind a noisy one's`,
      runbook: 'unfair',
      above: QUIET_MESSAGE_SECONDS,
      period: MINUTE,
      silence: 'quiet',
    },
    { ...quiet, statistic: 'Maximum' },
  );
}

type OfQueue = readonly [string, Metric];

/** One alarm for a queue, or for several under a name of their own. */
const alarmOnDeadLetters = (createAlarm: CreateAlarm, of: readonly OfQueue[], together?: string) =>
  createAlarm(
    together ? `${together}-dead-letters` : `${of[0]?.[0]}-not-empty`,
    {
      says: `${together ? `One of ${of.map(([name]) => name).join(', ')}` : of[0]?.[0]} holds messages that nobody could work`,
      runbook: 'deadLetters',
      above: 0,
      period: MINUTE,
      silence: 'quiet',
    },
    highest(MINUTE, of),
  );

const alarmOnAge = (createAlarm: CreateAlarm, oldest: number, of: readonly OfQueue[], together?: string) =>
  createAlarm(
    `${together ?? of[0]?.[0]}-too-old`,
    {
      says: `A message in ${together ? `one of ${of.map(([name]) => name).join(', ')}` : of[0]?.[0]} has waited for more than ${oldest / 60} minutes`,
      runbook: 'waiting',
      above: oldest,
      period: MINUTE,
      silence: 'quiet',
    },
    highest(MINUTE, of),
  );
