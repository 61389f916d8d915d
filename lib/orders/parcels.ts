import { shortHash } from '#lib/platform/hash';
import { compareText } from './canonical-json.ts';
import type { Fulfillment, LineQuantity, Order, ShipmentSnapshot } from './order.ts';
import { mergeLines, sumByLine } from './quantities.ts';

type Parcel = ShipmentSnapshot['parcels'][number];

/** A parcel is one tracking number of one connection on one order. */
export const parcelId = (orderId: string, connection: string, trackingNumber: string): string =>
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
