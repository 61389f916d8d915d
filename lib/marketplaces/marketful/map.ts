import type { ProductSnapshot } from '#lib/catalog/product';
import type { Connection } from '#lib/connections/connection';
import type { ShipmentSnapshot } from '#lib/orders/order';
import { toInstant } from '#lib/platform/time';
import type { Change, InboundBody } from '../contract.ts';
import { INEXACT, isExact, member, textOf } from '../kit/json.ts';
import { defined, pathUnder, readShape, unreadable } from '../kit/shape.ts';
import { Orden, type ShipmentEvent, Stock } from './api.ts';

/** The zone of timestamps without an offset. */
const ZONE = 'America/Mexico_City';

/** Webhooks only say which order to read; the order read back is the shipment. */
export function map({ topic, body, receivedAt }: InboundBody, _connection: Connection): Change {
  if (topic === 'orden') return { type: 'shipment', shipment: mapOrden(body, receivedAt) };
  if (topic === 'stock') return { type: 'products', products: [mapStock(body)] };
  const paths = topic === 'shipment-event-created' ? SHIPMENT_PATHS : ORDER_PATHS;
  return { type: 'fetch', action: 'shipment', resource: findId(body, paths) };
}

// Most telling first. The bare `id` of a shipment event is the event's own and not the order's.
const ORDER_PATHS = [['order', 'id'], ['orden', 'id'], ['order', 'order_id'], ['order_id'], ['id'], ['order'], []];
const SHIPMENT_PATHS = [
  ['shipment_event', 'order_id'],
  ['shipment_event', 'order', 'id'],
  ['order_id'],
  ['order', 'id'],
  ['orden', 'id'],
];

/** Their order id, an integer (GET get_events takes no other); the bodies of webhooks are not documented. */
function findId(body: unknown, paths: readonly string[][]): string {
  for (const path of paths) {
    const value = path.reduce<unknown>(member, body);
    if (!isExact(value)) throw unreadable(path.join('.'), INEXACT);
    if (/^\d{1,18}$/.test(textOf(value))) return textOf(value);
  }
  throw unreadable((paths[0] ?? []).join('.'), 'expected the id of an order, here or anywhere');
}

/** Stock tells no time. A quantity below zero, more sold than there is, counts as none for sale. */
function mapStock(body: unknown): ProductSnapshot {
  const { sku, ean, item_id: externalId, quantity = 0 } = readShape(Stock, body);
  return { sku, quantity: Math.max(0, quantity), ...defined({ ean, externalId }), version: null };
}

function mapOrden(body: unknown, receivedAt: string): ShipmentSnapshot {
  const wrapped = member(body, 'orden') !== undefined;
  const at = wrapped ? 'orden' : '';
  const orden = readShape(Orden, wrapped ? member(body, 'orden') : body, at);
  const path = pathUnder(at);
  const events = (orden.shipment_events ?? [])
    .map((event, index) => ({
      ...event,
      at: toInstant(event.created_at, path(`shipment_events[${index}].created_at`), ZONE),
    }))
    .sort((a, b) => a.at.localeCompare(b.at));
  const changed = orden.updated_at ?? orden.created_at;
  const changedAt = changed === undefined ? receivedAt : toInstant(changed, path('updated_at'), ZONE);

  return {
    orderId: orden.orden_id ?? null,
    remoteId: orden.id ?? null,
    number: orden.num_orden ?? null,
    channel: orden.canal ?? null,
    parcels: mapParcels(orden, events, changedAt),
    events: events.map((event) => ({
      id: event.id,
      type: typeOf(event.status),
      at: event.at,
      ...defined({
        trackingNumber: event.tracking_number,
        carrier: event.carrier_name,
        description: event.description,
      }),
    })),
    settled: isSettled(orden, events),
  };
}

type Dated = ShipmentEvent & { at: string };

/**
 * Every number ever told, but by a cancellation, is a parcel: the rule gives the same parcels whichever of an order's
 * events were read together.
 */
function mapParcels(orden: Orden, events: readonly Dated[], changedAt: string): ShipmentSnapshot['parcels'] {
  const told = events.filter(({ status }) => typeOf(status) !== 'canceled');
  const numbers = new Set(told.map((event) => event.tracking_number));
  if (typeOf(orden.status ?? '') !== 'canceled') numbers.add(orden.tracking_number);
  return [...numbers].flatMap((trackingNumber) => {
    if (trackingNumber === undefined) return [];
    const own = told.filter((event) => event.tracking_number === trackingNumber);
    const carrier = own.find((event) => event.carrier_name)?.carrier_name ?? orden.carrier_name ?? '';
    const trackingUrl = own.find((event) => event.tracking_url)?.tracking_url;
    return [{ carrier, trackingNumber, shippedAt: own[0]?.at ?? changedAt, ...defined({ trackingUrl }) }];
  });
}

/** Their event statuses in UCP's words; one we do not know passes as it is, as UCP's list is open. */
const TYPES: Readonly<Record<string, string>> = {
  created: 'processing',
  returned: 'returned_to_sender',
  cancelled: 'canceled',
};
const LAST_TYPES = new Set(['delivered', 'returned_to_sender', 'canceled']);

function typeOf(status: string): string {
  const word = status.toLowerCase();
  return Object.hasOwn(TYPES, word) ? (TYPES[word] ?? word) : word;
}

/** Nothing more will happen: the newest event is a last one, and so is the newest of every parcel it may be about. */
function isSettled(orden: Orden, events: readonly Dated[]): boolean {
  const newest = events.at(-1);
  if (!newest) return LAST_TYPES.has(typeOf(orden.status ?? ''));
  const newestOf = new Map(events.map((event) => [event.tracking_number, event.status]));
  if (newest.tracking_number !== undefined) newestOf.delete(undefined);
  const statuses = newest.tracking_number === undefined ? [newest.status] : [...newestOf.values()];
  return statuses.every((status) => LAST_TYPES.has(typeOf(status)));
}
