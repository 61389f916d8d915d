import { type MarketfulSandbox, startMarketfulSandbox } from '#sandbox/marketplaces/marketful/index';
import { type ScopioSandbox, startScopioSandbox } from '#sandbox/marketplaces/scopio/index';
import { eventually, freePort, type HubProcess, startHubProcess, temporaryFolder } from './hub.ts';
import type { ShownDelivery, ShownEvent, ShownOrder } from './shown.ts';

export const SHOP = 'shop-pl';
export const SHED = 'shed-mx';
/** Long and random enough to be found wherever they leak. */
export const SECRETS = {
  apiKey: 'sk_mkt_leak-canary-4f1c0d',
  webhookSecret: 'leak-canary-hmac-91ab77',
  accessToken: 'leak-canary-token-c2d9e4',
  userId: 'leak-canary-user-77f3a0',
  urlSecret: 'leak-canary-path-5be810',
};

export interface StageOptions {
  env?: Record<string, string>;
  args?: readonly string[];
  workers?: number;
  requestsPerMinute?: number;
  /** Changes the connections file before the hub reads it. */
  edit?: (file: ConnectionsFile) => void;
}

export interface ConnectionsFile {
  connections: Array<{
    id: string;
    marketplace: string;
    baseUrl: string;
    secrets: Record<string, string>;
    settings?: Record<string, unknown>;
    requestsPerMinute?: number;
  }>;
  routes: Array<{ from: string; match?: Record<string, string>; to: string }>;
  endpoints?: object[];
}

/**
 * A hub in its own process between two simulated marketplaces of the test; its clock has seconds instead of minutes.
 */
export interface Stage {
  hub: HubProcess;
  scopio: ScopioSandbox;
  marketful: MarketfulSandbox;
  order(externalId: string): Promise<ShownOrder>;
  findOrder(externalId: string): Promise<ShownOrder | undefined>;
  deliveries(query: string): Promise<ShownDelivery[]>;
  /** The only delivery of this action that an order has. */
  delivery(externalId: string, action: string): Promise<ShownDelivery>;
  /** Waits until that delivery is in this state. */
  settled(externalId: string, action: string, state: string): Promise<ShownDelivery>;
  events(query: string): Promise<ShownEvent[]>;
  /** Placements that Marketful accepted for an order of the shop. */
  placements(externalId: string): number;
  /** Fulfillments that Scopio accepted for an order. */
  fulfillments(externalId: string): number;
  shown(externalId: string): Promise<Record<string, unknown>>;
  /** Kills the hub's process as a power cut would, and starts another on what it left. */
  killAndRestart(changes?: StageOptions): Promise<void>;
  restart(changes?: StageOptions): Promise<void>;
  stop(): Promise<void>;
}

export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const port = await freePort();
  const data = temporaryFolder();
  const hooks = `http://127.0.0.1:${port}/webhooks`;
  const shed = `${hooks}/marketful/${SHED}`;
  const generous = 1_000_000;
  const scopio = await startScopioSandbox({
    apiKey: SECRETS.apiKey,
    webhookSecret: SECRETS.webhookSecret,
    webhookUrl: `${hooks}/scopio/${SHOP}/order-paid`,
    retryIntervalMs: 500,
    requestsPerMinute: generous,
  });
  const marketful = await startMarketfulSandbox({
    accessToken: SECRETS.accessToken,
    userId: SECRETS.userId,
    retryIntervalMs: 500,
    webhooks: {
      'order/created': `${shed}/order-created/${SECRETS.urlSecret}`,
      'order/updated': `${shed}/order-updated/${SECRETS.urlSecret}`,
      'shipment_event/created': `${shed}/shipment-event-created/${SECRETS.urlSecret}`,
    },
  });

  let given = options;
  const start = () =>
    startHubProcess({
      port,
      data,
      connections: connectionsFile(scopio.url, marketful.url, given),
      env: { RETRY_INTERVAL_SECONDS: '1', HTTP_TIMEOUT_SECONDS: '2', ...given.env },
      ...(given.args && { args: given.args }),
      ...(given.workers && { workers: given.workers }),
    });
  let hub = await start();

  const stage: Stage = {
    get hub() {
      return hub;
    },
    scopio,
    marketful,
    order: (externalId) => hub.get<ShownOrder>(`/orders/${encodeURIComponent(`${SHOP}:${externalId}`)}`),
    async findOrder(externalId) {
      const { orders } = await hub.get<{ orders: ShownOrder[] }>(`/orders?connection=${SHOP}&externalId=${externalId}`);
      return orders[0];
    },
    deliveries: async (query) => (await hub.get<{ deliveries: ShownDelivery[] }>(`/deliveries?${query}`)).deliveries,
    async delivery(externalId, action) {
      const all = await stage.deliveries(`order=${encodeURIComponent(`${SHOP}:${externalId}`)}`);
      const [found, ...others] = all.filter((delivery) => delivery.action === action);
      if (!found || others.length > 0) throw new Error(`${all.length} deliveries, not one ${action}`);
      return found;
    },
    settled: (externalId, action, state) =>
      eventually(async () => {
        const delivery = await stage.delivery(externalId, action);
        if (delivery.state === state) return delivery;
        throw new Error(JSON.stringify(delivery));
      }, `${action} of ${externalId} ${state}`),
    events: async (query) => (await hub.get<{ events: ShownEvent[] }>(`/events?${query}`)).events,
    placements: (externalId) => marketful.orders().filter(({ orden_id: id }) => id === `${SHOP}:${externalId}`).length,
    fulfillments: (externalId) => scopio.received().counts.byOrder[externalId] ?? 0,
    async shown(externalId) {
      const response = await fetch(`${scopio.url}/_sandbox/orders/${externalId}`);
      return ((await response.json()) as { order: { shown: Record<string, unknown> } }).order.shown;
    },
    async killAndRestart(changes) {
      await hub.kill();
      given = { ...given, ...changes };
      hub = await start();
    },
    async restart(changes) {
      await hub.stop();
      given = { ...given, ...changes };
      hub = await start();
    },
    async stop() {
      await hub.kill();
      await Promise.all([scopio.stop(), marketful.stop()]);
    },
  };
  return stage;
}

function connectionsFile(scopio: string, marketful: string, { requestsPerMinute = 100_000, edit }: StageOptions) {
  const { apiKey, webhookSecret, accessToken, userId, urlSecret } = SECRETS;
  const file: ConnectionsFile = {
    connections: [
      { id: SHOP, marketplace: 'scopio', baseUrl: scopio, secrets: { apiKey, webhookSecret }, requestsPerMinute },
      {
        id: SHED,
        marketplace: 'marketful',
        baseUrl: marketful,
        secrets: { accessToken, userId, webhookSecret: urlSecret },
        requestsPerMinute,
      },
    ],
    routes: [
      { from: SHOP, match: { country: 'MX' }, to: SHED },
      { from: '*', to: 'erp' },
    ],
  };
  edit?.(file);
  return file;
}
