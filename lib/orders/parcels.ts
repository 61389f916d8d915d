import { compareText } from '#lib/platform/canonical-json';
import { shortHash } from '#lib/platform/hash';
import type { Fulfillment, LineQuantity, Order, ShipmentSnapshot } from './order.ts';
import { mergeLines, sumByLine } from './status.ts';

type Parcel = ShipmentSnapshot['parcels'][number];

/** A parcel is one tracking number of one connection on one order. */
const parcelId = (orderId: string, connection: string, trackingNumber: string): string =>
  `ful_${shortHash(orderId, connection, trackingNumber)}`;

/**
 * The parcels with those a shipper tells of. One without a tracking number is none yet.
 * Where the shipper does not say what is inside, the earliest parcel takes what it was asked to ship and no parcel of
 * its has; that is decided once, for the sales channel may have been told already.
 */
export function addParcels(
  order: Order,
  told: readonly Parcel[],
  by: string,
  placed: readonly LineQuantity[],
): { fulfillments: Fulfillment[]; added: Fulfillment[] } {
  const parcels = new Map(order.fulfillments.map((parcel) => [parcel.id, parcel]));
  const added: string[] = [];
  for (const parcel of [...told].sort(earliest)) {
    const trackingNumber = parcel.trackingNumber.trim();
    if (trackingNumber === '') continue;
    const id = parcelId(order.id, by, trackingNumber);
    const known = parcels.get(id);
    if (!known) added.push(id);
    const lineItems =
      known?.lineItems ?? (parcel.lineItems ? mergeLines(parcel.lineItems) : remaining(placed, parcels.values(), by));
    parcels.set(id, mergeParcel(known, { ...parcel, id, by, trackingNumber, lineItems }));
  }
  const fulfillments = sortParcels([...parcels.values()]);
  return { fulfillments, added: fulfillments.filter(({ id }) => added.includes(id)) };
}

export const sortParcels = (parcels: Fulfillment[]): Fulfillment[] =>
  parcels.sort((a, b) => compareText(a.shippedAt, b.shippedAt) || compareText(a.id, b.id));

const earliest = (a: Parcel, b: Parcel): number =>
  compareText(a.shippedAt, b.shippedAt) || compareText(a.trackingNumber, b.trackingNumber);

function remaining(placed: readonly LineQuantity[], parcels: Iterable<Fulfillment>, by: string): LineQuantity[] {
  const covered = sumByLine([...parcels].filter((parcel) => parcel.by === by).flatMap(({ lineItems }) => lineItems));
  return mergeLines(placed)
    .map(({ id, quantity }) => ({ id, quantity: quantity - (covered.get(id) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}

function mergeParcel(known: Fulfillment | undefined, told: Fulfillment): Fulfillment {
  const trackingUrl = mergeText(known?.trackingUrl, told.trackingUrl);
  const labelUrl = mergeText(known?.labelUrl, told.labelUrl);
  return {
    id: told.id,
    by: told.by,
    carrier: mergeText(known?.carrier, told.carrier) ?? '',
    trackingNumber: told.trackingNumber,
    ...(trackingUrl && { trackingUrl }),
    ...(labelUrl && { labelUrl }),
    lineItems: told.lineItems,
    shippedAt: mergeText(known?.shippedAt, told.shippedAt) ?? told.shippedAt,
  };
}

/**
 * A word gained is never lost. A shipper's word has no version, so between two the lesser stands: for an instant
 * the earlier, and for any other text one that does not depend on which came first.
 */
export function mergeText(known: string | undefined, told: string | undefined): string | undefined {
  if (!known || !told) return known || told || undefined;
  return told < known ? told : known;
}

/**
 * Parcels whose shipper tells SKUs, told in line items: each SKU fills the placed lines that sell it, those first that
 * no earlier parcel of the shipper has filled. Units beyond what was placed are not ours and are left out.
 * `externalIds`: the shipper's own id of a SKU, which it may tell in its place.
 */
export function resolveSkus(
  order: Order,
  parcels: readonly Parcel[],
  by: string,
  placed: readonly LineQuantity[],
  externalIds: ReadonlyMap<string, string> = new Map(),
): Parcel[] {
  const isNamed = (sku: string, name: string) => sku === name || externalIds.get(sku) === name;
  const sent = sumByLine(order.fulfillments.filter((parcel) => parcel.by === by).flatMap(({ lineItems }) => lineItems));
  const left = new Map(placed.map(({ id, quantity }) => [id, quantity - (sent.get(id) ?? 0)]));
  const isKnown = (number: string) =>
    order.fulfillments.some(({ trackingNumber, by: shipper }) => shipper === by && trackingNumber === number);
  return parcels.map(({ items, ...parcel }) => {
    if (!items || parcel.lineItems || isKnown(parcel.trackingNumber)) return parcel;
    return {
      ...parcel,
      lineItems: items.flatMap(({ sku, quantity }) => take(order, left, quantity, (own) => isNamed(own, sku))),
    };
  });
}

function take(
  order: Order,
  left: Map<string, number>,
  wanted: number,
  isWanted: (sku: string) => boolean,
): LineQuantity[] {
  let open = wanted;
  return order.ucp.line_items.flatMap(({ id, item }) => {
    const quantity = isWanted(item.id) ? Math.min(open, left.get(id) ?? 0) : 0;
    if (quantity <= 0) return [];
    open -= quantity;
    left.set(id, (left.get(id) ?? 0) - quantity);
    return [{ id, quantity }];
  });
}
