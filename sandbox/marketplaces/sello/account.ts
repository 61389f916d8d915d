import type { FastifyRequest } from 'fastify';
import type { Base } from '../base.ts';
import { refuse } from './answers.ts';
import { type Order, type Row, toListed, toShownRow } from './order.ts';
import type { Orders } from './orders.ts';
import type { Products } from './products.ts';
import type { createRecorder } from './received.ts';
import type { Registry } from './registry.ts';
import type { Shop } from './shop.ts';
import type { Statuses } from './statuses.ts';

/** Everything of the sandbox's one account. */
export interface Account {
  base: Base;
  orders: Orders;
  products: Products;
  statuses: Statuses;
  registry: Registry;
  shop: Shop;
  recorded: ReturnType<typeof createRecorder>;
}

/** The order as it is shown alone: as in the list, and with its rows. */
export function showOrder(order: Order, statuses: Statuses): Record<string, unknown> {
  return { ...toListed(order, statuses.flagsOf(order.statusId)), rows: order.rows.map(toShownRow) };
}

/** The order that a path names. */
export function orderOf({ params }: FastifyRequest, orders: Orders): Order {
  const order = orders.find((params as { id: string }).id);
  if (!order) throw refuse(404, 'No such order found');
  return order;
}

/** The row that a path names. */
export function rowOf({ params }: FastifyRequest, order: Order): Row {
  const row = order.rows.find(({ id }) => String(id) === (params as { rowId: string }).rowId);
  if (!row) throw refuse(404, 'No such order row');
  return row;
}

/** The order with that row changed. */
export function withRow(order: Order, row: Row): Order {
  return { ...order, rows: order.rows.map((one) => (one.id === row.id ? row : one)) };
}
