import { join } from 'node:path';
import { startMarketfulSandbox } from './marketful/index.ts';
import { startScopioSandbox } from './scopio/index.ts';

// Throw-away credentials of simulated accounts: they open nothing but this machine's own sandbox.
const SCOPIO = { apiKey: 'sk_mkt_sandbox', webhookSecret: 'sandbox-webhook-secret' };
const MARKETFUL = { accessToken: 'sandbox-access-token', userId: 'sandbox-user' };
const MARKETFUL_WEBHOOK_SECRET = 'sandbox-url-secret';

/** Sandboxes stand this far above the hub's port, where that is free. */
const FIRST_PORT_OFFSET = 11;
const SHIP_AFTER_MS = 400;

export type Marketplaces = Awaited<ReturnType<typeof startMarketplaces>>;

/** Starts the simulated marketplaces with the connections and routes of the story: sold on Scopio, shipped by Marketful. */
export async function startMarketplaces({ data, hub, port }: { data: string; hub: string; port: number }) {
  const dataDir = join(data, 'sandbox');
  const scopio = await onFreePort(port && port + FIRST_PORT_OFFSET, (at) =>
    startScopioSandbox({ ...SCOPIO, dataDir, port: at, webhookUrl: `${hub}/webhooks/scopio/scopio-main/order-paid` }),
  );
  const inbound = `${hub}/webhooks/marketful/marketful-mx`;
  const marketful = await onFreePort(port && port + FIRST_PORT_OFFSET + 1, (at) =>
    startMarketfulSandbox({
      ...MARKETFUL,
      dataDir,
      port: at,
      autoShip: { afterMs: SHIP_AFTER_MS },
      webhooks: {
        'order/created': `${inbound}/order-created/${MARKETFUL_WEBHOOK_SECRET}`,
        'order/updated': `${inbound}/order-updated/${MARKETFUL_WEBHOOK_SECRET}`,
        'shipment_event/created': `${inbound}/shipment-event-created/${MARKETFUL_WEBHOOK_SECRET}`,
      },
    }),
  );
  return {
    scopio,
    scopioSecret: SCOPIO.webhookSecret,
    listening: [
      { title: 'Scopio', url: scopio.url },
      { title: 'Marketful', url: marketful.url },
    ],
    connections: {
      connections: [
        { id: 'scopio-main', marketplace: 'scopio', baseUrl: scopio.url, secrets: SCOPIO },
        {
          id: 'marketful-mx',
          marketplace: 'marketful',
          baseUrl: marketful.url,
          secrets: { ...MARKETFUL, webhookSecret: MARKETFUL_WEBHOOK_SECRET },
        },
      ],
      routes: [
        { from: 'scopio-main', match: { country: 'MX' }, to: 'marketful-mx' },
        { from: '*', to: 'erp' },
      ],
    },
    async stop() {
      await Promise.all([scopio.stop(), marketful.stop()]);
    },
  };
}

async function onFreePort<T>(wanted: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(wanted);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return start(0);
  }
}
