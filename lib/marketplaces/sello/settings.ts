import { PaymentState } from '#lib/orders/order-schema';
import * as z from '#lib/platform/zod';
import { channelSettings, filled } from '../kit/settings.ts';
import { text, timeZone } from '../kit/shape.ts';
import { carriers } from './manifest.ts';

/** "Valid values are any of": the last names no carrier, so only a connection's `settings.carriers` may choose it. */
export const METHODS = [...Object.keys(carriers), 'other'];

export const Secrets = z.strictObject({
  /** The `Authorization` header, as it is: a key, or `token:key`. */
  apiKey: filled,
  /** The last segment of the URLs we register. */
  webhookSecret: filled,
  previousWebhookSecret: z.optional(filled),
});

export const Settings = z.strictObject({
  ...channelSettings,
  /** The status that means delivered; needed where the account has several. */
  deliveredStatusId: z.optional(text),
  /** Canonical carrier code → one of Sello's methods. */
  carriers: z.optional(z.record(z.string(), z.enum(METHODS))),
  /** Whether the price of a row holds its tax; the document does not say. */
  pricesIncludeTax: z._default(z.boolean(), true),
  /** Where a timestamp without an offset comes from; the document does not say. */
  timeZone: z._default(timeZone, 'Europe/Stockholm'),
  /** Orders placed before it are none of the hub's business. */
  since: z.optional(z.iso.datetime({ offset: true })),
  /** The account's `payment_option` → what it means for an order that has it. */
  payments: z._default(z.record(z.string(), PaymentState), {}),
  /** `integration_id` → the marketplace's name, for others than the account's own names. */
  markets: z._default(z.record(z.string(), filled), {}),
});
export type Settings = z.infer<typeof Settings>;
