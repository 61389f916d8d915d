import { marketplaces } from '../../lib/marketplaces/registry';
import { type CreateAlarm, computed } from './alarm';
import { ownMetric } from './metrics';

/** A poll that broke off is taken up a minute later: thirty of them failed, and orders are half an hour late. */
const LAG_SECONDS = 30 * 60;
/**
 * A poll now and then meets an order before its webhook: some seconds in each ten minutes, one order in a hundred. One in
 * five is no accident; fewer than three in an hour may be.
 */
const MISSED_PERCENT = 20;
const MISSED_ORDERS = 3;
const HOUR = 3600;
/** Whoever ships has something to say of ten orders within a day: that they came, where they are, what is in stock. */
const PLACED_ORDERS = 10;
const DAY = 24 * HOUR;
/** Written as a sum, as `accepted` has no value at all where the marketplace has never called: `placed` alone is the sum. */
const SILENT = `IF(placed >= ${PLACED_ORDERS} AND SUM([placed, accepted]) - placed < 1, placed, 0)`;

/** What goes wrong with one marketplace: it is not polled, it does not call, what it sends changes, or deliveries to it wait for a person. */
export function marketplaceAlarms(createAlarm: CreateAlarm): void {
  for (const { name: Marketplace, title, topics, sells } of marketplaces) {
    createAlarm(
      `${Marketplace}-poller-lags`,
      {
        says: `A connection of ${title} should have been polled ${LAG_SECONDS / 60} minutes ago`,
        runbook: 'lag',
        above: LAG_SECONDS,
        period: 300,
        of: { last: 2, above: 2 },
        silence: 'news',
      },
      { ...ownMetric('PollerLag', { Marketplace }), statistic: 'Maximum' },
    );
    createAlarm(
      `${Marketplace}-blocked`,
      {
        says: `Deliveries of ${title} wait until a person acts`,
        runbook: 'blocked',
        above: 0,
        period: 300,
        silence: 'quiet',
      },
      { ...ownMetric('DeliveriesStopped', { Marketplace, State: 'blocked' }), statistic: 'Sum' },
    );
    createAlarm(
      `${Marketplace}-shape`,
      {
        says: `What ${title} sends has a member more or one less`,
        runbook: 'shape',
        above: 0,
        period: 300,
        silence: 'quiet',
      },
      { ...ownMetric('ShapeChanges', { Marketplace }), statistic: 'Sum' },
    );
    if (topics.length > 0)
      createAlarm(
        `${Marketplace}-webhooks-lost`,
        {
          says: `${title} no longer had the hub among those it calls: \`longshore connections list\` says whether it has again`,
          runbook: 'silence',
          above: 0,
          period: 300,
          silence: 'quiet',
        },
        { ...ownMetric('WebhooksLost', { Marketplace }), statistic: 'Sum' },
      );
    createAlarm(
      `${Marketplace}-away`,
      {
        says: `A connection of ${title} fails at everything: its deliveries wait until it is back`,
        runbook: 'away',
        above: 0,
        period: 300,
        silence: 'quiet',
      },
      { ...ownMetric('AskedWhetherBack', { Marketplace }), statistic: 'Sum' },
    );
    if (topics.length > 0 && sells)
      createAlarm(
        `${Marketplace}-silent`,
        {
          says: `${title} did not call for more than ${MISSED_PERCENT} % of an hour's orders, which polls found`,
          runbook: 'silence',
          above: MISSED_PERCENT,
          period: HOUR,
          silence: 'quiet',
        },
        computed(`IF(missed >= ${MISSED_ORDERS}, 100 * missed / received, 0)`, 'Orders missed, %', HOUR, {
          missed: ownMetric('OrdersMissedByWebhook', { Marketplace }),
          received: ownMetric('OrdersReceived', { Marketplace }),
        }),
      );
    if (topics.length > 0 && !sells)
      createAlarm(
        `${Marketplace}-silent`,
        {
          says: `${title} took ${PLACED_ORDERS} orders or more within a day and did not call once`,
          runbook: 'silence',
          above: 0,
          period: DAY,
          silence: 'quiet',
        },
        computed(SILENT, 'Orders it is silent of', DAY, {
          placed: ownMetric('Attempts', { Marketplace, Action: 'order', Outcome: 'succeeded' }),
          accepted: ownMetric('Webhooks', { Marketplace, Result: 'accepted' }),
        }),
      );
  }
}
