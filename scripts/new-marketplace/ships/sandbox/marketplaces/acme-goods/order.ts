import { z } from 'zod';

/** `POST /v1/orders`: what the hub places. */
export const NewOrder = z.object({
  reference: z.string().min(1),
  number: z.string().min(1),
  ship_to: z.record(z.string(), z.string().min(1)),
  items: z.array(z.object({ sku: z.string().min(1), quantity: z.int().positive() })).min(1),
});

/** An order as the sandbox keeps it, and as its API shows it. */
export interface Order extends z.infer<typeof NewOrder> {
  id: string;
  status: 'placed' | 'shipped' | 'cancelled';
  parcels: Array<{ carrier: string; tracking_number: string; shipped_at: string }>;
}

/** `POST /_sandbox/orders/:id/ship`: an empty body ships everything with DHL. */
export const Ship = z.strictObject({
  carrier: z.string().min(1).default('DHL'),
  trackingNumber: z.string().min(1).optional(),
});
export type Ship = z.input<typeof Ship>;
