import * as z from '#lib/platform/zod';
import { count, id, integer, optional, optionalId, optionalText, text } from '../kit/shape.ts';

/** Flags are booleans here and "0" or "1" elsewhere in their document. */
const flag = z.pipe(
  z.nullish(z.union([z.boolean(), z.literal([0, 1, '0', '1', 'true', 'false'])], { error: 'expected a flag' })),
  z.transform((value) => value === true || value === 1 || value === '1' || value === 'true'),
);

/** Major units, as text or as a number that may carry the noise of floating-point sums. */
const amount = z.pipe(
  z.pipe(
    z.union([z.string(), z.number()], { error: 'expected an amount' }),
    z.transform((value) => (typeof value === 'number' ? value.toFixed(6) : value.trim())),
  ),
  z.string().check(z.minLength(1, 'expected an amount')),
);

const Row = z.object({
  id,
  quantity: count,
  title: optionalText,
  reference: optionalId,
  price: amount,
  product_id: optionalId,
  identifier: optionalId,
  identifier_type: optionalText,
  total_vat: optional(amount),
});
export type Row = z.infer<typeof Row>;

/** `GET /orders/{id}`: the list's attributes and the rows. */
export const Order = z.object({
  id,
  number: optionalText,
  market_reference: optionalText,
  created_at: text,
  updated_at: optionalText,
  currency: text,
  shipping_cost: optional(amount),
  shipping_option: optionalText,
  total: amount,
  customer_email: optionalText,
  customer_phone: optionalText,
  customer_mobile: optionalText,
  customer_first_name: optionalText,
  customer_last_name: optionalText,
  customer_address: optionalText,
  customer_address_2: optionalText,
  customer_zip: optionalText,
  customer_city: optionalText,
  customer_country_code: optionalText,
  is_deleted: flag,
  is_paid: flag,
  is_delivered: flag,
  rows: z.array(Row),
});
export type Order = z.infer<typeof Order>;

/** A row of `GET /orders`: enough to know whether it is worth reading. */
export const ListedOrder = z.object({ id, updated_at: optionalText, created_at: text });

export const Product = z.object({
  id,
  private_reference: optionalId,
  private_name: optionalText,
  quantity: optional(integer),
  created_at: optionalText,
  updated_at: optionalText,
  properties: optional(z.array(z.object({ property: optionalText, value: z.unknown() }))),
  integrations: optional(z.record(z.string(), z.object({ active: flag }))),
});

export const OrderList = z.object({ orders: z.array(z.unknown()) });
export const ProductList = z.object({ products: z.array(z.unknown()) });

/** The document's example says `is_delivered`, its table of orders `delivered`. */
export const Statuses = z.array(z.object({ id, title: optionalText, is_delivered: flag, delivered: flag }));

/** The id is a tracking number that somebody gave: none makes the list unreadable. */
export const Deliveries = z.object({ deliveries: z.array(z.object({ id: z.unknown(), method: optionalText })) });
export const OrderStatus = z.object({ status_id: optionalId, is_delivered: flag });
export const Rows = z.array(z.object({ id }));
export const Created = z.object({ id });

const WebhookEntry = z.object({ url: text, hook: text });
export type WebhookEntry = z.infer<typeof WebhookEntry>;
export const Webhooks = z.array(WebhookEntry);
