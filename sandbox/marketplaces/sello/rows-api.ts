import type { FastifyInstance } from 'fastify';
import { type Account, orderOf, rowOf, withRow } from './account.ts';
import { bodyOf, refuse } from './answers.ts';
import { RETURN_STATUSES, type Return, type Row, toShownRow } from './order.ts';
import { hundredths } from './order-changes.ts';
import { toDraftRow } from './row.ts';

/** The endpoints about the rows of an order. */
export function serveRows(app: FastifyInstance, { base, orders, products, recorded }: Account): void {
  app.get('/orders/:id/rows', async (request) => orderOf(request, orders).rows.map(toShownRow));

  app.post(
    '/orders/:id/rows',
    recorded('row-added', async (request) => {
      const order = orderOf(request, orders);
      const given = bodyOf(request);
      for (const name of ['quantity', 'title', 'price', 'tax'])
        if (given[name] === undefined || given[name] === '') throw refuse(400, `${name} is required`);
      const reference = String(given.reference ?? '');
      const draft = toDraftRow({ reference, quantity: 1, title: String(given.title) }, order.integrationId, products);
      const row = orders.makeRow({ ...draft, ...readRowChanges(given) });
      orders.save({ ...order, rows: [...order.rows, row] }, { said: `Row ${row.id} was added` });
      // A list of one, as the document prints it; it also names no other status than 200.
      return [toShownRow(row)];
    }),
  );

  app.put(
    '/orders/:id/rows/:rowId',
    recorded('row', async (request) => {
      const order = orderOf(request, orders);
      const row = { ...rowOf(request, order), ...readRowChanges(bodyOf(request)) };
      orders.save(withRow(order, row), { said: `Row ${row.id} was updated` });
      return [toShownRow(row)];
    }),
  );

  app.delete(
    '/orders/:id/rows/:rowId',
    recorded('row-removed', async (request, reply) => {
      const order = orderOf(request, orders);
      const { id } = rowOf(request, order);
      orders.save({ ...order, rows: order.rows.filter((row) => row.id !== id) }, { said: `Row ${id} was removed` });
      reply.code(204);
    }),
  );

  app.post(
    '/orders/:id/rows/:rowId/separate',
    recorded('separate', async (request, reply) => {
      const order = orderOf(request, orders);
      const row = rowOf(request, order);
      const { id: _id, number: _number, createdAt: _createdAt, ...same } = order;
      const draft = { ...same, rows: [row], shippingCost: 0, statedTotal: null };
      const separated = orders.create(draft, { said: `Row ${row.id} was separated from order ${order.id}` });
      const rows = order.rows.filter(({ id }) => id !== row.id);
      orders.save({ ...order, rows }, { said: `Row ${row.id} was separated into order ${separated.id}` });
      reply.code(201);
      // A string, unlike the id in the answer to adding an order.
      return { id: String(separated.id) };
    }),
  );

  app.put(
    '/orders/:id/rows/:rowId/return',
    recorded('return', async (request) => {
      const order = orderOf(request, orders);
      const row = rowOf(request, order);
      const returned = checkReturn(bodyOf(request), row, { at: base.now(), zalando: order.zalando });
      const { status, quantity } = returned;
      orders.save(withRow(order, { ...row, returned }), { said: `Row ${row.id}: ${status}, ${quantity} pcs` });
      return { message: 'Return updated' };
    }),
  );
}

/** The row attributes that a request may set. */
function readRowChanges(given: Record<string, unknown>): Partial<Row> {
  const quantity = given.quantity === undefined ? undefined : Number(given.quantity);
  if (quantity !== undefined && (!Number.isInteger(quantity) || quantity < 1))
    throw refuse(400, 'quantity must be a whole number');
  const text = (name: string, key: keyof Row): Partial<Row> =>
    given[name] === undefined ? {} : { [key]: String(given[name] ?? '') };
  return {
    ...(quantity === undefined ? {} : { quantity }),
    ...text('title', 'title'),
    ...text('reference', 'reference'),
    ...text('stock_location', 'stockLocation'),
    ...text('item_no', 'itemNo'),
    ...(given.price === undefined ? {} : { price: hundredths(given.price, 'price') }),
    ...(given.tax === undefined ? {} : { tax: hundredths(given.tax, 'tax') / 100 }),
    ...(given.product_id === undefined
      ? {}
      : { productId: given.product_id === null ? null : Number(given.product_id) }),
  };
}

const LONGEST_REASON = 100;
const ZALANDO_REASON = /^reason_([0-6]|9|10)$/;

interface Circumstances {
  at: Date;
  /** The order's marketplace accepts only its own reasons. */
  zalando: boolean;
}

/** Reads a return, and checks that it may follow the row's present one: first pending, then accepted or declined. */
function checkReturn(given: Record<string, unknown>, row: Row, { at, zalando }: Circumstances): Return {
  const { status_reason: reason, quantity_returned: pieces } = given;
  const status = RETURN_STATUSES.find((known) => known === given.status);
  if (!status) throw refuse(400, `status must be one of: ${RETURN_STATUSES.join(', ')}`);
  if (typeof reason !== 'string' || reason === '' || reason.length > LONGEST_REASON)
    throw refuse(400, `status_reason is required, at most ${LONGEST_REASON} characters`);
  if (zalando && !ZALANDO_REASON.test(reason)) throw refuse(400, 'status_reason must be one of the reasons of Zalando');
  const quantity = typeof pieces === 'string' ? Number(pieces) : pieces;
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1 || quantity > row.quantity)
    throw refuse(400, `quantity_returned must be between 1 and ${row.quantity}`);
  const current = row.returned?.status ?? null;
  const isFirst = status === 'return_pending';
  const mayFollow = isFirst ? current === null || current === 'return_pending' : current === 'return_pending';
  if (!mayFollow)
    throw refuse(400, `Won't register return since current status is ${current} and want to change to ${status}`);
  return { status, reason, quantity, at: at.toISOString() };
}
