import { compareText, sameContent } from '#lib/platform/canonical-json';
import { shortHash } from '#lib/platform/hash';
import { sum } from '#lib/platform/sum';
import { derive } from './derive.ts';
import { withoutDescription, withoutPages } from './erasure.ts';
import { mergeLines, minus, sumByLine, sumUnits } from './line-quantities.ts';
import {
  type Fulfillment,
  type LineQuantity,
  type Order,
  type ShipmentEvent,
  type ShipmentSnapshot,
  skusOf,
} from './order.ts';
import { applyReturns, returnsOfEvents } from './returns.ts';
import { takeUnits } from './take-lines.ts';
import type { Told } from './timeline.ts';

/** The order after a shipper's message: the very order passed in when it says nothing new. */
interface ShipmentResult {
  order: Order;
  added: Fulfillment[];
  timeline: Told[];
}

/** Who speaks of a shipment, and of which placement. */
interface ShipmentSource {
  connection: string;
  /** What the connection was asked to ship. */
  placed: readonly LineQuantity[];
  /** What it gave back of that, or a person found stopped there: it may leave all the same. */
  gone?: readonly LineQuantity[];
  /** Absent: the first, or only one, at this connection. Null: it names none that is known, and may mean any of them. */
  placement?: string | null;
  /** `placement` was placed anew since: parcels of the former one may be on record under the present one. */
  isFormer?: true;
}

const isBy = (each: Fulfillment, by: string, placement: string | null | undefined): boolean =>
  each.by === by && (placement === null || each.placement === placement);

/** Units in the parcels that a shipper sent for one placement; undefined: its first, null: any. */
export const sentBy = (
  parcels: readonly Fulfillment[],
  by: string,
  placement: string | null | undefined,
): LineQuantity[] => unitsOf(parcels.filter((each) => isBy(each, by, placement)));

/** Adds the parcels and events a shipper tells of. Nothing known is lost, and repeating a message changes nothing. */
export function applyShipment(order: Order, shipment: ShipmentSnapshot, source: ShipmentSource): ShipmentResult {
  const { connection: by } = source;
  const told = order.erased
    ? { parcels: shipment.parcels.map(withoutPages), events: shipment.events.map(withoutDescription) }
    : shipment;
  const parcels = addParcels(order, told.parcels, source);
  const events = addEvents(order.shipmentEvents, told.events, by);
  const { fulfillments } = parcels;
  const shipmentEvents = events.all;
  if (sameContent([fulfillments, shipmentEvents], [order.fulfillments, order.shipmentEvents]))
    return { order, added: [], timeline: [] };
  const shipped = derive({ ...order, fulfillments, shipmentEvents });
  const returned = applyReturns(shipped, returnsOfEvents(shipped));
  return {
    order: returned.order,
    added: parcels.added,
    timeline: [...parcels.added.map(tellParcel), ...events.added.map(tellEvent), ...returned.timeline],
  };
}

/** What the timeline tells of a new parcel. */
export function tellParcel({ id: fulfillment, ...parcel }: Fulfillment): Told {
  const { carrier, trackingNumber, lineItems, shippedAt } = parcel;
  return { type: 'fulfillment.added', detail: { fulfillment, carrier, trackingNumber, lineItems, shippedAt } };
}

const tellEvent = ({ id: event, type, at: occurredAt, trackingNumber }: ShipmentEvent): Told => ({
  type: `shipment.${type}`,
  detail: { event, occurredAt, ...(trackingNumber && { trackingNumber }) },
});

/** The events with those a shipper tells of: events are only added, one for each id, and never lose a detail. */
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

const WORDS = ['type', 'at', 'trackingNumber', 'trackingUrl', 'carrier', 'description'] as const;

function mergeEvent(known: ShipmentEvent | undefined, told: ShipmentEvent): ShipmentEvent {
  const [lineItems] = [known, told]
    .flatMap((event) => (event?.lineItems?.length ? [event.lineItems] : []))
    .sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)));
  return {
    ...{ id: told.id, by: told.by, type: told.type, at: told.at },
    ...mergeTexts(known, { ...told, trackingNumber: told.trackingNumber?.trim() }, WORDS),
    ...(lineItems && { lineItems }),
  };
}

type Parcel = ShipmentSnapshot['parcels'][number];

/**
 * A parcel is one tracking number of one placement; units under that number that are told separately later are parcels
 * of their own. Parcels stored before placements were told apart have an id that names no placement.
 */
function parcelId(
  order: Order,
  { connection, placement }: ShipmentSource,
  number: string,
  taken: ReadonlyMap<string, unknown>,
): string {
  const idOf = (nth: number): string =>
    `ful_${shortHash(order.id, connection, number, ...(placement ? [placement] : []), ...(nth > 0 ? [`${nth}`] : []))}`;
  let nth = 0;
  while (taken.has(idOf(nth))) nth++;
  return idOf(nth);
}

const findParcels = (parcels: Iterable<Fulfillment>, number: string, source: ShipmentSource) =>
  [...parcels].filter(
    (each) =>
      each.trackingNumber === number && isBy(each, source.connection, source.isFormer ? null : source.placement),
  );

const unitsOf = (parcels: readonly Fulfillment[]): LineQuantity[] => parcels.flatMap(({ lineItems }) => lineItems);

/**
 * The parcels with those a shipper tells of. Without a tracking number it is no parcel yet.
 * Where the shipper does not say what is inside, the earliest parcel takes whatever it was asked to ship and is in no
 * other parcel. This is decided once, as the sales channel may have been told already: contents told later become
 * another parcel.
 */
