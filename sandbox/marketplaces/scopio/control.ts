import type { FastifyInstance } from 'fastify';
import { readControl } from '../refusal.ts';
import type { Store } from '../store.ts';
import type { FulfillmentCall } from './api.ts';
import type { Order } from './order.ts';
import { WebhookProfile } from './schema.ts';
import type { Shop } from './shop.ts';

/** The webhook settings of the seller profile. */
export interface Profile {
  urls: string[];
  secret: string;
}

export interface ProfileSetting {
  get(): Profile;
  set(change: Partial<Profile>): Profile;
}

interface Parts {
  store: Store;
  shop: Shop;
  profile: ProfileSetting;
}

/** Scopio's part of the control surface. */
export function serveScopioControl(app: FastifyInstance, { store, shop, profile }: Parts): void {
  const orders = store.collection<Order>('orders');
  const both = (order: Order): Record<string, unknown> => ({ ...order, shown: shop.show(order) });

  app.post('/orders', async (request, reply) =>
    reply.code(201).send({ orders: shop.place(request.body ?? undefined).map(both) }),
  );
  app.get('/orders', async () => ({ orders: orders.list().map(both) }));
  app.get<{ Params: { id: string } }>('/orders/:id', async ({ params }) => ({ order: both(shop.get(params.id)) }));
  app.patch<{ Params: { id: string } }>('/orders/:id', async ({ params, body }) => ({
    order: both(shop.change(params.id, body)),
  }));
  app.post<{ Params: { id: string } }>('/orders/:id/pay', async ({ params }) => ({ order: both(shop.pay(params.id)) }));
  app.post<{ Params: { id: string } }>('/orders/:id/cancel', async ({ params }) => ({
    order: both(shop.cancel(params.id)),
  }));
  app.post<{ Params: { id: string } }>('/orders/:id/notify', async ({ params }, reply) => {
    shop.notify(shop.get(params.id));
    return reply.code(202).send({ notified: params.id });
  });

  app.get('/received', async () => readReceived(store));

  app.get('/webhook', async () => ({ url: profile.get().urls }));
  app.put('/webhook', async ({ body }) => {
    const { url, secret } = readControl(WebhookProfile, body);
    const urls = url === undefined ? undefined : [url].flat();
    return { url: profile.set({ ...(urls ? { urls } : {}), ...(secret ? { secret } : {}) }).urls };
  });
}

/** The calls to the fulfill endpoint, newest last. */
export function readReceived(store: Store) {
  const fulfillments = store.collection<FulfillmentCall>('fulfillment-calls').list();
  const accepted = fulfillments.filter(({ status }) => status === 200);
  const byOrder: Record<string, number> = {};
  for (const { orderId } of accepted) byOrder[orderId] = (byOrder[orderId] ?? 0) + 1;
  return {
    counts: { accepted: accepted.length, refused: fulfillments.length - accepted.length, byOrder },
    fulfillments,
  };
}
