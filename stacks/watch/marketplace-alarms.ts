import { marketplaces } from '../../lib/marketplaces/registry';
import type { DimensionsOf } from '../../lib/platform/telemetry/metric-list';
import { ENDPOINT, schedules } from '../../lib/topology';
import { isLean } from '../settings';
import type { CreateAlarm, Rule } from './alarm';
import { type Metric, ownMetric, summedOwn } from './metrics';

/** A poll that broke off is taken up a minute later: after thirty failed ones, orders are half an hour late. */
const LAG_SECONDS = 30 * 60;
/**
 * Now and then a poll meets an order before its webhook: some seconds in every ten minutes, one order in a hundred. One
 * in five is no accident, unless there are fewer than three in an hour.
 */
const MISSED_PERCENT = 20;
const MISSED_ORDERS = 3;
/** A mute poller misses fifteen; one or two of each may fall into the next quarter of an hour. */
const MISSED_TICKS = 10;
const HOUR = 3600;
/** A shipper has something to say about ten orders within a day: that they came, where they are, what is in stock. */
const PLACED_ORDERS = 10;
const DAY = 24 * HOUR;
/** Written as a sum because `accepted` has no value if the marketplace never called: then `placed` alone is the sum. */
const SILENT = `IF(placed >= ${PLACED_ORDERS} AND SUM([placed, accepted]) - placed < 1, placed, 0)`;

interface Trouble extends Pick<Rule, 'runbook' | 'above' | 'of' | 'isSilenceTold'> {
  /** One sentence, about a marketplace by its title, or about any. */
  says: (title?: string) => string;
  metric: 'PollerLag' | 'DeliveriesStopped' | 'ShapeChanges' | 'WebhooksLost' | 'Away';
  statistic?: 'Maximum';
  isOfCallers?: true;
}

const ANY = 'a marketplace';

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'poller-lags': {
    says: (title = ANY) => `A connection of ${title} should have been polled ${LAG_SECONDS / 60} minutes ago`,
    metric: 'PollerLag',
    statistic: 'Maximum',
    runbook: 'lag',
    above: LAG_SECONDS,
    of: { last: 2, above: 2 },
    isSilenceTold: true,
  },
  blocked: {
    says: (title = ANY) => `Deliveries of ${title} wait until a person acts`,
    metric: 'DeliveriesStopped',
    runbook: 'blocked',
  },
  shape: {
    says: (title = ANY) => `What ${title} sends has a member more or one less`,
    metric: 'ShapeChanges',
    runbook: 'shape',
  },
  'webhooks-lost': {
    says: (title = ANY) =>
      `${title} no longer had the hub among those it calls: \`longshore connections list\` says whether it has again`,
    metric: 'WebhooksLost',
    runbook: 'silence',
    isOfCallers: true,
  },
  away: {
    // Paused endpoints count as away under a marketplace of their own, with an alarm of its own where each has one.
    says: (title) =>
      `A connection of ${title ?? ANY} fails at everything: its deliveries wait until it is back${title ? '' : ', or an endpoint is paused'}`,
    metric: 'Away',
    runbook: 'away',
  },
};

/** What goes wrong with a marketplace: it is not polled, does not call, sends something else, or cannot be told. */
export function marketplaceAlarms(createAlarm: CreateAlarm): void {
  for (const [kind, { says, metric, statistic = 'Sum', isOfCallers, ...rule }] of Object.entries(TROUBLES)) {
    const alarm = (name: string, text: string, watched: Metric) =>
      createAlarm({ ...rule, name, says: text, watched: { ...watched, statistic } });
    if (isLean()) alarm(`any-${kind}`, says(), summedOwn(metric));
    else
      for (const { name: Marketplace, title, topics } of marketplaces) {
        if (isOfCallers && topics.length === 0) continue;
        const dimensions = metric === 'DeliveriesStopped' ? { Marketplace, State: 'blocked' } : { Marketplace };
        alarm(`${Marketplace}-${kind}`, says(title), ownMetric(metric, dimensions as DimensionsOf<typeof metric>));
      }
  }
  if (isLean()) mutePollerAlarm(createAlarm);
  else endpointAlarm(createAlarm);
  silenceAlarms(createAlarm);
}

/** Where all pollers report as one, silence hides: so their ticks are counted, fifteen each in a quarter of an hour. */
function mutePollerAlarm(createAlarm: CreateAlarm): void {
  const period = 15 * 60;
  const pollers = schedules.filter((schedule) => schedule.function.startsWith('poller-'));
  const ticks = pollers.reduce((sum, { everySeconds }) => sum + period / everySeconds, 0);
  createAlarm({
    name: 'a-poller-is-mute',
    says: 'A poller does not run',
    runbook: 'lag',
    above: MISSED_TICKS,
    period,
    isSilenceTold: true,
    watched: {
      expression: `${ticks} - ticks`,
      label: 'Ticks that nobody told of',
      metrics: { ticks: summedOwn('PollerLag') },
      statistic: 'SampleCount',
    },
  });
}

function endpointAlarm(createAlarm: CreateAlarm): void {
  createAlarm({
    name: 'endpoints-paused',
    says: 'An endpoint is told nothing: it refused or missed all it was sent, answered 410, or a person paused it',
    runbook: 'endpoints',
    watched: { ...ownMetric('Away', { Marketplace: ENDPOINT }), statistic: 'Maximum' },
  });
}

/** Webhooks that stay away: one marketplace's silence must not be hidden by another's calls. */
function silenceAlarms(createAlarm: CreateAlarm): void {
  for (const { name: Marketplace, title, topics, sells } of marketplaces) {
    if (topics.length > 0 && sells)
      createAlarm({
        name: `${Marketplace}-silent`,
        says: `${title} did not call for more than ${MISSED_PERCENT} % of an hour's orders, which polls found`,
        runbook: 'silence',
        above: MISSED_PERCENT,
        period: HOUR,
        watched: {
          expression: `IF(missed >= ${MISSED_ORDERS}, 100 * missed / received, 0)`,
          label: 'Orders missed, %',
          metrics: {
            missed: ownMetric('OrdersMissedByWebhook', { Marketplace }),
            received: ownMetric('OrdersReceived', { Marketplace }),
          },
        },
      });
    if (topics.length > 0 && !sells)
      createAlarm({
        name: `${Marketplace}-silent`,
        says: `${title} took ${PLACED_ORDERS} orders or more within a day and did not call once`,
        runbook: 'silence',
        period: DAY,
        watched: {
          expression: SILENT,
          label: 'Orders it is silent of',
          metrics: {
            placed: ownMetric('Attempts', { Marketplace, Action: 'order', Outcome: 'succeeded' }),
            accepted: ownMetric('Webhooks', { Marketplace, Result: 'accepted' }),
          },
        },
      });
  }
}
