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
  const firstOf = (type: Expectation['methodType']) => expectations.find(({ methodType }) => methodType === type);
  const pickup = firstOf('pickup');
  const first = firstOf('shipping') ?? pickup ?? expectations[0];
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
    ...(isPlain(expectations) ? {} : { expectations }),
    ...returnsOf(order, reader),
    ...adjustmentsOf(order, reader),
    ...eventsOf(order, reader),
    ...shipByOf(order, reader),
    ...goods,
    ...defined({ checkoutId: order.checkout_id, permalinkUrl: order.permalink_url, note: order.note }),
    ...reader.assumed(),
  };
}

/** The lines, and what all of it costs. */
function goodsOf(order: PlainUcpOrder, { assume }: Reader) {
  const { totals } = order;
  const given = find(totals, 'total');
  if (given === undefined) assume('totals', 'have no total: what the others add up to');
  const all = linesOf(order);
  const { lines, discounts: negative = [] } = takeDiscounts(all);
  const discounts = [...discountsOf(totals), ...negative];
  const fees = feesOf(totals);
  const parts =
    totals.length > 0 ? totals.map(({ amount }) => amount) : all.map((line) => line.total ?? subtotalOf(line));
  const shipping = sumOf(totals, 'fulfillment');
  // UCP writes discounts below zero. Those of items are in the lines' own totals, or only here.
  const inLines = sum(lines.map((line) => Math.max(0, subtotalOf(line) - (line.total ?? subtotalOf(line)))));
  const ofItems = Math.max(0, Math.abs(sumOf(totals, 'items_discount')) - inLines);
  const discount = Math.abs(sumOf(totals, 'discount')) + ofItems + sum(negative.map(({ amount }) => amount));
  const amounts = {
    fulfillment: Math.max(0, shipping),
    tax: Math.max(0, taxOf(order)),
    discount: discount + Math.max(0, -shipping),
    total: given ?? sum(parts),
  };
  return { lines, amounts, ...(discounts.length > 0 && { discounts }), ...(fees.length > 0 && { fees }) };
}

