import * as z from '#lib/platform/zod';
import { channelSettings, filled, webhookSecrets } from '../kit/settings.ts';

export const Secrets = z.strictObject({
  /** Sent as `Authorization: Bearer …`. */
  apiKey: filled,
  ...webhookSecrets,
});

export const Settings = z.strictObject({ ...channelSettings });
