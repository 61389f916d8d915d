import { ERP } from '#lib/connections/connection';
import type { NewDelivery } from '#lib/deliveries/delivery';
import type { Network } from './network.ts';
import type { Order } from './order.ts';
import { planCancellations } from './plan-cancellations.ts';
import { planPlacements } from './plan-placements.ts';
import { idsOf, type Plan, push } from './planned-push.ts';
import { unfulfilled } from './status.ts';
import { dueOf } from './units.ts';

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
