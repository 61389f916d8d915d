import * as z from '#lib/platform/zod';
import { shipperSettings } from '../kit/settings.ts';

const filled = z.string().check(z.minLength(1));

export const Secrets = z.strictObject({
  /** Sent as `Authorization: Bearer …`. */
  apiKey: filled,
  webhookSecret: filled,
  previousWebhookSecret: z.optional(filled),
});

export const Settings = z.strictObject({
  ...shipperSettings,
  /** What Acme Goods calls a carrier → canonical carrier code. */
  carriers: z.optional(z.record(z.string(), filled)),
});
