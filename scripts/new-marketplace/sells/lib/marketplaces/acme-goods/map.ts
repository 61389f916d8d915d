import type { OrderSnapshot } from '#lib/orders/order';
import { toMinor } from '#lib/platform/money';
import { toInstant } from '#lib/platform/time';
import type { Change, InboundBody } from '../contract.ts';
import { countryCode } from '../kit/country.ts';
import { defined, readShape } from '../kit/shape.ts';
import { type Address, Order } from './api.ts';

/** Webhook and list show orders in the same shape. */
export const map = ({ body }: InboundBody): Change => ({ type: 'order', order: mapOrder(readShape(Order, body)) });

function mapOrder(order: Order): OrderSnapshot {
  const currency = order.currency.toUpperCase();
  const minor = (value: string, field: string) => toMinor(value, currency, field);
  const placedAt = toInstant(order.created_at, 'created_at');

  return {
    externalId: order.id,
    number: order.number ?? order.id,
    placedAt,
    paidAt: order.paid_at === undefined ? null : toInstant(order.paid_at, 'paid_at'),
    version: order.updated_at === undefined ? null : toInstant(order.updated_at, 'updated_at'),
    cancelled: order.status === 'cancelled',
    currency,
    taxIncluded: true,
    ...mapPeople(order.ship_to),
    shippingMethod: null,
    lines: order.items.map(({ id, sku = id, title = sku, quantity, price }, index) => ({
      id,
      sku,
      title,
      quantity,
      unitPrice: minor(price, `items[${index}].price`),
    })),
    amounts: {
      fulfillment: minor(order.shipping_price ?? '0', 'shipping_price'),
      tax: 0,
      discount: 0,
      total: minor(order.total, 'total'),
    },
  };
}

function mapPeople(address: Address): Pick<OrderSnapshot, 'buyer' | 'shippingAddress'> {
  const { name: last_name, phone: phone_number, email } = address;
  const buyer = defined({ last_name, phone_number, email });
  const place = defined({
    street_address: address.street,
    address_locality: address.city,
    postal_code: address.postal_code,
    address_country: countryCode(address.country, 'ship_to.country'),
  });
  return { buyer, shippingAddress: { ...buyer, ...place } };
}
