import type { Connection } from '#lib/connections/connection';
import type { OrderSnapshot } from '#lib/orders/order';
import { toMinor } from '#lib/platform/money';
import { toInstant } from '#lib/platform/time';
import type { Change, InboundBody } from '../contract.ts';
import { countryCode } from '../kit/country.ts';
import { defined, needed, readShape } from '../kit/shape.ts';
import { type Address, Order } from './api.ts';
import { Settings } from './settings.ts';
import { isCancelled, isCart, isPaid, isShipped } from './statuses.ts';
import { modifiedAt } from './window.ts';

/** An order as the list and `order/get` show it. */
export function map({ body, receivedAt }: InboundBody, { settings }: Connection): Change {
  const order = readShape(Order, body);
  if (isCart(order.OrderStatusId)) return { type: 'none', reason: 'a cart is no order yet' };
  return { type: 'order', order: mapOrder(order, Settings.parse(settings).timeZone, receivedAt) };
}

function mapOrder(order: Order, zone: string, receivedAt: string): OrderSnapshot {
  const { OrderNumber, OrderStatusId, ModifiedDate } = order;
  const currency = order.CurrencyCode.toUpperCase();
  const minor = (value: string | undefined, field: string) => toMinor(value ?? '0', currency, field);
  const placed = order.OrderPlacedDate ?? order.CreatedDate ?? needed('OrderPlacedDate');
  const placedAt = toInstant(placed, order.OrderPlacedDate ? 'OrderPlacedDate' : 'CreatedDate', zone);
  const discount = toMinor(order.DiscountAmount ?? '0', currency, 'DiscountAmount', { allowNegative: true });

  return {
    externalId: OrderNumber,
    number: OrderNumber,
    placedAt,
    // The store does not say when an order was paid.
    paidAt: isPaid(OrderStatusId, order.PaymentStatusId) ? placedAt : null,
    version: ModifiedDate === undefined ? null : modifiedAt(ModifiedDate, 'ModifiedDate', zone, receivedAt),
    cancelled: isCancelled(OrderStatusId),
    currency,
    taxIncluded: false,
    ...mapPeople(order),
    shippingMethod: null,
    lines: mapLines(order, minor),
    amounts: {
      fulfillment: minor(order.ShippingAmount, 'ShippingAmount'),
      tax: minor(order.TaxAmount, 'TaxAmount'),
      discount: Math.abs(discount),
      total: minor(order.OrderTotal, 'OrderTotal'),
    },
  };
}

function mapLines(order: Order, minor: (value: string, field: string) => number): OrderSnapshot['lines'] {
  const shipped = countShipped(order);
  return order.OrderItems.map(({ OrderItemId, SkuCode, ProductName, Quantity, UnitPrice }, index) => {
    const sent = isShipped(order.OrderStatusId) ? Quantity : Math.min(Quantity, shipped.get(SkuCode) ?? 0);
    shipped.set(SkuCode, (shipped.get(SkuCode) ?? 0) - sent);
    return {
      id: OrderItemId ?? `${index + 1}`,
      sku: SkuCode,
      title: ProductName ?? SkuCode,
      quantity: Quantity,
      ...(sent > 0 && { fulfilled: sent }),
      unitPrice: minor(UnitPrice, `OrderItems[${index}].UnitPrice`),
    };
  });
}

/** Pieces of each SKU in the parcels that the store shows. */
function countShipped({ ShippingInformation = [] }: Order): Map<string, number> {
  const shipped = new Map<string, number>();
  for (const { SkuCode, Quantity } of ShippingInformation.flatMap(({ Items = [] }) => Items))
    shipped.set(SkuCode, (shipped.get(SkuCode) ?? 0) + Quantity);
  return shipped;
}

function mapPeople({ ShippingAddress, Email: email }: Order): Pick<OrderSnapshot, 'buyer' | 'shippingAddress'> {
  const address: Partial<Address> = ShippingAddress ?? {};
  const { FirstName: first_name, LastName: last_name, Phone: phone_number } = address;
  return {
    buyer: defined({ first_name, last_name, email, phone_number }),
    shippingAddress: defined({
      first_name,
      last_name,
      street_address: address.AddressLine1,
      extended_address: address.AddressLine2,
      address_locality: address.City,
      address_region: address.StateCode,
      postal_code: address.ZipCode,
      address_country: countryCode(address.CountryCode, 'ShippingAddress.CountryCode'),
      phone_number,
      email,
    }),
  };
}
