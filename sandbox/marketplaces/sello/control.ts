import type { FastifyInstance } from 'fastify';
import { controlRefusal, Refusal, readControl } from '../refusal.ts';
import { type Account, showOrder } from './account.ts';
import type { CallLimit } from './call-limit.ts';
import type { Order } from './order.ts';
import { type Product, toFullProduct } from './product.ts';
import type { Products } from './products.ts';
import { readReceived } from './received.ts';
import { hideSecret, type Registry, type Webhook } from './registry.ts';
import { ChangeLimit, ProductAttributes, SetRegistry, SetStatus, SetStock } from './schema.ts';
import { CANCELLED, PAID } from './statuses.ts';

type WithId = { Params: { id: string } };

/** Sello's part of the control surface. */
export function serveSelloControl(
  app: FastifyInstance,
  { account, limit }: { account: Account; limit: CallLimit },
): void {
  const { base, orders, products, registry, shop, statuses } = account;
  const both = (order: Order): Record<string, unknown> => ({ ...order, shown: showOrder(order, statuses) });

  app.post('/orders', async ({ body }, reply) =>
    reply.code(201).send({ orders: plain(() => shop.place(body ?? undefined)).map(both) }),
  );
  app.get('/orders', async () => ({ orders: orders.list().map(both) }));
  app.get<WithId>('/orders/:id', async ({ params }) => ({ order: both(shop.get(params.id)) }));
  app.patch<WithId>('/orders/:id', async ({ params, body }) => ({
    order: both(plain(() => shop.change(params.id, body))),
  }));
  app.post<WithId>('/orders/:id/pay', async ({ params }) => ({ order: both(shop.setStatus(params.id, PAID)) }));
  app.post<WithId>('/orders/:id/cancel', async ({ params }) => ({
    order: both(shop.setStatus(params.id, CANCELLED)),
  }));
  app.post<WithId>('/orders/:id/status', async ({ params, body }) => {
    const { status_id: statusId } = readControl(SetStatus, body);
    return { order: both(plain(() => shop.setStatus(params.id, statusId))) };
  });
  app.post<WithId>('/orders/:id/notify', async ({ params, body }, reply) => {
    shop.notify(params.id, body);
    return reply.code(202).send({ notified: params.id });
  });

  app.get('/products', async () => ({ products: products.list() }));
  app.post('/products', async ({ body }, reply) => {
    const { id, notify, ...given } = readControl(ProductAttributes, body);
    const product = plain(() => products.add(given, id));
    if (notify) registry.notify('productUpdated', product.id);
    return reply.code(201).send({ product });
  });
  app.patch<WithId>('/products/:id', async ({ params, body }) => {
    const { id: _id, notify, ...given } = readControl(ProductAttributes, body);
    const product = products.find(params.id) ?? products.bySku(params.id);
    if (!product) throw controlRefusal(404, 'not_found', `no product ${params.id}`);
    return { product: plain(() => products.change(product, given, !notify)) };
  });
  app.get('/stock', async () => ({
    items: products.list().map(({ id, private_reference: sku, quantity }) => ({ id, sku, quantity })),
  }));
  app.put('/stock', async ({ body }) => ({ item: toFullProduct(setStock(products, body)) }));

  app.get('/received', async () => readReceived(base));
  app.get('/registry', async () => ({ webhooks: shown(registry) }));
  app.put('/registry', async ({ body }) => {
    registry.set(readControl(SetRegistry, body).webhooks);
    return { webhooks: shown(registry) };
  });
  app.get('/rate-limit', async () => limit.settings());
  app.put('/rate-limit', async ({ body }) => {
    const { requestsPerMinute, resetUnit } = readControl(ChangeLimit, body);
    return limit.change({ ...(requestsPerMinute ? { requestsPerMinute } : {}), ...(resetUnit ? { resetUnit } : {}) });
  });
}

/** Sets a product's stock, as a person would in Sello's own pages; an unknown SKU becomes a product. */
export function setStock(products: Products, input: unknown): Product {
  const { sku, quantity, title, notify } = readControl(SetStock, input);
  const product = products.bySku(sku) ?? products.add({ private_reference: sku, private_name: title ?? sku });
  return products.change(product, { quantity, ...(title ? { private_name: title } : {}) }, !notify);
}

function shown(registry: Registry): Webhook[] {
  return registry.list().map(({ url, hook }) => ({ url: hideSecret(url), hook }));
}

/** Turns Sello's own refusals into the control surface's. */
function plain<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const { message } = ((error instanceof Refusal && error.body) || {}) as { message?: string };
    throw message ? controlRefusal(400, 'invalid_request', message) : error;
  }
}
