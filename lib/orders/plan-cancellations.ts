import type { NewDelivery, Subjects } from '#lib/deliveries/delivery';
import { sameContent } from '#lib/platform/canonical-json';
import { shortHash } from '#lib/platform/hash';
import { findAlike } from '#lib/platform/text';
import { plainDestination } from './destination.ts';
import { holdersOf } from './holders.ts';
import { sameUnits } from './line-quantities.ts';
import type { Network } from './network.ts';
import { type LineQuantity, type Order, type Placement, skusOf } from './order.ts';
import { idsOf, type Plan, push } from './planned-push.ts';
import { isReleased, paymentOf } from './release.ts';
import { type Due, lessOf, placementOf } from './units.ts';

/**
 * Stops or undoes what is no longer wanted of a placement: one delivery for each difference that there ever was, in
 * units or in destination.
 */
export function planCancellations(
  order: Order,
  due: readonly Due[],
  network: Network,
  before: Order | null,
  room: number,
): Plan {
  const { connections, removed } = network;
  const deliveries: NewDelivery[] = [];
  const placements = order.placements.map((placement) => {
    const { less: asked = [], ...kept } = placement;
    const { delivery: id, connection } = placement;
    const target = connections.get(connection) ?? removed?.get(connection);
    const less = lessOf(due, id);
    const changes = before && changesOf(placement, before, order, network);
    const endsEarlier = isPlacedAnew(before, placement) && cancelsOf(order, connection, id).length > 0;
    const isCalledFor = changes || endsEarlier || !sameUnits(less, asked);
    if (!target || !isCalledFor || deliveries.length >= room) return placement;
    deliveries.push(push(order, 'cancel', target, id, { placement: id, lineItems: less, ...changes }));
    return less.length > 0 ? { ...kept, less } : kept;
  });
  return { order: deliveries.length > 0 ? { ...order, placements } : order, deliveries };
}

/** What changed for a shipper besides the units, since which revision; undefined if nothing it has yet to ship. */
function changesOf(
  placement: Placement,
  before: Order,
  order: Order,
  network: Network,
): Partial<Subjects['cancel']> | undefined {
  const open = toLeave(before, placement);
  const isReaddressed = goesElsewhere(before, order);
  const isPaidBack = isRefunded(order, network);
  const isRefundNew = isPaidBack !== isRefunded(before, network);
  const isExchanged = open.some(({ id }) => isForOthers(id, before, order));
  if (open.length === 0 || !(isReaddressed || isRefundNew || isExchanged)) return undefined;
  const revision = before.revision + 1;
  return {
    ...(isReaddressed && { readdressed: revision, from: destinationHash(before) }),
    ...(isRefundNew && isPaidBack && { refunded: revision }),
    ...(isExchanged && { exchanged: revision, goods: goodsHash(before, placement.delivery) }),
  };
}

/** Whether an order may no longer ship because its payment was given back, although it is not cancelled. */
export const isRefunded = (order: Order, network: Network): boolean =>
  !order.cancelled && paymentOf(order).state === 'refunded' && !isReleased(order, network);

/** Whether an order's parcels now go to another place or person. */
const goesElsewhere = (before: Order, order: Order): boolean =>
  !order.erased && !sameContent(placeOf(before), placeOf(order));

/** Whether a line is for other goods than before, by SKU and EAN. What is named by its EAN alone may be the same. */
function isForOthers(id: string, before: Order, order: Order): boolean {
  const [was, now] = [before, order].map(({ ucp }) => ucp.line_items.find((line) => line.id === id)?.item);
  if (!was || !now || [was, now].some(({ id: sku, ean }) => sku === ean)) return false;
  const names = [was.id, was.ean ?? was.id];
  return [now.id, now.ean ?? now.id].every((name) => findAlike(names, name) === undefined);
}

/** Tells what goods stand on the lines of a placement from others. */
export function goodsHash(order: Order, placement: string): string {
  const skus = skusOf(order);
  const ids = (placementOf(order, placement)?.lineItems ?? []).map(({ id }) => id);
  return shortHash(...ids.sort().map((id) => `${id} ${skus.get(id)}`));
}

/** Tells one destination of an order from another, and is too short to reveal either. */
export const destinationHash = (order: Order): string => shortHash(order.id, ...placeOf(order)).slice(0, 8);

const placeOf = ({ shippingAddress, history: { snapshot } }: Order): string[] =>
  plainDestination(shippingAddress, snapshot.pickupPoint?.id);

/** The lines of a placement of which a shipper has units that it has not shipped. */
const toLeave = (order: Order, { delivery, connection, lineItems = [] }: Placement): LineQuantity[] =>
  lineItems.filter(
    ({ id }) =>
      connection !== order.connection &&
      holdersOf(order, id).holders.some((holder) => holder.delivery === delivery && holder.open > 0),
  );

/** Whether its shipper has just declined all of a placement, so that nothing asked of it before counts any more. */
function isPlacedAnew(before: Order | null, { delivery, n }: Placement): boolean {
  const was = before && placementOf(before, delivery);
  return Boolean(was && was.n !== n);
}

/** The ids of the deliveries that dealt with what was no longer wanted of a placement, the latest last. */
export function cancelsOf(order: Order, connection: string, placement: string): string[] {
  const ids = idsOf(order, 'cancel', connection, placement);
  const opened: string[] = [];
  for (let id = ids.next().value; order.deliveries.includes(id); id = ids.next().value) opened.push(id);
  return opened;
}
