import { toldTo } from '#lib/catalog/stock';
import { ERP } from '#lib/connections/connection';
import type { Delivery, Subjects } from '#lib/deliveries/delivery';
import type { FollowUpInput, ReportInput, StockInput } from '#lib/marketplaces/action';
import { canonicalCarrier } from '#lib/marketplaces/kit/carriers';
import type { Network } from '#lib/marketplaces/network';
import type { Fulfillment, Order } from '#lib/orders/order';
import { reportsGone } from '#lib/orders/plan';
import { type Hub, type Job, tellPushed } from './attempt.ts';
import { readSold } from './pushed-order.ts';

/** Reports a parcel to the sales channel. */
export const report: Job<Subjects['report'], ReportInput> = {
  action: ({ fulfillment }) => fulfillment,

  async prepare({ fulfillment: id }, work) {
    const { order, unknown } = await readSold(work);
    const parcel = order.fulfillments.find((each) => each.id === id);
    if (!parcel) throw new Error(`order ${order.id} has no parcel ${id}`);
    const fulfillment = { ...parcel, carrierCode: carrierCodeOf(parcel, work.network) };
    // Some channels show that an order was fulfilled, but not by which parcel.
    const isOnly = order.fulfillments.length < 2;
    // Read only where a probe will depend on it.
    const anotherReported = unknown && !isOnly && (await isAnotherReported(work.delivery, order, work.hub));
    return { input: { order, fulfillment, anotherReported }, unknown, probeTells: isOnly };
  },

  async after(result, { input: { fulfillment }, probed }) {
    return tellPushed('fulfillment.reported', result, { probed, trackingNumber: fulfillment.trackingNumber });
  },
};

/** Whatever else a sales channel wants to be told. */
export const followUp: Job<Subjects['follow-up'], FollowUpInput> = {
  action: ({ followUps }, name) => followUps?.[name],

  async prepare({ about }, work) {
    const { order, unknown } = await readSold(work);
    const { connection, network, delivery } = work;
    const asked = network.roleOf(connection.marketplace).followUps?.(order, connection) ?? [];
    // A status or a capture that was due before a cancellation would undo it.
    if (!asked.some(({ action }) => action === delivery.action))
      return { effects: { description: 'the order asks for it no more' } };
    return { input: { order, about }, unknown };
  },

  async after(result, { probed }, { delivery }) {
    return tellPushed(`${delivery.action}.reported`, result, { probed });
  },
};

/** The canonical code of a parcel's carrier, by its shipper's table and settings; null where neither has the word. */
function carrierCodeOf({ by, carrier }: Fulfillment, { connections, roleOf }: Network): string | null {
  if (by === ERP) return carrier.toLowerCase();
  const shipper = connections.get(by);
  if (!shipper) return null;
  return canonicalCarrier(roleOf(shipper.marketplace).carriers, carrier, shipper.settings.carriers);
}

async function isAnotherReported({ id, action }: Delivery, order: Order, { getDeliveries }: Hub): Promise<boolean> {
  const all = await getDeliveries(order.deliveries);
  const others = all.filter((other) => other.action === action && other.id !== id);
  return (
    reportsGone(order, all).length > 0 ||
    others.some((other) => other.state === 'succeeded' || other.state === 'leased' || other.unknown)
  );
}

/** Tells a sales channel the quantity of this moment, so that stock deliveries end right in any sequence. */
export const stock: Job<Subjects['stock'], StockInput> = {
  action: (actions) => actions.stock,

  async prepare({ sku }, { remote, connection, network, hub }) {
    const [listing, units] = await Promise.all([remote.findProduct(sku), hub.countStock(sku, network, remote.now())]);
    return listing && units !== null ? { input: { listing, quantity: toldTo(connection, units) } } : { effects: {} };
  },

  after: async ({ note }) => (note === undefined ? {} : { description: note }),
};
