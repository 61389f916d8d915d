import type { ProductSnapshot } from '#lib/catalog/product';
import type { Connection } from '#lib/connections/connection';
import { sumByLine } from '#lib/orders/line-quantities';
import type { ShipmentSnapshot } from '#lib/orders/order';
import { shortHash } from '#lib/platform/hash';
import type * as z from '#lib/platform/zod';
import type { Change, InboundBody } from '../contract.ts';
import { instantIn, isoOf } from '../kit/clock.ts';
import { firstText, member, textOf, unwrap } from '../kit/json.ts';
import { findNamedId } from '../kit/named-id.ts';
import { readCode } from '../kit/placing.ts';
import { defined, needed, readShape, unreadable, unused } from '../kit/shape.ts';
import { mapStale, STALE } from '../kit/stale.ts';
import { Item, ORDER_KEYS, Orden, type ShipmentEvent, Stock } from './api.ts';
import { Settings } from './settings.ts';

/** The time zone of timestamps without an offset. */
const ZONE = 'America/Mexico_City';

/** Webhooks only name an order; the order is then read, and becomes the shipment. */
export function map({ topic, body, receivedAt }: InboundBody, connection: Connection): Change {
  if (topic === 'orden') return { type: 'shipment', shipment: mapOrden(body, receivedAt) };
  if (topic === 'stock') return { type: 'products', products: [mapStock(readShape(Stock, body))] };
  if (topic === STALE) return mapStale(body);
  if (topic === 'item') return { type: 'products', products: mapItem(body, connection) };
  return mapNotice(body, topic === 'shipment-event-created' ? SHIPMENT_PATHS : ORDER_PATHS);
}

// Most telling first. A shipment event's bare `id` is the event's own, not the order's.
const OWN = ORDER_KEYS.map((key) => [key, 'id']);
const NAMED = [['order_id'], ['shopi_order_id'], ['pedido_id']];
const ORDER_PATHS = [...OWN, ['order', 'order_id'], ...NAMED, ['id'], ['order'], []];
const SHIPMENT_PATHS = [...[...NAMED, ...OWN].map((path) => ['shipment_event', ...path]), ...NAMED, ...OWN];

/** Marketful's order id is an integer (GET get_events takes nothing else); what names an order otherwise is polled. */
function mapNotice(body: unknown, paths: readonly string[][]): Change {
  const id = findNamedId(body, paths);
  if (id !== undefined) return { type: 'fetch', action: 'shipment', resource: id };
  const number = firstText(unwrap(body, [...ORDER_KEYS, 'shipment_event'], 'num_orden'), ['num_orden', 'orden_id']);
  if (number !== '') return { type: 'none', reason: `order ${number}, named without its id: the next poll reads it` };
  throw unreadable((paths[0] ?? []).join('.'), 'expected the id of an order, here or anywhere');
}

/**
 * Stock has no timestamp. A quantity below zero (oversold) counts as none for sale. The SKU is the sales channels', by
 * which the poll asks.
 */
const mapStock = ({ available_quantity: quantity, ...item }: z.infer<typeof Stock>): ProductSnapshot => ({
  ...mapProduct(item),
  quantity: Math.max(0, quantity),
});

const mapProduct = ({ sku, ean, title, item_id: externalId }: z.infer<typeof Item>): ProductSnapshot => ({
  ...{ sku, version: null },
  ...defined({ ean, title, externalId }),
});

/** A registered item, under each SKU that `settings.skus` maps to it, with its stock where it was read. */
function mapItem(body: unknown, { settings }: Connection): ProductSnapshot[] {
  const item = readShape(Item, body);
  const stock = Stock.safeParse(body);
  const known = stock.success ? mapStock({ ...item, ...stock.data }) : mapProduct(item);
  const skus = Object.entries(Settings.parse(settings).skus).flatMap(([sku, own]) => (own === item.sku ? [sku] : []));
  return (skus.length > 0 ? skus : [item.sku]).map((sku) => ({ ...known, sku }));
}

function mapOrden(body: unknown, receivedAt: string): ShipmentSnapshot {
  const isWrapped = member(body, 'orden') !== undefined;
  const orden = readShape(Orden, isWrapped ? member(body, 'orden') : body, isWrapped ? 'orden' : '');
  const listed = orden.shipment_events.length > 0 ? orden.shipment_events : Orden.parse(body).shipment_events;
  const asked = placementIn(body);
  // Without a name it is what was asked for, if it says anything.
  const says = orden.status ?? orden.tracking_number ?? listed[0];
  const named = orden.id ?? orden.orden_id ?? orden.num_orden ?? (says && (asked.orderId ?? asked.remoteId));
  if (!named) needed(isWrapped ? 'orden.id' : 'id');
  const remoteId = orden.id ?? asked.remoteId;
  const changedAt = readTime(orden.updated_at) ?? readTime(orden.created_at) ?? receivedAt;
  const told = datedEvents(listed, remoteId ?? orden.num_orden ?? '', changedAt);
  const parcels = mapParcels(orden, told, changedAt);
  const events = [...told, ...datedEvents(cameBack(orden, told, parcels), '', changedAt)];
  const { declined, others } = readDeclines(orden, events, parcels);
  return {
    ...(orden.orden_id === undefined ? { orderId: asked.orderId } : readCode(orden.orden_id)),
    remoteId,
    number: orden.num_orden ?? asked.number,
    channel: orden.canal ?? asked.channel,
    parcels,
    events: events.map(({ id, type, at, tracking_number: trackingNumber, carrier_name: carrier, description }) => ({
      ...{ id, type, at },
      ...defined({ trackingNumber, carrier, description }),
    })),
    settled: isSettled(orden, others),
    ...defined({ declined }),
  };
}