/** Where each part of the order goes, and how. Throws ContractError for a parcel's destination that is none. */
function expectationsOf({ fulfillment }: PlainUcpOrder, around: Around, reader: Reader): Expectation[] {
  return (fulfillment?.expectations ?? []).map(({ method_type: word, ...told }, index) => {
    const own = `fulfillment.expectations[${index}]`;
    const methodType = (['shipping', 'pickup', 'digital'] as const).find((type) => type === word) ?? 'shipping';
    const isSent = methodType === 'shipping';
    if (methodType !== (word ?? 'shipping')) reader.assume(`${own}.method_type`, 'is unknown: shipping');
    const destination = addressOf(told.destination ?? {}, `${own}.destination`, reader, isSent ? around : undefined);
    if (isSent) checkDeliverable(destination, reader.path(`${own}.destination`));
    const isNow = told.fulfillable_on === 'now';
    const fulfillableOn = isNow ? 'now' : reader.instant(told.fulfillable_on, `${own}.fulfillable_on`);
    return {
      ...{ lineItems: told.line_items.filter(({ quantity }) => quantity > 0), methodType, destination },
      ...defined({ id: told.id, description: told.description, fulfillableOn: fulfillableOn ?? undefined }),
    };
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

/** What was paid back, from the completed adjustments, beside what units cost that the total no longer has. */
function refundOf(order: PlainUcpOrder, total: number): 'refunded' | 'partly_refunded' | undefined {
  const completed = order.adjustments.filter(({ status }) => status === 'completed');
  const gone = goneOf(order);
  const unitsOf = (id: string) => gone.get(id) ?? 0;
  const isOut = ({ line_items: lines }: (typeof completed)[number]): boolean => {
    if (lines.length === 0 || lines.some(({ id, quantity }) => Math.abs(quantity) > unitsOf(id))) return false;
    for (const { id, quantity } of lines) gone.set(id, unitsOf(id) - Math.abs(quantity));
    return true;
  };
  completed.sort((a, b) => Number(b.type === 'cancellation') - Number(a.type === 'cancellation'));
  const back = paidBack(completed.filter((each) => !isOut(each)));
  if (!paidBack(completed)) return undefined;
  return back && back >= total ? 'refunded' : 'partly_refunded';
}

const paidBack = (adjustments: PlainUcpOrder['adjustments']): number =>
  sum(adjustments.map(({ totals }) => Math.max(0, -(find(totals, 'total') ?? 0))));

/** Units by line that were bought once; none where the totals still have them. */
function goneOf({ line_items, totals }: PlainUcpOrder): Map<string, number> {
  const now = sum(line_items.map(({ item, quantity }) => item.price * quantity.total));
  if (sumOf(totals, 'subtotal') !== now) return new Map();
  return new Map(line_items.map(({ id, quantity: { original, total } }) => [id, (original ?? total) - total]));
}

/** What came back, from the completed adjustments; if one names no lines, everything that was shipped. */
function returnsOf({ adjustments }: PlainUcpOrder, { instant }: Reader): Pick<OrderSnapshot, 'returns'> {
  const returns = adjustments.flatMap(({ id, type, status, occurred_at, line_items: lines, totals }, index) => {
    if (type !== 'return' || status !== 'completed') return [];
    const amount = -Math.min(0, find(totals, 'total') ?? 0);
    const own = { id: id ?? `${index}`, at: instant(occurred_at, `adjustments[${index}].occurred_at`) };
    const items = lines.map(({ id: line, quantity }) => ({ line, quantity: Math.abs(quantity) }));
    return [{ ...own, ...(lines.length > 0 && { items }), ...(amount > 0 && { refund: { amount } }) }];
  });
  return returns.length > 0 ? { returns } : {};
}

/** Adjustments that `returns` does not cover, as they are. One without a time is left out. */
function adjustmentsOf({ adjustments }: PlainUcpOrder, { instant }: Reader): Pick<OrderSnapshot, 'adjustments'> {
  const told = adjustments.flatMap(({ id, type, status: word, occurred_at, description, ...of }, index) => {
    const status = (['pending', 'completed', 'failed'] as const).find((each) => each === word) ?? 'pending';
    const at = instant(occurred_at, `adjustments[${index}].occurred_at`);
    if (at === null || (status === 'completed' && type === 'return')) return [];
    const totals = of.totals.map((total) => ({ type: total.type, amount: total.amount }));
    const own = { id: id ?? `${index}`, type, at, status, lineItems: of.line_items, totals };
    return [{ ...own, ...defined({ description }) }];
  });
  return told.length > 0 ? { adjustments: told } : {};
}

/** What happened to parcels, if its time is told. */
function eventsOf({ fulfillment }: PlainUcpOrder, { instant }: Reader): Pick<OrderSnapshot, 'events'> {
  const events = (fulfillment?.events ?? []).flatMap(({ id, type, occurred_at, line_items, ...told }, index) => {
    const at = instant(occurred_at, `fulfillment.events[${index}].occurred_at`);
    if (at === null) return [];
    const { tracking_number: trackingNumber, tracking_url: trackingUrl, carrier, description } = told;
    const lineItems = line_items.filter(({ quantity }) => quantity > 0);
    return [
      { id: id ?? `${index}`, type, at, lineItems, ...defined({ trackingNumber, trackingUrl, carrier, description }) },
    ];
  });
  return events.length > 0 ? { events } : {};
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
  return order.line_items.map(({ id, item, totals, parent_id: parentId, quantity: told }) => {
    const { original, total: quantity, fulfilled } = withReturned(order, id, told);
    const worth = find(totals, 'subtotal') ?? find(totals, 'total') ?? 0;
    // Figures of the units that are left are not those of all; where none are left, they say nothing.
    const scale = quantity > told.total && worth <= item.price * told.total ? quantity / told.total : 1;
    const isTold = (type: string) => Number.isFinite(scale) && find(totals, type) !== undefined;
    const tax = isTold('tax') ? Math.round(sumOf(totals, 'tax') * scale) : undefined;
    // A line's own total may have its tax, which the order's figures have apart.
    const apart = isOnTop && addsUp(totals) ? (tax ?? 0) : 0;
    const total = isTold('total') ? Math.round(sumOf(totals, 'total') * scale) - apart : undefined;
    return {
      ...{ id, sku: item.id, title: item.title ?? item.id, quantity, unitPrice: item.price },
      ...(original !== quantity && defined({ ordered: original })),
      ...defined({ ean: item.ean, imageUrl: item.image_url, parentId, fulfilled, total, tax }),
    };
  });
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
function withReturned(order: PlainUcpOrder, id: string, quantity: PlainUcpOrder['line_items'][number]['quantity']) {
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
  more + sum(totals.filter(({ type }) => type !== 'total').map(({ amount }) => amount)) === find(totals, 'total');

const sumOf = (totals: Totals, type: string): number =>
  sum(totals.filter((total) => total.type === type).map(({ amount }) => amount));

const find = (totals: Totals, type: string): number | undefined => totals.find((total) => total.type === type)?.amount;
