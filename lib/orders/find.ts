import { db } from '#lib/platform/table/table';
import { type Order, orderId } from './order.ts';
import { findByPart } from './share-lines.ts';
import { findByRemoteId, getOrder } from './store.ts';

/** The order with this id, or the order that contains the sales channel's order with this id as a part. */
export async function findWhole(id: string, table = db): Promise<Order | undefined> {
  const own = await getOrder(id, table);
  const whole = own ? undefined : await findByPart(id, table);
  return whole === undefined ? own : getOrder(whole, table);
}

/** The order that a connection names, where it is known: by its id at the sales channel, or by the shipper's own id. */
export async function findNamed(connection: string, resource: string, table = db): Promise<Order | undefined> {
  const sold = await findWhole(orderId(connection, resource), table);
  const placed = sold ? undefined : await findByRemoteId(connection, resource, table);
  return placed === undefined ? sold : getOrder(placed, table);
}
