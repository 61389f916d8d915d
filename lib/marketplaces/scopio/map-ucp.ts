import type { Expectation, OrderSnapshot, SnapshotLine } from '#lib/orders/order';
import { subtotalOf } from '#lib/orders/ucp-totals';
import { checkCurrency } from '#lib/platform/money';
import { sum, takeDiscounts } from '../kit/amounts.ts';
import { defined, pathUnder, readShape } from '../kit/shape.ts';
import { checkDeliverable, oneLine, readDelivery } from './delivery.ts';
import {
  type Around,
  addressOf,
  buyerOf,
  checkStatus,
  createReader,
  paymentOf,
  type Reader,
  shipByOf,
  versionOf,
  wasCancelled,
} from './map-common.ts';
import { PlainUcpOrder, type Totals } from './schema.ts';

const METHOD_TYPES = ['shipping', 'pickup', 'digital'] as const;
const STATUSES = ['pending', 'completed', 'failed'] as const;
type Line = PlainUcpOrder['line_items'][number];
type Adjustment = PlainUcpOrder['adjustments'][number];

/** A plain UCP order. UCP has no members for its times, so these may come from the envelope or from its arrival. */
export function mapUcpOrder(body: unknown, around: Around): OrderSnapshot {
  const order = readShape(PlainUcpOrder, body, around.at);
  const reader = createReader(around, pathUnder(around.at));
  const { assume, instant, path } = reader;
  const currency = order.currency?.toUpperCase() ?? around.currency;
  checkCurrency(currency, path('currency'));
  if (order.currency === undefined) assume('currency', `is missing: ${currency}`);
  const createdAt = instant(order.created_at, 'created_at');
  const paid = instant(order.paid_at, 'paid_at') ?? instant(order.payment?.paid_at, 'payment.paid_at');
  const placedAt = createdAt ?? around.sentAt ?? around.receivedAt;

  checkStatus(order.status, reader);
  const expectations = expectationsOf(order, around, reader);
  const parcel = expectations.find(({ methodType }) => methodType === 'shipping');
  const pickup = expectations.find(({ methodType }) => methodType === 'pickup');
  const first = parcel ?? pickup ?? expectations[0];
  if (!first) assume('fulfillment.expectations', 'are missing: nothing says where the order goes');
  const { shippingMethod, ...delivery } = readDelivery(body);
  const collected = pickup && { id: null, name: pickup.description ?? null, address: oneLine(pickup.destination) };
  const goods = goodsOf(order, reader);
  return {
    externalId: order.id,
    number: order.label ?? order.id,
    placedAt,
    ...paymentOf(order, around.eventName, paid, placedAt, refundOf(order, goods.amounts.total)),
    ...(createdAt === null && { timesAssumed: true as const }),
    version: versionOf(order.updated_at, around, reader),
    cancelled: isCancelled(order) || wasCancelled(order, around, reader),
    currency,
    taxIncluded: !isTaxOnTop(order),
    buyer: buyerOf(first?.destination ?? {}, order.buyer, [order]),
    shippingAddress: first?.destination ?? {},
    shippingMethod: shippingMethod ?? first?.description ?? null,
    ...{ ...defined({ pickupPoint: collected }), ...delivery },
    ...nonEmpty({
      expectations: isPlain(expectations) ? [] : expectations,
      returns: returnsOf(order, reader),
      adjustments: adjustmentsOf(order, reader),
      events: eventsOf(order, reader),
    }),
    ...shipByOf(order, reader),
    ...goods,
    ...defined({ checkoutId: order.checkout_id, permalinkUrl: order.permalink_url, note: order.note }),
    ...reader.assumed(),
  };
}

/** An object without its empty lists. */
const nonEmpty = <T extends Record<string, readonly unknown[]>>(lists: T): Partial<T> =>
  Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)) as Partial<T>;

