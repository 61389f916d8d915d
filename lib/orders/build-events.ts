import type { UcpFulfillmentEvent } from '#lib/ucp/order';
import { toUri } from '#lib/ucp/uri';
import { compareText } from './canonical-json.ts';
import type { OrderCore } from './derive.ts';
import type { Fulfillment, ShipmentEvent } from './order.ts';

/** UCP's log of what happened to the parcels: each parcel as `shipped`, then what its carrier told of it. */
export function buildEvents(core: OrderCore, known: ReadonlySet<string>): UcpFulfillmentEvent[] {
  const { fulfillments, shipmentEvents } = core;
  const parcels = new Map(fulfillments.map((parcel) => [parcelKey(parcel.by, parcel.trackingNumber), parcel]));
  const events = [
    ...fulfillments.map((parcel) => shippedEvent(parcel, known)),
    ...shipmentEvents.map((event) =>
      carrierEvent(event, parcels.get(parcelKey(event.by, event.trackingNumber ?? '')), known),
    ),
  ];
  return events.sort((a, b) => compareText(a.occurred_at, b.occurred_at) || compareText(a.id, b.id));
}

const parcelKey = (by: string, trackingNumber: string): string => JSON.stringify([by, trackingNumber]);

function shippedEvent(parcel: Fulfillment, known: ReadonlySet<string>): UcpFulfillmentEvent {
  return {
    id: parcel.id,
    occurred_at: parcel.shippedAt,
    type: 'shipped',
    line_items: linesOf(parcel, known),
    tracking_number: parcel.trackingNumber,
    ...trackingUrl(parcel),
    ...(parcel.carrier && { carrier: parcel.carrier }),
  };
}

function carrierEvent(
  event: ShipmentEvent,
  parcel: Fulfillment | undefined,
  known: ReadonlySet<string>,
): UcpFulfillmentEvent {
  const carrier = event.carrier || parcel?.carrier;
  return {
    // Two shippers may count their events alike.
    id: `${event.by}:${event.id}`,
    occurred_at: event.at,
    type: event.type,
    line_items: linesOf(parcel, known),
    ...(event.trackingNumber && { tracking_number: event.trackingNumber }),
    ...trackingUrl(parcel),
    ...(carrier && { carrier }),
    ...(event.description && { description: event.description }),
  };
}

function trackingUrl(parcel: Fulfillment | undefined): { tracking_url?: string } {
  const url = toUri(parcel?.trackingUrl);
  return url ? { tracking_url: url } : {};
}

/** A shipper may name lines that are not on the order (any more): events refer only to those that are. */
const linesOf = (parcel: Fulfillment | undefined, known: ReadonlySet<string>) =>
  (parcel?.lineItems ?? []).filter(({ id }) => known.has(id)).map(({ id, quantity }) => ({ id, quantity }));