/** Only its status may tell that an order came back: then each parcel that it names did, else all, unless none had left. */
function cameBack({ status }: Orden, told: readonly Dated[], parcels: ShipmentSnapshot['parcels']): ShipmentEvent[] {
  if (typeOf(status) !== BACK || told.some(({ type }) => wholeType(type) === BACK)) return [];
  const each = parcels.map(({ trackingNumber: guia }) => ({ status, guia }));
  const isNoneNamed = each.length === 0 && !told.some(({ type }) => type === 'canceled');
  return Orden.parse({ events: isNoneNamed ? [{ status }] : each }).shipment_events;
}

/**
 * What will not be shipped: all that is left, or the items that cancellations name; and the other events. A rejection
 * after shipping may be the buyer's, and one of a parcel is of that parcel only.
 */
function readDeclines(orden: Orden, events: readonly Dated[], parcels: ShipmentSnapshot['parcels']) {
  const isShipped = parcels.length > 0 || events.some(({ type }) => SHIPPED_TYPES.has(wholeType(type)));
  const isDecline = (type = '') => type === 'canceled' || (type === 'rejected' && !isShipped);
  const isPartial = ({ type, tracking_number: number, items = [] }: Dated) =>
    number === undefined && isDecline(wholeType(type)) && items.some(({ quantity }) => quantity > 0);
  const partial = events.filter(isPartial);
  const others = events.filter((event) => !isPartial(event));
  const newest = others.at(-1);
  const isWhole = isDecline(typeOf(orden.status)) || (newest?.tracking_number === undefined && isDecline(newest?.type));
  const units = partial.length > 0 ? partial.flatMap(({ items = [] }) => items) : undefined;
  return { declined: isWhole ? ('rest' as const) : units, others };
}

/** What the poll asked for, which the answer may not repeat. */
function placementIn(body: unknown): Pick<ShipmentSnapshot, 'orderId' | 'remoteId' | 'number' | 'channel'> {
  const of = (key: string): string | null => textOf(member(member(body, 'placement'), key)) || null;
  return { orderId: of('orderId'), remoteId: of('remoteId'), number: of('number'), channel: of('channel') };
}

const readTime = (value: unknown): string | null => instantIn(isoOf(value, { dayFirst: true }), ZONE);

type Dated = Omit<ShipmentEvent, 'id' | 'status'> & { id: string; type: string; at: string };

/** Oldest first. An event without an id gets one from its content, so that each reading gives it the same one. */
function datedEvents(listed: readonly ShipmentEvent[], order: string, changedAt: string): Dated[] {
  const ids = new Set<string>();
  const events = listed.map(({ id, status, ...event }) => {
    const word = typeOf(status) || (knownType(wordOf(event.description)) ?? 'update');
    // A return of a part is of the parcel that it names; without one nothing tells which came back.
    const type = event.tracking_number && wholeType(word) === BACK ? BACK : word;
    const own = id && id !== '0' ? id : shortHash(order, type, event.tracking_number ?? '', textOf(event.created_at));
    return { ...event, id: unused(own, ids), type, at: readTime(event.created_at) ?? changedAt };
  });
  return events.sort((a, b) => a.at.localeCompare(b.at));
}

/**
 * Each tracking number ever told makes a parcel, except a cancellation's: so the parcels do not depend on which events
 * came in one answer.
 */
function mapParcels(orden: Orden, events: readonly Dated[], changedAt: string): ShipmentSnapshot['parcels'] {
  const listed = datedEvents([...orden.guias, ...orden.parcels], '', changedAt);
  const sources = [...events, ...listed].filter(({ type }) => wholeType(type) !== 'canceled');
  const ofWhole = typeOf(orden.status) === 'canceled' ? [] : numbersOf(orden);
  return [...new Set([...sources.flatMap(numbersOf), ...ofWhole])].map((trackingNumber) => {
    const own = sources.filter((event) => numbersOf(event).includes(trackingNumber));
    const carrier = own.find((event) => event.carrier_name)?.carrier_name ?? orden.carrier_name ?? '';
    const trackingUrl = own.find((event) => event.tracking_url)?.tracking_url;
    const items = packedIn(own);
    return { carrier, trackingNumber, shippedAt: own[0]?.at ?? changedAt, ...defined({ trackingUrl, items }) };
  });
}

