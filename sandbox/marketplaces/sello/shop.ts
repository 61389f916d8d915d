import type { Base } from '../base.ts';
import { controlRefusal, readControl } from '../refusal.ts';
import type { Order } from './order.ts';
import { hundredths, readOrderChanges } from './order-changes.ts';
import type { Orders } from './orders.ts';
import type { Products } from './products.ts';
import type { Registry } from './registry.ts';
import { toDraftRow } from './row.ts';
import { sampleOrder } from './sample.ts';
import { ChangeOrder, Notify, PlaceOrder } from './schema.ts';
import { PAID, type Statuses, UNPAID } from './statuses.ts';

/** What buyers, marketplaces and people in Sello's own pages do, as opposed to the API. */
export type Shop = ReturnType<typeof createShop>;

interface Parts {
  base: Base;
  orders: Orders;
  products: Products;
  statuses: Statuses;
  registry: Registry;
  seed: number;
}

const SHIPPING = 4900;

export function createShop({ base, orders, products, statuses, registry, seed }: Parts) {
  const placeOne = (input: ReturnType<typeof PlaceOrder.parse>): Order => {
    if (input.id !== undefined && orders.find(input.id))
      throw controlRefusal(409, 'order_exists', `there is an order ${input.id} already`);
    const nth = base.store.next('sample');
    const { customer, statusId, ...changes } = readOrderChanges(input, statuses);
    const sample = sampleOrder(input.seed ?? seed, nth, customer.customer_country_code);
    const rows = input.rows ?? sample.rows.map((row) => ({ ...row }));
    const order = orders.create(
      {
        shippingCost: SHIPPING,
        shippingOption: null,
        paymentOption: null,
        isNew: true,
        notes: '',
        ...changes,
        id: input.id,
        number: input.number,
        createdAt: utc(input.created_at),
        statusId: statusId ?? (input.paid ? PAID : UNPAID),
        icons: input.icons,
        integrationId: input.integration_id,
        market: input.market,
        marketReference: input.market_reference ?? `TR-${100_000 + nth}`,
        currency: input.currency,
        customer: { ...sample.customer, ...customer },
        rows: rows.map((row) => toDraftRow(row, input.integration_id, products)),
        zalando: input.zalando,
        statedTotal: input.total === undefined ? null : hundredths(input.total, 'total'),
      },
      { said: 'Order was created', quiet: !input.notify, updatedAt: utc(input.updated_at) },
    );
    for (const { reference, quantity } of order.rows) products.sell(reference, quantity, !input.notify);
    return order;
  };

  const get = (id: string | number): Order => {
    const order = orders.find(id);
    if (!order) throw controlRefusal(404, 'not_found', `no order ${id}`);
    return order;
  };

  return {
    get,
    /** Places orders from a `POST /_sandbox/orders` body. */
    place(input?: unknown) {
      const { count, ...one } = readControl(PlaceOrder, input ?? {});
      if (count > 1 && (one.id || one.number))
        throw controlRefusal(400, 'invalid_request', 'id and number are for one order: leave them out with a count');
      return Array.from({ length: count }, () => placeOne({ ...one, count: 1 }));
    },
    change(id: string | number, input: unknown) {
      const order = get(id);
      const { rows, notify, updated_at: updatedAt, ...given } = readControl(ChangeOrder, input);
      const { customer, ...changes } = readOrderChanges(given, statuses);
      const changed: Order = { ...order, ...changes, customer: { ...order.customer, ...customer } };
      if (given.total !== undefined) changed.statedTotal = hundredths(given.total, 'total');
      if (rows) changed.rows = rows.map((row) => orders.makeRow(toDraftRow(row, order.integrationId, products)));
      const statusSet = changes.statusId !== undefined;
      return orders.save(changed, { said: 'Order was updated', quiet: !notify, updatedAt: utc(updatedAt), statusSet });
    },
    setStatus(id: string | number, given: number | string) {
      const order = get(id);
      const { statusId = order.statusId } = readOrderChanges({ status_id: given }, statuses);
      return orders.save({ ...order, statusId }, { said: `Status was changed to ${statusId}`, statusSet: true });
    },
    notify(id: string | number, input: unknown) {
      for (const hook of readControl(Notify, input).hooks) registry.notify(hook, get(id).id);
    },
  };
}

function utc(instant: string | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString();
}
