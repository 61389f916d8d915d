import type { Connection } from '#lib/connections/connection';
import * as z from '#lib/platform/zod';
import { currencyCode, filled, shipperSettings } from '../kit/settings.ts';

/**
 * "We accept Marketful, Fedex, DHL, UPS, Estafeta, Will_Call". The first leaves the choice to the warehouse, the last
 * ships nothing.
 */
export const OFFERED = ['Marketful', 'Fedex', 'DHL', 'UPS', 'Estafeta', 'Will_Call'] as const;

/** "We accept económico and dia_siguiente". */
const SHIPPING_TYPES = ['económico', 'dia_siguiente'] as const;

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
  /** The carrier of orders whose buyer chose none. */
  carrierName: z._default(z.enum(OFFERED), 'Marketful'),
  shippingType: z._default(z.enum(SHIPPING_TYPES), 'económico'),
  /** What the buyer chose, in the sales channel's words → how it ships. */
  methods: z.optional(
    z.record(
      z.string(),
      z.strictObject({
        carrierName: z.optional(z.enum(OFFERED)),
        shippingType: z.optional(z.enum(SHIPPING_TYPES)),
      }),
    ),
  ),
  insured: z._default(z.boolean(), false),
  /** By currency the order's total, in minor units, from which on a parcel is insured. */
  insureFrom: z.optional(
    z.record(z.pipe(z.string().check(z.toUpperCase()), currencyCode), z.int().check(z.nonnegative())),
  ),
  // The stock of all `skus` is read, besides that of orders placed here.
  /** SKU → EAN, where Marketful knows the product by its EAN only. */
  eans: z.optional(z.record(z.string(), filled)),
});
export type Settings = z.infer<typeof Settings>;

/** The EAN that the settings have for a SKU, by which alone Marketful knows it then. */
export function eanSet({ settings }: Connection, sku: string): string | undefined {
  const { eans = {} } = Settings.parse(settings);
  return Object.hasOwn(eans, sku) ? eans[sku] : undefined;
}
