import type { ProductSnapshot } from '#lib/catalog/product';
import type { Connection } from '#lib/connections/connection';
import type { ShipmentSnapshot } from '#lib/orders/order';
import { shortHash } from '#lib/platform/hash';
import type { Change, InboundBody } from '../contract.ts';
import { amountsIn, otherCurrency } from '../kit/amounts.ts';
import { instantIn } from '../kit/clock.ts';
import { member, textOf } from '../kit/json.ts';
import { readCode } from '../kit/placing.ts';
import { defined, needed, readShape, unlessUnreadable } from '../kit/shape.ts';
import { mapStale, STALE } from '../kit/stale.ts';
import { isEnded, isRefunded } from './api.ts';
import {
  MerchantNotice,
  Order,
  type OrderItem,
  OrderNotice,
  Product,
  ProductNotice,
  Sku,
  SkuNotice,
  TicketReply,
} from './schema.ts';
import { Settings } from './settings.ts';

type Skus = Settings['skus'];
type Read = (body: unknown, receivedAt: string, skus: Skus) => Change;

/** The seven proactive notifications, the reply to a ticket, and what a fetch or poll read. */
const TOPICS: Readonly<Record<string, Read>> = {
  order: (...args) => ({ type: 'shipment', shipment: mapOrder(...args) }),
  refunded: (...args) => ({ type: 'shipment', shipment: mapOrder(...args, NOT_OURS) }),
  cancelled: (...args) => ({ type: 'shipment', shipment: { declined: 'rest', ...mapCancelled(...args) } }),
  product: (body, _at, skus) => ({ type: 'products', products: mapProduct(body, skus) }),
  sku: (body, _at, skus) => ({ type: 'products', products: snapshotsOf(readShape(Sku, body), skus) }),
  'create-sku': mapSkuNotice,
  'update-sku': mapSkuNotice,
  'create-product': mapProductNotice,
  'update-product': mapProductNotice,
  'toggle-merchant': mapMerchants,
  'cancel-partner-order': (body) => ({ ...fetchOf(body), action: 'cancelled' }),
  'deliver-partner-order': fetchOf,
  'reply-ticket': mapReply,
  [STALE]: mapStale,
};

export function map({ topic, body, receivedAt }: InboundBody, { settings }: Connection): Change {
  const read = Object.hasOwn(TOPICS, topic) ? TOPICS[topic] : undefined;
  return (read ?? fetchOf)(body, receivedAt, Settings.parse(settings).skus);
}

function fetchOf(body: unknown) {
  return { type: 'fetch' as const, action: 'order', resource: readShape(OrderNotice, body).order_id };
}

/** A new product's or Sku's names may be blank. Throws ContractError for a body that has no member for them. */
function unnamed(body: unknown, id: string, reason: string): Change {
  return [id, 'identifier'].every((name) => member(body, name) === undefined) ? needed(id) : { type: 'none', reason };
}

/** The catalog keeps Skus, which a product's notification does not contain. */
function mapProductNotice(body: unknown): Change {
  const { product_id: id, identifier } = readShape(ProductNotice, body);
  if (id !== undefined) return { type: 'fetch', action: 'product', resource: id };
  return unnamed(body, 'product_id', `product ${identifier ?? '?'} has no id yet: its Skus are told apart, or polled`);
}

/** Shoppo has no list of products by merchant: only products whose notifications named a merchant are known. */
function mapMerchants(body: unknown): Change {
  const { merchant_toggle_list: list } = readShape(MerchantNotice, body);
  const merchants = list.flatMap(({ merchant_id: id, enabled }) =>
    id === undefined || enabled === undefined ? [] : [[id, enabled] as const],
  );
  return { type: 'merchants', merchants };
}

/** Our codes begin with the connection that sold the order; the partner may place others elsewhere. */
const namedBy = (code: string) => ({ number: code, channel: code.split(':')[0] ?? null });

/** An order told as cancelled, perhaps in part, as Shoppo shows it now; if it shows nothing, all of it is cancelled. */
function mapCancelled(body: unknown, receivedAt: string, skus: Skus): ShipmentSnapshot {
  if (member(body, 'id') !== undefined) return mapOrder(body, receivedAt, skus);
  const code = textOf(member(body, 'partnerOrderCode'));
  return { ...readCode(code), remoteId: null, ...namedBy(code), parcels: [], events: [], settled: true };
}

