import * as z from '#lib/platform/zod';

/** `delivery.due`: look at this delivery, and at others that are due with it. The ledger decides; the message only rings. */
export const DeliveryDue = z.object({ deliveryId: z.string(), others: z.optional(z.array(z.string())) });
export type DeliveryDue = z.infer<typeof DeliveryDue>;
