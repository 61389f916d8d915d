import type { FastifyInstance } from 'fastify';
import { GraphQLError } from 'graphql';
import { controlRefusal, readControl } from '../refusal.ts';
import type { Store } from '../store.ts';
import type { AutoShip } from './auto-ship.ts';
import type { Catalog } from './catalog.ts';
import { readReceived } from './mutations.ts';
import type { Notifications } from './notifications.ts';
import { type Order, refundStatusOf, statusOf } from './order.ts';
import type { Orders } from './orders.ts';
import { AutoShip as AutoShipSetting, SetNotifications } from './schema.ts';
import type { Tickets } from './tickets.ts';
import type { Warehouse } from './warehouse.ts';

interface Parts {
  store: Store;
  catalog: Catalog;
  orders: Orders;
  warehouse: Warehouse;
  autoShip: AutoShip;
  tickets: Tickets;
  notifications: Notifications;
}

interface WithId {
  Params: { id: string };
}

const STEPS = ['prepare', 'ship', 'checkpoint', 'deliver', 'cancel', 'expire', 'refund', 'notify'] as const;

/** Shoppo's part of the control surface. */
export function serveShoppoControl(app: FastifyInstance, parts: Parts): void {
  serveCatalog(app, parts);
  serveOrders(app, parts);
  serveTickets(app, parts);
  const { store, autoShip, notifications } = parts;

  app.get('/auto-ship', async () => autoShip.get());
  app.put('/auto-ship', async ({ body }) => {
    autoShip.set(readControl(AutoShipSetting, body));
    return autoShip.get();
  });
  app.get('/received', async () => readReceived(store));
  // Without the accesstoken, which is a secret.
  app.get('/notifications', async () => ({ urls: notifications.settings().urls }));
  app.put('/notifications', async ({ body }) => ({
    urls: notifications.set(readControl(SetNotifications, body)).urls,
  }));
}

function serveCatalog(app: FastifyInstance, { catalog }: Parts): void {
  app.get('/products', async () => ({
    products: catalog.products().map((product) => ({ ...product, skus: catalog.skus(product.id) })),
  }));
  app.post('/products', async ({ body }, reply) => reply.code(201).send(catalog.createProduct(body)));
  app.patch<WithId>('/products/:id', async ({ params, body }) => ({ product: catalog.changeProduct(params.id, body) }));
  app.post<WithId>('/products/:id/skus', async ({ params, body }, reply) =>
    reply.code(201).send({ sku: catalog.createSku(params.id, body) }),
  );
  app.patch<WithId>('/skus/:id', async ({ params, body }) => ({ sku: catalog.changeSku(params.id, body) }));
  app.get('/merchants', async () => ({ merchants: catalog.merchants() }));
  app.post('/merchants/toggle', async ({ body }) => ({ merchants: catalog.toggleMerchants(body) }));
}

function serveOrders(app: FastifyInstance, { store, orders, warehouse }: Parts): void {
  app.get('/orders', async () => ({ orders: orders.list().map(withStatus) }));
  app.get<WithId>('/orders/:id', async ({ params }) => ({ order: withStatus(warehouse.find(params.id)) }));
  app.post<WithId>('/orders/:id/pay', async ({ params }) => {
    const { id } = warehouse.find(params.id);
    return { order: withStatus(asControl(() => orders.pay(id, `sandbox-charge-${store.next('charge')}`))) };
  });
  for (const step of STEPS) {
    const path = step === 'checkpoint' ? 'checkpoints' : step;
    app.post<WithId>(`/orders/:id/${path}`, async ({ params, body }) => ({
      order: withStatus(warehouse[step](params.id, body)),
    }));
  }
}

function serveTickets(app: FastifyInstance, { tickets }: Parts): void {
  app.get('/tickets', async () => ({ tickets: tickets.list() }));
  app.post<WithId>('/tickets/:id/reply', async ({ params, body }) => ({ ticket: tickets.reply(params.id, body) }));
  app.post<WithId>('/tickets/:id/status', async ({ params, body }) => ({ ticket: tickets.setStatus(params.id, body) }));
}

function withStatus(order: Order): Record<string, unknown> {
  return { ...order, status: statusOf(order), refundStatus: refundStatusOf(order) };
}

/** Turns the API's GraphQL errors into refusals of the control surface. */
function asControl<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof GraphQLError ? controlRefusal(409, 'wrong_status', error.message) : error;
  }
}
