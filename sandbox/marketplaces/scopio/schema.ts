import { z } from 'zod';

const Price = z.string().regex(/^\d+(\.\d{1,2})?$/, 'wants a decimal string such as "50.00"');

const Item = z.strictObject({
  sku: z.string().min(1),
  ean: z.string().optional(),
  title: z.string().optional(),
  quantity: z.int().positive().default(1),
  net_price: Price.optional(),
  gross_price: Price.optional(),
  /** Another seller's line is in the order, but not in this seller's view of it. */
  seller: z.string().optional(),
});

const AddressOverride = z
  .strictObject({
    first_name: z.string(),
    last_name: z.string(),
    company: z.string().nullable(),
    street_address: z.string(),
    extended_address: z.string().nullable(),
    address_locality: z.string(),
    address_region: z.string().nullable(),
    postal_code: z.string(),
    address_country: z.string(),
    phone_number: z.string().nullable(),
    email: z.string().nullable(),
  })
  .partial();

/** `PATCH /_sandbox/orders/:id`: what may change after an order was placed. */
export const ChangeOrder = z.strictObject({
  items: z.array(Item).min(1).optional(),
  address: AddressOverride.optional(),
  /** The shipping method that the buyer chose: any text, as in buyers' shops. */
  carrier: z.string().min(1).optional(),
});
export type ChangeOrder = z.infer<typeof ChangeOrder>;

/** `POST /_sandbox/orders`: everything is optional, an empty body places the sample order. */
export const PlaceOrder = ChangeOrder.extend({
  id: z
    .string()
    .regex(/^[\w.-]+$/, 'wants letters, digits, "_", "." and "-"')
    .optional(),
  number: z.string().min(1).optional(),
  currency: z.string().length(3).default('PLN'),
  shipping: z.strictObject({ net_price: Price, gross_price: Price }).optional(),
  seller: z.string().optional(),
  count: z.int().min(1).max(10_000).default(1),
  seed: z.int().optional(),
  ucp: z.boolean().default(false),
  paid: z.boolean().default(true),
  /** Whether Scopio calls the webhook; if not, only the poll finds the order. */
  notify: z.boolean().default(true),
});
export type PlaceOrder = z.input<typeof PlaceOrder>;

/** `PUT /_sandbox/webhook`: the seller profile's Webhook URL and secret. */
export const WebhookProfile = z.strictObject({
  url: z.union([z.url(), z.array(z.url())]).optional(),
  secret: z.string().min(1).optional(),
});

export type Item = z.output<typeof Item>;
