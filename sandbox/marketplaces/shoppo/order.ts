import type { Product, Sku } from './product.ts';

const ORDER_STATUSES = ['OPEN', 'PAID', 'IN_PROGRESS', 'DELIVERED', 'CLOSED', 'EXPIRED'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];
export type OrderItemStatus = 'OPEN' | 'PAID' | 'IN_FULFILLMENT' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED';

export interface ShippingAddress {
  recipientFirstName: string;
  recipientLastName: string;
  streetAddress1: string;
  streetAddress2: string;
  city: string;
  state: string;
  countryCode: string;
  zipcode: string;
  phoneNumber: string;
  logisticAttribute?: string | null;
}

interface Checkpoint {
  courier: string | null;
  time: number;
  message: string | null;
  location: string | null;
}

/** One parcel; several items of an order may be in it. */
export interface ShippingPackage {
  id: string;
  courier: string;
  trackingNumber: string;
  status: string;
  timeShipped: number;
  timeTracked: number | null;
  timeLanded: number | null;
  timeDelivered: number | null;
  checkpoints: Checkpoint[];
}

export interface OrderItem {
  id: string;
  quantity: number;
  status: OrderItemStatus;
  /** Copies from when the order was created, with their own ids. */
  product: Product & { originalId: string };
  sku: Sku & { originalId: string };
  package: ShippingPackage | null;
  /** Money in cents of USD. */
  refund: { amount: number; withShipping: boolean; time: number } | null;
}

/** An order as the sandbox keeps it; times in unix seconds. */
export interface Order {
  id: string;
  partnerOrderCode: string;
  partnerSellerName: string | null;
  trackingNumber: string | null;
  chargeId: string | null;
  address: ShippingAddress;
  items: OrderItem[];
  expired: boolean;
  timeCreated: number;
  timePaymentProcessed: number | null;
}

/** An order's status follows from its items'; cancelled items count only if all are cancelled. */
export function statusOf({ items, expired }: Pick<Order, 'items' | 'expired'>): OrderStatus {
  if (expired) return 'EXPIRED';
  const live = items.filter(({ status }) => status !== 'CANCELLED');
  const every = (...statuses: OrderItemStatus[]): boolean => live.every(({ status }) => statuses.includes(status));
  if (live.length === 0) return 'CLOSED';
  if (every('OPEN')) return 'OPEN';
  if (every('SHIPPED', 'DELIVERED')) return 'DELIVERED';
  return every('PAID') ? 'PAID' : 'IN_PROGRESS';
}

export function refundStatusOf({ items }: Order): string {
  const refunded = items.filter(({ refund }) => refund !== null).length;
  if (refunded === 0) return 'NOT_REFUNDED';
  return refunded === items.length ? 'FULL_REFUNDED' : 'PARTIAL_REFUNDED';
}

/** The sums of an order in cents: `subtotal` is products and shipping fee, as the page defines it. */
export function totalsOf(items: readonly OrderItem[]): { shipping: number; subtotal: number } {
  const sum = (price: (sku: Sku) => number): number =>
    items.reduce((total, { sku, quantity }) => total + price(sku) * quantity, 0);
  return { shipping: sum((sku) => sku.shippingPrice), subtotal: sum((sku) => sku.price + sku.shippingPrice) };
}

export function withItems(
  order: Order,
  chosen: readonly OrderItem[],
  change: (item: OrderItem) => Partial<OrderItem>,
): Order {
  const ids = new Set(chosen.map(({ id }) => id));
  return { ...order, items: order.items.map((item) => (ids.has(item.id) ? { ...item, ...change(item) } : item)) };
}
