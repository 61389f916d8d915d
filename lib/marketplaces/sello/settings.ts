import { PaymentState } from '#lib/orders/payment-state';
import * as z from '#lib/platform/zod';
import { channelSettings, filled, webhookSecrets } from '../kit/settings.ts';
import { text, timeZone } from '../kit/shape.ts';
import { carriers } from './manifest.ts';

/** "Valid values are any of". `other` names no carrier: only a connection's `settings.carriers` may choose it. */
export const METHODS = [...Object.keys(carriers), 'other'];

export const Secrets = z.strictObject({
  /** The `Authorization` header, verbatim: a key, or `token:key`. */
  apiKey: filled,
  ...webhookSecrets,
});

export const Settings = z.strictObject({
  ...channelSettings,
  /** The status that means delivered; required if the account has several. */
  deliveredStatusId: z.optional(text),
  /** Canonical carrier code → one of Sello's methods. */
  carriers: z.optional(z.record(z.string(), z.enum(METHODS))),
  /** Whether row prices include tax; the document does not say. */
  pricesIncludeTax: z._default(z.boolean(), true),
  /** The time zone of timestamps without an offset; the document does not say. */
  timeZone: z._default(timeZone, 'Europe/Stockholm'),
  /** The hub ignores orders placed before this. */
  since: z.optional(z.iso.datetime({ offset: true })),
  /** The account's `payment_option` → its meaning for an order. */
  payments: z._default(z.record(z.string(), PaymentState), {}),
  /** `integration_id` → the marketplace's name, instead of the account's own name for it. */
  markets: z._default(z.record(z.string(), filled), {}),
});
export type Settings = z.infer<typeof Settings>;
