import type { Connection } from '#lib/connections/connection';
import type { Delivery, LineQuantity } from '#lib/deliveries/delivery';
import { roleOf } from '#lib/marketplaces/registry';
import type { Order } from '#lib/orders/order';
import { BlockedError, RejectedError } from '#lib/platform/errors';
import type { Hub, RemoteWork } from './attempt.ts';

/** The order of a delivery, the connection that sold it, and whether the push may have been made before. */
export async function readSold(work: RemoteWork): Promise<{ order: Order; source: Connection; unknown: boolean }> {
  const { delivery, network, hub } = work;
  const order = delivery.order ? await hub.getOrder(delivery.order) : undefined;
  if (!order) throw orderMissing(delivery);
  const source = connectionOf(order.connection, network.connections);
  return { order, source, unknown: work.unknown || (await mayBeLost(delivery, order.placedAt, hub)) };
}

export const orderMissing = ({ order }: Delivery): RejectedError =>
  new RejectedError({ code: 'order_missing', description: `order ${order} is not known` });

/** Throws BlockedError `connection_missing`. */
export function connectionOf(id: string, connections: ReadonlyMap<string, Connection>): Connection {
  const connection = connections.get(id);
  if (connection) return connection;
  const description = `${id} is not in the connections file`;
  throw new BlockedError({ code: 'connection_missing', description }, 'connection');
}

/**
 * Whether the attempt that did it may be in the lost part of a ledger that was restored from a backup: it was due
 * before the restore (`since`), and no attempt is on record afterwards. Then the remote is asked first.
 */
export async function mayBeLost(
  delivery: Delivery,
  since: string,
  { getAttempts, isBeforeRestore }: Hub,
): Promise<boolean> {
  if (!isBeforeRestore(since)) return false;
  const last = (await getAttempts(delivery)).at(-1);
  return !last || isBeforeRestore(last.startedAt);
}

/** A shipper that is asked for a SKU stocks it: the poller asks for its quantity from now on. */
export async function noteStocked(
  connection: string,
  { ucp }: Order,
  lineItems: readonly LineQuantity[],
  { noteProduct }: Pick<Hub, 'noteProduct'>,
): Promise<void> {
  const ids = new Set(lineItems.map(({ id }) => id));
  const lines = ucp.line_items.filter(({ id }) => ids.has(id));
  await Promise.all(
    lines.map(({ item: { id: sku, title, ean } }) => noteProduct(connection, { sku, title, ...(ean && { ean }) })),
  );
}

/** The pushes that waited for a report, where the marketplace has any. */
export async function findDependents(
  { id, order: orderId, action, state, marketplace }: Delivery,
  { getOrder, getDeliveries }: Pick<Hub, 'getOrder' | 'getDeliveries'>,
): Promise<Delivery[]> {
  if (state !== 'succeeded' || action !== 'fulfillment' || !orderId) return [];
  if (!roleOf(marketplace).followUps) return [];
  const order = await getOrder(orderId);
  const all = await getDeliveries(order?.deliveries ?? []);
  return all.filter(({ subject }) => subject.after?.includes(id));
}
