import type { Resources } from '../environment';
import { isLean } from '../settings';
import { type CreateAlarm, LASTING, type Rule, summed } from './alarm';
import { apiMetric, type Metric, tableIndexes, tableMetric } from './metrics';

/** The SDK's six tries get through a burst, and on-demand capacity follows within minutes. */
const THROTTLED_REQUESTS = 10;
/** Five failures in five minutes, so that one on a quiet night is no rate; from there, one in a hundred is too many. */
const FAILED_ANSWERS = 5;
/** A shop that is called every ten minutes never has five failures in five minutes: three within an hour are enough. */
const FAILED_IN_AN_HOUR = 3;
const HOUR = 3600;
const FAILED_PERCENT = 1;

/** What the functions stand between: the API in front of them and the table behind. */
export function edgeAlarms(createAlarm: CreateAlarm, resources: Resources, api: sst.aws.ApiGatewayV2): void {
  if (isLean()) countFailures(createAlarm, api);
  else everyEdgeAlarm(createAlarm, resources, api);
}

/** A table that refuses for long shows in the alarms about messages. */
function countFailures(createAlarm: CreateAlarm, api: sst.aws.ApiGatewayV2): void {
  createAlarm({
    name: 'gateway-fails-hourly',
    says: `The API answered ${FAILED_IN_AN_HOUR} calls of an hour or more with 5xx`,
    runbook: 'api',
    above: FAILED_IN_AN_HOUR - 1,
    period: HOUR,
    watched: apiMetric(api, '5xx'),
  });
}

function everyEdgeAlarm(createAlarm: CreateAlarm, { table }: Resources, api: sst.aws.ApiGatewayV2): void {
  const gatewayFails = (name: string, time: string, atLeast: number, when: Pick<Rule, 'period' | 'of'>) =>
    createAlarm({
      ...{ name, ...when, runbook: 'api', above: FAILED_PERCENT },
      says: `The API answered more than ${FAILED_PERCENT} % of the calls of ${time} with 5xx`,
      watched: {
        expression: `IF(failed >= ${atLeast}, 100 * failed / calls, 0)`,
        label: '5xx, %',
        metrics: { failed: apiMetric(api, '5xx'), calls: apiMetric(api, 'Count') },
      },
    });
  gatewayFails('gateway-fails-hourly', 'an hour', FAILED_IN_AN_HOUR, { period: HOUR });
  gatewayFails('gateway-fails', 'five minutes', FAILED_ANSWERS, { of: LASTING });
  const throttled: Record<string, Metric> = Object.fromEntries(
    [undefined, ...tableIndexes].flatMap((index) => [
      [`reads${index ?? ''}`, tableMetric(table, 'ReadThrottleEvents', index)],
      [`writes${index ?? ''}`, tableMetric(table, 'WriteThrottleEvents', index)],
    ]),
  );
  createAlarm({
    name: 'table-throttled',
    says: `DynamoDB refused more than ${THROTTLED_REQUESTS} requests in five minutes`,
    runbook: 'table',
    above: THROTTLED_REQUESTS,
    of: LASTING,
    watched: summed('Throttled requests', throttled),
  });
}
