import type { MarketplaceInfo } from '../../lib/marketplaces/manifest';
import { marketplaces } from '../../lib/marketplaces/registry';
import { type DimensionsOf, METRICS, type MetricName } from '../../lib/platform/telemetry/metric-list';
import { ENDPOINT, queues } from '../../lib/topology';
import { physicalName } from '../names';
import { ownMetric, searchOwn } from './metrics';
import { graph, type Line, PERIOD, type Widget } from './widgets';

const callers = marketplaces.filter(({ topics }) => topics.length > 0);
const channels = marketplaces.filter(({ sells }) => sells);

/** What the hub itself tells: orders, webhooks, attempts, lateness. */
export const hubWidgets = (): Widget[][] => [
  [
    graph('Orders in', byMarketplace('OrdersReceived', channels)),
    graph('Webhooks by result', byValue('Webhooks', 'Result', METRICS.Webhooks.dimensions.Result, callers)),
    graph(
      'Orders that no webhook told of',
      byMarketplace(
        'OrdersMissedByWebhook',
        channels.filter((each) => callers.includes(each)),
      ),
    ),
    graph('Events ingested', byValue('EventsIngested', 'State', METRICS.EventsIngested.dimensions.State)),
  ],
  [
    graph('Pollers behind, seconds', byMarketplace('PollerLag'), 'Maximum'),
    graph('Webhooks found no longer registered', byMarketplace('WebhooksLost', callers)),
    graph('Members of bodies that came up or vanished', byMarketplace('ShapeChanges')),
    graph('From event to push, p95 in ms', byMarketplace('DeliveryLatency'), 'p95'),
    graph(
      'Messages that failed their function',
      [...new Set(queues.map(({ consumer }) => consumer))].map((name) => ({
        label: name,
        metric: ownMetric('MessagesFailed', { Function: physicalName(name) }),
      })),
    ),
    graph(
      'Deliveries dead or blocked',
      byValue('DeliveriesStopped', 'State', METRICS.DeliveriesStopped.dimensions.State),
    ),
  ],
  [
    graph('Commits that are no change', [{ label: 'passed over', metric: ownMetric('RecordsPassedOver', {}) }]),
    graph('Connections away', byMarketplace('Away')),
    graph('Endpoints paused', [{ label: 'paused', metric: ownMetric('Away', { Marketplace: ENDPOINT }) }], 'Maximum'),
  ],
  marketplaces.map(({ name, title }) => graph(`Attempts at ${title}`, attemptsAt(name))),
];

type ByMarketplace =
  | 'OrdersReceived'
  | 'OrdersMissedByWebhook'
  | 'PollerLag'
  | 'DeliveryLatency'
  | 'ShapeChanges'
  | 'Away'
  | 'WebhooksLost';

const byMarketplace = (metric: ByMarketplace, some: readonly MarketplaceInfo[] = marketplaces): Line[] =>
  some.map(({ name, title }) => ({ label: title, metric: ownMetric(metric, { Marketplace: name }) }));

/** For each marketplace a line for each value of another dimension of the metric. */
const byValue = <Name extends MetricName>(
  metric: Name,
  dimension: string,
  values: readonly string[],
  some: readonly MarketplaceInfo[] = marketplaces,
): Line[] =>
  some.flatMap(({ name: Marketplace, title }) =>
    values.map((value) => ({
      label: `${title} ${value}`,
      metric: ownMetric(metric, { Marketplace, [dimension]: value } as unknown as DimensionsOf<Name>),
    })),
  );

/** Summed over all actions, of which there are more than this page can know. */
const attemptsAt = (Marketplace: string): Line[] =>
  METRICS.Attempts.dimensions.Outcome.map((Outcome) => ({
    label: Outcome,
    expression: searchOwn('Attempts' satisfies MetricName, { Marketplace, Outcome }, 'Sum', PERIOD),
  }));
