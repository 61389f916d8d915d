import { BlockedError, RejectedError } from '#lib/platform/errors';
import type { CancelInput, FetchAction, PlaceInput, ProbedAction, RemoteContext } from '../action.ts';
import {
  cancelOrder,
  cancelOrderItem,
  createOrder,
  findOrder,
  getProduct,
  getSku,
  isEnded,
  setOrderAsPaid,
} from './api.ts';
import { findPlaced, orderOf, placedOrders } from './placement.ts';
import type { Order, OrderItem } from './schema.ts';

/** Reads what a notification named: an order by its partner order code, a product or Sku by its relay id. */
export const fetches: Readonly<Record<string, FetchAction>> = {
  product: { push: async (remote, { resource }) => ({ topic: 'product', body: await getProduct(remote, resource) }) },
  sku: { push: async (remote, { resource }) => ({ topic: 'sku', body: await getSku(remote, resource) }) },
  order: {
    async push(remote, { resource }) {
      const found = await findOrder(remote, resource);
      if (found !== null) return { topic: 'order', body: { ...found, partnerOrderCode: resource } };
      throw new RejectedError({ code: 'not_found', description: `Shoppo has no order under the code ${resource}` });
    },
  },
};

export const order: ProbedAction<PlaceInput> = {
  /** Creates, then pays, each only where it is still due: an attempt that broke off in between is taken up again. */
  async push(remote, input) {
    const given = await orderOf(remote, input);
    const [code, placed] = await findPlaced(remote, input.order, given.orderItems);
    const { id, status } = placed ?? (await createOrder(remote, { ...given, partnerOrderCode: code }));
    // "It should be OPEN": any later status says that it is paid.
    if (status === 'OPEN') await setOrderAsPaid(remote, id, code);
    return { remoteId: id };
  },

  async probe(remote, input) {
    const { orderItems } = await orderOf(remote, input);
    const [code, placed] = await findPlaced(remote, input.order, orderItems);
    if (placed === null || placed.status === 'OPEN') return null;
    return { remoteId: placed.id, note: `found at Shoppo under the code ${code}` };
  },
};

export const cancel: ProbedAction<CancelInput> = {
  /** Cancels what may still be cancelled. For the rest a person writes a ticket, which is all that Shoppo offers. */
  async push(remote, input) {
    const placed = await standing(remote, input);
    const left: OrderItem[] = [];
    for (const each of placed.filter(({ status }) => status !== 'OPEN')) left.push(...(await withdraw(remote, each)));
    if (left.length > 0) throw tooLate(left);
    const unpaid = placed.some(({ status }) => status === 'OPEN');
    return unpaid ? { note: 'it was never paid at Shoppo, which lets it expire' } : {};
  },

  async probe(remote, input) {
    const placed = await standing(remote, input);
    return placed.some(({ status }) => status !== 'OPEN') ? null : { note: 'found cancelled at Shoppo' };
  },
};

/** What was placed for the order and has not ended. */
async function standing(remote: RemoteContext, { order: { id } }: CancelInput): Promise<Order[]> {
  const all = (await Array.fromAsync(placedOrders(remote, id))).flatMap(([, placed]) => placed ?? []);
  if (all.length > 0) return all.filter((placed) => !isEnded(placed));
  const description = `Shoppo has no order under the code ${id}: look for it there`;
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

/** False where Shoppo refuses, as the order or item has moved on since it was read. */
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
