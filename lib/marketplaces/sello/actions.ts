import type { Product } from '#lib/catalog/product';
import { externalIdsOf } from '#lib/orders/split';
import type { PushAction, PushContext, PushResult, RemoteContext } from '../contract.ts';
import { parcelCarrier, parcelOf } from '../kit/parcel.ts';
import { carriers, METHODS } from './carriers.ts';
import { addDelivery, getOrder, getProduct, listDeliveries, putQuantity } from './client.ts';
import { info } from './info.ts';

/** Reads the order or product that a webhook or the list named. */
export async function fetch(context: RemoteContext, action: string, resource: string) {
  const body = action === 'product' ? await getProduct(context, resource) : await getOrder(context, resource);
  return { topic: action, body };
}

export const fulfillment: PushAction = {
  /** Parcels have no rows at Sello: one goes to each of its orders that has a line of it. */
  async push(context) {
    const { trackingNumber, labelUrl } = parcelOf(context);
    const documents = labelUrl === undefined ? {} : { documents: [labelUrl] };
    const delivery = { id: trackingNumber, method: methodOf(context), ...documents };
    for (const orderId of ordersOf(context)) await addDelivery(context, orderId, delivery);
    return {};
  },

  async probe(context) {
    const { trackingNumber } = parcelOf(context);
    const method = methodOf(context);
    for (const orderId of ordersOf(context)) {
      const deliveries = await listDeliveries(context, orderId);
      if (!deliveries.some((each) => each.id === trackingNumber && each.method === method)) return null;
    }
    return { note: 'found among the deliveries of the order at Sello' };
  },
};

/** Separated rows are in an order of their own at Sello. */
function ordersOf(context: PushContext): Set<string> {
  const { order } = context;
  const homes = externalIdsOf(order);
  const own = parcelOf(context).lineItems.flatMap(({ id }) => homes.get(id) ?? []);
  return new Set(own.length > 0 ? own : [order.externalId]);
}

const methodOf = (context: PushContext): string =>
  parcelCarrier(context, { title: info.title, table: carriers, offered: METHODS });

/** A quantity is set, not added: saying it twice is saying it once. */
export async function setStock(
  context: RemoteContext,
  { sku, externalId }: Product,
  quantity: number,
): Promise<PushResult> {
  await putQuantity(context, { id: externalId, sku }, quantity);
  return {};
}
