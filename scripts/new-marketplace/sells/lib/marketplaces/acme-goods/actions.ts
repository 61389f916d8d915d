import type { ProbedAction, ReportInput } from '../action.ts';
import { parcelCarrier } from '../kit/carriers.ts';
import { addShipment, getOrder } from './api.ts';
import { carriers, info } from './manifest.ts';

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
