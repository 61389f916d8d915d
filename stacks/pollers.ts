import { type ScheduleSpec, schedules, TICK_MAX_AGE_SECONDS } from '../lib/topology';
import type { Resources } from './environment';
import { createFunction } from './functions';
import { logicalName } from './names';
import { createDeadLetterQueue } from './queues';

/** The next tick is the retry: a failed one is not run again. Lambda would keep one that could not start for hours. */
const NEXT_TICK_RETRIES: Partial<sst.aws.FunctionArgs> = {
  retries: 0,
  transform: { eventInvokeConfig: { maximumEventAgeInSeconds: TICK_MAX_AGE_SECONDS } },
};

/** What the clock runs: each marketplace's poller, and the sweeper. Ticks that cannot start end in a queue. */
export function pollers(resources: Resources): sst.aws.Queue {
  const deadLetters = createDeadLetterQueue('schedule-dead-letters');
  for (const schedule of schedules)
    new sst.aws.CronV2(logicalName(schedule.name), {
      schedule: rate(schedule),
      function: createFunction(schedule.function, resources, NEXT_TICK_RETRIES).arn,
      event: { source: 'longshore.schedule', name: schedule.name },
      retries: 0,
      dlq: deadLetters.arn,
    });
  return deadLetters;
}

/** EventBridge Scheduler counts in whole minutes. */
function rate({ name, everySeconds }: ScheduleSpec): `rate(${string})` {
  const minutes = everySeconds / 60;
  if (!Number.isInteger(minutes)) throw new Error(`schedule ${name} must be whole minutes, not ${everySeconds} s`);
  return `rate(${minutes} ${minutes === 1 ? 'minute' : 'minutes'})`;
}
