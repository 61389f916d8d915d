import type { Product } from '#lib/catalog/product';
import type { PushAction, PushContext, PushResult, RemoteContext } from '../contract.ts';
import { parcelCarrier, parcelOf } from '../parcel.ts';
import { carriers, METHODS } from './carriers.ts';
import { addDelivery, getOrder, getProduct, listDeliveries, putQuantity } from './client.ts';
import { info } from './info.ts';

/** Reads the order or product that a webhook or the list named. */
export async function fetch(context: RemoteContext, action: string, resource: string) {
  const body = action === 'product' ? await getProduct(context, resource) : await getOrder(context, resource);
  return { topic: action, body };
}

export const fulfillment: PushAction = {
  async push(context) {
    const { trackingNumber, labelUrl } = parcelOf(context);
    const documents = labelUrl === undefined ? {} : { documents: [labelUrl] };
    await addDelivery(context, context.order.externalId, {
      id: trackingNumber,
      method: methodOf(context),
      ...documents,
    });
    return {};
  },

  async probe(context) {
    const { trackingNumber } = parcelOf(context);
    const deliveries = await listDeliveries(context, context.order.externalId);
    const found = deliveries.some(({ id, method }) => id === trackingNumber && method === methodOf(context));
    return found ? { note: 'found among the deliveries of the order at Sello' } : null;
  },
};

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
