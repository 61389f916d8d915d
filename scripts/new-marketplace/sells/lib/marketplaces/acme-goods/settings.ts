import * as z from '#lib/platform/zod';
import { channelSettings, filled } from '../kit/settings.ts';

export const Secrets = z.strictObject({
  /** Sent as `Authorization: Bearer …`. */
  apiKey: filled,
  webhookSecret: filled,
  previousWebhookSecret: z.optional(filled),
});

export const Settings = z.strictObject({ ...channelSettings });
