import * as z from '#lib/platform/zod';

const filled = z.string().check(z.minLength(1));

export const Secrets = z.strictObject({
  /** Sent as `Authorization: Bearer …`. */
  apiKey: filled,
  webhookSecret: filled,
  previousWebhookSecret: z.optional(filled),
});

export const Settings = z.strictObject({
  /** Canonical carrier code → what Acme Goods calls it. */
  carriers: z.optional(z.record(z.string(), filled)),
  /** What a warehouse knows this sales channel as; by default the connection's id. */
  channel: z.optional(filled),
});
