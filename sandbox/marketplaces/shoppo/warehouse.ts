import type { Base } from '../base.ts';
import { controlRefusal, readControl } from '../refusal.ts';
import type { Catalog } from './catalog.ts';
import { nextRelayId, seconds } from './ids.ts';
import type { Notifications } from './notifications.ts';
import { type Order, type OrderItem, type OrderItemStatus, statusOf, withItems } from './order.ts';
import type { Orders } from './orders.ts';
import { AddCheckpoint, Cancel, ChooseItems, Notify, Refund, Ship } from './schema.ts';

/** What Shoppo itself does with an order, which is found by its id or partner order code. */
export type Warehouse = ReturnType<typeof createWarehouse>;

interface Parts {
  base: Base;
  catalog: Catalog;
  orders: Orders;
  notifications: Notifications;
}

const FIRST_TRACKING = 271000084;
const ON_THE_WAY: readonly OrderItemStatus[] = ['PAID', 'IN_FULFILLMENT'];

export function createWarehouse({ base, catalog, orders, notifications }: Parts) {
  const { store, now } = base;
  const find = (orderId: string): Order => {
    const order = orders.get(orderId) ?? orders.list().find(({ partnerOrderCode }) => partnerOrderCode === orderId);
    if (!order) throw controlRefusal(404, 'not_found', `no order ${orderId}`);
    return order;
  };
  const tell = (topic: 'cancel-partner-order' | 'deliver-partner-order', order: Order): void =>
    notifications.notify(topic, { order_id: order.partnerOrderCode, timestamp: seconds(now()) });
  const choose = (
    order: Order,
    wanted: readonly string[] | undefined,
    from: readonly OrderItemStatus[],
  ): OrderItem[] => {
    const named = ({ id, sku }: OrderItem, name: string): boolean =>
      [id, sku.identifier, sku.originalId].includes(name);
    for (const name of wanted ?? [])
      if (!order.items.some((item) => named(item, name))) throw controlRefusal(404, 'not_found', `no item ${name}`);
    const chosen = order.items.filter(
      (item) => from.includes(item.status) && (!wanted || wanted.some((name) => named(item, name))),
    );
    if (order.expired || chosen.length === 0) {
      const description = `order ${order.id} is ${statusOf(order)} and none of these items is ${from.join(' or ')}`;
      throw controlRefusal(409, 'wrong_status', description);
    }
    return chosen;
  };

  return {
    find,
    prepare(orderId: string, input?: unknown) {
      const order = find(orderId);
      const items = choose(order, readControl(ChooseItems, input).items, ['PAID']);
      return orders.put(withItems(order, items, () => ({ status: 'IN_FULFILLMENT' })));
    },
    ship(orderId: string, input?: unknown) {
      const { items: wanted, courier, trackingNumber: given, notify } = readControl(Ship, input);
      const order = find(orderId);
      const items = choose(order, wanted, ON_THE_WAY);
      const trackingNumber = given ?? `JD${String(store.next('tracking', FIRST_TRACKING)).padStart(10, '0')}`;
      const shipped = orders.put(
        withItems(order, items, () => ({
          status: 'SHIPPED',
          package: {
            id: packageWith(trackingNumber, order) ?? nextRelayId(store, 'package'),
            courier,
            trackingNumber,
            status: 'SHIPPED',
            timeShipped: seconds(now()),
            timeTracked: null,
            timeLanded: null,
            timeDelivered: null,
            checkpoints: [{ courier, time: seconds(now()), message: 'Handed to the courier', location: null }],
          },
        })),
      );
      // DELIVERED means that all packages are with the couriers.
      if (notify && statusOf(shipped) === 'DELIVERED') tell('deliver-partner-order', shipped);
      return shipped;
    },
    checkpoint(orderId: string, input?: unknown) {
      const { items: wanted, message, location, status } = readControl(AddCheckpoint, input);
      const order = find(orderId);
      const time = seconds(now());
      return orders.put(
        withItems(order, choose(order, wanted, ['SHIPPED', 'DELIVERED']), ({ package: parcel }) => ({
          package: parcel && {
            ...parcel,
            status: status ?? parcel.status,
            timeTracked: parcel.timeTracked ?? time,
            checkpoints: [
              ...parcel.checkpoints,
              { courier: parcel.courier, time, message, location: location ?? null },
            ],
          },
        })),
      );
    },
    /** The customer confirmed the packages; there is no notification of that. */
    deliver(orderId: string, input?: unknown) {
      const order = find(orderId);
      const items = choose(order, readControl(ChooseItems, input).items, ['SHIPPED']);
      const time = seconds(now());
      return orders.put(
        withItems(order, items, ({ package: parcel }) => ({
          status: 'DELIVERED',
          package: parcel && {
            ...parcel,
            status: 'DELIVERED',
            timeLanded: parcel.timeLanded ?? time,
            timeDelivered: time,
          },
        })),
      );
    },
    cancel(orderId: string, input?: unknown) {
      const { items: wanted, notify } = readControl(Cancel, input);
      const order = find(orderId);
      const cancelled = orders.drop(order, choose(order, wanted, ['OPEN', ...ON_THE_WAY]));
      // The notification names only an order, so the loss of single items is not told.
      if (notify && statusOf(cancelled) === 'CLOSED') tell('cancel-partner-order', cancelled);
      return cancelled;
    },
    expire(orderId: string) {
      const order = find(orderId);
      for (const { sku, quantity } of choose(order, undefined, ['OPEN'])) catalog.move(sku.originalId, quantity);
      return orders.put({ ...order, expired: true });
    },
    refund(orderId: string, input?: unknown) {
      const { items: wanted, withShipping } = readControl(Refund, input);
      const order = find(orderId);
      const time = seconds(now());
      const items = choose(order, wanted, [...ON_THE_WAY, 'SHIPPED', 'DELIVERED']);
      return orders.put(
        withItems(order, items, ({ sku, quantity }) => ({
          refund: { amount: (sku.price + (withShipping ? sku.shippingPrice : 0)) * quantity, withShipping, time },
        })),
      );
    },
    notify(orderId: string, input?: unknown) {
      const order = find(orderId);
      tell(readControl(Notify, input).topic, order);
      return order;
    },
  };
}

/** The package that has this number already, for more items to go into. */
function packageWith(trackingNumber: string, order: Order): string | undefined {
  return order.items.find((item) => item.package?.trackingNumber === trackingNumber)?.package?.id;
}
