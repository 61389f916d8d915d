import * as z from '#lib/platform/zod';
import { filled, shipperSettings } from '../kit/settings.ts';

export const Secrets = z.strictObject({
  /** The `accesstoken` header of the hub's calls. */
  accessToken: filled,
  /** The `viewerid` header of the hub's calls. */
  viewerId: filled,
  /** The `accesstoken` header of Shoppo's notifications. */
  notificationToken: filled,
  previousNotificationToken: z.optional(filled),
});

export const Settings = z.strictObject({
  ...shipperSettings,
  // `skus` maps our SKUs to Shoppo's relay ids, which win over the catalog's.
  /** "The virtual seller name of shoppo". */
  sellerName: z.optional(filled),
});
export type Settings = z.infer<typeof Settings>;