/** The lines, and what all of it costs. */
function goodsOf(order: PlainUcpOrder, { assume }: Reader) {
  const { totals } = order;
  const given = amountOf(totals, 'total');
  if (given === undefined) assume('totals', 'have no total: what the others add up to');
  const all = linesOf(order);
  const { lines, discounts: negative = [] } = takeDiscounts(all);
  const chargeOf = (line: SnapshotLine): number => line.total ?? subtotalOf(line);
  const parts = totals.length > 0 ? totals.map(({ amount }) => amount) : all.map(chargeOf);
  const shipping = sumOf(totals, 'fulfillment');
  // UCP writes discounts below zero. Those of items are in the lines' own totals, or only here.
  const inLines = sum(lines.map((line) => Math.max(0, subtotalOf(line) - chargeOf(line))));
  const ofItems = Math.max(0, Math.abs(sumOf(totals, 'items_discount')) - inLines);
  const discount = Math.abs(sumOf(totals, 'discount')) + ofItems + sum(negative.map(({ amount }) => amount));
  const amounts = {
    fulfillment: Math.max(0, shipping),
    tax: Math.max(0, taxOf(order)),
    discount: discount + Math.max(0, -shipping),
    total: given ?? sum(parts),
  };
  return { lines, amounts, ...nonEmpty({ discounts: [...discountsOf(totals), ...negative], fees: feesOf(totals) }) };
}

/** Where each part of the order goes, and how. Throws ContractError for a parcel's destination that is none. */
function expectationsOf({ fulfillment }: PlainUcpOrder, around: Around, reader: Reader): Expectation[] {
  return (fulfillment?.expectations ?? []).map((part, index) => {
    const at = `fulfillment.expectations[${index}]`;
    const { id, description, method_type = 'shipping', fulfillable_on: date } = part;
    const methodType = METHOD_TYPES.find((type) => type === method_type) ?? 'shipping';
    if (methodType !== method_type) reader.assume(`${at}.method_type`, 'is unknown: shipping');
    const isSent = methodType === 'shipping';
    const destination = addressOf(part.destination ?? {}, `${at}.destination`, reader, isSent ? around : undefined);
    if (isSent) checkDeliverable(destination, reader.path(`${at}.destination`));
    const fulfillableOn = date === 'now' ? 'now' : (reader.instant(date, `${at}.fulfillable_on`) ?? undefined);
    const lineItems = part.line_items.filter(({ quantity }) => quantity > 0);
    return { lineItems, methodType, destination, ...defined({ id, description, fulfillableOn }) };
  });
}

/** Every order is expected as one parcel to the shipping address, as soon as possible. */
const isPlain = ([only, ...others]: readonly Expectation[]): boolean =>
  others.length === 0 && (!only || (only.methodType === 'shipping' && (only.fulfillableOn ?? 'now') === 'now'));

/** By quantities of 0 on all lines; or by a cancellation that names no line. */
const isCancelled = (order: PlainUcpOrder): boolean =>
  order.line_items.every(
    ({ id, quantity }) => withReturned(order, id, quantity).total === 0 || unitsIn(order, 'cancellation', id) === ALL,
  );

/** Whether all of the order's total was paid back: what was paid back for units that it no longer has does not count. */
function refundOf(order: PlainUcpOrder, total: number): 'refunded' | 'partly_refunded' | undefined {
  const completed = order.adjustments.filter(({ status }) => status === 'completed');
  if (paidBack(completed) === 0) return undefined;
  const gone = goneOf(order);
  const unitsOf = (id: string) => gone.get(id) ?? 0;
  const isForGone = ({ line_items: lines }: Adjustment): boolean => {
    if (lines.length === 0 || lines.some(({ id, quantity }) => Math.abs(quantity) > unitsOf(id))) return false;
    for (const { id, quantity } of lines) gone.set(id, unitsOf(id) - Math.abs(quantity));
    return true;
  };
  // Cancellations first, as they are what takes units off the total: each unit is gone once.
  completed.sort((a, b) => Number(b.type === 'cancellation') - Number(a.type === 'cancellation'));
  const back = paidBack(completed.filter((adjustment) => !isForGone(adjustment)));
  return back > 0 && back >= total ? 'refunded' : 'partly_refunded';
}

