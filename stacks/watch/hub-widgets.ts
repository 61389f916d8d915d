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
    graph(
      'Webhooks by result',
      callers.flatMap(({ name, title }) =>
        METRICS.Webhooks.dimensions.Result.map((Result) => ({
          label: `${title} ${Result}`,
          metric: ownMetric('Webhooks', { Marketplace: name, Result }),
        })),
      ),
    ),
    graph(
      'Orders that no webhook told of',
      byMarketplace(
        'OrdersMissedByWebhook',
        channels.filter((each) => callers.includes(each)),
      ),
    ),
    graph('Events ingested', byState('EventsIngested', METRICS.EventsIngested.dimensions.State)),
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
    graph('Deliveries dead or blocked', byState('DeliveriesStopped', METRICS.DeliveriesStopped.dimensions.State)),
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

const byMarketplace = (
  metric: ByMarketplace,
  some: readonly { name: string; title: string }[] = marketplaces,
): Line[] => some.map(({ name, title }) => ({ label: title, metric: ownMetric(metric, { Marketplace: name }) }));

function byState<Name extends 'EventsIngested' | 'DeliveriesStopped'>(
  metric: Name,
  states: readonly DimensionsOf<Name>['State'][],
): Line[] {
  return marketplaces.flatMap(({ name, title }) =>
    states.map((State) => ({
      label: `${title} ${State}`,
      metric: ownMetric(metric, { Marketplace: name, State } as DimensionsOf<Name>),
    })),
  );
}

/** Over all actions, of which there are more than this page can know. */
const attemptsAt = (Marketplace: string): Line[] =>
  METRICS.Attempts.dimensions.Outcome.map((Outcome) => ({
    label: Outcome,
    expression: searchOwn('Attempts' satisfies MetricName, { Marketplace, Outcome }, 'Sum', PERIOD),
  }));
