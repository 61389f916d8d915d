import type { Connection } from '#lib/connections/connection';
import * as items from '#lib/platform/table/items';
import { db, getItem, getItems, isWritten, NEW, put, type Table, type Write } from '#lib/platform/table/table';
import { type Order, type OrderSnapshot, orderId } from './order.ts';
import { historyWithin, type Share, shareSnapshot } from './split.ts';
import { findByRemoteId, getOrder } from './store.ts';

/** Which of our orders a line of a sales channel belongs to. */
interface LineOfOrder {
  line: string;
  order: string;
}

/**
 * A snapshot's shares, once its new lines are claimed for its order: a line belongs to the order that first had it,
 * whichever order of the sales channel shows it later. Lines are claimed before the order is written; repeating a claim
 * after a crash gives the same result.
 */
export async function claimShares(connection: string, snapshot: OrderSnapshot, table = db): Promise<Share[]> {
  const id = orderId(connection, snapshot.externalId);
  const known = await readOrders(connection, snapshot, table);
  const unknown = snapshot.lines.filter(({ id: line }) => !known.has(line));
  const claimed = await Promise.all(
    unknown.map(async ({ id: line }) => [line, await claim(connection, id, line, table)] as const),
  );
  return shareSnapshot(id, snapshot, new Map([...known, ...claimed]));
}

/** A snapshot's shares as `claimShares` would return them. */
export async function previewShares(connection: string, snapshot: OrderSnapshot, table = db): Promise<Share[]> {
  const known = await readOrders(connection, snapshot, table);
  return shareSnapshot(orderId(connection, snapshot.externalId), snapshot, known);
}

async function readOrders(connection: string, { lines }: OrderSnapshot, table: Table): Promise<Map<string, string>> {
  const known = await getItems<LineOfOrder>(
    lines.map(({ id }) => items.orderLine.key({ connection, line: id })),
    table,
  );
  return new Map(known.map(({ line, order }) => [line, order]));
}

async function claim(connection: string, order: string, line: string, table: Table): Promise<string> {
  const key = items.orderLine.key({ connection, line });
  if (await isWritten(table.put(put({ line, order, ...key }, NEW).Put))) return order;
  return (await getItem<LineOfOrder>(key, table))?.order ?? order;
}

/** Remembers which of our orders an order of the sales channel is a part of. */
export const putPart = (partId: string, order: string): Write => put({ order, ...items.orderPart.key({ id: partId }) });

/** The one of our orders that an order of the sales channel is a part of. */
export const findByPart = async (partId: string, table = db): Promise<string | undefined> =>
  (await getItem<{ order: string }>(items.orderPart.key({ id: partId }), table))?.order;

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
