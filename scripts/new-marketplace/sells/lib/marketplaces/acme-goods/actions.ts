import type { ProbedAction, ReportInput } from '../action.ts';
import type { PollContext, PollPage } from '../contract.ts';
import { parcelCarrier } from '../kit/carriers.ts';
import { addShipment, getOrder, listOrders } from './api.ts';
import { carriers, info } from './manifest.ts';

/** A single page, as the list holds only orders that are not shipped. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  const orders = await listOrders(context);
  yield { items: orders.map((body) => ({ topic: 'order', body })), resume: null };
}

export const fulfillment: ProbedAction<ReportInput> = {
  async push(remote, { order, fulfillment: parcel }) {
    const carrier = parcelCarrier(remote.connection, parcel, { title: info.title, table: carriers });
    await addShipment(remote, order.externalId, { carrier, tracking_number: parcel.trackingNumber });
    return {};
  },

  async probe(remote, { order, fulfillment: { trackingNumber } }) {
    const { shipments = [] } = await getOrder(remote, order.externalId);
    if (!shipments.some((each) => each.tracking_number === trackingNumber)) return null;
    return { note: 'found among the shipments of the order at Acme Goods' };
  },
};
