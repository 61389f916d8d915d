import type { Connection } from '#lib/connections/connection';
import type { OrderSnapshot, SnapshotLine } from '#lib/orders/order';
import { checkCurrency } from '#lib/platform/money';
import type { Change, InboundBody } from '../contract.ts';
import { type AmountReader, isTakenOff, readEither, sum, takeDiscounts } from '../kit/amounts.ts';
import { attributesIn } from '../kit/attributes.ts';
import { isoOfChange } from '../kit/clock.ts';
import { firstText, isObject, member, textOf, unquoted } from '../kit/json.ts';
import { defined, listed, needed, pathUnder, readShape, unused } from '../kit/shape.ts';
import { checkDeliverable, readDelivery } from './delivery.ts';
import {
  type Around,
  addressOf,
  buyerOf,
  cancelledBy,
  checkStatus,
  createReader,
  paymentOf,
  type Reader,
  shipByOf,
  shippedBy,
  versionOf,
  wasCancelled,
} from './map-common.ts';
import { mapUcpOrder } from './map-ucp.ts';
import { Order } from './schema.ts';
import { Settings } from './settings.ts';

/** A webhook's envelope, a bare order from the poll, or a plain UCP order in either. */
export function map({ topic, body, receivedAt }: InboundBody, { settings }: Connection): Change {
  const { order, at } = findOrder(body);
  const { timeZone: zone, currency, country, reportWith } = Settings.parse(settings);
  const isWebhook = topic !== 'order';
  const isWrapped = at !== '';
  // An event's id and type tell nothing of its order: they are looked at so as not to count as unread.
  if (isWrapped) for (const own of ['id', 'type']) member(body, own);
  const eventName = eventNameIn(body);
  // A `timestamp` may tell when an event was sent again: then it would overrule what came in between.
  const times = ['created_at', 'created_time', 'occurred_at'].map((name) => member(body, name));
  // A bare UCP order that is an event has the time it was sent beside its own members.
  const isSent = isWrapped || member(body, 'event_id') !== undefined;
  const around: Around = {
    ...{ at, receivedAt, zone, currency, country, reportWith },
    isEvent: isWebhook && !isWrapped && isFlatEvent(body),
    eventName: isWebhook ? eventName : '',
    sentAt: isSent ? firstTime(times, receivedAt, zone) : null,
  };
  return { type: 'order', order: isUcp(order) ? mapUcpOrder(order, around) : mapOrder(order, around) };
}

const eventNameIn = (body: unknown): string =>
  firstText(body, ['event', 'event_type', 'type']) || firstText(member(body, 'event'), ['type', 'name']);

function firstTime(times: readonly unknown[], receivedAt: string, zone: string): string | null {
  const first = times.find((time) => (time ?? '') !== '');
  return createReader({ zone }, String).instant(isoOfChange(first, receivedAt), 'created_at');
}

/** Whether an order's members stand beside those of its event, whose `id` and `type` go together. */
const isFlatEvent = (body: unknown): boolean =>
  member(body, 'event_id') === undefined &&
  (/^(evt|event)/i.test(firstText(body, ['id'])) || /(order|payment)./i.test(firstText(body, ['type'])));

/** No document shows the envelope: an order is known by its lines and a name, at most two members or lists down. */
export function findOrder(body: unknown): { order: unknown; at: string } {
  const order = member(body, 'order');
  const usual = order === undefined ? { order: body, at: '' } : { order: unquoted(order), at: 'order' };
  return searchOrder(body, '', 2) ?? usual;
}

function searchOrder(value: unknown, at: string, depth: number): { order: unknown; at: string } | undefined {
  const hasLines = ['items', 'line_items'].some((name) => isObject(unquoted(member(value, name))));
  if (hasLines && firstText(value, ['id', 'order_id', 'orderId', 'number']) !== '') return { order: value, at };
  if (depth === 0 || !isObject(value) || (Array.isArray(value) && value.length !== 1)) return undefined;
  const path = (key: string) => (Array.isArray(value) ? `${at}[${key}]` : pathUnder(at)(key));
  // What is no object is not looked at: it would count as read.
  const inner = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, own]) =>
    isObject(unquoted(own.value)),
  );
  // JSON in text comes last: beside an order it may be what that was made from, under another id.
  inner.sort(([, a], [, b]) => Number(isObject(b.value)) - Number(isObject(a.value)));
  for (const [key] of inner) {
    const found = searchOrder(unquoted(value[key]), path(key), depth - 1);
    if (found) return found;
  }
  return undefined;
}

