import type { Product } from '#lib/catalog/product';
import { BlockedError } from '#lib/platform/errors';
import type { PushAction, PushResult, RemoteContext } from '../contract.ts';
import { parcelOf } from '../kit/parcel.ts';
import { getOrder, getOrderState, postInventory, postPayment, postShipping, postStatus } from './client.ts';
import { isReported, shippingOf } from './shipping.ts';
import { AUTHORIZED, PLACED, PROCESSING } from './statuses.ts';

export const fulfillment: PushAction = {
  async push(context) {
    await postShipping(context, shippingOf(context));
    return {};
  },

  async probe(context) {
    const order = await getOrder(context, context.order.externalId);
    return isReported(order, parcelOf(context).trackingNumber, context.order.fulfillments.length)
      ? { note: 'found with the order at SellersCommerce' }
      : null;
  },
};

/** "from placed to processing", and from nothing else: the store may be further by now. */
export const processing: PushAction = {
  async push(context) {
    const { OrderNumber, OrderStatusId } = await getOrderState(context, context.order.externalId);
    if (OrderStatusId !== PLACED) return { note: `its OrderStatusId was ${OrderStatusId} already` };
    await postStatus(context, { OrderNumber, OrderStatusId: PROCESSING });
    return {};
  },

  async probe(context) {
    const { OrderStatusId } = await getOrderState(context, context.order.externalId);
    return OrderStatusId === PLACED ? null : { note: `its OrderStatusId is ${OrderStatusId}` };
  },
};

/** "from authorized to capture with provided transaction number, Authorization code is required". */
export const payment: PushAction = {
  async push(context) {
    const order = await getOrderState(context, context.order.externalId);
    const { OrderNumber, PaymentStatusId, AuthorizationCode, TransactionNumber = OrderNumber } = order;
    if (PaymentStatusId !== AUTHORIZED) return { note: `its PaymentStatusId was ${PaymentStatusId ?? 'none'} already` };
    if (AuthorizationCode === undefined)
      throw new BlockedError(
        {
          code: 'authorization_missing',
          description: `order ${OrderNumber} has no AuthorizationCode: capture it by hand`,
        },
        'operator',
      );
    await postPayment(context, { OrderNumber, TransactionNumber, AuthorizationCode });
    return {};
  },

  async probe(context) {
    const { PaymentStatusId } = await getOrderState(context, context.order.externalId);
    return PaymentStatusId === AUTHORIZED ? null : { note: `its PaymentStatusId is ${PaymentStatusId ?? 'none'}` };
  },
};

/** The quantity is set, not added: saying it twice is saying it once. */
export async function setStock(context: RemoteContext, { sku }: Product, quantity: number): Promise<PushResult> {
  await postInventory(context, [{ SkuCode: sku, Inventory: quantity }]);
  return {};
}
