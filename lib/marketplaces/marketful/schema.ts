import * as z from '#lib/platform/zod';
import { id, integer, optional, optionalId, optionalOurId, optionalText, text } from '../kit/shape.ts';

const ShipmentEvent = z.object({
  id,
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
    id: optionalId,
    orden_id: optionalOurId,
    num_orden: optionalText,
    canal: optionalText,
    status: optionalText,
    carrier_name: optionalText,
    tracking_number: optionalText,
    created_at: optionalText,
    updated_at: optionalText,
    shipment_events: optional(z.array(ShipmentEvent)),
  })
  .check(z.refine(({ id, orden_id, num_orden }) => id ?? orden_id ?? num_orden, { path: ['id'], error: 'is missing' }));
export type Orden = z.infer<typeof Orden>;

/** What a placed order is answered with. */
export const Created = z.object({ order: optional(z.object({ id: optionalId })) });

/** The stock of a SKU. The document spells the quantity in two ways, one at each of its endpoints. */
export const Stock = z
  .pipe(
    z.object({
      sku: id,
      ean: optionalId,
      item_id: optionalId,
      available_quantity: optional(integer),
      avariable_quantity: optional(integer),
    }),
    z.transform(({ available_quantity, avariable_quantity, ...rest }) => ({
      ...rest,
      quantity: available_quantity ?? avariable_quantity,
    })),
  )
  .check(z.refine(({ quantity }) => quantity !== undefined, { path: ['available_quantity'], error: 'is missing' }));

/** "Listado de los Webhooks": what one looks like is only shown by the call that creates it. */
export const WebhookList = z.object({
  webhooks: optional(z.array(z.object({ id, url: text, tipo: text }))),
});
