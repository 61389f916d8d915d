import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Base, createBase, type SandboxOptions } from '../base.ts';
import { controlRefusal, Refusal, readControl } from '../refusal.ts';
import { serve } from '../server.ts';
import { createWebhookSender } from '../webhook-sender.ts';
import { type Order, PlaceOrder, sampleOrder } from './order.ts';

// Quote here what the vendor's document says about webhook retries.
const RETRY_DELAYS_MS = [60_000, 60_000, 60_000];

export interface AcmeGoodsOptions extends SandboxOptions {
  apiKey: string;
  webhookSecret: string;
  /** Without one, orders are only polled. */
  webhookUrl?: string | undefined;
}

/** Starts Acme Goods on the loopback interface. */
export async function startAcmeGoodsSandbox(options: AcmeGoodsOptions) {
  const base = createBase('acme-goods', options);
  const orders = base.store.collection<Order>('orders');
  const webhooks = createWebhookSender(base, {
    retryDelaysMs: RETRY_DELAYS_MS,
    prepare: ({ url, body, forged }) => ({
      url,
      headers: { 'x-acme-goods-signature': sign(body, forged ? 'not the secret' : options.webhookSecret) },
    }),
  });
  const tell = (order: Order): Order => {
    if (options.webhookUrl) webhooks.send({ topic: 'order-paid', url: options.webhookUrl, body: order });
    return order;
  };
  const place = (input?: unknown): Order => {
    const order = sampleOrder(base.store.next('orders'), readControl(PlaceOrder, input), base.now().toISOString());
    return tell(orders.put(order.id, order));
  };
  const cancel = (id: string): Order => {
    const order = orders.get(id);
    if (!order) throw controlRefusal(404, 'not_found', `no order ${id}`);
    return tell(orders.put(id, { ...order, status: 'cancelled', updated_at: base.now().toISOString() }));
  };

  const listening = await serve(base, {
    failure: (status) => ({ body: { error: `status ${status}` } }),
    rateKey: presentedKey,
    webhooks,
    routes: (app) => serveApi(app, base, options.apiKey),
    control(app) {
      app.post('/orders', async ({ body }, reply) => reply.code(201).send({ order: place(body ?? undefined) }));
      app.post<{ Params: { id: string } }>('/orders/:id/cancel', async ({ params }) => ({
        order: cancel(params.id),
      }));
      app.get('/orders', async () => ({ orders: orders.list() }));
    },
    summary: () => ({ orders: orders.list().length }),
  });
  return { ...listening, place: (input?: PlaceOrder) => place(input), cancel, orders: orders.list };
}

const Shipment = z.object({ carrier: z.enum(['DHL', 'UPS', 'FedEx']), tracking_number: z.string().min(1) });

/** The endpoints of the vendor's document. */
function serveApi(app: FastifyInstance, { store, now }: Base, apiKey: string): void {
  const orders = store.collection<Order>('orders');
  const find = (id: string): Order => {
    const order = orders.get(id);
    if (!order) throw new Refusal(404, { error: 'no such order' });
    return order;
  };
  app.addHook('preHandler', async (request) => {
    if (presentedKey(request) !== apiKey) throw new Refusal(401, { error: 'unknown key' });
  });

  app.get('/v1/orders', async () => ({ orders: orders.list().filter(({ status }) => status === 'paid') }));
  app.get<{ Params: { id: string } }>('/v1/orders/:id', async ({ params }) => find(params.id));
  app.post<{ Params: { id: string } }>('/v1/orders/:id/shipments', async ({ params, body }, reply) => {
    const order = find(params.id);
    const shipment = Shipment.safeParse(JSON.parse(String(body)));
    if (!shipment.success) throw new Refusal(400, { error: 'not a shipment' });
    if (order.status === 'cancelled') throw new Refusal(409, { error: 'the order was cancelled' });
    const shipments = [...order.shipments, shipment.data];
    const shipped: Order = { ...order, status: 'shipped', shipments, updated_at: now().toISOString() };
    return reply.code(201).send(orders.put(order.id, shipped));
  });
}

const presentedKey = ({ headers, ip }: FastifyRequest): string =>
  /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? ip;

const sign = (body: string, secret: string): string => createHmac('sha256', secret).update(body).digest('hex');