function addParcels(
  order: Order,
  all: readonly Parcel[],
  source: ShipmentSource,
): { fulfillments: Fulfillment[]; added: Fulfillment[] } {
  const { connection: by, placed, placement } = source;
  const parcels = new Map(order.fulfillments.map((parcel) => [parcel.id, parcel]));
  const added: string[] = [];
  for (const told of [...all].sort(earliest)) {
    const trackingNumber = told.trackingNumber.trim();
    if (trackingNumber === '') continue;
    const known = findParcels(parcels.values(), trackingNumber, source);
    const merge = (parcel: Fulfillment | undefined, id: string, lineItems: LineQuantity[]) => {
      const of = parcel ? parcel.placement : placement;
      parcels.set(
        id,
        mergeParcel(parcel, { ...told, id, by, trackingNumber, lineItems, ...(of && { placement: of }) }),
      );
    };
    for (const each of known) merge(each, each.id, each.lineItems);
    const inside = told.lineItems && minus(mergeLines(told.lineItems), unitsOf(known));
    if (known.length > 0 && !inside?.length) continue;
    const id = parcelId(order, source, trackingNumber, parcels);
    added.push(id);
    merge(undefined, id, inside ?? minus(mergeLines(placed), sentBy([...parcels.values()], by, placement)));
  }
  const fulfillments = sortParcels([...parcels.values()]);
  return { fulfillments, added: fulfillments.filter(({ id }) => added.includes(id)) };
}

export const sortParcels = (parcels: Fulfillment[]): Fulfillment[] =>
  parcels.sort((a, b) => compareText(a.shippedAt, b.shippedAt) || compareText(a.id, b.id));

const earliest = (a: Parcel, b: Parcel): number =>
  compareText(a.shippedAt, b.shippedAt) || compareText(a.trackingNumber, b.trackingNumber);

function mergeParcel(known: Fulfillment | undefined, told: Fulfillment): Fulfillment {
  const { id, by, trackingNumber, lineItems, shippedAt, placement } = told;
  return {
    ...{ id, by, carrier: '', trackingNumber, lineItems, shippedAt },
    ...mergeTexts(known, told, ['carrier', 'trackingUrl', 'labelUrl', 'shippedAt']),
    ...(placement && { placement }),
  };
}

/**
 * Text once known is never lost. A shipper's message has no version, so of two values the lesser stands: the earlier
 * instant, and for other text a choice that does not depend on the sequence. Blank text is left out.
 */
function mergeTexts<Name extends string>(
  known: Readonly<Partial<Record<Name, string | undefined>>> | undefined,
  told: Readonly<Partial<Record<Name, string | undefined>>>,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const merged = names.map((name) => [name, [known?.[name], told[name]].filter(Boolean).sort()[0]] as const);
  return Object.fromEntries(merged.filter(([, text]) => text)) as Partial<Record<Name, string>>;
}

/** Whether a shipper's name for goods means what is sold under a SKU. */
export type IsNamed = (sku: string, name: string) => boolean;
export const isSame: IsNamed = (sku, name) => sku === name;

interface NamedUnits {
  sku: string;
  quantity: number;
}

/** Whether any of these names means a line of the order. */
export function areOurs(order: Order, told: readonly NamedUnits[], isNamed: IsNamed): boolean {
  const skus = [...skusOf(order).values()];
  return told.some(({ sku }) => skus.some((own) => isNamed(own, sku)));
}

/** The units that a shipper tells by name, but for those `known` already: taken out of what is `left` of each line. */
export function takeNamed(
  order: Order,
  told: readonly NamedUnits[],
  { known, left, isNamed }: { known: readonly LineQuantity[]; left: Map<string, number>; isNamed: IsNamed },
): LineQuantity[] {
  const skus = skusOf(order);
  return [...sumByLine(told.map(({ sku, quantity }) => ({ id: sku, quantity })))].flatMap(([sku, quantity]) => {
    const had = known.filter(({ id }) => isNamed(skus.get(id) ?? '', sku)).map((line) => line.quantity);
    return takeUnits(order, left, quantity - sum(had), ({ item }) => isNamed(item.id, sku));
  });
}

/**
 * Parcels whose shipper tells SKUs, told in line items: each SKU fills the placed lines that sell it, beginning with
 * those that no earlier parcel of the shipper filled, then those that had been given back. Units beyond what was ever
 * placed are not ours and are left out. Where no SKU is known (`settings.skus` may have changed) and the units are as
 * many as are left, the content counts as not told; fewer, such as a substitute, may leave some of the order for later.
 */
export function resolveSkus(
  order: Order,
  parcels: readonly Parcel[],
  source: ShipmentSource,
  isNamed: IsNamed = isSame,
): Parcel[] {
  const { connection: by, placed, gone = [], placement } = source;
  const sent = sentBy(order.fulfillments, by, placement);
  const left = sumByLine(minus(placed, sent));
  const late = sumByLine(minus(gone, minus(sent, placed)));
  const knownOf = ({ trackingNumber }: Parcel) =>
    unitsOf(findParcels(order.fulfillments, trackingNumber.trim(), source));
  const named = parcels.flatMap((parcel) => (knownOf(parcel).length > 0 ? [] : (parcel.items ?? [])));
  const isAny = parcels.some(({ items = [] }) => areOurs(order, items, isNamed));
  const isRest = !isAny && sumUnits(named) >= sum([...left.values()]);
  return parcels.map(({ items, ...parcel }) => {
    if (!items || parcel.lineItems || isRest) return parcel;
    const known = knownOf(parcel);
    const more = [...known, ...takeNamed(order, items, { known, left, isNamed })];
    return { ...parcel, lineItems: [...more, ...takeNamed(order, items, { known: more, left: late, isNamed })] };
  });
}
