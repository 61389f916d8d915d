import { sumByLine } from '#lib/orders/line-quantities';
import type { LineQuantity } from '#lib/orders/order';
import { BlockedError, RejectedError } from '#lib/platform/errors';
import type { CancelInput, FetchAction, PlaceInput, ProbedAction, PushResult, RemoteContext } from '../action.ts';
import { unlessRefused } from '../kit/answers.ts';
import { codeOf, uncarried } from '../kit/placing.ts';
import { defined } from '../kit/shape.ts';
import { ask, change, findOrder, isEnded, PAID_STATUSES } from './api.ts';
import * as documents from './documents.ts';
import { findPlaced, standingOf, unitsIn, unitsOf } from './placement.ts';
import type { Order, OrderItem } from './schema.ts';

const fetchAs = (topic: string, read: (remote: RemoteContext, id: string) => Promise<unknown>): FetchAction => ({
  async push(remote, { resource }) {
    const body = await read(remote, resource);
    if (body !== null) return { topic, body };
    throw new RejectedError({ code: 'not_found', description: `Shoppo has nothing under ${resource}` });
  },
});

/** Reads what a notification named: an order by its partner order code, a product or Sku by its relay id. */
export const fetches: Readonly<Record<string, FetchAction>> = {
  product: fetchAs('product', (remote, id) => ask(remote, documents.PRODUCT_BY_ID, { id })),
  // A Sku, read alone, does not say whose it is: that is behind its id, where its notification told it.
  sku: fetchAs('sku', async (remote, named) => {
    const [id, merchant] = named.split(' ');
    const found = await ask(remote, documents.SKU_BY_ID, { id });
    return found && { ...found, merchant };
  }),
  order: fetchAs('order', async (remote, partnerOrderCode) => {
    const found = await findOrder(remote, partnerOrderCode);
    return found && { ...found, partnerOrderCode };
  }),
  cancelled: fetchAs('cancelled', async (remote, id) => ({ ...(await findOrder(remote, id)), partnerOrderCode: id })),
};

export const order: ProbedAction<PlaceInput> = {
  /** Creates the order, then pays it, doing only what is still missing after an attempt that broke off. */
  async push(remote, input) {
    const { given, placed } = await findPlaced(remote, input);
    const { id, status = 'OPEN' } = placed ?? (await change(remote, documents.CREATE_ORDER, given));
    const payment = { orderId: id, chargeId: given.partnerOrderCode };
    // "It should be OPEN" to be paid; a status that the page does not list may be before that, too.
    if (!PAID_STATUSES.includes(status))
      await change(remote, documents.SET_ORDER_AS_PAID, payment, 'OPEN').catch(async (error: unknown) => {
        // A refusal because it is paid already (by an attempt whose answer was lost) is a success.
        const now = error instanceof RejectedError ? (await findPlaced(remote, input)).placed : null;
        if (now === null || now.status === 'OPEN') throw error;
      });
    const note = uncarried(input, 'Shoppo', ['company']);
    return { remoteId: id, ...defined({ note, isFound: placed !== null || undefined }) };
  },

  async probe(remote, input) {
    const { given, placed, ended } = await findPlaced(remote, input);
    // What Shoppo has cancelled meanwhile was placed all the same: a person decides whether to order it again.
    if (placed && !PAID_STATUSES.includes(placed.status)) return null;
    const found = placed ? { code: given.partnerOrderCode, placed } : ended;
    return found ? { remoteId: found.placed.id, note: `found at Shoppo under the code ${found.code}` } : null;
  },
};

export const cancel: ProbedAction<CancelInput> = {
  /** Cancels what Shoppo still lets us cancel. For the rest a person must write a ticket, the only other way. */
  async push(remote, input) {
    const placed = await standing(remote, input);
    if (input.left.length > 0) return reduce(remote, input, placed);
    const paid = placed.filter(({ status }) => status !== 'OPEN');
    const items: OrderItem[] = [];
    for (const { id, orderItems } of paid) {
      const isWhole =
        orderItems.every(isPaid) && (await isDone(remote, documents.CANCEL_ORDER, { orderId: id }, 'PAID'));
      if (!isWhole) items.push(...orderItems);
    }
    await cancelItems(remote, items);
    return paid.length < placed.length ? { note: 'it was never paid at Shoppo, which lets it expire' } : {};
  },

  async probe(remote, input) {
    const placed = await standing(remote, input);
    const isAll = input.left.length === 0 && placed.every(({ status }) => status === 'OPEN');
    const isLess = isAll || (input.left.length > 0 && (await surplusOf(remote, input, placed)).size === 0);
    return isLess ? { note: 'found cancelled at Shoppo' } : null;
  },
};

