import * as z from 'zod';
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
  /** SKUs whose stock is read besides those of orders placed here. */
  skus: z.array(z.string().min(1)).optional(),
  /** SKU → EAN, where Marketful knows the product by its EAN only. */
  eans: z.record(z.string(), z.string().min(1)).optional(),
});
export type Settings = z.infer<typeof Settings>;
