import * as items from '#lib/platform/table/items';
import { db, getItem, getItems, isWritten, NEW, put, type Write } from '#lib/platform/table/table';
import { type OrderSnapshot, orderId } from './order.ts';
import { type Share, shareSnapshot } from './split.ts';

/** Which order of ours a line of a sales channel belongs to. */
interface LineOfOrder {
  line: string;
  order: string;
}

/**
 * A snapshot's shares, after its new lines were claimed for its order: a line belongs to the order that first had it,
 * whichever order of the sales channel shows it later. Claims come before the order is written, as whoever crashes
 * between claims the same again.
 */
export async function claimShares(connection: string, snapshot: OrderSnapshot): Promise<Share[]> {
  const id = orderId(connection, snapshot.externalId);
  const known = await readOrders(connection, snapshot);
  const unknown = snapshot.lines.filter(({ id: line }) => !known.has(line));
  const claimed = await Promise.all(
    unknown.map(async ({ id: line }) => [line, await claim(connection, id, line)] as const),
  );
  return shareSnapshot(id, snapshot, new Map([...known, ...claimed]));
}

/** A snapshot's shares as `claimShares` would have them. */
export async function previewShares(connection: string, snapshot: OrderSnapshot): Promise<Share[]> {
  return shareSnapshot(orderId(connection, snapshot.externalId), snapshot, await readOrders(connection, snapshot));
}

async function readOrders(connection: string, { lines }: OrderSnapshot): Promise<Map<string, string>> {
  const known = await getItems<LineOfOrder>(lines.map(({ id }) => items.orderLine.key({ connection, line: id })));
  return new Map(known.map(({ line, order }) => [line, order]));
}

async function claim(connection: string, order: string, line: string): Promise<string> {
  const key = items.orderLine.key({ connection, line });
  if (await isWritten(db.put(put({ line, order, ...key }, NEW).Put))) return order;
  return (await getItem<LineOfOrder>(key))?.order ?? order;
}

/** Remembers which order of ours an order of the sales channel is a part of. */
export const putPart = (partId: string, order: string): Write => put({ order, ...items.orderPart.key({ id: partId }) });

/** The order of ours that an order of the sales channel is a part of. */
export const findByPart = async (partId: string): Promise<string | undefined> =>
  (await getItem<{ order: string }>(items.orderPart.key({ id: partId })))?.order;
