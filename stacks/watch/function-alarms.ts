import { functions, queues, schedules, streams } from '../../lib/topology';
import { find, type Resources } from '../environment';
import { physicalName } from '../names';
import { isLean } from '../settings';
import { byName, type CreateAlarm, LASTING, summed } from './alarm';
import { anyFunctionMetric, functionMetric, ownMetric, queueMetric, summedOwn } from './metrics';

const ERROR_PERCENT = 10;
/** The first on a quiet night, one in a hundred on a busy day: a failed message comes back after six minutes. */
const FAILED_MESSAGES_PERCENT = 1;

/** Functions that fail, functions that could not run, and what Lambda dropped before it reached one. */
export function functionAlarms(createAlarm: CreateAlarm, resources: Resources): void {
  feedAlarms(createAlarm);
  if (isLean()) anyFunctionAlarms(createAlarm);
  else everyFunctionAlarms(createAlarm, resources);
}

function everyFunctionAlarms(createAlarm: CreateAlarm, resources: Resources): void {
  for (const { name } of functions) {
    createAlarm({
      name: `${name}-fails`,
      says: `More than ${ERROR_PERCENT} % of the invocations of ${name} failed`,
      runbook: 'failing',
      above: ERROR_PERCENT,
      of: LASTING,
      watched: {
        expression: '100 * errors / invocations',
        label: 'Failed invocations, %',
        metrics: { errors: functionMetric(name, 'Errors'), invocations: functionMetric(name, 'Invocations') },
      },
    });
    createAlarm({
      name: `${name}-throttled`,
      says: `${name} was not let run, as the account's concurrency or its reservation was used up`,
      runbook: 'throttled',
      of: LASTING,
      watched: functionMetric(name, 'Throttles'),
    });
  }
  // A consumer that fails every message still has no error: it reports them, and Lambda counts a success.
  for (const { name, consumer } of queues)
    createAlarm({
      name: `${consumer}-messages-fail`,
      says: `${consumer} failed at least ${FAILED_MESSAGES_PERCENT} % of the messages of five minutes`,
      runbook: 'messages',
      above: FAILED_MESSAGES_PERCENT,
      watched: {
        expression: '100 * failed / SUM([failed, received])',
        label: 'Failed messages, %',
        metrics: {
          failed: ownMetric('MessagesFailed', { Function: physicalName(consumer) }),
          received: queueMetric(find(resources.queues, name), 'NumberOfMessagesReceived'),
        },
      },
    });
  droppedAlarms(createAlarm);
}

/**
 * Lambda's own sums over the account, at a tenth of the price of asking every function. Ticks that failed are errors
 * here, ticks that did not start are throttles, and a chain of rings that was stopped ends in the dead letters.
 */
function anyFunctionAlarms(createAlarm: CreateAlarm): void {
  const says = (what: string) => `A function ${what}, of this stage or of another in the account`;
  createAlarm({
    name: 'any-function-fails',
    says: says('failed'),
    runbook: 'failing',
    of: LASTING,
    watched: anyFunctionMetric('Errors'),
  });
  createAlarm({
    name: 'any-function-throttled',
    says: says('was not let run'),
    runbook: 'throttled',
    of: LASTING,
    watched: anyFunctionMetric('Throttles'),
  });
  createAlarm({
    name: 'any-messages-fail',
    says: 'Messages failed their function, and were received again',
    runbook: 'messages',
    of: LASTING,
    watched: summedOwn('MessagesFailed'),
  });
}

/** The stream keeps a day: two minutes of lag are told long before that. */
const FEED_LAG_MS = 2 * 60_000;

function feedAlarms(createAlarm: CreateAlarm): void {
  for (const { consumer } of streams)
    createAlarm({
      name: `${consumer}-lags`,
      says: `What was committed more than ${FEED_LAG_MS / 60_000} minutes ago is not in the change feed`,
      runbook: 'feed',
      above: FEED_LAG_MS,
      period: 60,
      of: LASTING,
      watched: { ...functionMetric(consumer, 'IteratorAge'), statistic: 'Maximum' },
    });
  createAlarm({
    name: 'records-passed-over',
    says: 'The publisher could not make sense of a commit and passed it over',
    runbook: 'feed',
    watched: ownMetric('RecordsPassedOver', {}),
  });
}

function droppedAlarms(createAlarm: CreateAlarm): void {
  const dropped = (names: string[], metric: Parameters<typeof functionMetric>[1]) =>
    byName(names.map((name) => [name, functionMetric(name, metric)]));
  const ticking = schedules.map((schedule) => schedule.function);
  const consumers = queues.map(({ consumer }) => consumer);
  createAlarm({
    name: 'ticks-dropped',
    says: 'Ticks of the clock failed, or started nothing within a minute',
    runbook: 'ticks',
    of: LASTING,
    watched: summed('Ticks dropped', dropped(ticking, 'AsyncEventsDropped')),
  });
  createAlarm({
    name: 'rings-cut',
    says: 'Lambda took a chain of rings for an endless loop and dropped a batch of messages',
    runbook: 'recursion',
    watched: summed('Batches dropped', dropped(consumers, 'RecursiveInvocationsDropped')),
  });
}