/** The tracking numbers in a member, or several in one; an address beside a number is its label's. */
function numbersOf({ tracking_number: number, tracking_numbers: numbers }: Dated | Orden): string[] {
  const all = [number, ...numbers].flatMap((each) => each?.split(/\s*[,;]\s*/) ?? []);
  const bare = all.filter((each) => each && !/^https?:/i.test(each));
  return bare.length > 0 ? bare : all;
}

/** What a parcel's events say is in it, if they do: of each SKU, the most that one of them names. */
function packedIn(events: readonly Dated[]): ShipmentSnapshot['parcels'][number]['items'] {
  const units = new Map<string, number>();
  for (const { items = [] } of events)
    for (const [sku, quantity] of sumByLine(items.map((item) => ({ id: item.sku, quantity: item.quantity }))))
      if (quantity > (units.get(sku) ?? 0)) units.set(sku, quantity);
  return units.size > 0 ? [...units].map(([sku, quantity]) => ({ sku, quantity })) : undefined;
}

const BACK = 'returned_to_sender';
/** Marketful's words for UCP's types. The document lists none, so: English or Spanish, without accents or endings. */
const TYPES: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /^(failed|intento|fallid|no_entregad|not_delivered|undelivered)|^(?!delivered|entregad)\w*_(fallid|fail|attempt|exception)/,
    'failed_attempt',
  ],
  [/^(cancel|anulad)/, 'canceled'],
  [/^(rechazad|rejected|refused|declined)/, 'rejected'],
  [/^(return|devuel|devoluci|retorn|regres)/, BACK],
  [
    /^(entregad[ao]_a|(delivered|handed(_over)?)_to)(l_|_(la_|the_)?)(paquet|mensaj|transport|courier|carrier|fedex|dhl|ups|estafeta)/,
    'shipped',
  ],
  [/^(delivered|entregad|entrega_(exito|complet)|delivery(_(success|complet|confirm)|$))/, 'delivered'],
  [/^(in_transit|transit|en_transito|en_camino|en_ruta|en_reparto|out_for_delivery)/, 'in_transit'],
  [/^(shipped|enviad|despachad|embarcad|recolectad|dispatched)/, 'shipped'],
  [
    /^(created|cread|nuev|pendiente|pending|process|en_proceso|procesand|packed|empacad|surtid|preparad|listo)/,
    'processing',
  ],
];
/** Requested or planned only: it has not happened. */
const PLANNED =
  /_(request|solicit|schedul|program|pend)|^(cancel|return|devol|retorn|deliver).*_(in|en)_(process|progress|transit|proceso|curso|camino)|^(return|cancel)l?ing/;
/** A leading word for the order or its parcel, which adds nothing. */
const SUBJECT =
  /^((el|la|the|su|your)_)?(order|orden|pedido|paquete|package|parcel|shipment|envio)_((fue|ha_sido|was|is|has_been)_)?/;
const LAST_TYPES = new Set(['delivered', BACK, 'canceled']);
const SHIPPED_TYPES = new Set(['shipped', 'in_transit', 'failed_attempt', 'delivered', BACK]);

const wordOf = (status: unknown): string =>
  (textOf(status) || firstText(status, ['status', 'name', 'nombre', 'estado', 'tipo']))
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(SUBJECT, '');

/** `partially_cancelled`, `rechazado_parcialmente`: it is no last word of the rest. */
const PARTLY = /^(partial|parcial)[a-z]*_|_(partial|parcial)[a-z]*/;
const LAST_IF_WHOLE = new Set([...LAST_TYPES, 'rejected']);

function knownType(word: string): string | undefined {
  const type = PLANNED.test(word) ? undefined : TYPES.find(([pattern]) => pattern.test(word))?.[1];
  return PARTLY.test(word) && LAST_IF_WHOLE.has(type ?? '') ? undefined : type;
}

/** The type of a status (text, or an object with a name). An unknown one is kept: UCP's list is open. */
const typeOf = (status: unknown): string => knownType(wordOf(status)) ?? wordOf(status);
/** The type that would be of all what is of a part. */
const wholeType = (type: string): string => typeOf(type.replace(PARTLY, ''));

/** Whether nothing more will happen: the newest event is final, and so is the newest of each parcel it may concern. */
function isSettled(orden: Orden, events: readonly Dated[]): boolean {
  const newest = events.at(-1);
  if (!newest) return LAST_TYPES.has(typeOf(orden.status));
  if (newest.tracking_number === undefined) return LAST_TYPES.has(newest.type);
  const newestByParcel = new Map(events.map((event) => [event.tracking_number, event.type]));
  newestByParcel.delete(undefined);
  return [...newestByParcel.values()].every((type) => LAST_TYPES.has(type));
}
