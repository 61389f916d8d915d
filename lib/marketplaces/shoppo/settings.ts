import * as z from 'zod';

const secret = z.string().min(1);

export const Secrets = z.strictObject({
  /** The `accesstoken` header of our calls. */
  accessToken: secret,
  /** The `viewerid` header of our calls. */
  viewerId: secret,
  /** The `accesstoken` header of theirs. */
  notificationToken: secret,
  previousNotificationToken: secret.optional(),
});

export const Settings = z.strictObject({
  /** Our SKU → the relay id of Shoppo's; wins over the catalog. */
  skus: z.record(z.string(), z.string().min(1)).default({}),
  /** Their courier's name → canonical code. */
  carriers: z.record(z.string(), z.string().min(1)).optional(),
  /** "The virtual seller name of shoppo". */
  sellerName: z.string().min(1).optional(),
});
export type Settings = z.infer<typeof Settings>;
