import type { OrderSnapshot } from '#lib/orders/order';
import { toInstant } from '#lib/platform/time';
import { needed, pathUnder, present, readShape } from '../kit/shape.ts';
import { type Around, isCancelled, mapPeople, mapShipBy } from './order-parts.ts';
import { PlainUcpOrder } from './schema.ts';

type Totals = Array<{ type: string; amount: number }>;

/** A plain UCP order. UCP has no place for its times, so those may come from the envelope or from its arrival. */
export function mapUcpOrder(body: unknown, { at, sentAt, receivedAt }: Around): OrderSnapshot {
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
      ...present({ ean: item.ean, fulfilled: quantity.fulfilled, total: find(totals ?? [], 'total') }),
    })),
    amounts: {
      fulfillment: sum(order.totals, 'fulfillment'),
      tax: sum(order.totals, 'tax'),
      // UCP writes discounts below zero. Those of items are in the lines' own totals.
      discount: Math.abs(sum(order.totals, 'discount')),
      total: find(order.totals, 'total') ?? needed(path('totals')),
    },
    ...present({ checkoutId: order.checkout_id, permalinkUrl: order.permalink_url }),
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
