import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Base, createBase, type SandboxOptions } from '../base.ts';
import { controlRefusal, Refusal, readControl } from '../refusal.ts';
import { serve } from '../server.ts';
import { createWebhookSender } from '../webhook-sender.ts';
import { NewOrder, type Order, Ship } from './order.ts';

// Quote here what the vendor's document says about webhook retries.
const RETRY_DELAYS_MS = [60_000, 60_000, 60_000];

export interface AcmeGoodsOptions extends SandboxOptions {
  apiKey: string;
  webhookSecret: string;
  /** Without one, parcels are only polled. */
  webhookUrl?: string | undefined;
  /** Ships every order automatically, this long after it was placed. */
  shipAfterMs?: number | undefined;
}

/** Starts Acme Goods on the loopback interface. */
export async function startAcmeGoodsSandbox(options: AcmeGoodsOptions) {
  const base = createBase('acme-goods', options);
  const orders = base.store.collection<Order>('orders');
  const timers = new Set<NodeJS.Timeout>();
  const webhooks = createWebhookSender(base, {
    retryDelaysMs: RETRY_DELAYS_MS,
    prepare: ({ url, body, forged }) => ({
      url,
      headers: { 'x-acme-goods-signature': sign(body, forged ? 'not the secret' : options.webhookSecret) },
    }),
  });
  const ship = (id: string, input?: unknown): Order => {
    const { carrier, trackingNumber = `AG${id}` } = readControl(Ship, input);
    const order = orders.get(id);
    if (!order) throw controlRefusal(404, 'not_found', `no order ${id}`);
    const parcel = { carrier, tracking_number: trackingNumber, shipped_at: base.now().toISOString() };
    const shipped = orders.put(id, { ...order, status: 'shipped', parcels: [...order.parcels, parcel] });
    if (options.webhookUrl) webhooks.send({ topic: 'parcel-shipped', url: options.webhookUrl, body: shipped });
    return shipped;
  };
  const onPlaced = ({ id }: Order): void => {
    if (options.shipAfterMs !== undefined) timers.add(setTimeout(() => ship(id), options.shipAfterMs));
  };

  const listening = await serve(base, {
    failure: (status) => ({ body: { error: `status ${status}` } }),
    rateKey: presentedKey,
    webhooks,
    routes: (app) => serveApi(app, base, options.apiKey, onPlaced),
    control(app) {
      app.post<{ Params: { id: string } }>('/orders/:id/ship', async ({ params, body }) => ({
        order: ship(params.id, body ?? undefined),
      }));
      app.get('/orders', async () => ({ orders: orders.list() }));
    },
    summary: () => ({ orders: orders.list().length }),
    onStop: () => timers.forEach(clearTimeout),
  });
  return { ...listening, ship: (id: string, input?: Ship) => ship(id, input), orders: orders.list };
}

/** The endpoints of the vendor's document. */
function serveApi(app: FastifyInstance, { store }: Base, apiKey: string, onPlaced: (order: Order) => void): void {
  const orders = store.collection<Order>('orders');
  app.addHook('preHandler', async (request) => {
    if (presentedKey(request) !== apiKey) throw new Refusal(401, { error: 'unknown key' });
  });

  app.get<{ Querystring: { reference?: string } }>('/v1/orders', async ({ query }) => ({
    orders: orders.list().filter(({ reference }) => reference === query.reference),
  }));
  app.get<{ Params: { id: string } }>('/v1/orders/:id', async ({ params }) => {
    const order = orders.get(params.id);
    if (!order) throw new Refusal(404, { error: 'no such order' });
    return order;
  });
  app.post('/v1/orders', async ({ body }, reply) => {
    const asked = NewOrder.safeParse(JSON.parse(String(body)));
    if (!asked.success) throw new Refusal(400, { error: 'not an order' });
    const id = String(store.next('orders', 5001));
    const order = orders.put(id, { ...asked.data, id, status: 'placed', parcels: [] });
    onPlaced(order);
    return reply.code(201).send({ id });
  });
}

const presentedKey = ({ headers, ip }: FastifyRequest): string =>
  /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? ip;

const sign = (body: string, secret: string): string => createHmac('sha256', secret).update(body).digest('hex');
