import { z } from 'zod';
import { EVENT_STATUSES } from './order.ts';

const Parcel = z.strictObject({ carrier: z.string().min(1).optional(), trackingNumber: z.string().min(1).optional() });

/** `POST /_sandbox/orders/:id/ship`: an empty body ships one parcel with the next tracking number. */
export const Ship = Parcel.extend({
  description: z.string().optional(),
  /** How many parcels, or each of them. */
  parcels: z.union([z.int().min(1).max(100), z.array(Parcel).min(1)]).optional(),
  notify: z.boolean().default(true),
});
export type Ship = z.input<typeof Ship>;

/** `POST /_sandbox/orders/:id/events`: any status, with or without a parcel. */
export const ReportEvent = Parcel.extend({
  status: z.enum(EVENT_STATUSES),
  description: z.string().optional(),
  notify: z.boolean().default(true),
});

/** `PUT /_sandbox/auto-ship`. */
export const AutoShip = z.strictObject({ afterMs: z.int().nonnegative().nullable() });

/** `PUT /_sandbox/stock`: an unknown SKU becomes a product. */
export const SetStock = z.strictObject({
  sku: z.string().min(1),
  quantity: z.int().nonnegative(),
  ean: z.string().optional(),
  title: z.string().optional(),
});
export type SetStock = z.infer<typeof SetStock>;
