import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Base } from '../base.ts';
import { Refusal } from '../refusal.ts';
import { CARRIERS, isDue, type Order } from './order.ts';
import type { Shop } from './shop.ts';

/** One call to the fulfill endpoint, accepted or not. */
export interface FulfillmentCall {
  at: string;
  orderId: string;
  status: number;
  /** Scopio's error code, if it refused. */
  code: string | null;
  body: unknown;
}

const Fulfill = z.object({
  tracking_number: z.string().trim().min(1),
  carrier: z.enum(CARRIERS),
  label_url: z.url({ protocol: /^https?$/ }).optional(),
});

interface Parts {
  base: Base;
  shop: Shop;
  seller: string;
  apiKey: string;
}

/** The endpoints of Scopio's document. */
export function serveApi(app: FastifyInstance, { base, shop, seller, apiKey }: Parts): void {
  const { store, emit, now } = base;
  const orders = store.collection<Order>('orders');
  const calls = store.collection<FulfillmentCall>('fulfillment-calls');

  app.addHook('preHandler', async (request) => {
    if (presentedKey(request) !== apiKey) throw failed(401, 'unauthorized', 'The API key is missing or not valid.');
  });

  app.get('/api/seller/orders', async () => ({
    success: true,
    orders: orders
      .list()
      .filter((order) => isDue(order, seller))
      .map(shop.show),
  }));

  app.post<{ Params: { orderId: string } }>('/api/seller/orders/:orderId/fulfill', async (request) => {
    const { orderId } = request.params;
    const record = (status: number, code: string | null, body: unknown): void =>
      void calls.put(String(store.next('calls')), { at: now().toISOString(), orderId, status, code, body });
    let body: unknown = request.body;
    try {
      body = parse(request.body);
      const order = findOrder(orders.get(orderId), seller);
      checkFulfill(body);
      const at = now().toISOString();
      orders.put(orderId, { ...order, fulfilledAt: order.fulfilledAt ?? at });
      record(200, null, body);
      emit({ type: 'order.fulfilled', orderId });
      return { success: true };
    } catch (error) {
      if (error instanceof Refusal) record(error.status, (error.body as { code: string }).code, body);
      throw error;
    }
  });
}

/** The key of a request, from either header. */
export function presentedKey({ headers }: FastifyRequest): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  return bearer ?? headers['x-api-key']?.toString();
}

export function failed(status: number, code: string, description: string): Refusal {
  return new Refusal(status, { code, description });
}

function findOrder(order: Order | undefined, seller: string): Order {
  if (!order) throw failed(404, 'order_not_found', 'There is no such order.');
  if (!order.lines.some((line) => line.seller === seller))
    throw failed(403, 'order_access_denied', 'The order belongs to another seller.');
  if (order.cancelledAt) throw failed(400, 'order_cancelled', 'The order was cancelled.');
  if (!order.paidAt) throw failed(400, 'order_not_paid', 'The order is not paid yet.');
  return order;
}

function checkFulfill(body: unknown): void {
  const result = Fulfill.safeParse(body);
  if (result.success) return;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') || 'body';
  if (field === 'carrier') throw failed(400, 'invalid_carrier', `carrier must be one of ${CARRIERS.join(', ')}.`);
  throw failed(400, 'bad_payload', `${field} is missing or not valid.`);
}

function parse(body: unknown): unknown {
  try {
    return JSON.parse(String(body ?? ''));
  } catch {
    throw failed(400, 'bad_payload', 'The body is not JSON.');
  }
}
