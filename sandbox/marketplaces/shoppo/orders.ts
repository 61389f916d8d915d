import { GraphQLError } from 'graphql';
import type { Base } from '../base.ts';
import type { Catalog } from './catalog.ts';
import { nextRelayId, seconds } from './ids.ts';
import { type Order, type OrderItem, type ShippingAddress, statusOf, withItems } from './order.ts';

/** The arguments of `createOrder`. */
export interface NewOrder {
  shippingAddress: ShippingAddress;
  orderItems: Array<{ skuId: string; quantity: number }>;
  partnerOrderCode: string;
  trackingNumber?: string | null;
  partnerSellerName?: string | null;
}

/** What the partner does with orders. Refusals are GraphQLErrors; the page words none of them. */
export type Orders = ReturnType<typeof createOrders>;

export function createOrders({ base, catalog }: { base: Base; catalog: Catalog }) {
  const { store, emit, now } = base;
  const orders = store.collection<Order>('orders');
  const put = (order: Order): Order => orders.put(order.id, order);
  const listeners: Array<(order: Order) => void> = [];
  const find = (id: string): Order => {
    const order = orders.get(id);
    if (!order) throw new GraphQLError(`Order ${id} does not exist`);
    return order;
  };
  const itemOf = ({ skuId, quantity }: NewOrder['orderItems'][number], ordered: Map<string, number>): OrderItem => {
    if (quantity < 1) throw new GraphQLError('quantity must be at least 1');
    const sku = catalog.sku(skuId);
    const product = sku && catalog.product(sku.productId);
    if (!sku || !product) throw new GraphQLError(`Sku ${skuId} does not exist`);
    if (!sku.enabled || !catalog.isSold(product)) throw new GraphQLError(`Sku ${skuId} is not enabled`);
    const wanted = (ordered.get(skuId) ?? 0) + quantity;
    if (wanted > sku.inventory) throw new GraphQLError(`Sku ${skuId} has an inventory of ${sku.inventory} only`);
    ordered.set(skuId, wanted);
    return {
      id: nextRelayId(store, 'order-item'),
      quantity,
      status: 'OPEN',
      product: { ...product, id: nextRelayId(store, 'snapshot'), originalId: product.id },
      sku: { ...sku, id: nextRelayId(store, 'snapshot'), originalId: sku.id },
      package: null,
      refund: null,
    };
  };
  const drop = (order: Order, items: readonly OrderItem[]): Order => {
    const time = seconds(now());
    const cancelled = put(
      withItems(order, items, ({ sku, quantity }) => ({
        status: 'CANCELLED',
        refund:
          order.timePaymentProcessed === null
            ? null
            : { amount: (sku.price + sku.shippingPrice) * quantity, withShipping: true, time },
      })),
    );
    for (const { sku, quantity } of items) catalog.move(sku.originalId, quantity);
    return cancelled;
  };

  return {
    list: () => orders.list(),
    get: orders.get,
    put,
    /** Cancels these items: paid ones are refunded, and their pieces are for sale again. */
    drop,
    /** Registers a listener for paid orders. */
    onPaid: (listener: (order: Order) => void) => void listeners.push(listener),
    create({ shippingAddress, orderItems, partnerOrderCode, trackingNumber, partnerSellerName }: NewOrder) {
      if (orders.list().some((order) => order.partnerOrderCode === partnerOrderCode))
        throw new GraphQLError(`There is an order with partnerOrderCode ${partnerOrderCode} already`);
      if (partnerOrderCode === '') throw new GraphQLError('partnerOrderCode must not be empty');
      if (orderItems.length === 0) throw new GraphQLError('orderItems must not be empty');
      const ordered = new Map<string, number>();
      const items = orderItems.map((item) => itemOf(item, ordered));
      const order = put({
        id: nextRelayId(store, 'order'),
        partnerOrderCode,
        partnerSellerName: partnerSellerName ?? null,
        trackingNumber: trackingNumber ?? null,
        chargeId: null,
        address: { ...shippingAddress },
        items,
        expired: false,
        timeCreated: seconds(now()),
        timePaymentProcessed: null,
      });
      for (const [skuId, pieces] of ordered) catalog.move(skuId, -pieces);
      emit({ type: 'order.created', orderId: order.id, partnerOrderCode });
      return order;
    },
    pay(id: string, chargeId: string) {
      const order = find(id);
      const status = statusOf(order);
      if (status !== 'OPEN') throw new GraphQLError(`Order ${id} is ${status}, only an OPEN order can be set as paid`);
      if (chargeId === '') throw new GraphQLError('chargeId must not be empty');
      if (orders.list().some((other) => other.chargeId === chargeId))
        throw new GraphQLError(`chargeId ${chargeId} is not unique`);
      const open = order.items.filter((item) => item.status === 'OPEN');
      const paid = put({
        ...withItems(order, open, () => ({ status: 'PAID' })),
        chargeId,
        timePaymentProcessed: seconds(now()),
      });
      emit({ type: 'order.paid', orderId: id, partnerOrderCode: order.partnerOrderCode });
      for (const listener of listeners) listener(paid);
      return paid;
    },
    cancel(id: string) {
      const order = find(id);
      if (order.expired || order.items.some(({ status }) => status !== 'PAID'))
        throw new GraphQLError(`Order ${id} cannot be cancelled: not all of its items are PAID`);
      return drop(order, order.items);
    },
    cancelItem(itemId: string) {
      const order = orders.list().find(({ items }) => items.some(({ id }) => id === itemId));
      const item = order?.items.find(({ id }) => id === itemId);
      if (!order || !item) throw new GraphQLError(`OrderItem ${itemId} does not exist`);
      if (item.status !== 'PAID')
        throw new GraphQLError(`OrderItem ${itemId} cannot be cancelled: it is ${item.status}, not PAID`);
      return drop(order, [item]).items.find(({ id }) => id === itemId) ?? item;
    },
  };
}
