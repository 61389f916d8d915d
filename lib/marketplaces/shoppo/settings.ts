import * as z from '#lib/platform/zod';
import { filled, shipperSettings } from '../kit/settings.ts';

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
  /** "The virtual seller name of shoppo". */
  sellerName: z.optional(filled),
});
export type Settings = z.infer<typeof Settings>;
