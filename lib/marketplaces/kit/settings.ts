import { PaymentState } from '#lib/orders/payment-state';
import * as z from '#lib/platform/zod';
import { Fields } from './fields.ts';

/** Text that is not empty. */
export const filled = z.string().check(z.regex(/\S/, 'must not be empty'));

/** An ISO 4217 code in capitals. Whether it exists is checked when it is put; stored ones are read as they are. */
export const currencyCode = z.string().check(z.regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code, such as EUR'));

/** The secret of a marketplace's webhooks: what signs them, or the last segment of their URLs. */
export const webhookSecrets = { webhookSecret: filled, previousWebhookSecret: z.optional(filled) };

/** One side's name for a carrier → the other side's. */
const carriers = z.optional(z.record(z.string(), filled));

const fields = z.optional(Fields);

const sku = filled.check(z.maxLength(200));

/** The sales channels' SKU → the connection's own name for it; a list holds names for the same goods. */
const skus = z._default(
  z.union([
    z.record(sku, sku),
    z.pipe(
      z.array(sku),
      z.transform((list) => Object.fromEntries(list.map((one) => [one, one]))),
    ),
  ]),
  {},
);

/** Settings of every connection that ships. */
export const shipperSettings = {
  fields,
  skus,
  /** The shipper's name for a carrier → canonical code. */
  carriers,
};

/** Settings of every sales channel. */
export const channelSettings = {
  fields,
  /** Canonical carrier code → the channel's name. */
  carriers,
  /** The states of payment in which an order may ship; by default those of the marketplace. */
  release: z.optional(z.array(PaymentState).check(z.minLength(1))),
  /** The page of an order: a web address with the channel's own `{id}` or `{number}`. */
  permalink: z.optional(
    z.url({ protocol: /^https?$/ }).check(z.refine((url) => /\{(id|number)\}/.test(url), 'expected {id} or {number}')),
  ),
  /** Units of each SKU that are held back from the stock that the channel is told, if it can be told. */
  stockBuffer: z.optional(z.int().check(z.nonnegative())),
  /** The name under which warehouses know this sales channel; by default the connection's id. */
  channel: z.optional(filled),
};