/** "Fully compliant with UCP": only a UCP order has quantities with a total. */
function isUcp(order: unknown): boolean {
  const first = member(listed(member(order, 'line_items')), 0);
  return member(member(first, 'quantity'), 'total') !== undefined;
}

function mapOrder(body: unknown, around: Around): OrderSnapshot {
  const order = readShape(Order, body, around.at);
  const path = pathUnder(around.at);
  const currency = (order.currency ?? currencyIn(order) ?? around.currency).toUpperCase();
  checkCurrency(currency, path('currency'));
  const read = (amounts: AmountReader) => readOrder(body, order, currency, around, createReader(around, path, amounts));
  return readEither(currency, read, path);
}

function readOrder(body: unknown, order: Order, currency: string, around: Around, reader: Reader): OrderSnapshot {
  const { path, assume, instant } = reader;
  // An event's `id` may be its own: a poll would find another order.
  const id = around.isEvent && order.order_id ? undefined : order.id;
  const externalId = id ?? order.order_id ?? order.number ?? needed(path('id'));
  if (order.id === undefined) assume('id', `is missing: ${order.order_id ? 'order_id' : 'number'} stands for it`);
  if (order.number === undefined && (member(body, 'number') ?? '') !== '')
    assume('number', 'unreadable: id stands for it');
  if (order.currency === undefined) assume('currency', `is missing: ${currency}`);
  const createdAt = instant(order.created_at, 'created_at');
  const paid = instant(order.paid_at, 'paid_at') ?? instant(order.payment?.paid_at, 'payment.paid_at');
  const placedAt = createdAt ?? paid ?? around.sentAt ?? around.receivedAt;
  if (createdAt === null)
    assume('created_at', paid ? 'is missing: paid_at stands for it' : 'is missing: when it was told');

  checkStatus(order.status, reader);
  const delivery = readDelivery(body);
  const { shipping_address: shipping = {}, billing_address: billing } = order;
  const named = defined({ ...order.buyer, company: order.buyer?.company ?? billing?.company });
  const shippingAddress = addressOf(shipping, 'shipping_address', reader, around);
  if (!delivery.pickupPoint) checkDeliverable(shippingAddress, path('shipping_address'));
  return {
    externalId,
    number: order.number ?? externalId,
    placedAt,
    ...paymentOf(order, around.eventName, paid, placedAt),
    ...(createdAt === null && paid === null && { timesAssumed: true as const }),
    ...(order.items.some((item) => item.id === undefined) && { idsAssumed: true as const }),
    version: versionOf(order.updated_at, around, reader),
    cancelled: wasCancelled(order, around, reader),
    currency,
    taxIncluded: true,
    buyer: buyerOf(shipping, named, [order, billing, shipping]),
    shippingAddress,
    ...(billing && { billingAddress: addressOf(billing, 'billing_address', reader) }),
    ...delivery,
    ...shipByOf(order, reader),
    ...goodsOf(order, reader, around),
    ...defined({ note: order.note }),
    ...reader.assumed(),
  };
}

/** The lines, and what all of it costs. */
function goodsOf(order: Order, reader: Reader, around: Around): Pick<OrderSnapshot, 'lines' | 'discounts' | 'amounts'> {
  const { assume, control } = reader;
  const fulfillment = Math.max(0, control(order.shipping?.gross_price, 'shipping.gross_price') ?? 0);
  const apart = Math.abs(control(member(order.discount, 'gross_price') ?? order.discount, 'discount') ?? 0);
  const given = control(order.total_gross, 'total_gross');
  const lines = linesOf(order, reader, around);
  const kept = worthOf(lines.filter(({ cancelled }) => !cancelled)) + fulfillment - apart;
  const all = (given ?? kept) === kept ? lines.map(withoutCancelled) : lines;
  const sold = takeDiscounts(all);
  const discount = apart + sum((sold.discounts ?? []).map(({ amount }) => amount));
  if (given === undefined) assume('total_gross', 'is missing: what lines and shipping add up to');
  const total = given ?? worthOf(all) + fulfillment - apart;
  const tax = taxOf(order, { total, fulfillment, lines: all }, reader);
  return { ...sold, amounts: { fulfillment, tax, discount, total } };
}

/** The currency of an order that names none: that of its first amount that names one. */
const currencyIn = ({ total_gross, items }: Order): string | undefined =>
  [total_gross, ...items.map((item) => item.gross_price)].map((each) => textOf(member(each, 'currency'))).find(Boolean);

const worthOf = (lines: readonly SnapshotLine[]): number =>
  sum(lines.map(({ unitPrice, quantity }) => unitPrice * quantity));