const paidBack = (adjustments: readonly Adjustment[]): number =>
  sum(adjustments.map(({ totals }) => Math.max(0, -(amountOf(totals, 'total') ?? 0))));

/** Units by line that were bought once; none where the totals still have them. */
function goneOf({ line_items, totals }: PlainUcpOrder): Map<string, number> {
  const now = sum(line_items.map(({ item, quantity }) => item.price * quantity.total));
  if (sumOf(totals, 'subtotal') !== now) return new Map();
  return new Map(line_items.map(({ id, quantity: { original, total } }) => [id, (original ?? total) - total]));
}

/** What came back, from the completed adjustments; if one names no lines, everything that was shipped. */
function returnsOf({ adjustments }: PlainUcpOrder, { instant }: Reader): Required<OrderSnapshot>['returns'] {
  return adjustments.flatMap(({ id, type, status, occurred_at, line_items: lines, totals }, index) => {
    if (type !== 'return' || status !== 'completed') return [];
    const amount = -Math.min(0, amountOf(totals, 'total') ?? 0);
    const own = { id: id ?? `${index}`, at: instant(occurred_at, `adjustments[${index}].occurred_at`) };
    const items = lines.map(({ id: line, quantity }) => ({ line, quantity: Math.abs(quantity) }));
    return [{ ...own, ...nonEmpty({ items }), ...(amount > 0 && { refund: { amount } }) }];
  });
}

/** Adjustments that `returns` does not cover, as they are. One without a time is left out. */
function adjustmentsOf({ adjustments }: PlainUcpOrder, { instant }: Reader): Required<OrderSnapshot>['adjustments'] {
  return adjustments.flatMap(({ id, type, occurred_at, line_items: lineItems, description, ...rest }, index) => {
    const status = STATUSES.find((each) => each === rest.status) ?? 'pending';
    const at = instant(occurred_at, `adjustments[${index}].occurred_at`);
    if (at === null || (status === 'completed' && type === 'return')) return [];
    const totals = rest.totals.map((total) => ({ type: total.type, amount: total.amount }));
    return [{ id: id ?? `${index}`, type, at, status, lineItems, totals, ...defined({ description }) }];
  });
}

/** What happened to parcels, if its time is told. */
function eventsOf({ fulfillment }: PlainUcpOrder, { instant }: Reader): Required<OrderSnapshot>['events'] {
  return (fulfillment?.events ?? []).flatMap(({ id, type, occurred_at, line_items, ...rest }, index) => {
    const at = instant(occurred_at, `fulfillment.events[${index}].occurred_at`);
    if (at === null) return [];
    const { tracking_number: trackingNumber, tracking_url: trackingUrl, carrier, description } = rest;
    const lineItems = line_items.filter(({ quantity }) => quantity > 0);
    return [
      { id: id ?? `${index}`, type, at, lineItems, ...defined({ trackingNumber, trackingUrl, carrier, description }) },
    ];
  });
}

const discountsOf = (totals: Totals): NonNullable<OrderSnapshot['discounts']> =>
  totals.flatMap(({ type, display_text: title, amount }) =>
    type === 'discount' && title !== undefined ? [{ title, amount: Math.abs(amount) }] : [],
  );

const READ_APART = new Set(['subtotal', 'items_discount', 'discount', 'fulfillment', 'tax', 'total']);

/** Charges of UCP's `fee` and of a business's own kinds. One below zero is no `fee`: it shows as a difference. */
const feesOf = (totals: Totals): NonNullable<OrderSnapshot['fees']> =>
  totals.flatMap(({ type, display_text: title = type, amount }) =>
    READ_APART.has(type) || (type === 'fee' && amount < 0) ? [] : [{ type, title, amount }],
  );

