import type { Connection } from '#lib/connections/connection';
import type { OrderSnapshot } from '#lib/orders/order';
import { toMinor } from '#lib/platform/money';
import { toInstant } from '#lib/platform/time';
import type { Change, InboundBody } from '../contract.ts';
import { member } from '../kit/json.ts';
import { needed, pathUnder, readShape, unreadable } from '../kit/shape.ts';
import { mapUcpOrder } from './map-ucp.ts';
import { type Around, isCancelled, mapPeople, mapShipBy } from './order-parts.ts';
import { Envelope, Order } from './schema.ts';

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
