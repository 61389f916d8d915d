import { z } from 'zod';
import { OFFERED } from './carriers.ts';

const secret = z.string().min(1);

export const Secrets = z.strictObject({
  /** The `Authorization` header, as it is. */
  accessToken: secret,
  /** The `User` header. */
  userId: secret,
  /** The last segment of the URLs we register. */
  webhookSecret: secret,
  previousWebhookSecret: secret.optional(),
});

export const Settings = z.strictObject({
  /** Their carrier's name → canonical code. */
  carriers: z.record(z.string(), z.string().min(1)).optional(),
  /** Who carries what the buyer chose no carrier for. */
  carrierName: z.enum(OFFERED).default('Marketful'),
  shippingType: z.enum(['económico', 'dia_siguiente']).default('económico'),
  insured: z.boolean().default(false),
});
export type Settings = z.infer<typeof Settings>;
