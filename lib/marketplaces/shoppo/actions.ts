import { BlockedError, RejectedError } from '#lib/platform/errors';
import type { PushAction, PushContext, RemoteContext } from '../contract.ts';
import { cancelOrder, cancelOrderItem, createOrder, findOrder, isEnded, setOrderAsPaid } from './orders.ts';
import { findPlaced, orderOf, placedOrders } from './placement.ts';
import { getProduct, getSku } from './products.ts';
import type { Order, OrderItem } from './schema.ts';

/** Reads what a notification named: an order by its partner order code, a product or Sku by its relay id. */
export async function fetch(context: RemoteContext, action: string, resource: string) {
  if (action === 'product') return { topic: 'product', body: await getProduct(context, resource) };
  if (action === 'sku') return { topic: 'sku', body: await getSku(context, resource) };
  const order = await findOrder(context, resource);
  if (order !== null) return { topic: 'order', body: { ...order, partnerOrderCode: resource } };
  throw new RejectedError({ code: 'not_found', description: `Shoppo has no order under the code ${resource}` });
}

export const order: PushAction = {
  /** In steps, each only where it is still due: an attempt that broke off between them is taken up again. */
  async push(context) {
    const given = await orderOf(context);
    const [code, placed] = await findPlaced(context, given.orderItems);
    const { id, status } = placed ?? (await createOrder(context, { ...given, partnerOrderCode: code }));
    // "It should be OPEN": any later status says that it is paid.
    if (status === 'OPEN') await setOrderAsPaid(context, id, code);
    return { remoteId: id };
  },

  async probe(context) {
    const { orderItems } = await orderOf(context);
    const [code, placed] = await findPlaced(context, orderItems);
    if (placed === null || placed.status === 'OPEN') return null;
    return { remoteId: placed.id, note: `found at Shoppo under the code ${code}` };
  },
};

export const cancel: PushAction = {
  /** Whatever may still be cancelled is; the rest needs a person, who has only tickets left. */
  async push(context) {
    const placed = await standing(context);
    const left: OrderItem[] = [];
    for (const each of placed.filter(({ status }) => status !== 'OPEN')) left.push(...(await withdraw(context, each)));
    if (left.length > 0) throw tooLate(left);
    const unpaid = placed.some(({ status }) => status === 'OPEN');
    return unpaid ? { note: 'it was never paid at Shoppo, which lets it expire' } : {};
  },

  async probe(context) {
    const placed = await standing(context);
    return placed.some(({ status }) => status !== 'OPEN') ? null : { note: 'found cancelled at Shoppo' };
  },
};

/** What was placed for the order and has not ended. */
async function standing(context: PushContext): Promise<Order[]> {
  const all = (await Array.fromAsync(placedOrders(context, context.order.id))).flatMap(([, placed]) => placed ?? []);
  if (all.length > 0) return all.filter((placed) => !isEnded(placed));
  const description = `Shoppo has no order under the code ${context.order.id}: look for it there`;
  throw new BlockedError({ code: 'order_not_found', description }, 'operator');
}

/** The items that could not be cancelled. */
async function withdraw(context: RemoteContext, { id, orderItems }: Order): Promise<OrderItem[]> {
  if (orderItems.every(isPaid) && (await isDone(() => cancelOrder(context, id)))) return [];
  return cancelItems(context, orderItems);
}

/** Cancels each item that may be; returns the others. */
export async function cancelItems(context: RemoteContext, items: readonly OrderItem[]): Promise<OrderItem[]> {
  const left: OrderItem[] = [];
  for (const item of items.filter(({ status }) => status !== 'CANCELLED'))
    if (!isPaid(item) || !(await isDone(() => cancelOrderItem(context, item.id)))) left.push(item);
  return left;
}

const isPaid = ({ status }: OrderItem): boolean => status === 'PAID';

/** False where it moved on since it was read. */
async function isDone(change: () => Promise<unknown>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    if (error instanceof RejectedError) return false;
    throw error;
  }
}

/** "Otherwise you need create customer service ticket." */
export function tooLate(left: readonly OrderItem[]): BlockedError {
  const items = left.map(({ id, quantity, sku, status }) => `${quantity} of ${sku.originalId} (item ${id}, ${status})`);
  const description = `Shoppo could not cancel ${items.join(', ')}: ask for it with a ticket`;
  return new BlockedError({ code: 'cancel_too_late', description }, 'operator');
}
