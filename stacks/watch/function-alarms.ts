import { functions, queues, schedules, streams } from '../../lib/topology';
import { find, type Resources } from '../environment';
import { physicalName } from '../names';
import { type CreateAlarm, computed, summed } from './alarm';
import { functionMetric, ownMetric, queueMetric } from './metrics';

const FIVE_MINUTES = 300;
/** What happens once is retried; twice in a quarter of an hour is a state. A poller runs five times in five minutes. */
const LASTING = { last: 3, above: 2 };
const ERROR_PERCENT = 10;
/** The first of a quiet night and one in a hundred of a busy day: a failed message comes back six minutes later. */
const FAILED_MESSAGES_PERCENT = 1;

/** Functions that fail, functions that were not let run, and what Lambda dropped before it reached one. */
export function functionAlarms(createAlarm: CreateAlarm, resources: Resources): void {
  for (const { name } of functions) {
    createAlarm(
      `${name}-fails`,
      {
        says: `More than ${ERROR_PERCENT} % of the invocations of ${name} failed`,
        runbook: 'failing',
        above: ERROR_PERCENT,
        period: FIVE_MINUTES,
        of: LASTING,
        silence: 'quiet',
      },
      computed('100 * errors / invocations', 'Failed invocations, %', FIVE_MINUTES, {
        errors: functionMetric(name, 'Errors'),
        invocations: functionMetric(name, 'Invocations'),
      }),
    );
    createAlarm(
      `${name}-throttled`,
      {
        says: `${name} was not let run, as the account's concurrency or its reservation was used up`,
        runbook: 'throttled',
        above: 0,
        period: FIVE_MINUTES,
        of: LASTING,
        silence: 'quiet',
      },
      { ...functionMetric(name, 'Throttles'), statistic: 'Sum' },
    );
  }
  // A consumer that fails every message still has no error: it reports them, and Lambda counts a success.
  for (const { name, consumer } of queues)
    createAlarm(
      `${consumer}-messages-fail`,
      {
        says: `${consumer} failed at least ${FAILED_MESSAGES_PERCENT} % of the messages of five minutes`,
        runbook: 'messages',
        above: FAILED_MESSAGES_PERCENT,
        period: FIVE_MINUTES,
        silence: 'quiet',
      },
      computed('100 * failed / SUM([failed, received])', 'Failed messages, %', FIVE_MINUTES, {
        failed: ownMetric('MessagesFailed', { Function: physicalName(consumer) }),
        received: queueMetric(find(resources.queues, name), 'NumberOfMessagesReceived'),
      }),
    );
  droppedAlarms(createAlarm);
  feedAlarms(createAlarm);
}

/** A day is what the stream keeps: two minutes are told of long before. */
const FEED_LAG_MS = 2 * 60_000;

function feedAlarms(createAlarm: CreateAlarm): void {
  for (const { consumer } of streams)
    createAlarm(
      `${consumer}-lags`,
      {
        says: `What was committed more than ${FEED_LAG_MS / 60_000} minutes ago is not in the change feed`,
        runbook: 'feed',
        above: FEED_LAG_MS,
        period: 60,
        of: LASTING,
        silence: 'quiet',
      },
      { ...functionMetric(consumer, 'IteratorAge'), statistic: 'Maximum' },
    );
  createAlarm(
    'records-passed-over',
    {
      says: 'The publisher could not make sense of a commit and passed it over',
      runbook: 'feed',
      above: 0,
      period: FIVE_MINUTES,
      silence: 'quiet',
    },
    { ...ownMetric('RecordsPassedOver', {}), statistic: 'Sum' },
  );
}

function droppedAlarms(createAlarm: CreateAlarm): void {
  const dropped = (names: Iterable<string>, metric: Parameters<typeof functionMetric>[1]) =>
    Object.fromEntries([...names].map((name) => [name.replaceAll('-', '_'), functionMetric(name, metric)]));
  createAlarm(
    'ticks-dropped',
    {
      says: 'Ticks of the clock failed, or started nothing within a minute',
      runbook: 'ticks',
      above: 0,
      period: FIVE_MINUTES,
      of: LASTING,
      silence: 'quiet',
    },
    summed(
      'Ticks dropped',
      FIVE_MINUTES,
      dropped(new Set(schedules.map((schedule) => schedule.function)), 'AsyncEventsDropped'),
    ),
  );
  createAlarm(
    'rings-cut',
    {
      says: 'Lambda took a chain of rings for an endless loop and dropped a batch of messages',
      runbook: 'recursion',
      above: 0,
      period: FIVE_MINUTES,
      silence: 'quiet',
    },
    summed(
      'Batches dropped',
      FIVE_MINUTES,
      dropped(new Set(queues.map(({ consumer }) => consumer)), 'RecursiveInvocationsDropped'),
    ),
  );
}
