import type { Connection } from '#lib/connections/connection';
import * as z from '#lib/platform/zod';
import { filled, shipperSettings, webhookSecrets } from '../kit/settings.ts';

/** "We accept Marketful, Fedex, DHL, UPS, Estafeta, Will_Call". Marketful: it chooses. Will_Call: no shipping. */
export const OFFERED = ['Marketful', 'Fedex', 'DHL', 'UPS', 'Estafeta', 'Will_Call'] as const;

/** "We accept económico and dia_siguiente". */
const SHIPPING_TYPES = ['económico', 'dia_siguiente'] as const;

export const Secrets = z.strictObject({
  /** The `Authorization` header, verbatim. */
  accessToken: filled,
  /** The `User` header. */
  userId: filled,
  ...webhookSecrets,
});

export const Settings = z.strictObject({
  ...shipperSettings,
  /** The carrier for orders whose buyer chose none. */
  carrierName: z._default(z.enum(OFFERED), 'Marketful'),
  shippingType: z._default(z.enum(SHIPPING_TYPES), 'económico'),
  /** The sales channel's shipping method → how Marketful ships it. */
  methods: z.optional(
    z.record(
      z.string(),
      z.strictObject({ carrierName: z.optional(z.enum(OFFERED)), shippingType: z.optional(z.enum(SHIPPING_TYPES)) }),
    ),
  ),
  insured: z._default(z.boolean(), false),
  /** By currency: the order total, in minor units, from which on parcels are insured. */
  insureFrom: z.optional(z.record(z.string().check(z.toUpperCase()), z.int().check(z.nonnegative()))),
  /** SKU → EAN, for products that Marketful knows by EAN only. As of those in `skus`, their stock is polled first. */
  eans: z.optional(z.record(z.string(), filled)),
});
export type Settings = z.infer<typeof Settings>;

/** The EAN set for a SKU, where Marketful knows the product by that only. */
export function eanSet({ settings }: Connection, sku: string): string | undefined {
  const { eans = {} } = Settings.parse(settings);
  return Object.hasOwn(eans, sku) ? eans[sku] : undefined;
}
