import { PaymentState } from '#lib/orders/order-schema';
import * as z from '#lib/platform/zod';
import { Fields } from './fields.ts';

/** Text that is not empty. */
export const filled = z.string().check(z.regex(/\S/, 'must not be empty'));

/** An ISO 4217 code in capitals. */
export const currencyCode = z.string().check(z.regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code'));

/** What one side calls a carrier → what the other does. */
const carriers = z.optional(z.record(z.string(), filled));

const fields = z.optional(Fields);

const sku = filled.check(z.maxLength(200));

/** The sales channels' SKU → what the connection itself calls it; a list names those that are called alike. */
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
  /** What it calls a carrier → canonical code. */
  carriers,
};

/** Settings of every sales channel. */
export const channelSettings = {
  fields,
  /** Canonical carrier code → what the channel calls it. */
  carriers,
  /** The states of payment in which an order may ship; by default those of the marketplace. */
  release: z.optional(z.array(PaymentState).check(z.minLength(1))),
  /** Where an order is looked at: a web address with `{id}` or `{number}` of the channel's own. */
  permalink: z.optional(
    z.url({ protocol: /^https?$/ }).check(z.refine((url) => /\{(id|number)\}/.test(url), 'expected {id} or {number}')),
  ),
  /** Units of each SKU that are held back from what the channel is told of its stock, where it can be told. */
  stockBuffer: z.optional(z.int().check(z.nonnegative())),
  /** What a warehouse knows this sales channel as; by default the connection's id. */
  channel: z.optional(filled),
};
