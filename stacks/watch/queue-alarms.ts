import { INBOUND_QUEUE, queues, streams } from '../../lib/topology';
import { find, type Resources } from '../environment';
import type { CreateAlarm } from './alarm';
import { queueMetric } from './metrics';

/** Longer than a message takes that crashes twice, shorter than anybody's patience. */
const OLDEST_MESSAGE_SECONDS = 15 * 60;
/** A ring may be sent long before it is due, by as much as SQS holds a message back; its age counts from then. */
const HELD_BACK_SECONDS = 15 * 60;
/** A quiet connection's events are served first: five minutes say that there is more work than ingest can do. */
const QUIET_MESSAGE_SECONDS = 5 * 60;

/** Messages that nobody could work, that wait too long, or that another connection's keep waiting. */
export function queueAlarms(createAlarm: CreateAlarm, resources: Resources, scheduleDeadLetters: sst.aws.Queue): void {
  const notEmpty = (name: string, queue: sst.aws.Queue) =>
    createAlarm(
      `${name}-not-empty`,
      {
        says: `${name} holds messages that nobody could work`,
        runbook: 'deadLetters',
        above: 0,
        period: 60,
        silence: 'quiet',
      },
      { ...queueMetric(queue, 'ApproximateNumberOfMessagesVisible'), statistic: 'Maximum' },
    );
  for (const { name, deadLetterQueue } of queues) {
    notEmpty(deadLetterQueue, find(resources.queues, deadLetterQueue));
    const oldest = OLDEST_MESSAGE_SECONDS + (name === INBOUND_QUEUE ? 0 : HELD_BACK_SECONDS);
    createAlarm(
      `${name}-too-old`,
      {
        says: `A message in ${name} has waited for more than ${oldest / 60} minutes`,
        runbook: 'waiting',
        above: oldest,
        period: 60,
        silence: 'quiet',
      },
      { ...queueMetric(find(resources.queues, name), 'ApproximateAgeOfOldestMessage'), statistic: 'Maximum' },
    );
  }
  notEmpty('schedule-dead-letters', scheduleDeadLetters);
  for (const { onFailureQueue: name } of streams) notEmpty(name, find(resources.queues, name));
  createAlarm(
    `${INBOUND_QUEUE}-unfair`,
    {
      says: `Events of a quiet connection have waited for more than ${QUIET_MESSAGE_SECONDS / 60} minutes behind a noisy one's`,
      runbook: 'unfair',
      above: QUIET_MESSAGE_SECONDS,
      period: 60,
      silence: 'quiet',
    },
    {
      ...queueMetric(find(resources.queues, INBOUND_QUEUE), 'ApproximateAgeOfOldestMessageInQuietGroups'),
      statistic: 'Maximum',
    },
  );
}