/** A reply does not say which order its ticket is about; the hub remembers the tickets it created. */
function mapReply(body: unknown): Change {
  const { ticketId, content } = readShape(TicketReply, body);
  // More than anyone writes, and less than an order can hold.
  const reason = `ticket ${ticketId}: ${content}`.slice(0, 10_000);
  return { type: 'none', reason, about: { remoteId: ticketId, type: 'ticket.replied' } };
}

type Parcel = ShipmentSnapshot['parcels'][number];
type Event = ShipmentSnapshot['events'][number];

/** What Shoppo refunded of an order, summed over its items; undefined if nothing. */
function refundOf({ refundStatus, orderItems }: Order): ShipmentSnapshot['refund'] {
  const amount = orderItems.reduce((sum, { refundedAmount }) => sum + (amountOf(refundedAmount) ?? 0), 0);
  if (amount === 0 && !isRefunded(refundStatus)) return undefined;
  return { state: refundStatus?.toLowerCase() ?? 'refunded', amount, currency: CURRENCY };
}

/** The channel of an order without a code. Its id may find it; if not, the partner placed it elsewhere: no error. */
const NOT_OURS = '';

/** An order as it is: its parcels are its items' packages, whatever the order's own status says. */
function mapOrder(body: unknown, receivedAt: string, skus: Skus, channel: string | null = null): ShipmentSnapshot {
  const order = readShape(Order, body);
  const { id, orderItems, partnerOrderCode: code } = order;
  const items = orderItems.map((item) => readItem(item, receivedAt, skus));
  const cancelled = items.flatMap((item) => item.cancelled);
  const events = new Map(items.flatMap((item): Event[] => item.events).map((event) => [event.id, event]));
  const parcels = collect(items.flatMap((item) => item.parcels));
  const isUnsent = parcels.length < 1 && ![order, ...orderItems].some((at) => /^(SHIPPED|DELIVERED)$/.test(at.status));
  // What is paid back whole before any of it is sent is not sent, whatever its status says.
  const isDeclined = isEnded(order) || (isUnsent && /^FULL_REFUNDED$/i.test(order.refundStatus ?? ''));
  return {
    ...(code === undefined ? { orderId: null } : readCode(code)),
    remoteId: id,
    ...(code === undefined ? { number: null, channel } : namedBy(code)),
    parcels,
    events: [...events.values()],
    settled: isEnded(order) || (items.length > 0 && items.every(({ isSettled }) => isSettled)),
    ...defined({ refund: refundOf(order) }),
    ...(isDeclined ? { declined: 'rest' as const } : cancelled.length > 0 && { declined: cancelled }),
  };
}

/** What an item tells: its part of a parcel and where that parcel is, or that the item is cancelled. */
function readItem(item: OrderItem, receivedAt: string, skus: Skus) {
  const { id, status, shippingPackage: box, quantity, sku } = item;
  const own = { sku: setFor(sku.originalId, skus)[0] ?? sku.originalId, quantity };
  if (status === 'CANCELLED') {
    const at = instantIn(item.timeRefunded) ?? receivedAt;
    const description = `${quantity} of ${own.sku || 'a Sku that is gone'}`;
    const event = { id: `${id} canceled`, type: 'canceled', at, description };
    return { parcels: [], events: [event], cancelled: [own], isSettled: true };
  }
  // Whether the customer has it is told by the item's status, not the order's.
  const isSettled = box?.isDelivered === true || status === 'DELIVERED';
  const trackingNumber = box?.trackingNumber ?? item.trackingNumber;
  if (trackingNumber === undefined) return { parcels: [], events: [], cancelled: [], isSettled };
  const carrier = box?.courier ?? item.shippingProvider ?? '';
  const shippedAt = instantIn(box?.timeShipped) ?? receivedAt;
  const at = instantIn(box?.timeDelivered) ?? receivedAt;
  const delivered = { id: `${trackingNumber} delivered`, type: 'delivered', at, trackingNumber };
  return {
    parcels: [{ carrier, trackingNumber, shippedAt, items: [own] }],
    events: [...eventsOf(box, trackingNumber), ...(isSettled ? [delivered] : [])],
    cancelled: [],
    isSettled,
  };
}

