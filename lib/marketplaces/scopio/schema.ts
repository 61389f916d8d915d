import * as z from '#lib/platform/zod';
import { count, id, integer, optional, optionalId, optionalText, text } from '../kit/shape.ts';

const Address = z.object({
  first_name: optionalText,
  last_name: optionalText,
  company: optionalText,
  street_address: optionalText,
  extended_address: optionalText,
  address_locality: optionalText,
  address_region: optionalText,
  postal_code: optionalText,
  address_country: optionalText,
  phone_number: optionalText,
  email: optionalText,
});
export type Address = z.infer<typeof Address>;

/** By when an order must leave: keys that nobody documents, read where they are there. */
const ShipBy = z.object({ ship_by: z.optional(z.unknown()), shipping_deadline: z.optional(z.unknown()) });
export type ShipBy = z.infer<typeof ShipBy>;

/** Their own order. Prices are decimal strings in major units, `gross_price` of one piece. */
export const Order = z.object({
  id,
  number: optionalText,
  status: optionalText,
  created_at: text,
  paid_at: optionalText,
  updated_at: optionalText,
  currency: text,
  shipping_address: Address,
  shipping_method: optionalText,
  ...ShipBy.shape,
  items: z
    .array(
      z.object({
        id,
        sku: optionalId,
        ean: optionalId,
        title: optionalText,
        quantity: count,
        gross_price: text,
      }),
    )
    .check(z.minLength(1, 'expected at least one item')),
  shipping: optional(z.object({ gross_price: optionalText })),
  total_net: optionalText,
  total_gross: text,
});

const Totals = z.array(z.object({ type: text, amount: integer }));

/** A plain UCP order, where the platform sends that instead. Amounts are minor units. */
export const PlainUcpOrder = z.object({
  id,
  label: optionalText,
  status: optionalText,
  created_at: optionalText,
  paid_at: optionalText,
  updated_at: optionalText,
  checkout_id: optionalText,
  permalink_url: optionalText,
  ...ShipBy.shape,
  currency: text,
  buyer: optional(Address),
  line_items: z
    .array(
      z.object({
        id,
        item: z.object({ id, title: optionalText, ean: optionalId, price: count }),
        quantity: z.object({ total: count, fulfilled: optional(count) }),
        totals: optional(Totals),
      }),
    )
    .check(z.minLength(1, 'expected at least one line item')),
  fulfillment: z.object({
    expectations: z
      .array(z.object({ destination: Address, description: optionalText }))
      .check(z.minLength(1, 'expected where the order goes')),
  }),
  totals: Totals,
});

/** A webhook around an order. Only the time matters: a bare order has neither. */
export const Envelope = z.object({ created_at: optionalText });

/** "Response excerpt": `{ "success": true, "orders": [...] }`. Orders pass as they came, a bad one spoils no other. */
export const OrderList = z.object({ orders: z.array(z.unknown()) });
