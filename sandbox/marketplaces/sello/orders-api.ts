import type { FastifyInstance } from 'fastify';
import { type Account, orderOf, showOrder } from './account.ts';
import { bodyOf, refuse } from './answers.ts';
import { type ListingRules, selectPage } from './listing.ts';
import { CUSTOMER_FIELDS, type Order, toListed } from './order.ts';
import { readOrderChanges, readStatus } from './order-changes.ts';

const RULES: ListingRules = {
  defaultSize: 10,
  maxSize: 300,
  sorts: /^(customer_alias|number|weight|total_eur|created_at|updated_at|delivered_at|row_count)$/,
  filters: /^(customer_country_code|is_(deleted|active|delivered|new|paid)|status_id|integration_id)$/,
};

/** The endpoints about whole orders. */
export function serveOrders(app: FastifyInstance, { base: { dialects }, orders, statuses, recorded }: Account): void {
  const listed = (order: Order): Record<string, unknown> => toListed(order, statuses.flagsOf(order.statusId));
  // The instants themselves: as shown, they would not sort correctly across a change of the clock.
  const read = (order: Order, path: string): unknown =>
    path === 'created_at'
      ? order.createdAt
      : path === 'updated_at'
        ? order.updatedAt
        : path === 'delivered_at'
          ? order.deliveredAt
          : listed(order)[path];

  app.get('/orders', async ({ query }) => {
    const source = {
      items: orders.list(),
      id: ({ id }: Order) => id,
      read,
      text: ({ number, marketReference, customer, notes }: Order) =>
        [number, marketReference, notes, ...Object.values(customer)].join(' '),
    };
    const { total, page } = selectPage(source, query as Record<string, unknown>, RULES);
    return { meta: { total }, orders: page.map((order) => dialects.speak(order.id, listed(order))) };
  });

  // GET /v5/orders/{orderId}
  app.get('/orders/:id', async (request) => {
    const order = orderOf(request, orders);
    return dialects.speak(order.id, showOrder(order, statuses));
  });

  app.get<{ Querystring: { next?: string } }>('/orders/:id/history', async (request) =>
    orders.history.page(orderOf(request, orders).id, request.query.next),
  );

  const change = (order: Order, given: Record<string, unknown>): void => {
    const { customer, ...changes } = readOrderChanges(given, statuses);
    const statusSet = changes.statusId !== undefined;
    const said = statusSet ? `Status was changed to ${changes.statusId}` : 'Order was updated';
    orders.save({ ...order, ...changes, customer: { ...order.customer, ...customer } }, { said, statusSet });
  };

  app.put(
    '/orders/:id',
    recorded('order', async (request) => change(orderOf(request, orders), bodyOf(request))),
  );

  app.put(
    '/orders',
    recorded('orders', async (request) => {
      const { orders: ids, changes } = bodyOf(request);
      for (const order of findAll(ids)) change(order, (changes ?? {}) as Record<string, unknown>);
    }),
  );

  app.post(
    '/orders',
    recorded('order-added', async (request, reply) => {
      const given = bodyOf(request);
      for (const name of ['status_id', 'integration_id', 'currency'])
        if (given[name] === undefined || given[name] === '') throw refuse(400, `${name} is required`);
      const { customer, ...changes } = readOrderChanges(given, statuses);
      const created = given.created_at === undefined ? Number.NaN : Date.parse(String(given.created_at));
      const order = orders.create(
        {
          shippingCost: 0,
          shippingOption: null,
          paymentOption: null,
          isNew: true,
          notes: '',
          ...changes,
          statusId: readStatus(given.status_id, statuses),
          icons: [],
          integrationId: Number(given.integration_id),
          market: 0,
          marketReference: String(given.market_reference ?? ''),
          currency: String(given.currency),
          customer: { ...emptyCustomer, ...customer },
          rows: [],
          zalando: false,
          statedTotal: null,
          createdAt: Number.isNaN(created) ? undefined : new Date(created).toISOString(),
        },
        { said: 'Order was created' },
      );
      reply.code(201);
      return { id: order.id };
    }),
  );

  app.post(
    '/orders/:id/copy',
    recorded('order-copied', async (request, reply) => {
      const { id, number, createdAt, ...order } = orderOf(request, orders);
      const rows = order.rows.map(({ id: _id, createdAt: _at, returned: _returned, ...row }) => row);
      const copy = { ...order, rows, integrationId: 0, market: 0, marketReference: '' };
      reply.code(201);
      return { id: orders.create(copy, { said: `Order was copied from ${id}` }).id };
    }),
  );

  app.post(
    '/orders/:id/merge',
    recorded('orders-merged', async (request) => {
      const keep = orderOf(request, orders);
      const others = findAll(bodyOf(request).orders).filter(({ id }) => id !== keep.id);
      if (others.some(({ currency }) => currency !== keep.currency)) throw refuse(400, 'Bad Request');
      for (const { id } of others) orders.remove(id);
      const rows = [...keep.rows, ...others.flatMap((order) => order.rows)];
      orders.save({ ...keep, rows }, { said: `Merged with ${others.map(({ id }) => id).join(', ')}` });
    }),
  );

  const findAll = (ids: unknown): Order[] => {
    if (!Array.isArray(ids) || ids.length === 0) throw refuse(400, 'orders is required');
    return ids.map((id) => {
      const order = orders.find(String(id));
      if (!order) throw refuse(404, 'No such order found');
      return order;
    });
  };
}

const emptyCustomer = Object.fromEntries(CUSTOMER_FIELDS.map((name) => [name, ''])) as Order['customer'];
