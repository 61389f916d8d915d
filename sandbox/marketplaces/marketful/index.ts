import { createBase, type SandboxOptions } from '../base.ts';
import type { Failure } from '../fault-hooks.ts';
import { serve } from '../server.ts';
import { createWebhookSender } from '../webhook-sender.ts';
import { hideSecret, readReceived, serveMarketfulControl, setStock, ship } from './control.ts';
import { DIALECTS } from './dialects.ts';
import { serveEntries } from './entries-api.ts';
import { serveItems } from './items-api.ts';
import { serveOrders } from './orders-api.ts';
import { createRegistry, type Registry, serveWebhooks, type Topic } from './registry.ts';
import type { SetStock, Ship } from './schema.ts';
import { createStock, fillStock } from './stock.ts';
import { createWarehouse, type Warehouse } from './warehouse.ts';

// The document says nothing of retries: any 2xx is accepted, anything else is tried again 3 times, a minute apart.
const RETRY_DELAYS_MS = [60_000, 60_000, 60_000];

export interface MarketfulOptions extends SandboxOptions {
  accessToken: string;
  userId: string;
  /** Webhooks registered from the start; they replace kept ones of the same kind. */
  webhooks?: Partial<Record<Topic, string>> | undefined;
  /** Ships every order automatically, this long after it was placed. */
  autoShip?: { afterMs: number } | undefined;
}

export type MarketfulSandbox = Awaited<ReturnType<typeof startMarketfulSandbox>>;

/** Starts Marketful on the loopback interface. */
export async function startMarketfulSandbox(options: MarketfulOptions) {
  const base = createBase('marketful', options, DIALECTS);
  const { store } = base;
  const sender = createWebhookSender(base, {
    retryDelaysMs: RETRY_DELAYS_MS,
    // Nothing is signed: the secret is the last segment of the URL.
    prepare: ({ url, forged }) => ({ url: forged ? url.replace(/[^/]*$/, 'not-the-secret') : url, headers: {} }),
    showUrl: hideSecret,
  });
  const registry = createRegistry({ base, sender });
  const stock = createStock(store);
  fillStock(stock);
  const warehouse = createWarehouse({ base, registry, stock });
  const { accessToken, userId } = options;
  const credentials = { accessToken, userId };

  const listening = await serve(base, {
    failure,
    rateKey: (request) => request.headers.user?.toString() ?? request.ip,
    webhooks: sender,
    routes(app) {
      serveOrders(app, { base, credentials, warehouse });
      serveItems(app, { credentials, stock });
      serveEntries(app, { base, credentials, stock });
      serveWebhooks(app, { credentials, registry });
    },
    control: (app) => serveMarketfulControl(app, { store, now: base.now, warehouse, stock, registry }),
    summary: () => ({ orders: warehouse.orders().length, received: readReceived(store).counts }),
    onReset: () => fillStock(stock),
    onStop: () => warehouse.stop(),
  });
  registerAll(registry, options.webhooks ?? {});
  warehouse.setAutoShip(options.autoShip?.afterMs ?? null);
  return {
    ...listening,
    ship: (orderId: string | number, input?: Ship) => ship(warehouse, String(orderId), input ?? {}),
    report: (orderId: string | number, report: Parameters<Warehouse['report']>[1]) =>
      warehouse.report(String(orderId), report),
    setAutoShip: warehouse.setAutoShip,
    setStock: (input: SetStock) => setStock(stock, input),
    orders: warehouse.orders,
    stock: stock.list,
    registered: registry.list,
    received: () => readReceived(store),
  };
}

function registerAll(registry: Registry, webhooks: Partial<Record<Topic, string>>): void {
  for (const [topic, url] of Object.entries(webhooks)) {
    const kept = registry.list().find(({ tipo }) => tipo === topic);
    if (kept && kept.url !== url) registry.remove(kept.id);
    registry.create(url, topic);
  }
}

const failure: Failure = (status) => ({ body: { message: status === 429 ? 'Too Many Requests' : `Error ${status}` } });
