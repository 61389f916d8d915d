import { createBase, type SandboxOptions } from '../base.ts';
import { serve } from '../server.ts';
import { createWebhookSender } from '../webhook-sender.ts';
import type { Account } from './account.ts';
import { authenticate, failureOf, presentedKey } from './answers.ts';
import { createCallLimit, type LimitSettings } from './call-limit.ts';
import { serveSelloControl, setStock } from './control.ts';
import { serveDeliveries } from './deliveries-api.ts';
import { DIALECTS } from './dialects.ts';
import { createOrders } from './orders.ts';
import { serveOrders } from './orders-api.ts';
import { createProducts } from './products.ts';
import { serveProducts } from './products-api.ts';
import { createRecorder, readReceived } from './received.ts';
import { createRegistry, type Hook, hideSecret } from './registry.ts';
import { serveRows } from './rows-api.ts';
import type { PlaceOrder, SetStock } from './schema.ts';
import { createShop } from './shop.ts';
import { createStatuses } from './statuses.ts';
import { serveStatuses } from './statuses-api.ts';
import { serveWebhooks } from './webhooks-api.ts';

const REQUESTS_PER_MINUTE = 30;
const TIMEOUT_MS = 15_000;
// The document says for how long (one hour and 15 minutes), but not how often.
const RETRY_DELAYS_MS = [900_000, 900_000, 900_000, 900_000, 900_000];

export interface SelloOptions extends SandboxOptions {
  /** The key alone, or `token:key`. */
  apiKey: string;
  /** Webhooks from the start, as if set in the account's settings; they replace kept ones. */
  webhooks?: Partial<Record<Hook, string | readonly string[]>> | undefined;
  /** The body of the POST that tests a new webhook's URL; empty by default. */
  testBody?: string | undefined;
  /** The unit of `X-RateLimit-Reset`. */
  resetUnit?: LimitSettings['resetUnit'] | undefined;
  /** Decides which sample orders are placed. */
  seed?: number | undefined;
}

export type SelloSandbox = Awaited<ReturnType<typeof startSelloSandbox>>;

/** Starts Sello on the loopback interface. */
export async function startSelloSandbox(options: SelloOptions) {
  const base = createBase('sello', options, DIALECTS);
  const sender = createWebhookSender(base, {
    retryDelaysMs: RETRY_DELAYS_MS,
    timeoutMs: TIMEOUT_MS,
    // "A 500-ish status code", no connection, or too slow; a 401 is not retried.
    isRetried: (status) => status === null || status >= 500,
    // Nothing is signed: the secret is in the URL.
    prepare: ({ url, forged }) => ({ url: forged ? url.replace(/[^/]*$/, 'not-the-secret') : url, headers: {} }),
    showUrl: hideSecret,
  });
  const timeoutMs = options.webhookTimeoutMs ?? TIMEOUT_MS;
  const registry = createRegistry({ base, sender, timeoutMs, testBody: options.testBody ?? '' });
  const account = openAccount(base, options, registry);
  const { orders, products, statuses, shop } = account;
  const limit = createCallLimit(
    { requestsPerMinute: options.requestsPerMinute ?? REQUESTS_PER_MINUTE, resetUnit: options.resetUnit ?? 'seconds' },
    base.now,
  );

  const listening = await serve(base, {
    failure: failureOf(limit.resetIn),
    rateKey: (request) => presentedKey(request) ?? request.ip,
    // Sello says in every answer how many calls are left, so it counts by itself.
    requestsPerMinute: null,
    webhooks: sender,
    routes(app) {
      limit.apply(app);
      app.register(
        async (v5) => {
          v5.addHook('preHandler', authenticate(options.apiKey));
          for (const routes of [serveOrders, serveRows, serveDeliveries, serveStatuses, serveProducts, serveWebhooks]) {
            routes(v5, account);
          }
        },
        { prefix: '/v5' },
      );
    },
    control: (app) => serveSelloControl(app, { account, limit }),
    summary: () => ({
      orders: orders.list().length,
      received: readReceived(base).counts,
      rateLimit: limit.settings(),
    }),
    onReset() {
      statuses.fill();
      products.fill();
    },
  });
  return {
    ...listening,
    /** The `baseUrl` of a connection. */
    baseUrl: `${listening.url}/v5`,
    place: (input?: PlaceOrder) => shop.place(input),
    change: shop.change,
    setStatus: shop.setStatus,
    setStock: (input: SetStock) => setStock(products, input),
    orders: orders.list,
    products: products.list,
    registered: registry.list,
    received: () => readReceived(base),
  };
}

function openAccount(base: Account['base'], options: SelloOptions, registry: Account['registry']): Account {
  if (options.webhooks) {
    const entries = Object.entries(options.webhooks) as Array<[Hook, string | readonly string[]]>;
    registry.set(entries.flatMap(([hook, urls]) => [urls].flat().map((url) => ({ url, hook }))));
  }
  const statuses = createStatuses(base.store);
  statuses.fill();
  const products = createProducts({ base, registry });
  products.fill();
  const orders = createOrders({ base, registry, statuses });
  const shop = createShop({ base, orders, products, statuses, registry, seed: options.seed ?? 1 });
  return {
    base,
    orders,
    products,
    statuses,
    registry,
    shop,
    recorded: createRecorder(base),
  };
}