/** A cancelled item whose price the order's total no longer includes: none of it is charged. */
const withoutCancelled = (line: SnapshotLine): SnapshotLine =>
  line.cancelled
    ? { ...line, quantity: 0, ordered: line.quantity, ...defined({ tax: line.tax === undefined ? undefined : 0 }) }
    : line;

function linesOf({ items, status }: Order, reader: Reader, { reportWith }: Around): SnapshotLine[] {
  const { assume, path } = reader;
  const ids = new Set<string>();
  const isSent = shippedBy(status);
  return items.map((item, index) => {
    const at = `items[${index}]`;
    const { quantity } = item;
    const isOff = isTakenOff(item.gross_price ?? item.net_price, quantity);
    const sku = item.sku ?? item.ean ?? (isOff ? `${index + 1}` : needed(path(`${at}.sku`)));
    const id = unused(item.id ?? item.ean ?? sku, ids);
    if (id !== item.id) assume(`${at}.id`, 'is missing or not its own: EAN, SKU or its place stand for it');
    return {
      ...{ id, sku, title: item.title ?? sku, quantity },
      ...pricesOf(item, at, reader),
      ...(isSent && quantity > 0 && { fulfilled: quantity, fulfilledWithAll: reportWith === 'last' || 'at_first' }),
      ...(!isSent && shippedBy(item.status) && quantity > 0 && { fulfilled: quantity }),
      ...(cancelledBy(item.status) && { cancelled: true as const }),
      ...defined({ ean: item.ean, imageUrl: item.image_url, attributes: attributesIn(item.attributes) }),
    };
  });
}

/** An item's gross and net price, of which one may be missing, and its tax. */
function pricesOf({ net_price, gross_price, tax_rate, quantity }: Order['items'][number], at: string, reader: Reader) {
  const { assume, money, control, path } = reader;
  const net = control(net_price, `${at}.net_price`);
  const rate = reader.rate(tax_rate, `${at}.tax_rate`);
  const given = money(gross_price, `${at}.gross_price`);
  const gross = given ?? (net === undefined || rate === undefined ? undefined : net + Math.round((net * rate) / 100));
  const from = gross === undefined ? 'the net price stands for it' : 'net price and rate make it';
  if (given === undefined) assume(`${at}.gross_price`, `is missing: ${from}`);
  const taxAt = (rate: number) => Math.round(((gross ?? 0) * quantity * rate) / (100 + rate));
  const byRate = rate === undefined ? {} : { taxRate: rate, tax: taxAt(rate) };
  if (gross === undefined || net === undefined)
    return { unitPrice: gross ?? net ?? needed(path(`${at}.gross_price`)), ...byRate };
  if (isPart(net, gross)) {
    const tax = (gross - net) * quantity;
    return { unitPrice: gross, otherUnitPrice: net, tax, ...defined({ taxRate: rate ?? rateBetween(net, gross) }) };
  }
  assume(`${at}.net_price`, 'is no net of gross_price');
  return { unitPrice: gross, ...byRate };
}

/** Whether an amount may be the net of another: 0 means that none is known. */
const isPart = (net: number, gross: number): boolean =>
  net === gross || (net !== 0 && Math.sign(net) === Math.sign(gross) && Math.abs(net) <= Math.abs(gross));

/** The whole rate between two prices of one piece; undefined if cents leave room for another. */
function rateBetween(net: number, gross: number): number | undefined {
  const rate = Math.round((gross / net - 1) * 100);
  return net >= 200 && Math.abs(net + (net * rate) / 100 - gross) <= 1 ? rate : undefined;
}

type Figures = Omit<OrderSnapshot['amounts'], 'tax' | 'discount'> & Pick<OrderSnapshot, 'lines'>;

/** `total_gross` less `total_net`; else from the lines and shipping, less the part of a discount of the whole order. */
function taxOf(order: Order, { total, fulfillment, lines }: Figures, { assume, control }: Reader): number {
  const net = control(order.total_net, 'total_net');
  if (net !== undefined && isPart(net, total)) return Math.max(0, total - net);
  if (net !== undefined) assume('total_net', 'is no net of total_gross: the tax of the lines stands for it');
  const shippingNet = control(order.shipping?.net_price, 'shipping.net_price') ?? fulfillment;
  const tax = Math.max(0, fulfillment - shippingNet) + sum(lines.map((line) => line.tax ?? 0));
  // A voucher among the items whose net is not told takes off its part as a discount does.
  const worth = worthOf(lines.filter((line) => line.unitPrice > 0 || line.tax !== undefined)) + fulfillment;
  return Math.max(0, total < worth && worth > 0 ? Math.round((tax * total) / worth) : tax);
}
