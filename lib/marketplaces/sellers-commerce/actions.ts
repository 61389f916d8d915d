import type { Connection } from '#lib/connections/connection';
import type { LineQuantity, Order } from '#lib/orders/order';
import { BlockedError, RejectedError, RetryableError } from '#lib/platform/errors';
import { toLocal } from '#lib/platform/time';
import type { Action, FetchAction, FollowUpInput, ProbedAction, ReportInput, StockInput } from '../action.ts';
import { sum } from '../kit/amounts.ts';
import { parcelCarrier } from '../kit/carriers.ts';
import { member, mentions } from '../kit/json.ts';
import { itemsIn } from '../kit/placing.ts';
import { isNothing, readShape, unlessUnreadable } from '../kit/shape.ts';
import { entryFor, idIn } from '../kit/tables.ts';
import * as api from './api.ts';
import { carriers, info } from './manifest.ts';
import { Settings } from './settings.ts';
import { isAuthorized, isCancelled, isShipped, PARTIALLY_SHIPPED, PLACED, PROCESSING, statusIn } from './statuses.ts';
import { CARRIERS, isCarrier, readMethod, serviceTypeId } from './tables.ts';

/** GET api/order/get/{ordernumber}: "single order details", which a list may leave out. */
export const fetches: Readonly<Record<string, FetchAction>> = {
  order: {
    async push(remote, { resource, askedBy }) {
      try {
        const body = await api.getOrder(remote, resource);
        const order = unlessUnreadable(() => readShape(api.Order, body));
        // A list of items with none in it: they may be written after their order; a cancelled one may have none.
        const isUnfinished = order?.OrderItems !== undefined && !order.OrderItems?.length;
        if (!isUnfinished || isCancelled(order.OrderStatusId)) return { topic: 'order-read', body };
        throw new RetryableError({ code: 'no_items', description: `order ${resource} is there without its items` });
      } catch (error) {
        if (!(error instanceof RejectedError) || !['response_24', 'http_404'].includes(error.code)) throw error;
        // "Order Does Not Exist" is the store's own; a 404 may be a proxy's. An order that a list named will be there.
        if (askedBy || error.code === 'http_404') throw new RetryableError(error.detail);
        return { topic: 'order-gone', body: { OrderNumber: resource } };
      }
    },
  },
};

const countIn = (pieces: readonly api.Pieces[]): number => sum(pieces.map(({ Quantity }) => Quantity));

