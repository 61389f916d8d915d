import { compareText, sameContent } from '#lib/platform/canonical-json';
import { derive } from './derive.ts';
import type { Fulfillment, LineQuantity, Order, ShipmentEvent, ShipmentSnapshot } from './order.ts';
import { addParcels, mergeText } from './parcels.ts';
import type { Told } from './timeline.ts';

/** What came of a shipper's word: the very order passed in when it says nothing new. */
interface ShipmentResult {
  order: Order;
  added: Fulfillment[];
  timeline: Told[];
}

/** `placed` is what the connection was asked to ship. */
interface ShipmentSource {
  connection: string;
  placed: readonly LineQuantity[];
}

/** Adds the parcels and events a shipper tells of. Nothing known is ever lost, and the same word twice is one word. */
export function applyShipment(order: Order, shipment: ShipmentSnapshot, source: ShipmentSource): ShipmentResult {
  const { connection: by, placed } = source;
  const parcels = addParcels(order, shipment.parcels, by, placed);
  const events = addEvents(
    order.shipmentEvents,
    order.erased ? shipment.events.map(withoutDescription) : shipment.events,
    by,
  );
  const { fulfillments } = parcels;
  const shipmentEvents = events.all;
  if (sameContent([fulfillments, shipmentEvents], [order.fulfillments, order.shipmentEvents]))
    return { order, added: [], timeline: [] };
  return {
    order: derive({ ...order, fulfillments, shipmentEvents }),
    added: parcels.added,
    timeline: [...parcels.added.map(tellParcel), ...events.added.map(tellEvent)],
  };
}

/** A shipper's words may quote the buyer. */
const withoutDescription = <E extends { description?: string }>({ description: _, ...event }: E) => event;

/** What the timeline tells of a new parcel. */
export function tellParcel({ id: fulfillment, ...parcel }: Fulfillment): Told {
  const { carrier, trackingNumber, lineItems, shippedAt } = parcel;
  return { type: 'fulfillment.added', detail: { fulfillment, carrier, trackingNumber, lineItems, shippedAt } };
}

const tellEvent = ({ id: event, type, at: occurredAt, trackingNumber }: ShipmentEvent): Told => ({
  type: `shipment.${type}`,
  detail: { event, occurredAt, ...(trackingNumber && { trackingNumber }) },
});

/** The events with those a shipper tells of: only ever added, one of each id, and never poorer than before. */
function addEvents(
  known: readonly ShipmentEvent[],
  told: ReadonlyArray<Omit<ShipmentEvent, 'by'>>,
  by: string,
): { all: ShipmentEvent[]; added: ShipmentEvent[] } {
  const events = new Map(known.map((event) => [keyOf(event), event]));
  const before = new Set(events.keys());
  for (const event of told) {
    const key = keyOf({ id: event.id, by });
    events.set(key, mergeEvent(events.get(key), { ...event, by }));
  }
  const all = [...events.values()].sort(
    (a, b) => compareText(a.at, b.at) || compareText(a.by, b.by) || compareText(a.id, b.id),
  );
  return { all, added: all.filter((event) => !before.has(keyOf(event))) };
}

const keyOf = ({ id, by }: Pick<ShipmentEvent, 'id' | 'by'>): string => JSON.stringify([by, id]);

function mergeEvent(known: ShipmentEvent | undefined, told: ShipmentEvent): ShipmentEvent {
  const trackingNumber = mergeText(known?.trackingNumber, told.trackingNumber?.trim());
  const carrier = mergeText(known?.carrier, told.carrier);
  const description = mergeText(known?.description, told.description);
  return {
    id: told.id,
    by: told.by,
    type: mergeText(known?.type, told.type) ?? told.type,
    at: mergeText(known?.at, told.at) ?? told.at,
    ...(trackingNumber && { trackingNumber }),
    ...(carrier && { carrier }),
    ...(description && { description }),
  };
}
