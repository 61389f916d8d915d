import * as z from '#lib/platform/zod';
import { shipperSettings } from '../kit/settings.ts';

const filled = z.string().check(z.minLength(1));

export const Secrets = z.strictObject({
  /** The `accesstoken` header of our calls. */
  accessToken: filled,
  /** The `viewerid` header of our calls. */
  viewerId: filled,
  /** The `accesstoken` header of theirs. */
  notificationToken: filled,
  previousNotificationToken: z.optional(filled),
});

export const Settings = z.strictObject({
  ...shipperSettings,
  // In `skus` the relay id is what Shoppo calls a SKU; it wins over the catalog.
  /** Their courier's name → canonical code. */
  carriers: z.optional(z.record(z.string(), filled)),
  /** "The virtual seller name of shoppo". */
  sellerName: z.optional(filled),
});
export type Settings = z.infer<typeof Settings>;
