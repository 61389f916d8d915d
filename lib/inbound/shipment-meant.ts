import { ownSku } from '#lib/catalog/product';
import { findSoldByEan, getProduct } from '#lib/catalog/store';
import type { Connection } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { hasUnits } from '#lib/orders/line-quantities';
import type { LineQuantity, Order, ShipmentSnapshot } from '#lib/orders/order';
import type { IsNamed } from '#lib/orders/shipment';
import { findRemote } from '#lib/orders/store';
import { numberOf, placementOf } from '#lib/orders/units';
import type { Table } from '#lib/platform/table/table';

/** The placement that a shipper's message is about, if one is known, and what the shipper was asked for. */
export async function findMeant(
  order: Order,
  told: ShipmentSnapshot,
  placing: readonly Delivery[],
  connection: Connection,
  table: Table,
) {
  const placer = await placerOf(told, placing, connection, table);
  const found = findPlacement(order, placing, told, placer);
  const anew = found ? undefined : placing.find(({ id }) => id === placer);
  const asked = formerOf(order, told, anew) ?? unitsOf(order, placing, found);
  return { found, source: { connection: connection.id, ...asked } };
}

/** Which delivery placed what has this id, even if it has not recorded the id itself yet. */
async function placerOf(
  { remoteId }: ShipmentSnapshot,
  placing: readonly Delivery[],
  { id }: Connection,
  table: Table,
): Promise<string | undefined> {
  const isKnown = remoteId === null || placing.some(({ placed }) => placed?.remoteId === remoteId);
  return isKnown ? undefined : (await findRemote(id, remoteId, table))?.delivery;
}

/** Which placement with a shipper is meant; undefined where it is one that is not told apart from others. */
function findPlacement(order: Order, placing: readonly Delivery[], told: ShipmentSnapshot, placer: string | undefined) {
  const { orderId, remoteId, number } = told;
  // `SC-1001-2` of a placement that has since been placed anew as `SC-1001-3` is no placement's number any more.
  const { nth = number?.startsWith(`${order.number}-`) ? null : 1 } = told;
  const isUnsure = ({ state, placed }: Delivery) => !placed?.remoteId || state === 'pending' || state === 'leased';
  const byRemoteId =
    placing.find(({ placed }) => remoteId !== null && placed?.remoteId === remoteId) ??
    placing.find((each) => each.id === placer && isUnsure(each));
  // Only an id is told: that says nothing about a placement with another id, such as one that was placed anew.
  const isNamed = orderId !== null || number !== null;
  const known = isNamed ? placing : placing.filter(({ placed }) => (placed?.remoteId ?? null) === null);
  // Of two placements under one number, the shipper was never asked for the first.
  const byNumber = (which: (n: number) => boolean) => known.findLast(({ id }) => which(placementOf(order, id)?.n ?? 1));
  if (byRemoteId || areOld(order, placing)) return byRemoteId;
  return byNumber((n) => n > 1 && numberOf(order, n) === number) ?? byNumber((n) => n === nth);
}

/** Whether some are older than numbers of their own, so that a message may be about any of them. */
export const areOld = (order: Order, placing: readonly Delivery[]): boolean =>
  placing.length > 1 && placing.some(({ id }) => placementOf(order, id)?.isOld);

/**
 * What a shipper sends that had cancelled an order and got it anew under another number, but ships the first one all the
 * same: units that nobody asked for, as many as it was asked for anew.
 */
function formerOf(order: Order, { orderId, remoteId, number }: ShipmentSnapshot, anew: Delivery | undefined) {
  if (!anew || (orderId === null && number === null)) return undefined;
  return { placed: askedOf(order, anew), placement: `${anew.id}#${remoteId ?? number}`, isFormer: true as const };
}

/** What a shipper was asked for, and by which placement where that is not the first; null where that is unknown. */
export function unitsOf(order: Order, placing: readonly Delivery[], about: Delivery | undefined) {
  if (about) {
    const { n, lineItems = [], gone = [] } = placementOf(order, about.id) ?? {};
    const placed = askedOf(order, about);
    return { placed, ...(lineItems.length > 0 && { gone }), ...(n !== undefined && { placement: about.id }) };
  }
  const left = placing.flatMap(({ id }) => placementOf(order, id)?.lineItems ?? []);
  return {
    placed: left.length > 0 ? left : placing.slice(-1).flatMap((each) => askedOf(order, each)),
    placement: null,
  };
}

/**
 * What a placement is of. One that has nothing left and leaves all the same is of what it gave back; where its shipper
 * had cancelled it and was not asked anew, of what it was asked for first.
 */
function askedOf(order: Order, { id, subject }: Delivery): readonly LineQuantity[] {
  const placement = placementOf(order, id);
  if (!placement) return [];
  const { lineItems = [], gone = [] } = placement;
  const back = gone.filter(hasUnits);
  return [lineItems, back].find((lines) => lines.length > 0) ?? subject.lineItems ?? [];
}

/**
 * What the shipper's names for goods mean: our SKU or EAN; its own SKU by the settings, which may stand for several of
 * ours; or its SKU or id in the catalog, which is only read where the shipper tells what is inside.
 */
export async function namesAt(
  { ucp }: Order,
  { parcels, declined = 'rest' }: ShipmentSnapshot,
  connection: Connection,
  table: Table,
): Promise<IsNamed> {
  const tells = declined !== 'rest' || parcels.some(({ items }) => items);
  const goods = await Promise.all(
    (tells ? ucp.line_items : []).map(async ({ item: { id, ean } }) => {
      const bySku = () => getProduct(connection.id, id, table);
      const product = (await findSoldByEan(connection.id, id, table)) ?? (await bySku());
      const { sku = id, externalId = sku } = product ?? {};
      const own = ownSku(connection, id) ?? ownSku(connection, sku) ?? externalId;
      return [ean, sku, id].map((name) => [name, own] as const);
    }),
  );
  const owns = new Map(goods.flat());
  const ownOf = (name: string): string => ownSku(connection, name) ?? owns.get(name) ?? name;
  // Some shippers write names in other letters.
  const all = new Set(owns.values());
  const meantBy = (name: string): string => {
    const own = all.has(name) ? name : ownOf(name);
    if (all.has(own)) return own;
    const isLike = (each = '') => each.toLowerCase() === own.toLowerCase();
    return [...all].find(isLike) ?? [...owns].find(([each]) => isLike(each))?.[1] ?? own;
  };
  return (sku, name) => ownOf(sku) === meantBy(name);
}
