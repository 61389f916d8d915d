import { z } from 'zod';
import { optional, optionalText, text } from '../shape.ts';

const ShipmentEvent = z.object({
  id: text,
  status: text,
  description: optionalText,
  carrier_name: optionalText,
  tracking_number: optionalText,
  tracking_url: optionalText,
  created_at: text,
});
export type ShipmentEvent = z.infer<typeof ShipmentEvent>;

/** "orden: objeto": what the document says of it. Any one of its three names tells which order it is. */
export const Orden = z
  .object({
    id: optionalText,
    orden_id: optionalText,
    num_orden: optionalText,
    canal: optionalText,
    status: optionalText,
    carrier_name: optionalText,
    tracking_number: optionalText,
    created_at: optionalText,
    updated_at: optionalText,
    shipment_events: optional(z.array(ShipmentEvent)),
  })
  .refine(({ id, orden_id, num_orden }) => id ?? orden_id ?? num_orden, { path: ['id'], error: 'is missing' });
export type Orden = z.infer<typeof Orden>;

/** What a placed order is answered with. */
export const Created = z.object({ order: optional(z.object({ id: optionalText })) });
