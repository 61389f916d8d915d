import type { Connection } from '#lib/connections/connection';
import { externalIdsOf } from '#lib/orders/split';
import type { Action, FetchAction, ProbedAction, ReportInput, StockInput } from '../action.ts';
import { textOf } from '../kit/json.ts';
import { parcelCarrier } from '../kit/parcel.ts';
import { carriers, METHODS } from './carriers.ts';
import { addDelivery, getOrder, getProduct, listDeliveries, putQuantity } from './client.ts';
import { info } from './info.ts';

/** Reads what a webhook or the list named. */
export const fetches: Readonly<Record<string, FetchAction>> = {
  order: { push: async (remote, { resource }) => ({ topic: 'order', body: await getOrder(remote, resource) }) },
  product: { push: async (remote, { resource }) => ({ topic: 'product', body: await getProduct(remote, resource) }) },
};

export const fulfillment: ProbedAction<ReportInput> = {
  /** Parcels have no rows at Sello: one goes to each of its orders that has a line of it. */
  async push(remote, input) {
    const { trackingNumber, labelUrl } = input.fulfillment;
    const documents = labelUrl === undefined ? {} : { documents: [labelUrl] };
    const delivery = { id: trackingNumber, method: methodOf(remote.connection, input), ...documents };
    for (const orderId of ordersOf(input)) await addDelivery(remote, orderId, delivery);
    return {};
  },

  async probe(remote, input) {
    const { trackingNumber } = input.fulfillment;
    const method = methodOf(remote.connection, input);
    for (const orderId of ordersOf(input)) {
      const deliveries = await listDeliveries(remote, orderId);
      if (!deliveries.some((each) => textOf(each.id) === trackingNumber && each.method === method)) return null;
    }
    return { note: 'found among the deliveries of the order at Sello' };
  },
};

/** Separated rows are in an order of their own at Sello. */
function ordersOf({ order, fulfillment: { lineItems } }: ReportInput): Set<string> {
  const homes = externalIdsOf(order);
  const own = lineItems.flatMap(({ id }) => homes.get(id) ?? []);
  return new Set(own.length > 0 ? own : [order.externalId]);
}

const methodOf = (connection: Connection, { fulfillment: parcel }: ReportInput): string =>
  parcelCarrier(connection, parcel, { title: info.title, table: carriers, offered: METHODS });

export const stock: Action<StockInput> = {
  async push(remote, { listing: { sku, externalId }, quantity }) {
    await putQuantity(remote, { id: externalId, sku }, quantity);
    return {};
  },
};
