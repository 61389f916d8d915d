import type { Expectation, OrderSnapshot } from '#lib/orders/order';
import { checkCurrency } from '#lib/platform/money';
import { defined, nonEmpty, pathUnder, readShape } from '../kit/shape.ts';
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
import { PlainUcpOrder } from './schema.ts';
import { amountOf, goodsOf, isCancelled, isTaxOnTop, refundOf } from './ucp-goods.ts';

const METHOD_TYPES = ['shipping', 'pickup', 'digital'] as const;
const STATUSES = ['pending', 'completed', 'failed'] as const;

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
    ...nonEmpty({ expectations: isPlain(expectations) ? [] : expectations, events: eventsOf(order, reader) }),
    ...nonEmpty({ returns: returnsOf(order, reader), adjustments: adjustmentsOf(order, reader) }),
    ...shipByOf(order, reader),
    ...goods,
    ...defined({ checkoutId: order.checkout_id, permalinkUrl: order.permalink_url, note: order.note }),
    ...reader.assumed(),
  };
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
    const told = defined({ trackingNumber, trackingUrl, carrier, description });
    return [{ id: id ?? `${index}`, type, at, lineItems, ...told }];
  });
}
