import type { Fields } from './odata-filter.ts';

export interface Address {
  FirstName: string;
  LastName: string;
  AddressLine1: string;
  AddressLine2: string | null;
  City: string;
  StateCode: string | null;
  CountryCode: string;
  ZipCode: string;
  Phone: string | null;
}

/** A line; the price is for one piece, in major units. */
export interface OrderItem {
  OrderItemId: number;
  SkuCode: string;
  ProductName: string;
  Quantity: number;
  UnitPrice: number;
}

/** What `shippinginformation` said of one parcel. */
export interface Parcel {
  CarrierId: number;
  ServiceTypeId: number | null;
  TrackingNumber: string;
  ShippedDate: string | null;
  Items: ParcelItem[];
}

export interface ParcelItem {
  SkuCode: string;
  Quantity: number;
}

/** An order, kept in the shape in which it is shown. Times are UTC without zone, amounts decimals in major units. */
export interface Order {
  OrderNumber: string;
  OrderStatusId: number;
  PaymentStatusId: number;
  PaymentMethodId: number;
  OrderPlacedDate: string;
  CreatedDate: string;
  ModifiedDate: string;
  CurrencyCode: string;
  Email: string;
  AuthorizationCode: string | null;
  TransactionNumber: string | null;
  ShippingAddress: Address;
  OrderItems: OrderItem[];
  ShippingAmount: number;
  TaxAmount: number;
  DiscountAmount: number;
  OrderTotal: number;
  ShippingInformation: Parcel[];
}

/** The properties that `$filter` and `$orderby` accept. */
export const ORDER_FIELDS: Fields = {
  OrderNumber: 'string',
  OrderStatusId: 'number',
  PaymentStatusId: 'number',
  PaymentMethodId: 'number',
  OrderPlacedDate: 'date',
  CreatedDate: 'date',
  ModifiedDate: 'date',
  CurrencyCode: 'string',
  Email: 'string',
  AuthorizationCode: 'string',
  TransactionNumber: 'string',
  ShippingAmount: 'number',
  TaxAmount: 'number',
  DiscountAmount: 'number',
  OrderTotal: 'number',
};

/** The total of an order, summed in cents so that it has no fraction of a cent. */
export function totalOf(order: Omit<Order, 'OrderTotal'>): number {
  const goods = order.OrderItems.reduce((sum, { UnitPrice, Quantity }) => sum + cents(UnitPrice) * Quantity, 0);
  return (goods + cents(order.ShippingAmount) + cents(order.TaxAmount) - cents(order.DiscountAmount)) / 100;
}

/** How many pieces of each SKU are still to be shipped. */
export function openQuantities(order: Order): Map<string, number> {
  const open = new Map<string, number>();
  const add = (sku: string, quantity: number) => open.set(sku, (open.get(sku) ?? 0) + quantity);
  for (const { SkuCode, Quantity } of order.OrderItems) add(SkuCode, Quantity);
  for (const { Items } of order.ShippingInformation) for (const item of Items) add(item.SkuCode, -item.Quantity);
  return open;
}

const cents = (amount: number): number => Math.round(amount * 100);
