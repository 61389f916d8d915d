import type { Base } from '../base.ts';
import { controlRefusal, readControl } from '../refusal.ts';
import { PAYMENT, STATUS } from './ids.ts';
import { type Order, totalOf } from './order.ts';
import { sampleOrder, toItem } from './sample.ts';
import { ChangeOrder, PlaceOrder } from './schema.ts';
import type { Setup } from './settings.ts';
import type { Stock } from './stock.ts';

/** What buyers and the store's own people do, as opposed to what the seller's hub does by the API. */
export type Shop = ReturnType<typeof createShop>;

interface Parts {
  base: Base;
  setup: Setup;
  stock: Stock;
  seed: number;
}

const FIRST_ORDER = 100234;

export function createShop({ base, setup, stock, seed }: Parts) {
  const { store } = base;
  const orders = store.collection<Order>('orders');

  const get = (number: string): Order => {
    const order = orders.get(number);
    if (!order) throw controlRefusal(404, 'not_found', `no order ${number}`);
    return order;
  };

  const nextNumber = (): string => {
    const number = String(store.next('order-number', FIRST_ORDER));
    return orders.get(number) ? nextNumber() : number;
  };

  const placeOne = ({ seed: from = seed, count: _count, ...wanted }: ReturnType<typeof PlaceOrder.parse>): Order => {
    if (wanted.OrderNumber !== undefined && orders.get(wanted.OrderNumber))
      throw controlRefusal(409, 'order_exists', `there is an order ${wanted.OrderNumber} already`);
    const sample = sampleOrder(from, store.next('orders'), wanted.ShippingAddress?.CountryCode);
    const at = setup.stamp();
    const order = withChange(
      {
        OrderNumber: wanted.OrderNumber ?? nextNumber(),
        OrderStatusId: STATUS.placed,
        PaymentStatusId: PAYMENT.authorized,
        PaymentMethodId: 31,
        OrderPlacedDate: at,
        CreatedDate: at,
        ModifiedDate: at,
        CurrencyCode: 'USD',
        Email: sample.email,
        AuthorizationCode: 'A1',
        TransactionNumber: null,
        ShippingAddress: sample.address,
        OrderItems: sample.items,
        ShippingAmount: 5,
        TaxAmount: 2,
        DiscountAmount: 0,
        ShippingInformation: [],
      },
      wanted,
    );
    orders.put(order.OrderNumber, order);
    for (const { SkuCode, Quantity } of order.OrderItems) stock.take(SkuCode, Quantity);
    return order;
  };

  return {
    get,
    list: () => orders.list(),
    /** Places orders from a `POST /_sandbox/orders` body. */
    place(input?: unknown) {
      const wanted = readControl(PlaceOrder, input ?? {});
      if (wanted.count > 1 && wanted.OrderNumber !== undefined)
        throw controlRefusal(400, 'invalid_request', 'OrderNumber is for one order: leave it out with a count');
      return Array.from({ length: wanted.count }, () => placeOne(wanted));
    },
    /** Changes an order; its ModifiedDate becomes the store's time unless the change sets it. */
    modify(number: string, input?: unknown) {
      const order = get(number);
      const change = readControl(ChangeOrder, input ?? {});
      const modified = withChange({ ...order, ModifiedDate: setup.stamp() }, change);
      return orders.put(number, modified);
    },
    cancel(number: string) {
      const order = get(number);
      if (order.OrderStatusId === STATUS.cancelled) return order;
      return orders.put(number, { ...order, OrderStatusId: STATUS.cancelled, ModifiedDate: setup.stamp() });
    },
  };
}

const SUMMED = ['OrderItems', 'ShippingAmount', 'TaxAmount', 'DiscountAmount'] as const;

function withChange(order: Omit<Order, 'OrderTotal'> & { OrderTotal?: number }, change: ChangeOrder): Order {
  const { ShippingAddress, OrderItems, OrderTotal, ...rest } = given(change);
  const changed = {
    ...order,
    ...rest,
    ShippingAddress: { ...order.ShippingAddress, ...given(ShippingAddress ?? {}) },
    OrderItems: OrderItems?.map(toItem) ?? order.OrderItems,
  };
  // A total that was set stays until one of its parts changes.
  const isStale = SUMMED.some((part) => change[part] !== undefined);
  const kept = isStale ? undefined : order.OrderTotal;
  return { ...changed, OrderTotal: OrderTotal ?? kept ?? totalOf(changed) };
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function given<T extends object>(change: T): Given<T> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Given<T>;
}
