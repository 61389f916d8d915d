import * as z from '#lib/zod';

/** `delivery.due`: look at this delivery. The ledger decides; the message only rings. */
export const DeliveryDue = z.object({ deliveryId: z.string() });
export type DeliveryDue = z.infer<typeof DeliveryDue>;
