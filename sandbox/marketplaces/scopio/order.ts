import { zonedTime } from '../zoned-time.ts';

export const ZONE = 'Europe/Warsaw';
export const CARRIERS = ['inpost_locker', 'inpost_courier', 'dpd', 'dhl', 'ups'] as const;

export interface Address {
  first_name: string;
  last_name: string;
  company: string | null;
  street_address: string;
  extended_address: string | null;
  address_locality: string;
  address_region: string | null;
  postal_code: string;
  address_country: string;
  phone_number: string | null;
  email: string | null;
}

/** A line of an order; prices for one piece, in minor units. */
export interface Line {
  id: string;
  sku: string;
  ean: string | null;
  title: string;
  quantity: number;
  net: number;
  gross: number;
  /** The seller whose catalog it is from: sellers see only their own lines. */
  seller: string;
}

/** An order as the sandbox keeps it. */
export interface Order {
  id: string;
  number: string;
  createdAt: string;
  paidAt: string | null;
  cancelledAt: string | null;
  fulfilledAt: string | null;
  currency: string;
  address: Address;
  carrier: string;
  lines: Line[];
  shipping: { net: number; gross: number };
  /** Shown as a plain UCP order. */
  ucp: boolean;
}

/** Whether the shop lists an order: paid, not fulfilled yet, and with a line of this seller. */
export function isDue(order: Order, seller: string): boolean {
  const open = order.paidAt !== null && order.fulfilledAt === null && order.cancelledAt === null;
  return open && order.lines.some((line) => line.seller === seller);
}

/** The order as `GET /api/seller/orders` lists it, with this seller's lines only. */
export function toScopio(order: Order, seller: string): Record<string, unknown> {
  const lines = order.lines.filter((line) => line.seller === seller);
  return {
    id: order.id,
    number: order.number,
    status: statusOf(order),
    created_at: zonedTime(new Date(order.createdAt), ZONE),
    paid_at: order.paidAt ? zonedTime(new Date(order.paidAt), ZONE) : null,
    currency: order.currency,
    shipping_address: order.address,
    shipping_method: order.carrier,
    items: lines.map(({ id, sku, ean, title, quantity, net, gross }) => ({
      id,
      sku,
      ean,
      title,
      quantity,
      net_price: decimal(net),
      gross_price: decimal(gross),
    })),
    shipping: { net_price: decimal(order.shipping.net), gross_price: decimal(order.shipping.gross) },
    total_net: decimal(sumOf(lines, 'net') + order.shipping.net),
    total_gross: decimal(sumOf(lines, 'gross') + order.shipping.gross),
  };
}

/** The sum over all pieces, in minor units. */
export function sumOf(lines: readonly Line[], price: 'net' | 'gross'): number {
  return lines.reduce((sum, line) => sum + line[price] * line.quantity, 0);
}

function statusOf({ cancelledAt, fulfilledAt, paidAt }: Order): string {
  if (cancelledAt) return 'cancelled';
  if (fulfilledAt) return 'fulfilled';
  return paidAt ? 'paid' : 'pending';
}

const decimal = (minor: number): string => `${Math.trunc(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