/** Items in one package are one parcel. */
function collect(parcels: readonly Parcel[]): Parcel[] {
  const byNumber = Map.groupBy(parcels, ({ trackingNumber }) => trackingNumber);
  return [...byNumber.values()].flatMap(([first, ...more]) =>
    first ? { ...first, items: [first, ...more].flatMap(({ items = [] }) => items) } : [],
  );
}

/** A package's checkpoints, as events. */
function eventsOf(box: OrderItem['shippingPackage'], trackingNumber: string): Event[] {
  return (box?.checkpoints ?? []).flatMap(({ time, message, location, courier }): Event[] => {
    const at = instantIn(time);
    if (at === null) return [];
    const description = [message, location].filter(Boolean).join(', ') || undefined;
    const id = shortHash(trackingNumber, String(time), description ?? '');
    return [{ id, type: 'in_transit', at, trackingNumber, ...defined({ description, carrier: courier }) }];
  });
}

/** "currency unit is USD" */
const CURRENCY = 'USD';

/**
 * A product, from the list or read alone: a snapshot for each readable Sku. It does not say when it changed.
 * Throws ContractError if no Sku is readable.
 */
function mapProduct(body: unknown, skus: Settings['skus']): ProductSnapshot[] {
  const product = readShape(Product, body);
  const read = (sku: unknown, index: number): ProductSnapshot[] =>
    snapshotsOf({ ...readShape(Sku, sku, `skus[${index}]`), product }, skus);
  const readable = product.skus.flatMap((sku, index) => unlessUnreadable(() => read(sku, index)) ?? []);
  // If none is readable, reading again throws the first one's error.
  return readable.length > 0 ? readable : product.skus.flatMap(read);
}

/** A notification holds all that the catalog keeps of a Sku, except the id of a new one. */
function mapSkuNotice(body: unknown, receivedAt: string, skus: Settings['skus']): Change {
  const { sku_id: id, time_updated: time, ...sku } = readShape(SkuNotice, body);
  if (sku.identifier === undefined && id === undefined) return unnamed(body, 'sku_id', 'a Sku without a name');
  const named = sku.identifier ?? (id !== undefined && setFor(id, skus)[0]);
  const asked = [id, sku.merchant?.id].filter(Boolean).join(' ');
  if (id !== undefined && !named) return { type: 'fetch', action: 'sku', resource: asked };
  const changed = instantIn(time);
  const version = changed === null ? null : versionOf(changed, receivedAt);
  const snapshots = snapshotsOf({ ...sku, id: id ?? '' }, skus);
  // Color and size without the product's name make no title.
  return { type: 'products', products: snapshots.map(({ title: _title, ...snapshot }) => ({ ...snapshot, version })) };
}

/** A snapshot for each SKU of ours that the settings map to this Sku. */
function snapshotsOf(sku: Sku, skus: Settings['skus']): ProductSnapshot[] {
  const { id, identifier, color, size, price, inventory, enabled, product, merchant } = sku;
  const title = [product?.name, color, size].filter(Boolean).join(', ');
  const amount = otherCurrency(price, CURRENCY) ? undefined : amountOf(price);
  const names = setFor(id, skus);
  return (names.length > 0 ? names : [identifier ?? id]).map((name) => ({
    sku: name,
    version: null,
    ...defined({
      externalId: id || undefined,
      title: title || undefined,
      merchant: merchant?.id,
      price: amount === undefined ? undefined : { amount, currency: CURRENCY },
      quantity: inventory === undefined ? undefined : Math.max(0, inventory),
      // It is for sale only if both are enabled.
      enabled: product?.enabled === false ? false : enabled,
    }),
  }));
}

/** USD as a float or text, rounded to cents; undefined if it is no price, as nothing depends on it. */
function amountOf(price: unknown): number | undefined {
  const amount = amountsIn(CURRENCY).control(price, 'price');
  return amount && Math.max(0, amount);
}

/** The SKUs of ours that `settings.skus` maps to Shoppo's id. */
const setFor = (id: string, skus: Settings['skus']): string[] => Object.keys(skus).filter((sku) => skus[sku] === id);

/**
 * `time_updated` has whole seconds. Of two notifications within one second the one received later wins: the
 * milliseconds say when it was received, at most 999. A clock ahead of ours does not make later readings count as older.
 */
function versionOf(changed: string, receivedAt: string): string {
  const last = new Date(Date.parse(changed) + 999).toISOString();
  return last < receivedAt ? last : receivedAt;
}
