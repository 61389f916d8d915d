import type { Connection } from '#lib/connections/connection';
import type { OrderSnapshot } from '#lib/orders/order';
import { ContractError } from '#lib/platform/errors';
import { toMinor } from '#lib/platform/money';
import { toInstant } from '#lib/platform/time';
import type { Change, InboundBody } from '../contract.ts';
import { countryCode } from '../kit/country.ts';
import { member } from '../kit/json.ts';
import { defined, needed, pathUnder, readShape, unreadable } from '../kit/shape.ts';
import { type Address, Envelope, Order, PlainUcpOrder, type ShipBy } from './api.ts';

/** A webhook's envelope, a bare order from the poll, or a plain UCP order in either place. */
export function map({ body, receivedAt }: InboundBody, _connection: Connection): Change {
  const wrapped = member(body, 'order') !== undefined;
  const order = wrapped ? member(body, 'order') : body;
  const at = wrapped ? 'order' : '';
  const sentAt = wrapped ? readShape(Envelope, body).created_at : undefined;
  const envelope = { at, sentAt: sentAt === undefined ? null : toInstant(sentAt, 'created_at'), receivedAt };
  return { type: 'order', order: isUcp(order) ? mapUcpOrder(order, envelope) : mapOrder(order, envelope) };
}

/** "Fully compliant with UCP": quantities with a total are what only a UCP order has. */
function isUcp(order: unknown): boolean {
  const lines = member(order, 'line_items');
  return Array.isArray(lines) && member(member(lines[0], 'quantity'), 'total') !== undefined;
}

function mapOrder(body: unknown, { at, sentAt }: Around): OrderSnapshot {
  const order = readShape(Order, body, at);
  const path = pathUnder(at);
  const instant = (value: string, field: string) => toInstant(value, path(field));
  const currency = order.currency.toUpperCase();
  const minor = (value: string, field: string) => toMinor(value, currency, path(field));
  const total = minor(order.total_gross, 'total_gross');
  const net = order.total_net === undefined ? total : minor(order.total_net, 'total_net');
  if (net > total) throw unreadable(path('total_net'), 'is above total_gross');
  const placedAt = instant(order.created_at, 'created_at');

  return {
    externalId: order.id,
    number: order.number ?? order.id,
    placedAt,
    // Scopio tells of an order only once it is paid, whether or not it says when.
    paidAt: order.paid_at === undefined ? placedAt : instant(order.paid_at, 'paid_at'),
    version: order.updated_at === undefined ? sentAt : instant(order.updated_at, 'updated_at'),
    cancelled: isCancelled(order.status),
    currency,
    taxIncluded: true,
    ...mapPeople(order.shipping_address, path('shipping_address')),
    shippingMethod: order.shipping_method ?? null,
    ...mapShipBy(order),
    lines: order.items.map((item, index) => ({
      id: item.id,
      sku: item.sku ?? item.ean ?? needed(path(`items[${index}].sku`)),
      ...(item.ean === undefined ? {} : { ean: item.ean }),
      title: item.title ?? item.sku ?? item.ean ?? item.id,
      quantity: item.quantity,
      unitPrice: minor(item.gross_price, `items[${index}].gross_price`),
    })),
    amounts: {
      fulfillment: minor(order.shipping?.gross_price ?? '0', 'shipping.gross_price'),
      tax: total - net,
      discount: 0,
      total,
    },
  };
}

type Totals = Array<{ type: string; amount: number }>;

/** A plain UCP order. UCP has no place for its times, so those may come from the envelope or from its arrival. */
function mapUcpOrder(body: unknown, { at, sentAt, receivedAt }: Around): OrderSnapshot {
  const order = readShape(PlainUcpOrder, body, at);
  const path = pathUnder(at);
  const instant = (value: string | undefined, field: string) =>
    value === undefined ? null : toInstant(value, path(field));
  const told = instant(order.created_at, 'created_at');
  const placedAt = told ?? sentAt ?? receivedAt;
  const expectation = order.fulfillment.expectations[0] ?? needed(path('fulfillment.expectations'));

  return {
    externalId: order.id,
    number: order.label ?? order.id,
    placedAt,
    paidAt: instant(order.paid_at, 'paid_at') ?? placedAt,
    ...(told === null && { timesAssumed: true }),
    version: instant(order.updated_at, 'updated_at') ?? sentAt,
    cancelled: isCancelled(order.status),
    currency: order.currency.toUpperCase(),
    taxIncluded: !isTaxOnTop(order.totals),
    ...mapPeople(expectation.destination, path('fulfillment.expectations[0].destination'), order.buyer),
    shippingMethod: expectation.description ?? null,
    ...mapShipBy(order),
    lines: order.line_items.map(({ id, item, quantity, totals }) => ({
      id,
      sku: item.id,
      title: item.title ?? item.id,
      quantity: quantity.total,
      unitPrice: item.price,
      ...defined({ ean: item.ean, fulfilled: quantity.fulfilled, total: find(totals ?? [], 'total') }),
    })),
    amounts: {
      fulfillment: sum(order.totals, 'fulfillment'),
      tax: sum(order.totals, 'tax'),
      // UCP writes discounts below zero. Those of items are in the lines' own totals.
      discount: Math.abs(sum(order.totals, 'discount')),
      total: find(order.totals, 'total') ?? needed(path('totals')),
    },
    ...defined({ checkoutId: order.checkout_id, permalinkUrl: order.permalink_url }),
  };
}

/** Tax is on top where the total only adds up with it. */
function isTaxOnTop(totals: Totals): boolean {
  const tax = sum(totals, 'tax');
  const parts = totals.filter(({ type }) => type !== 'total').reduce((all, { amount }) => all + amount, 0);
  return tax > 0 && parts === find(totals, 'total');
}

const sum = (totals: Totals, type: string): number =>
  totals.filter((total) => total.type === type).reduce((all, { amount }) => all + amount, 0);

const find = (totals: Totals, type: string): number | undefined => totals.find((total) => total.type === type)?.amount;

/** Where in the body an order stands, and what its envelope and its arrival tell of its time. */
interface Around {
  at: string;
  sentAt: string | null;
  receivedAt: string;
}

/**
 * `shipBy` from members that the document does not know: what cannot be read as a time is left out and costs no order.
 * A bare date is its first moment, rather a day early than late.
 */
function mapShipBy({ ship_by, shipping_deadline }: ShipBy): Pick<OrderSnapshot, 'shipBy'> {
  for (const value of [ship_by, shipping_deadline]) {
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    try {
      return { shipBy: toInstant(value, 'ship_by') };
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
    }
  }
  return {};
}

const isCancelled = (status: string | undefined): boolean => /^cancell?ed$/i.test(status ?? '');

/** The address and the buyer, who is the recipient where nobody else is named. `at` is the address's path. */
function mapPeople(
  address: Address,
  at: string,
  buyer: Address = address,
): Pick<OrderSnapshot, 'buyer' | 'shippingAddress'> {
  const { first_name, last_name, email, phone_number } = buyer;
  const address_country = countryCode(address.address_country, `${at}.address_country`);
  return {
    buyer: defined({ first_name, last_name, email, phone_number }),
    shippingAddress: defined({ ...address, address_country }),
  };
}
