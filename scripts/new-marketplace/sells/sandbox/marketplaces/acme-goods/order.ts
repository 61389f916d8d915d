import { z } from 'zod';

/** An order as the sandbox keeps it, and as its API shows it. */
export interface Order {
  id: string;
  number: string;
  status: 'paid' | 'shipped' | 'cancelled';
  created_at: string;
  paid_at: string;
  updated_at: string;
  currency: string;
  ship_to: Record<string, string>;
  items: Array<{ id: string; sku: string; title: string; quantity: number; price: string }>;
  shipping_price: string;
  total: string;
  shipments: Array<{ carrier: string; tracking_number: string }>;
}

/** `POST /_sandbox/orders`: an empty body places the sample order. */
export const PlaceOrder = z.strictObject({
  id: z.string().min(1).optional(),
  sku: z.string().min(1).default('MUG-RED'),
  quantity: z.int().positive().default(2),
  country: z.string().length(2).default('MX'),
});
export type PlaceOrder = z.input<typeof PlaceOrder>;

/** A piece costs 50.00, shipping 20.00. */
export function sampleOrder(
  nth: number,
  { id, sku, quantity, country }: z.output<typeof PlaceOrder>,
  at: string,
): Order {
  return {
    id: id ?? `ord_${nth}`,
    number: `AG-${1000 + nth}`,
    status: 'paid',
    created_at: at,
    paid_at: at,
    updated_at: at,
    currency: 'EUR',
    ship_to: {
      name: 'Ana Torres',
      street: 'Av. Vallarta 1234 Int. 5',
      city: 'Guadalajara',
      postal_code: '44160',
      country,
      phone: '+523312345678',
      email: 'ana@example.com',
    },
    items: [{ id: 'li_1', sku, title: sku, quantity, price: '50.00' }],
    shipping_price: '20.00',
    total: `${quantity * 50 + 20}.00`,
    shipments: [],
  };
}
