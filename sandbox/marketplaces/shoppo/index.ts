import { createBase, type SandboxOptions } from '../base.ts';
import type { Failure } from '../fault-hooks.ts';
import { serve } from '../server.ts';
import { createWebhookSender } from '../webhook-sender.ts';
import { ENDPOINT, errorsOf, serveApi } from './api.ts';
import { createAutoShip } from './auto-ship.ts';
import { createCatalog } from './catalog.ts';
import { serveShoppoControl } from './control.ts';
import { DIALECTS } from './dialects.ts';
import { createMutations, readReceived } from './mutations.ts';
import { openNotifications, type Urls } from './notifications.ts';
import { createOrders } from './orders.ts';
import { createQueries } from './queries.ts';
import { fillCatalog } from './sample.ts';
import type { Cancel, ReplyTicket, Ship } from './schema.ts';
import { createTickets } from './tickets.ts';
import { createViews } from './views.ts';
import { createWarehouse } from './warehouse.ts';

// The page says nothing of retries: anything but a 200 is tried again 3 times, a minute apart.
const RETRY_DELAYS_MS = [60_000, 60_000, 60_000];

export interface ShoppoOptions extends SandboxOptions {
  accessToken: string;
  viewerId: string;
  /** The `accesstoken` that Shoppo sends with its notifications. */
  notificationToken: string;
  /** A URL for each notification and for replies to tickets; a topic without one is not sent. */
  notifications?: Urls | undefined;
  /** Ships every order automatically, this long after it was paid. */
  autoShip?: { afterMs: number; courier?: string } | undefined;
}

export type ShoppoSandbox = Awaited<ReturnType<typeof startShoppoSandbox>>;

/** Starts Shoppo on the loopback interface. */
export async function startShoppoSandbox(options: ShoppoOptions) {
  const base = createBase('shoppo', options, DIALECTS);
  const { store } = base;
  const sender = createWebhookSender(base, {
    retryDelaysMs: RETRY_DELAYS_MS,
    isAccepted: (status) => status === 200,
    prepare: ({ url, forged }) => ({
      url,
      headers: { accesstoken: forged ? 'not the token' : notifications.settings().accesstoken },
    }),
  });
  const accesstoken = options.notificationToken;
  const notifications = openNotifications({ base, sender, urls: options.notifications, accesstoken });
  const catalog = createCatalog({ base, notifications });
  const orders = createOrders({ base, catalog });
  const tickets = createTickets({ base, notifications, orders });
  const warehouse = createWarehouse({ base, catalog, orders, notifications });
  const autoShip = createAutoShip({ orders, warehouse });
  const parts = { base, catalog, orders, tickets, views: createViews(catalog) };
  const root = { ...createQueries(parts), ...createMutations(parts) };
  const { accessToken, viewerId } = options;
  fillCatalog(catalog);

  const listening = await serve(base, {
    failure,
    rateKey: (request) => request.headers.viewerid?.toString() ?? request.ip,
    webhooks: sender,
    routes: (app) => serveApi(app, { credentials: { accessToken, viewerId }, root, dialects: base.dialects }),
    control: (app) => serveShoppoControl(app, { store, catalog, orders, warehouse, autoShip, tickets, notifications }),
    summary: () => ({ endpoint: ENDPOINT, orders: orders.list().length, received: readReceived(store).counts }),
    onReset: () => fillCatalog(catalog),
    onStop: autoShip.stop,
  });
  autoShip.set(options.autoShip ?? { afterMs: null });
  const text = (input: unknown): string => JSON.stringify(input ?? {});
  return {
    ...listening,
    /** The whole GraphQL endpoint: a connection's `baseUrl`. */
    endpoint: listening.url + ENDPOINT,
    ship: (orderId: string, input?: Ship) => warehouse.ship(orderId, text(input)),
    cancel: (orderId: string, input?: Cancel) => warehouse.cancel(orderId, text(input)),
    deliver: (orderId: string) => warehouse.deliver(orderId),
    reply: (ticketId: string, input?: ReplyTicket) => tickets.reply(ticketId, text(input)),
    changeSku: (id: string, change: Record<string, unknown>) => catalog.changeSku(id, text(change)),
    toggleMerchants: catalog.toggleMerchants,
    setNotifications: notifications.set,
    setAutoShip: (afterMs: number | null) => autoShip.set({ afterMs }),
    orders: orders.list,
    products: catalog.products,
    skus: () => catalog.skus(),
    tickets: tickets.list,
    received: () => readReceived(store),
  };
}

const failure: Failure = (status) => ({ body: errorsOf(status === 429 ? 'Too Many Requests' : `Error ${status}`) });
