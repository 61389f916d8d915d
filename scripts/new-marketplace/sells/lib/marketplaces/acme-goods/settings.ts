import * as z from '#lib/platform/zod';
import { channelSettings } from '../kit/settings.ts';

const filled = z.string().check(z.minLength(1));

export const Secrets = z.strictObject({
  /** Sent as `Authorization: Bearer …`. */
  apiKey: filled,
  webhookSecret: filled,
  previousWebhookSecret: z.optional(filled),
});

export const Settings = z.strictObject({
  ...channelSettings,
  /** Canonical carrier code → what Acme Goods calls it. */
  carriers: z.optional(z.record(z.string(), filled)),
});
