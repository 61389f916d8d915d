import { z } from 'zod';
import { CUSTOMER_FIELDS } from './order.ts';
import { HOOKS } from './registry.ts';

const Money = z.union([
  z.number().nonnegative(),
  z.string().regex(/^\d+(\.\d{1,2})?$/, 'wants an amount such as "100.50"'),
]);
const Id = z.int().positive();
const Instant = z.iso.datetime({ offset: true });

const Row = z.strictObject({
  /** The SKU; missing members come from the product that has it. */
  reference: z.string().min(1),
  quantity: z.int().positive().default(1),
  /** For one piece. */
  price: Money.optional(),
  /** Percent. */
  tax: z.number().nonnegative().max(99).optional(),
  title: z.string().optional(),
  stock_location: z.string().optional(),
  item_no: z.string().optional(),
  product_id: Id.optional(),
  identifier: z.string().optional(),
  identifier_type: z.string().optional(),
  /** Grams, of one piece. */
  weight: z.int().nonnegative().optional(),
  submitter: z.string().optional(),
  /** In all. */
  purchase_price: Money.optional(),
  id: Id.optional(),
});
export type PlacedRow = z.output<typeof Row>;

const customer = Object.fromEntries(CUSTOMER_FIELDS.map((name) => [name, z.string().optional()])) as Record<
  (typeof CUSTOMER_FIELDS)[number],
  z.ZodOptional<z.ZodString>
>;

/** `PATCH /_sandbox/orders/:id`: what may change after an order was placed, named as in the document. */
export const ChangeOrder = z.strictObject({
  rows: z.array(Row).min(1).optional(),
  ...customer,
  shipping_cost: Money.optional(),
  shipping_option: z.string().nullable().optional(),
  payment_option: z.string().nullable().optional(),
  notes: z.string().optional(),
  /** Replaces the sum of shipping and rows. */
  total: Money.optional(),
  is_new: z.boolean().optional(),
  status_id: Id.optional(),
  /** Instead of the present time. */
  updated_at: Instant.optional(),
  /** Whether Sello calls the webhooks; if not, only the poll finds it. */
  notify: z.boolean().default(true),
});

/** `POST /_sandbox/orders`: everything is optional, an empty body places the sample order. */
export const PlaceOrder = ChangeOrder.extend({
  id: Id.optional(),
  number: Id.optional(),
  created_at: Instant.optional(),
  integration_id: z.int().nonnegative().default(4),
  market: z.int().nonnegative().default(1),
  market_reference: z.string().optional(),
  currency: z.string().length(3).default('SEK'),
  icons: z.array(z.string()).default([]),
  paid: z.boolean().default(true),
  count: z.int().min(1).max(10_000).default(1),
  seed: z.int().optional(),
  /** The order's marketplace accepts only its own return reasons. */
  zalando: z.boolean().default(false),
});
export type PlaceOrder = z.input<typeof PlaceOrder>;

export const SetStatus = z.strictObject({ status_id: z.union([Id, z.string().regex(/^\d+$/)]) });

/** `POST /_sandbox/orders/:id/notify`: the hooks to call about an order, which is not changed. */
export const Notify = z.strictObject({ hooks: z.array(z.enum(HOOKS)).min(1).default(['orderUpdated', 'orderNew']) });

/** `PUT /_sandbox/stock`: an unknown SKU becomes a product. */
export const SetStock = z.strictObject({
  sku: z.string().min(1),
  quantity: z.int().nonnegative(),
  title: z.string().optional(),
  notify: z.boolean().default(true),
});
export type SetStock = z.input<typeof SetStock>;

/** `POST /_sandbox/products` and `PATCH /_sandbox/products/:id`: attributes named as in the document. */
export const ProductAttributes = z.looseObject({ id: Id.optional(), notify: z.boolean().default(true) });

/** `PUT /_sandbox/registry`: the webhooks page of the account's settings; nothing is tested. */
export const SetRegistry = z.strictObject({
  webhooks: z.array(z.strictObject({ url: z.url({ protocol: /^https?$/ }), hook: z.enum(HOOKS) })),
});

/** `PUT /_sandbox/rate-limit`. */
export const ChangeLimit = z.strictObject({
  requestsPerMinute: z.int().positive().optional(),
  resetUnit: z.enum(['seconds', 'unix']).optional(),
});