function linesOf(order: PlainUcpOrder): SnapshotLine[] {
  const isOnTop = isTaxOnTop(order);
  return order.line_items.map((line) => {
    const { id, item, parent_id: parentId } = line;
    const { original, total: quantity, fulfilled } = withReturned(order, id, line.quantity);
    const { tax, total } = figuresOf(line, quantity);
    // A line's own total may have its tax, which the order's figures have apart.
    const apart = isOnTop && addsUp(line.totals) ? (tax ?? 0) : 0;
    const ordered = original === quantity ? undefined : original;
    return {
      ...{ id, sku: item.id, title: item.title ?? item.id, quantity, unitPrice: item.price },
      ...defined({ ordered, ean: item.ean, imageUrl: item.image_url, parentId, fulfilled }),
      ...defined({ total: total === undefined ? undefined : total - apart, tax }),
    };
  });
}

/** Tax and total of so many units of a line, more than are left if some came back. */
function figuresOf({ item, totals, quantity: { total: left } }: Line, quantity: number) {
  const worth = amountOf(totals, 'subtotal') ?? amountOf(totals, 'total') ?? 0;
  // Figures of the units that are left are not those of all; where none are left, they say nothing.
  const scale = quantity > left && worth <= item.price * left ? quantity / left : 1;
  const isKnown = (type: string) => Number.isFinite(scale) && amountOf(totals, type) !== undefined;
  const read = (type: string) => (isKnown(type) ? Math.round(sumOf(totals, type) * scale) : undefined);
  return { tax: read('tax'), total: read('total') };
}

const ALL = Number.POSITIVE_INFINITY;

/** Units of a line in completed adjustments of a type; one that names no lines has all of them. */
const unitsIn = ({ adjustments }: PlainUcpOrder, what: string, line: string): number =>
  sum(
    adjustments.flatMap(({ type, status, line_items: lines }) => {
      if (type !== what || status !== 'completed') return [];
      return lines.length === 0 ? [ALL] : lines.map(({ id, quantity }) => (id === line ? Math.abs(quantity) : 0));
    }),
  );

/**
 * A line's quantities with units that came back among those that were bought and shipped, also where they are told
 * without them: otherwise they would count as cancelled and as returned.
 */
function withReturned(order: PlainUcpOrder, id: string, quantity: Line['quantity']) {
  const { original = 0, total, fulfilled = 0 } = quantity;
  const returned = unitsIn(order, 'return', id);
  const gone = Math.max(0, original - total - unitsIn(order, 'cancellation', id));
  // Returns of more units than are gone, and of no more than are left, are still in the total: what is gone was cancelled.
  const back = returned > gone && returned <= total ? 0 : Math.min(gone, returned);
  return back === 0 ? quantity : { original, total: total + back, fulfilled: Math.min(total, fulfilled) + back };
}

/** An order's tax; where only its lines tell of it, theirs. */
const taxOf = ({ totals, line_items }: PlainUcpOrder): number =>
  sumOf(totals, 'tax') || sum(line_items.map((line) => sumOf(line.totals, 'tax')));

/** Tax is on top if the total only adds up with it. */
const isTaxOnTop = (order: PlainUcpOrder): boolean =>
  taxOf(order) > 0 && addsUp(order.totals, sumOf(order.totals, 'tax') === 0 ? taxOf(order) : 0);

/** Whether a total is what the other figures, and `more`, add up to. */
const addsUp = (totals: Totals, more = 0): boolean =>
  more + sum(totals.filter(({ type }) => type !== 'total').map(({ amount }) => amount)) === amountOf(totals, 'total');

const sumOf = (totals: Totals, type: string): number =>
  sum(totals.filter((total) => total.type === type).map(({ amount }) => amount));

const amountOf = (totals: Totals, type: string) => totals.find((total) => total.type === type)?.amount;
