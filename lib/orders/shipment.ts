import { compareText, sameContent } from '#lib/platform/canonical-json';
import { RejectedError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import { derive } from './derive.ts';
import type { Fulfillment, LineQuantity, Order, ShipmentEvent, ShipmentSnapshot, TimelineEntry } from './order.ts';
import { addParcels, mergeText, sortParcels } from './parcels.ts';
import { mergeLines, sumByLine, unfulfilled } from './status.ts';

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

/** The events with those a shipper tells of: only ever added, one of each id, and never poorer than before. */
export function addEvents(
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

/** A parcel the seller's own ERP shipped. Without lines it holds everything that is left. */
export interface PostedFulfillment {
  lineItems?: readonly LineQuantity[] | undefined;
  /** Canonical carrier code. */
  carrier: string;
  trackingNumber: string;
  trackingUrl?: string | undefined;
  labelUrl?: string | undefined;
  /** An instant; the time of receipt when absent. */
  shippedAt?: string | undefined;
}

/**
 * Adds a parcel the ERP posted; the same carrier, tracking number and lines twice is one parcel (`changed` false).
 * Throws RejectedError naming the line: `unknown_line_item`, `invalid_quantity`, `quantity_exceeded`.
 */
export function applyFulfillment(
  order: Order,
  posted: PostedFulfillment,
  source: { by: 'erp'; receivedAt: string },
): ShipmentResult & { fulfillment: Fulfillment } {
  const known = findPosted(order, posted, source.by);
  if (known) return { order, added: [], timeline: [], changed: false, fulfillment: known };
  const { trackingUrl, labelUrl } = posted;
  const fulfillment: Fulfillment = {
    id: postedId(order, posted, source.by),
    by: source.by,
    carrier: posted.carrier.trim(),
    trackingNumber: posted.trackingNumber.trim(),
    ...(trackingUrl && { trackingUrl }),
    ...(labelUrl && { labelUrl }),
    lineItems: takeLines(order, posted.lineItems),
    shippedAt: posted.shippedAt ?? source.receivedAt,
  };
  const fulfillments = sortParcels([...order.fulfillments, fulfillment]);
  return {
    order: derive({ ...order, fulfillments, updatedAt: source.receivedAt }),
    added: [fulfillment],
    timeline: [fulfillmentAdded(fulfillment, source.receivedAt)],
    changed: true,
    fulfillment,
  };
}

/** A parcel posted without lines keeps its id though what it held depended on the moment. */
function postedId(order: Order, { carrier, trackingNumber, lineItems }: PostedFulfillment, by: string): string {
  const lines = lineItems ? JSON.stringify(linesKey(lineItems)) : 'rest';
  return `ful_${shortHash(order.id, by, carrier.trim().toLowerCase(), trackingNumber.trim(), lines)}`;
}

const linesKey = (lines: readonly LineQuantity[]) => Object.fromEntries(sumByLine(lines));

function findPosted(order: Order, posted: PostedFulfillment, by: string): Fulfillment | undefined {
  const id = postedId(order, posted, by);
  const { lineItems } = posted;
  const alike = order.fulfillments.filter(
    (parcel) =>
      parcel.by === by &&
      parcel.carrier.toLowerCase() === posted.carrier.trim().toLowerCase() &&
      parcel.trackingNumber === posted.trackingNumber.trim(),
  );
  const same = alike.find((parcel) => parcel.id === id);
  if (same) return same;
  if (lineItems) return alike.find((parcel) => sameContent(linesKey(parcel.lineItems), linesKey(lineItems)));
  return unfulfilled(order).length === 0 ? alike.at(0) : undefined;
}

function takeLines(order: Order, asked: readonly LineQuantity[] | undefined): LineQuantity[] {
  const left = sumByLine(unfulfilled(order));
  if (left.size === 0 && !asked?.length)
    throw rejected('quantity_exceeded', 'nothing is left to be shipped', 'lineItems');
  if (!asked) return unfulfilled(order);
  if (asked.length === 0) throw rejected('invalid_quantity', 'a parcel holds at least one line item', 'lineItems');
  for (const [index, { id, quantity }] of asked.entries()) {
    const at = `lineItems[${index}]`;
    if (!order.ucp.line_items.some((line) => line.id === id))
      throw rejected('unknown_line_item', 'the order has no such line item', `${at}.id`);
    if (!Number.isSafeInteger(quantity) || quantity < 1)
      throw rejected('invalid_quantity', 'must be a whole number of at least 1', `${at}.quantity`);
    const available = left.get(id) ?? 0;
    if (quantity > available)
      throw rejected('quantity_exceeded', `${available} of it are left to be shipped`, `${at}.quantity`);
    left.set(id, available - quantity);
  }
  return mergeLines(asked);
}

const rejected = (code: string, problem: string, field: string): RejectedError =>
  new RejectedError({ code, description: `${field}: ${problem}`, field });
