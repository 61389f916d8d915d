import * as z from '#lib/platform/zod';

const filled = z.string().check(z.minLength(1));

export const Secrets = z.strictObject({
  /** Sent as `Authorization: Bearer …`. */
  apiKey: filled,
  webhookSecret: filled,
  previousWebhookSecret: z.optional(filled),
});

export const Settings = z.strictObject({
  /** What Acme Goods calls a carrier → canonical carrier code. */
  carriers: z.optional(z.record(z.string(), filled)),
});
