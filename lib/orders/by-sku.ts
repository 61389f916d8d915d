import type { LineQuantity, Order, ShipmentSnapshot } from './order.ts';
import { sumByLine } from './quantities.ts';

type Parcel = ShipmentSnapshot['parcels'][number];

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
