import { differenceOf } from '#lib/orders/units';
import { BlockedError, RejectedError } from '#lib/platform/errors';
import type { CancelInput, FetchAction, PlaceInput, ProbedAction, RemoteContext } from '../action.ts';
import { codeOf } from '../kit/placement-code.ts';
import { defined } from '../kit/shape.ts';
import { uncarried } from '../kit/uncarried.ts';
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
import { findPlaced, itemsOf, orderOf, standingOf } from './placement.ts';
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
    const [code, placed] = await findPlaced(remote, input, given.orderItems);
    const { id, status } = placed ?? (await createOrder(remote, { ...given, partnerOrderCode: code }));
    // "It should be OPEN": any later status says that it is paid.
    if (status === 'OPEN') await setOrderAsPaid(remote, id, code);
    return { remoteId: id, ...defined({ note: uncarried(input.order, 'Shoppo', ['company']) }) };
  },

  async probe(remote, input) {
    const { orderItems } = await orderOf(remote, input);
    const [code, placed] = await findPlaced(remote, input, orderItems);
    if (placed === null || placed.status === 'OPEN') return null;
    return { remoteId: placed.id, note: `found at Shoppo under the code ${code}` };
  },
};

export const cancel: ProbedAction<CancelInput> = {
  /** Cancels what may still be cancelled. For the rest a person writes a ticket, which is all that Shoppo offers. */
  async push(remote, input) {
    const placed = await standing(remote, input);
    if (input.left.length > 0) return reduce(remote, input, placed);
    const left: OrderItem[] = [];
    for (const each of placed.filter(({ status }) => status !== 'OPEN')) left.push(...(await withdraw(remote, each)));
    if (left.length > 0) throw tooLate(left);
    const unpaid = placed.some(({ status }) => status === 'OPEN');
    return unpaid ? { note: 'it was never paid at Shoppo, which lets it expire' } : {};
  },

  async probe(remote, input) {
    const placed = await standing(remote, input);
    const isLess =
      input.left.length > 0
        ? (await surplusOf(remote, input, placed)).size === 0
        : placed.every(({ status }) => status === 'OPEN');
    return isLess ? { note: 'found cancelled at Shoppo' } : null;
  },
};

/** What was placed and has not ended. */
async function standing(remote: RemoteContext, input: CancelInput): Promise<Order[]> {
  const all = await standingOf(remote, input);
  if (all.length > 0) return all.filter((placed) => !isEnded(placed));
  const description = `Shoppo has no order under the code ${codeOf(input.order.id, input.nth ?? 1)}: look for it there`;
  throw new BlockedError({ code: 'order_not_found', description }, 'operator');
}

/** An item is cancelled whole: one of more units than are too many is a person's. */
async function reduce(remote: RemoteContext, input: CancelInput, placed: readonly Order[]): Promise<object> {
  const surplus = await surplusOf(remote, input, placed);
  const chosen = placed
    .flatMap(({ orderItems }) => orderItems)
    .filter(({ status, quantity, sku: { originalId } }) => {
      const units = surplus.get(originalId) ?? 0;
      if (status === 'CANCELLED' || quantity > units) return false;
      surplus.set(originalId, units - quantity);
      return true;
    });
  const left = await cancelItems(remote, chosen);
  if (left.length > 0) throw tooLate(left);
  if ([...surplus.values()].every((units) => units === 0)) return {};
  const description = differenceOf(input.order, input.lineItems, input.left);
  throw new BlockedError({ code: 'amend_unsupported', description }, 'operator');
}

/** Units that stand there beyond those that shall stay, by Sku. */
async function surplusOf(remote: RemoteContext, { order, lineItems, left }: CancelInput, placed: readonly Order[]) {
  const keeps = new Map((await itemsOf(remote, { order, lineItems: left })).map((item) => [item.skuId, item.quantity]));
  const surplus = new Map<string, number>();
  for (const { skuId } of await itemsOf(remote, { order, lineItems })) {
    const items = placed.flatMap(({ orderItems }) => orderItems).filter(({ sku }) => sku.originalId === skuId);
    const stands = items.reduce((sum, { status, quantity }) => sum + (status === 'CANCELLED' ? 0 : quantity), 0);
    const units = stands - (keeps.get(skuId) ?? 0);
    if (units > 0) surplus.set(skuId, units);
  }
  return surplus;
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
