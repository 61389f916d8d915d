import { text } from 'node:stream/consumers';
import { serveLoopback } from '#sandbox/loopback';
import { WEBHOOK_SECRET } from '../scopio-event.ts';

export const SHOP = 'scopio-bench';
export const SHED = 'marketful-bench';
const SHED_SECRET = 'bench-url-secret';
/** More than a bench can use, so that no rate limit slows it. */
const UNLIMITED = 10_000_000;

/** The shop and the shed at an address, as a connections file has them. */
export const connectionsAt = (baseUrl: string) =>
  [
    { id: SHOP, marketplace: 'scopio', secrets: { apiKey: 'bench-key', webhookSecret: WEBHOOK_SECRET } },
    {
      id: SHED,
      marketplace: 'marketful',
      secrets: { accessToken: 'bench-token', userId: 'bench-user', webhookSecret: SHED_SECRET },
    },
  ].map((connection) => ({ ...connection, baseUrl, requestsPerMinute: UNLIMITED }));

/** The shed's webhook that one of its orders is delivered: its path and body. */
export function parcelOf(id: number): { path: string; body: string } {
  const event = { id, order_id: id, status: 'delivered', created_at: new Date().toISOString() };
  return {
    path: `marketful/${SHED}/shipment-event-created/${SHED_SECRET}`,
    body: JSON.stringify({ tipo: 'shipment_event/created', shipment_event: event }),
  };
}

interface Placed {
  id: number;
  num_orden: string;
  orden_id: string;
  canal: string;
}

interface RemotesOptions {
  /** The shed has an order: it will tell the hub of a parcel. */
  onPlaced(remoteId: number): void;
  /** The shop was told of the parcel. */
  onFulfilled(orderId: string): void;
}

/** A minimal shop and shed: the answers of Scopio and Marketful that one loop needs, from memory. */
export async function startRemotes({ onPlaced, onFulfilled }: RemotesOptions) {
  /** The bodies of orders that are paid and not fulfilled yet, for the hub's poll. */
  const open = new Map<string, string>();
  const placed = new Map<number, Placed>();
  let lastId = 0;

  function answer(method: string, path: string, body: string): object {
    if (path === '/shopi_orders/multicanal_api') {
      const { num_orden, orden_id, canal } = JSON.parse(body).order.contact_info as Placed;
      lastId += 1;
      placed.set(lastId, { id: lastId, num_orden, orden_id, canal });
      onPlaced(lastId);
      return { message: 'Success', order: { id: lastId, num_orden, canal } };
    }
    if (path.startsWith('/shipment_events/get_events?')) {
      const id = Number(new URLSearchParams(path.slice(path.indexOf('?'))).get('order_id'));
      return { message: 'Success', orden: shipped(placed.get(id)) };
    }
    if (path === '/api/seller/orders')
      return { success: true, orders: [...open.values()].map((event) => JSON.parse(event).order) };
    const fulfilled = /^\/api\/seller\/orders\/([^/]+)\/fulfill$/.exec(path)?.[1];
    if (method === 'POST' && fulfilled) {
      open.delete(fulfilled);
      onFulfilled(fulfilled);
      return { success: true };
    }
    return { message: 'Item not found' };
  }

  const { server, url, close } = await serveLoopback(async (request, response) => {
    const body = JSON.stringify(answer(request.method ?? '', request.url ?? '', await text(request)));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
  server.keepAliveTimeout = 60_000;
  return { url, open, close };
}

/** An order as the shed shows it once its only parcel is delivered. */
function shipped(order: Placed | undefined) {
  if (!order) return null;
  const parcel = { carrier_name: 'DHL', tracking_number: `JD${String(order.id).padStart(12, '0')}` };
  const event = { id: order.id, order_id: order.id, status: 'delivered', created_at: '2026-11-20T18:00:00-06:00' };
  return { ...order, status: 'delivered', ...parcel, shipment_events: [{ ...event, ...parcel }] };
}
