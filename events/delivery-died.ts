import * as z from '#lib/platform/zod';

/** `delivery.died`: what a marketplace's dead-letter queue is told; a redriven `delivery.due` is a crash instead. */
export const DeliveryDied = z.object({
  deliveryId: z.string(),
  connection: z.string(),
  action: z.string(),
  order: z.nullable(z.string()),
  cause: z.nullable(z.object({ code: z.string(), description: z.string() })),
  diedAt: z.string(),
});
export type DeliveryDied = z.infer<typeof DeliveryDied>;
