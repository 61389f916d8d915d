import type { FastifyInstance } from 'fastify';
import { controlRefusal, readControl } from '../refusal.ts';
import type { Store } from '../store.ts';
import type { Entry } from './entries-api.ts';
import type { ShipmentEvent, StockItem } from './order.ts';
import type { PlacementCall } from './orders-api.ts';
import type { Registry } from './registry.ts';
import { AutoShip, ReportEvent, SetStock, Ship } from './schema.ts';
import type { Stock } from './stock.ts';
import type { Warehouse } from './warehouse.ts';

interface Parts {
  store: Store;
  now: () => Date;
  warehouse: Warehouse;
  stock: Stock;
  registry: Registry;
}

/** Marketful's part of the control surface. */
export function serveMarketfulControl(app: FastifyInstance, { store, now, warehouse, stock, registry }: Parts): void {
  app.get('/orders', async () => ({ orders: warehouse.orders() }));
  app.get<{ Params: { id: string } }>('/orders/:id', async ({ params }) => ({ order: warehouse.find(params.id) }));
  app.post<{ Params: { id: string } }>('/orders/:id/ship', async ({ params, body }, reply) =>
    reply.code(201).send({ shipment_events: ship(warehouse, params.id, body) }),
  );
  app.post<{ Params: { id: string } }>('/orders/:id/events', async ({ params, body }, reply) => {
    const shipmentEvent = warehouse.report(params.id, readControl(ReportEvent, body));
    return reply.code(201).send({ shipment_event: shipmentEvent });
  });

  app.get('/auto-ship', async () => ({ afterMs: warehouse.autoShip() }));
  app.put('/auto-ship', async ({ body }) => {
    warehouse.setAutoShip(readControl(AutoShip, body).afterMs);
    return { afterMs: warehouse.autoShip() };
  });

  app.get('/stock', async () => ({ items: stock.list() }));
  app.put('/stock', async ({ body }) => ({ item: setStock(stock, body) }));

  // The goods announced by an entry order have arrived.
  app.post<{ Params: { token: string } }>('/entries/:token/receive', async ({ params }) => {
    const entries = store.collection<Entry>('entries');
    const entry = entries.get(params.token);
    if (!entry) throw controlRefusal(404, 'not_found', 'no such entry order');
    if (entry.receivedAt) throw controlRefusal(409, 'already_received', 'these goods have arrived already');
    for (const [sku, quantity] of Object.entries(entry.quantities)) stock.put(sku, quantity);
    return { entry: entries.put(entry.token, { ...entry, receivedAt: now().toISOString() }) };
  });

  app.get('/received', async () => readReceived(store));
  // Without the URL's last segment, which is its secret.
  app.get('/registry', async () => ({
    webhooks: registry.list().map((one) => ({ ...one, url: hideSecret(one.url) })),
  }));
}

/** Ships an order: one event for each parcel. */
export function ship(warehouse: Warehouse, orderId: string, input: unknown): ShipmentEvent[] {
  const { parcels, notify, description, ...first } = readControl(Ship, input);
  const each = Array.isArray(parcels)
    ? parcels
    : Array.from({ length: parcels ?? 1 }, () => ({ carrier: first.carrier }));
  const all = Array.isArray(parcels) ? each : [first, ...each.slice(1)];
  return all.map((parcel) => warehouse.report(orderId, { ...parcel, status: 'shipped', description, notify }));
}

export function setStock(stock: Stock, input: unknown): StockItem {
  const { sku, quantity, ean, title } = readControl(SetStock, input);
  const item = stock.bySku(sku) ?? stock.add({ sku, title: title ?? sku, list_price: 0 });
  return stock.update({ ...item, quantity, title: title ?? item.title, ean: ean ?? item.ean });
}

/** The calls to the placing endpoint, newest last. */
export function readReceived(store: Store) {
  const placements = store.collection<PlacementCall>('placement-calls').list();
  const entries = store.collection<Entry>('entries').list();
  const accepted = placements.filter(({ status }) => status === 200).length;
  return {
    counts: { accepted, refused: placements.length - accepted, entries: entries.length },
    placements,
    entries,
  };
}

export const hideSecret = (url: string): string => url.replace(/\/[^/]*$/, '/…');