export const fulfillment: ProbedAction<ReportInput> = {
  async push(remote, input) {
    let body = shippingOf(remote.connection, input);
    try {
      await api.postShipping(remote, body);
    } catch (error) {
      // "Shipment quantity is more than quantity to be shipped": the order may have shrunk without the hub knowing yet.
      if (!(error instanceof RejectedError) || error.code !== 'response_26') throw error;
      const known = countIn(body.Items);
      const { OrderItems } = readShape(api.Order, await api.readOrder(remote, input.order.externalId));
      const sold = OrderItems?.map(({ SkuCode = '', Quantity }) => ({ SkuCode, Quantity })) ?? [];
      body = shippingOf(remote.connection, input, sold);
      if (countIn(body.Items) === known) throw error;
      await api.postShipping(remote, body);
    }
    const [reported, packed] = [countIn(body.Items), sum(input.fulfillment.lineItems.map(({ quantity }) => quantity))];
    return reported < packed ? { note: `told ${reported} of ${packed} pieces: the store had no more to ship` } : {};
  },

  async probe(remote, { order: { externalId, fulfillments }, fulfillment: { trackingNumber } }) {
    const isThere = isReported(await api.readOrder(remote, externalId), trackingNumber, fulfillments.length);
    return isThere ? { note: 'found with the order at SellersCommerce' } : null;
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
      // The report of a parcel is another delivery, and may have moved the order on meanwhile.
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

/**
 * The body of shippinginformation. The carrier is whoever shipped the parcel; if the store has no CarrierId for that,
 * the buyer's choice, if it is a way to price and not a carrier. `sold`: what the order holds, as a limit. Throws
 * BlockedError for what the document's tables do not have.
 */
function shippingOf(
  connection: Connection,
  { order, fulfillment }: ReportInput,
  sold?: readonly api.Pieces[],
): api.ShippingInformation {
  const { timeZone = 'UTC' } = Settings.parse(connection.settings);
  const bought = readMethod(order.shippingMethod);
  const CarrierId = carrierOf(connection, fulfillment, bought);
  const service = serviceOf(connection, CarrierId, fulfillment, bought);
  return {
    OrderNumber: order.externalId,
    CarrierId,
    ...(service !== null && { ServiceTypeId: service }),
    TrackingNumber: fulfillment.trackingNumber,
    ShippedDate: toLocal(fulfillment.shippedAt, timeZone),
    Items: shippedPieces(order, fulfillment, sold),
  };
}

type Parcel = ReportInput['fulfillment'];
type Bought = ReturnType<typeof readMethod>;

function carrierOf(connection: Connection, parcel: Parcel, bought: Bought): number {
  try {
    const word = parcelCarrier(connection, parcel, { title: info.title, table: carriers });
    const id = idIn(CARRIERS, word);
    if (id !== undefined) return id;
    const names = Object.values(CARRIERS).join(', ');
    throw blocked('carrier_unmapped', `"${word}" is none of ${names}: correct settings.carriers of ${connection.id}`);
  } catch (error) {
    if (bought && !isCarrier(bought.carrier) && parcel.carrierCode !== null) return bought.carrier;
    throw error;
  }
}

/** The seller's choice; else the buyer's, if made for the carrier that shipped; else that carrier's default. */
function serviceOf(connection: Connection, carrier: number, { carrierCode }: Parcel, bought: Bought): number | null {
  const { services } = Settings.parse(connection.settings);
  const choice = (name: string | null | undefined) => entryFor(services, name ?? '');
  const buyers = bought?.carrier === carrier ? (bought.service ?? undefined) : undefined;
  const service = serviceTypeId(carrier, choice(carrierCode) ?? choice(CARRIERS[carrier]) ?? buyers);
  if (service !== undefined) return service;
  const how = `add "${carrierCode}": <one of its table> to settings.services of ${connection.id}`;
  throw blocked('service_unmapped', `no ServiceTypeId of ${CARRIERS[carrier]} is chosen: ${how}`);
}

const blocked = (code: string, description: string) => new BlockedError({ code, description }, 'connection');

/**
 * One entry for each SKU: the document does not say what a SKU sent twice means. With `sold` (the buyer may have
 * cancelled pieces already packed), no more than is left of it, unless nothing is left.
 */
function shippedPieces(order: Order, parcel: Parcel, sold?: readonly api.Pieces[]): api.Pieces[] {
  const packed = perSku(piecesOf(order, parcel.lineItems));
  if (!sold) return packed;
  const place = order.fulfillments.findIndex(({ id }) => id === parcel.id);
  const earlier = order.fulfillments.slice(0, Math.max(0, place)).flatMap(({ lineItems }) => lineItems);
  const all = perSku([...sold, ...piecesOf(order, earlier, -1)]);
  const toShip = new Map(all.map((each) => [each.SkuCode, each.Quantity]));
  const left = packed.map((each) => ({ ...each, Quantity: Math.min(each.Quantity, toShip.get(each.SkuCode) ?? 0) }));
  const some = left.filter(({ Quantity }) => Quantity > 0);
  return some.length > 0 ? some : packed;
}

const piecesOf = (order: Order, lines: readonly LineQuantity[], sign = 1): api.Pieces[] =>
  itemsIn(order, lines).map(([{ id: SkuCode }, quantity]) => ({ SkuCode, Quantity: sign * quantity }));

const perSku = (pieces: readonly api.Pieces[]): api.Pieces[] =>
  [...Map.groupBy(pieces, ({ SkuCode }) => SkuCode)].map(([SkuCode, all]) => ({ SkuCode, Quantity: countIn(all) }));

/**
 * Whether the store knows the parcel: it shows the tracking number somewhere, or it shows no parcels and only this one
 * explains its status. `parcels`: how many the hub knows.
 */
function isReported(order: unknown, trackingNumber: string, parcels: number): boolean {
  if (mentions(order, trackingNumber)) return true;
  if (!isNothing(member(order, 'ShippingInformation'))) return false;
  const status = statusIn(order);
  return isShipped(status) || (status === PARTIALLY_SHIPPED && parcels === 1);
}
