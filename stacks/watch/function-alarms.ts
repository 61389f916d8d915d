import { functions } from '../../lib/topology';
import { type CreateAlarm, computed } from './alarm';
import { functionMetric } from './metrics';

const FIVE_MINUTES = 300;
/** What happens once is retried; twice in a quarter of an hour is a state. A poller runs five times in five minutes. */
const LASTING = { last: 3, above: 2 };
const ERROR_PERCENT = 10;

/** Functions that fail, and functions that were not let run. */
export function functionAlarms(createAlarm: CreateAlarm): void {
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
}
