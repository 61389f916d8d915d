import { ERP } from '#lib/connections/connection';
import type { NewDelivery, Subjects } from '#lib/deliveries/delivery';
import { sameContent } from '#lib/platform/canonical-json';
import { shortHash } from '#lib/platform/hash';
import { findAlike } from '#lib/platform/text';
import { plainDestination } from './destination.ts';
import { holdersOf } from './holders.ts';
import { sameUnits } from './line-quantities.ts';
import { type LineQuantity, type Order, type Placement, skusOf } from './order.ts';
import { planPlacements } from './plan-placements.ts';
import { idsOf, type Network, type Plan, push } from './planning.ts';
import { isReleased, paymentOf } from './release.ts';
import { unfulfilled } from './status.ts';
import { type Due, dueOf, lessOf, placementOf } from './units.ts';

/**
 * The deliveries that an order's present state calls for and does not have yet. Ids are derived, so planning twice is
 * planning once. Placements and cancellations beyond `room` are left to the next plan: the order must not count as
 * asked for what no delivery asks for.
 */
export function planDeliveries(
  order: Order,
  network: Network,
  before: Order | null = null,
  room = Number.POSITIVE_INFINITY,
): Plan {
  const due = dueOf(order);
  const placements = planPlacements(order, due, network, room);
  const left = room - placements.deliveries.length;
  const cancellations = planCancellations(placements.order, due, network, before, left);
  const reports = planReports(cancellations.order, network);
  const told = [...reports, ...planFollowUps(order, network, reports)];
  return {
    order: cancellations.order,
    deliveries: [
      ...placements.deliveries,
      ...cancellations.deliveries,
      ...told.filter(({ id }) => !order.deliveries.includes(id)),
    ],
  };
}

/**
 * Stops or undoes what is no longer wanted of a placement: one delivery for each difference that there ever was, in
 * units or in destination.
 */
function planCancellations(
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
  if (open.length === 0) return undefined;
  const isReaddressed = goesElsewhere(before, order);
  const isPaidBack = isRefunded(order, network);
  const isRefundNew = isPaidBack !== isRefunded(before, network);
  const isExchanged = open.some(({ id }) => isForOthers(id, before, order));
  if (!isReaddressed && !isRefundNew && !isExchanged) return undefined;
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

/**
 * Tells the sales channel of each parcel that somebody else shipped: the ERP, or a shipper the order was placed with.
 * If `settings.reportWith` is `last`, one parcel stands for the whole order: only the last is told, once nothing is
 * left to ship.
 */
function planReports(order: Order, { connections, roleOf }: Network): NewDelivery[] {
  const source = connections.get(order.connection);
  if (!source) return [];
  const parcels = order.fulfillments.filter(
    ({ by }) => by !== order.connection && (by === ERP || order.placements.some(({ connection }) => connection === by)),
  );
  const isOneForAll = source.settings.reportWith === 'last';
  if (isOneForAll && unfulfilled(order).length > 0) return [];
  const reports = (isOneForAll ? parcels.slice(-1) : parcels).map((parcel) => {
    const { id: fulfillment } = parcel;
    return { parcel, report: push(order, 'fulfillment', source, fulfillment, { fulfillment }) };
  });
  // A shipper may tell one parcel in several pieces: a channel that takes numbers only is told its number once.
  const byNumber = Map.groupBy(reports, ({ parcel: { id, by, trackingNumber } }) =>
    by !== ERP && roleOf(source.marketplace).takesNumbersOnly ? `${by} ${trackingNumber}` : id,
  );
  const isKnown = ({ report }: (typeof reports)[number]) => order.deliveries.includes(report.id);
  return [...byNumber.values()].flatMap((all) => (all.find(isKnown) ?? all[0])?.report ?? []);
}

/**
 * The ids of reports that are in the ledger no more: they went well, as one that failed is kept for as many days as a
 * settled order.
 */
export function reportsGone(order: Order, kept: ReadonlyArray<{ id: string }>): string[] {
  const ids = order.fulfillments.map(({ id }) => idsOf(order, 'fulfillment', order.connection, id).next().value);
  return ids.filter((id) => order.deliveries.includes(id) && !kept.some((each) => each.id === id));
}

/** What else the sales channel wants to be told, perhaps only after every parcel. */
function planFollowUps(order: Order, { connections, roleOf }: Network, reports: readonly NewDelivery[]): NewDelivery[] {
  const source = connections.get(order.connection);
  if (!source) return [];
  const followUps = roleOf(source.marketplace).followUps?.(order, source) ?? [];
  return followUps.map(({ action, about, afterReports }) =>
    push(order, action, source, about, { about, ...(afterReports && { after: reports.map(({ id }) => id) }) }),
  );
}
