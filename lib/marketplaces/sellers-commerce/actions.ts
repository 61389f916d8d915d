import { BlockedError, RejectedError, RetryableError } from '#lib/platform/errors';
import type { Action, FetchAction, FollowUpInput, ProbedAction, ReportInput, StockInput } from '../action.ts';
import { sum } from '../kit/amounts.ts';
import { readShape } from '../kit/shape.ts';
import * as api from './api.ts';
import { isReported, shippingOf } from './shipping.ts';
import { isAuthorized, PLACED, PROCESSING } from './statuses.ts';

/** GET api/order/get/{ordernumber}: "single order details", which a list may leave out. */
export const fetches: Readonly<Record<string, FetchAction>> = {
  order: {
    async push(remote, { resource, askedBy }) {
      try {
        return { topic: 'order-read', body: await api.getOrder(remote, resource) };
      } catch (error) {
        if (!(error instanceof RejectedError) || !['response_24', 'http_404'].includes(error.code)) throw error;
        // "Order Does Not Exist", in the store's own words: a 404 may be another's. What a list has shown comes later.
        if (askedBy || error.code === 'http_404') throw new RetryableError(error.detail);
        return { topic: 'order-gone', body: { OrderNumber: resource } };
      }
    },
  },
};

const countIn = ({ Items }: api.ShippingInformation): number => sum(Items.map(({ Quantity }) => Quantity));

export const fulfillment: ProbedAction<ReportInput> = {
  async push(remote, input) {
    let body = shippingOf(remote.connection, input);
    try {
      await api.postShipping(remote, body);
    } catch (error) {
      // "Shipment quantity is more than quantity to be shipped": the order may hold less by now than the hub knows.
      if (!(error instanceof RejectedError) || error.code !== 'response_26') throw error;
      const known = countIn(body);
      const { OrderItems } = readShape(api.Order, await api.readOrder(remote, input.order.externalId));
      const sold = OrderItems?.map(({ SkuCode = '', Quantity }) => ({ SkuCode, Quantity })) ?? [];
      body = shippingOf(remote.connection, input, sold);
      if (countIn(body) === known) throw error;
      await api.postShipping(remote, body);
    }
    const [told, packed] = [countIn(body), sum(input.fulfillment.lineItems.map(({ quantity }) => quantity))];
    return told < packed ? { note: `told ${told} of ${packed} pieces: the store had no more to ship` } : {};
  },

  async probe(remote, { order: { externalId, fulfillments }, fulfillment: { trackingNumber } }) {
    const order = await api.readOrder(remote, externalId);
    return isReported(order, trackingNumber, fulfillments.length)
      ? { note: 'found with the order at SellersCommerce' }
      : null;
  },
};

/** "from placed to processing": an order in any other status is left alone, as the store has moved it on. */
export const processing: ProbedAction<FollowUpInput> = {
  async push(remote, { order: { externalId } }) {
    const { OrderNumber, OrderStatusId } = await api.readState(remote, externalId);
    if (OrderStatusId !== PLACED) return { note: `its OrderStatusId was ${OrderStatusId} already` };
    try {
      await api.postStatus(remote, { OrderNumber, OrderStatusId: PROCESSING });
      return {};
    } catch (error) {
      // The report of a parcel, which is a delivery of its own, may have moved it on since it was read.
      const found = error instanceof RejectedError && (await api.readState(remote, externalId));
      if (!found || found.OrderStatusId === PLACED) throw error;
      return { note: `its OrderStatusId is ${found.OrderStatusId} by now` };
    }
  },

  async probe(remote, { order: { externalId } }) {
    const { OrderStatusId } = await api.readState(remote, externalId);
    return OrderStatusId === PLACED ? null : { note: `its OrderStatusId is ${OrderStatusId}` };
  },
};

/** "from authorized to capture with provided transaction number, Authorization code is required". */
export const payment: ProbedAction<FollowUpInput> = {
  async push(remote, { order: { externalId } }) {
    const order = await api.readState(remote, externalId);
    const { OrderNumber, PaymentStatusId, AuthorizationCode, TransactionNumber = OrderNumber } = order;
    if (!isAuthorized(PaymentStatusId)) return { note: `its PaymentStatusId was ${PaymentStatusId ?? 'none'} already` };
    if (AuthorizationCode === undefined) {
      const description = `order ${OrderNumber} has no AuthorizationCode: capture it by hand`;
      throw new BlockedError({ code: 'authorization_missing', description }, 'operator');
    }
    await api.postPayment(remote, { OrderNumber, TransactionNumber, AuthorizationCode });
    return {};
  },

  async probe(remote, { order: { externalId } }) {
    const { PaymentStatusId } = await api.readState(remote, externalId);
    return isAuthorized(PaymentStatusId) ? null : { note: `its PaymentStatusId is ${PaymentStatusId ?? 'none'}` };
  },
};

export const stock: Action<StockInput> = {
  async push(remote, { listing: { sku }, quantity }) {
    await api.postInventory(remote, [{ SkuCode: sku, Inventory: quantity }]);
    return {};
  },
};
