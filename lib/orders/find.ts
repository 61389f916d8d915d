import type { Connection } from '#lib/connections/connection';
import { db } from '#lib/platform/table/table';
import { type Order, type OrderSnapshot, orderId } from './order.ts';
import { findByPart } from './share-lines.ts';
import { historyWithin } from './split.ts';
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

/** An order as a list of its sales channel shows it; version null where the channel does not date it. */
export interface Listed extends Pick<OrderSnapshot, 'externalId' | 'version'> {}

/** Whether our order, or the part of it, already has what was listed or something later: then nothing need be read. */
export async function isKnown({ id }: Connection, { externalId, version }: Listed, table = db): Promise<boolean> {
  const order = await findWhole(orderId(id, externalId), table);
  const { stands } = (order && historyWithin(order, externalId)) ?? {};
  if (!stands || version === null) return stands !== undefined;
  // A date of the channel's own counts as later than any that the hub gave.
  return stands.clock !== 'hub' && stands.version >= version;
}