/** What was placed and has not ended. Throws BlockedError if nothing was placed. */
async function standing(remote: RemoteContext, input: CancelInput): Promise<Order[]> {
  const all = await standingOf(remote, input.order.id, input.nth);
  if (all.length > 0) return all.filter((placed) => !isEnded(placed));
  const description = `Shoppo has no order under the code ${codeOf(input.order.id, input.nth ?? 1)}: look for it there`;
  throw new BlockedError({ code: 'order_not_found', description }, 'operator');
}

/** Only whole items can be cancelled: an item with more units than are too many is left to a person. */
async function reduce(remote: RemoteContext, input: CancelInput, placed: readonly Order[]): Promise<PushResult> {
  const surplus = await surplusOf(remote, input, placed);
  const chosen = liveItems(placed).filter(({ quantity, sku: { originalId } }) => {
    const units = surplus.get(originalId) ?? 0;
    if (quantity > units) return false;
    surplus.set(originalId, units - quantity);
    return true;
  });
  await cancelItems(remote, chosen);
  const kept: LineQuantity[] = [];
  for (const line of input.lineItems) {
    const [[sku = '', units = 0] = []] = await unitsOf(remote, { ...input, lineItems: [line] });
    const quantity = Math.min(units, surplus.get(sku) ?? 0);
    surplus.set(sku, (surplus.get(sku) ?? 0) - quantity);
    if (quantity > 0) kept.push({ id: line.id, quantity });
  }
  return { kept };
}

/** Units at Shoppo beyond those that are to stay, by Sku. */
async function surplusOf(remote: RemoteContext, { order, lineItems, left }: CancelInput, placed: readonly Order[]) {
  const keeps = await unitsOf(remote, { order, lineItems: left });
  const stands = unitsIn(liveItems(placed));
  const skus = [...(await unitsOf(remote, { order, lineItems })).keys()];
  return sumByLine(skus.map((id) => ({ id, quantity: (stands.get(id) ?? 0) - (keeps.get(id) ?? 0) })));
}

/** Items not cancelled yet: those that may be cancelled first, larger ones before smaller ones. */
const liveItems = (placed: readonly Order[]): OrderItem[] =>
  placed
    .flatMap(({ orderItems }) => orderItems.filter(({ status }) => status !== 'CANCELLED' && status !== 'OPEN'))
    .sort((a, b) => Number(isPaid(b)) - Number(isPaid(a)) || b.quantity - a.quantity);

/** Cancels the items that Shoppo lets us cancel. Throws BlockedError naming the others. */
export async function cancelItems(remote: RemoteContext, items: readonly OrderItem[]): Promise<void> {
  const left: OrderItem[] = [];
  for (const item of items.filter(({ status }) => status !== 'CANCELLED'))
    if (!isPaid(item) || !(await isDone(remote, documents.CANCEL_ORDER_ITEM, { orderItemId: item.id }, 'PAID')))
      left.push(item);
  if (left.length === 0) return;
  const names = left.map(({ id, quantity, sku, status }) => `${quantity} of ${sku.originalId} (item ${id}, ${status})`);
  // "Otherwise you need create customer service ticket."
  const description = `Shoppo could not cancel ${names.join(', ')}: ask for it with a ticket`;
  throw new BlockedError({ code: 'cancel_too_late', description }, 'operator');
}

const isPaid = ({ status }: OrderItem): boolean => status === 'PAID';

/** False if Shoppo refuses, because the order or item has moved on since it was read. */
const isDone = async (...call: Parameters<typeof change>): Promise<boolean> =>
  (await unlessRefused(() => change(...call))) !== null;
