import { join } from 'node:path';
import { startMarketfulSandbox } from './marketful/index.ts';
import { startScopioSandbox } from './scopio/index.ts';
import { type SellersCommerceSandbox, startSellersCommerceSandbox } from './sellers-commerce/index.ts';
import { startSelloSandbox } from './sello/index.ts';
import type { Listening } from './server.ts';
import { startShoppoSandbox } from './shoppo/index.ts';
import { TOPICS } from './shoppo/topics.ts';

// Throw-away credentials of simulated accounts: they open nothing but this machine's own sandbox.
const SCOPIO = { apiKey: 'sk_mkt_sandbox', webhookSecret: 'sandbox-webhook-secret' };
const SELLO = { apiKey: 'sandbox-token:sandbox-key' };
const SELLERS_COMMERCE = { accessKey: 'sandbox-access-key', sharedSecret: 'sandbox-shared-secret' };
const MARKETFUL = { accessToken: 'sandbox-access-token', userId: 'sandbox-user' };
const SHOPPO = {
  accessToken: 'sandbox-access-token',
  viewerId: 'sandbox-viewer',
  notificationToken: 'sandbox-notifications',
};
/** Sello raises its 30 on request; with 30 the story would have to wait for its turn. */
const SELLO_REQUESTS_PER_MINUTE = 120;
const URL_SECRET = 'sandbox-url-secret';

/** Sandboxes stand this far above the hub's port, where that is free. */
const FIRST_PORT_OFFSET = 11;
const SHIP_AFTER_MS = 400;

export type Marketplaces = Awaited<ReturnType<typeof startMarketplaces>>;

/** Starts the five simulated marketplaces, with the connections and routes of the stories that `npm start` tells. */
export async function startMarketplaces({ data, hub, port }: { data: string; hub: string; port: number }) {
  const dataDir = join(data, 'sandbox');
  const inbound = (marketplace: string, connection: string) => `${hub}/webhooks/${marketplace}/${connection}`;
  const started: Listening[] = [];
  const start = async <T extends Listening>(starter: (port: number) => Promise<T>): Promise<T> => {
    const sandbox = await onFreePort(port && port + FIRST_PORT_OFFSET + started.length, starter);
    started.push(sandbox);
    return sandbox;
  };
  const marketfulHooks = inbound('marketful', 'marketful-mx');
  const selloHooks = inbound('sello', 'sello-se');
  const shoppoHooks = inbound('shoppo', 'shoppo-supply');

  const scopio = await start((at) =>
    startScopioSandbox({ ...SCOPIO, dataDir, port: at, webhookUrl: `${inbound('scopio', 'scopio-main')}/order-paid` }),
  );
  const marketful = await start((at) =>
    startMarketfulSandbox({
      ...MARKETFUL,
      dataDir,
      port: at,
      autoShip: { afterMs: SHIP_AFTER_MS },
      webhooks: {
        'order/created': `${marketfulHooks}/order-created/${URL_SECRET}`,
        'order/updated': `${marketfulHooks}/order-updated/${URL_SECRET}`,
        'shipment_event/created': `${marketfulHooks}/shipment-event-created/${URL_SECRET}`,
      },
    }),
  );
  const sello = await start((at) =>
    startSelloSandbox({
      ...SELLO,
      requestsPerMinute: SELLO_REQUESTS_PER_MINUTE,
      dataDir,
      port: at,
      webhooks: {
        orderNew: `${selloHooks}/order-new/${URL_SECRET}`,
        orderPaid: `${selloHooks}/order-paid/${URL_SECRET}`,
        orderUpdated: `${selloHooks}/order-updated/${URL_SECRET}`,
        productUpdated: `${selloHooks}/product-updated/${URL_SECRET}`,
        productQuantityUpdated: `${selloHooks}/product-quantity-updated/${URL_SECRET}`,
      },
    }),
  );
  const sellersCommerce = await start((at) => startSellersCommerceSandbox({ ...SELLERS_COMMERCE, dataDir, port: at }));
  const isNewStore = sellersCommerce.orders().length === 0;
  if (isNewStore) sellAnHourAgo(sellersCommerce);
  const shoppo = await start((at) =>
    startShoppoSandbox({
      ...SHOPPO,
      dataDir,
      port: at,
      // A carrier that SellersCommerce has a word for.
      autoShip: { afterMs: SHIP_AFTER_MS, courier: 'UPS' },
      notifications: Object.fromEntries(TOPICS.map((topic) => [topic, `${shoppoHooks}/${topic}`])),
    }),
  );

  return {
    scopio,
    sello,
    sellersCommerce,
    isNewStore,
    scopioSecret: SCOPIO.webhookSecret,
    listening: [
      { title: 'Scopio', url: scopio.url },
      { title: 'Sello', url: sello.url },
      { title: 'SellersCommerce', url: sellersCommerce.url },
      { title: 'Marketful', url: marketful.url },
      { title: 'Shoppo', url: shoppo.url },
    ],
    connections: {
      connections: [
        { id: 'scopio-main', marketplace: 'scopio', baseUrl: scopio.url, secrets: SCOPIO },
        {
          id: 'sello-se',
          marketplace: 'sello',
          baseUrl: sello.baseUrl,
          secrets: { ...SELLO, webhookSecret: URL_SECRET },
          requestsPerMinute: SELLO_REQUESTS_PER_MINUTE,
        },
        { id: 'sc-store', marketplace: 'sellers-commerce', baseUrl: sellersCommerce.url, secrets: SELLERS_COMMERCE },
        {
          id: 'marketful-mx',
          marketplace: 'marketful',
          baseUrl: marketful.url,
          secrets: { ...MARKETFUL, webhookSecret: URL_SECRET },
        },
        { id: 'shoppo-supply', marketplace: 'shoppo', baseUrl: shoppo.endpoint, secrets: SHOPPO },
      ],
      routes: [
        { from: 'scopio-main', match: { country: 'MX' }, to: 'marketful-mx' },
        { from: '*', match: { skuPrefix: 'SHP-' }, to: 'shoppo-supply' },
        { from: '*', to: 'erp' },
      ],
    },
    async stop() {
      await Promise.all(started.map((sandbox) => sandbox.stop()));
    },
  };
}

/** The store calls nobody, and a poll leaves out the last seconds: bought earlier, its order is found by the very first. */
function sellAnHourAgo(store: SellersCommerceSandbox): void {
  store.setClock({ offsetSeconds: -3600 });
  store.setStock({ SkuCode: 'SHP-1', Inventory: 0, ProductName: 'Bamboo lunch box' });
  store.place({ OrderItems: [{ SkuCode: 'SHP-1', ProductName: 'Bamboo lunch box' }] });
  store.setClock({ offsetSeconds: 0 });
}

async function onFreePort<T>(wanted: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(wanted);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return start(0);
  }
}
