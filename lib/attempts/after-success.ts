import type { Delivery, LineQuantity } from '#lib/deliveries/delivery';
import { roleOf } from '#lib/marketplaces/registry';
import type { Order } from '#lib/orders/order';
import type { Hub } from './attempt.ts';

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
