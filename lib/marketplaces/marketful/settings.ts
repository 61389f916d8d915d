import * as z from '#lib/platform/zod';
import { shipperSettings } from '../kit/settings.ts';

/**
 * "We accept Marketful, Fedex, DHL, UPS, Estafeta, Will_Call". The first leaves the choice to the warehouse, the last
 * ships nothing.
 */
export const OFFERED = ['Marketful', 'Fedex', 'DHL', 'UPS', 'Estafeta', 'Will_Call'] as const;

const filled = z.string().check(z.minLength(1));

export const Secrets = z.strictObject({
  /** The `Authorization` header, as it is. */
  accessToken: filled,
  /** The `User` header. */
  userId: filled,
  /** The last segment of the URLs we register. */
  webhookSecret: filled,
  previousWebhookSecret: z.optional(filled),
});

export const Settings = z.strictObject({
  ...shipperSettings,
  /** Their carrier's name → canonical code. */
  carriers: z.optional(z.record(z.string(), filled)),
  /** The carrier of orders whose buyer chose none. */
  carrierName: z._default(z.enum(OFFERED), 'Marketful'),
  shippingType: z._default(z.enum(['económico', 'dia_siguiente']), 'económico'),
  insured: z._default(z.boolean(), false),
  /** SKUs whose stock is read besides those of orders placed here. */
  skus: z.optional(z.array(filled)),
  /** SKU → EAN, where Marketful knows the product by its EAN only. */
  eans: z.optional(z.record(z.string(), filled)),
});
export type Settings = z.infer<typeof Settings>;
