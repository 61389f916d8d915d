import type { Resources } from '../environment';
import { type CreateAlarm, computed } from './alarm';
import { apiMetric, type Metric, tableIndexes, tableMetric } from './metrics';

const FIVE_MINUTES = 300;
const LASTING = { last: 3, above: 2 };
/** A burst is ridden out by the SDK's six tries, and on-demand capacity follows within minutes. */
const THROTTLED_REQUESTS = 10;
/** Five answers in five minutes, so that one of a quiet night is no rate; then one in a hundred is too many. */
const FAILED_ANSWERS = 5;
const FAILED_PERCENT = 1;

/** What the functions stand between: the API in front of them and the table behind. */
export function edgeAlarms(createAlarm: CreateAlarm, { table }: Resources, api: sst.aws.ApiGatewayV2): void {
  const throttled: Record<string, Metric> = Object.fromEntries(
    [undefined, ...tableIndexes].flatMap((index) => [
      [`reads${index ?? ''}`, tableMetric(table, 'ReadThrottleEvents', index)],
      [`writes${index ?? ''}`, tableMetric(table, 'WriteThrottleEvents', index)],
    ]),
  );
  createAlarm(
    'table-throttled',
    {
      says: `DynamoDB refused more than ${THROTTLED_REQUESTS} requests in five minutes`,
      runbook: 'table',
      above: THROTTLED_REQUESTS,
      period: FIVE_MINUTES,
      of: LASTING,
      silence: 'quiet',
    },
    // Only what was throttled is reported at all.
    computed(
      Object.keys(throttled)
        .map((id) => `FILL(${id}, 0)`)
        .join(' + '),
      'Throttled requests',
      FIVE_MINUTES,
      throttled,
    ),
  );
  createAlarm(
    'gateway-fails',
    {
      says: `The API answered more than ${FAILED_PERCENT} % of its calls with 5xx`,
      runbook: 'api',
      above: FAILED_PERCENT,
      period: FIVE_MINUTES,
      of: LASTING,
      silence: 'quiet',
    },
    computed(`IF(failed >= ${FAILED_ANSWERS}, 100 * failed / calls, 0)`, '5xx, %', FIVE_MINUTES, {
      failed: apiMetric(api, '5xx'),
      calls: apiMetric(api, 'Count'),
    }),
  );
}
