import { sameContent } from './canonical-json.ts';
import { derive } from './derive.ts';
import type { Fulfillment, LineQuantity, Order, ShipmentSnapshot, TimelineEntry } from './order.ts';
import { addParcels } from './parcels.ts';
import { addEvents } from './shipment-events.ts';

/** What came of a shipper's or the ERP's word. `changed` false: nothing to write. */
export interface ShipmentResult {
  order: Order;
  added: Fulfillment[];
  timeline: TimelineEntry[];
  changed: boolean;
}

/** `placed` is what the connection was asked to ship. */
export interface ShipmentSource {
  connection: string;
  placed: readonly LineQuantity[];
  receivedAt: string;
}

/** Adds the parcels and events a shipper tells of. Nothing known is ever lost, and the same word twice is one word. */
export function applyShipment(order: Order, shipment: ShipmentSnapshot, source: ShipmentSource): ShipmentResult {
  const { connection: by, placed, receivedAt: at } = source;
  const parcels = addParcels(order, shipment.parcels, by, placed);
  const events = addEvents(order.shipmentEvents, shipment.events, by);
  const { fulfillments } = parcels;
  const shipmentEvents = events.all;
  if (sameContent([fulfillments, shipmentEvents], [order.fulfillments, order.shipmentEvents]))
    return { order, added: [], timeline: [], changed: false };
  return {
    order: derive({ ...order, fulfillments, shipmentEvents, updatedAt: at }),
    added: parcels.added,
    timeline: [
      ...parcels.added.map((parcel) => fulfillmentAdded(parcel, at)),
      ...events.added.map(({ id, type, at: occurredAt, trackingNumber }) => ({
        at,
        type: `shipment.${type}`,
        by,
        detail: { event: id, occurredAt, ...(trackingNumber && { trackingNumber }) },
      })),
    ],
    changed: true,
  };
}

/** The timeline's word for a new parcel. */
export function fulfillmentAdded(parcel: Fulfillment, at: string): TimelineEntry {
  const { id: fulfillment, by, carrier, trackingNumber, lineItems, shippedAt } = parcel;
  return { at, type: 'fulfillment.added', by, detail: { fulfillment, carrier, trackingNumber, lineItems, shippedAt } };
}
