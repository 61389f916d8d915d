import { ERP } from '#lib/connections/connection';
import { unblock } from '#lib/deliveries/reopen';
import { putAct } from '#lib/platform/audit';
import { sameContent } from '#lib/platform/canonical-json';
import { orNotFound, RejectedError, StateError } from '#lib/platform/errors';
import { changeOrder } from './change.ts';
import { derive } from './derive.ts';
import type { Once } from './fulfillment.ts';
import { liftCancellation } from './history.ts';
import { minus } from './line-quantities.ts';
import { type Address, type LineQuantity, type Order, type Return, returnId } from './order.ts';
import type { Network } from './planning.ts';
import { applyReturns, returnedUnits } from './returns.ts';
import { rejected, takeLines } from './take-lines.ts';
import type { Told } from './timeline.ts';
import { dueOf } from './units.ts';

/** An address as an operator sends it: an absent member stays as it is, a blank one is cleared. */
export type AddressPatch = { [Member in keyof Address]?: string | undefined };

/**
 * Corrects an order's address and lets what waited for it run: placements, and routes that go by country. Throws
 * NotFoundError, and RejectedError `buyer_erased` where nothing of the buyer may be kept any more.
 */
export async function patchAddress(id: string, patch: AddressPatch, by: string, network: Network): Promise<Order> {
  const changed = await changeOrder(
    id,
    (before) => {
      const order = orNotFound(before, 'order');
      if (order.erased)
        throw new RejectedError({ code: 'buyer_erased', description: 'its buyer was erased, with every address' });
      const corrected = correctAddress(order, patch);
      const detail = { members: membersIn(patch) };
      const act = putAct({ act: 'address.corrected', about: id, by, at: new Date().toISOString(), detail });
      return corrected && { ...corrected, also: [act] };
    },
    { by, network },
  );
  const order = orNotFound(changed.order, 'order');
  await unblock('order', { deliveries: order.deliveries });
  await unblock('routes', { deliveries: order.deliveries });
  return order;
}

/**
 * The order with the members an operator corrected, which outrank what the sales channel says now and later; null where
 * they say so already. The timeline names the members only: their values are the buyer's own.
 */
export function correctAddress(order: Order, patch: AddressPatch): { order: Order; timeline: Told[] } | null {
  const members = membersIn(patch);
  const given = Object.fromEntries(members.map((member) => [member, patch[member]]));
  const correctedAddress: Address = { ...order.correctedAddress, ...given };
  if (members.length === 0 || sameContent(correctedAddress, order.correctedAddress)) return null;
  return {
    order: derive({ ...order, correctedAddress }),
    timeline: [{ type: 'address.corrected', detail: { members } }],
  };
}

const membersIn = (patch: AddressPatch): Array<keyof Address> =>
  (Object.keys(patch) as Array<keyof Address>).filter((member) => patch[member] !== undefined).sort();

/** Notes the number an order has in the seller's own system. Repeating it changes nothing. Throws NotFoundError. */
export async function acknowledge(id: string, reference: string, by: string, network: Network): Promise<Order> {
  const at = new Date().toISOString();
  const { order } = await changeOrder(
    id,
    (before) => {
      const order = orNotFound(before, 'order');
      if (order.acknowledgement?.reference === reference) return null;
      return {
        order: { ...order, acknowledgement: { by, reference, at } },
        timeline: [{ type: 'order.acknowledged', detail: { reference } }],
      };
    },
    { by, at, network },
  );
  return orNotFound(order, 'order');
}

/**
 * Takes up again an order that its sales channel restored without a date that shows it, or cancelled by mistake. What the
 * channel says later counts. Throws NotFoundError, StateError `order_not_cancelled`.
 */
export async function restore(id: string, reason: string, by: string, network: Network): Promise<void> {
  const at = new Date().toISOString();
  await changeOrder(
    id,
    (before) => {
      const order = orNotFound(before, 'order');
      if (!order.cancelled)
        throw new StateError({ code: 'order_not_cancelled', description: 'the order is not cancelled' });
      const act = putAct({ act: 'order.restored', about: id, by, reason, at, detail: {} });
      return { order: lift(order), timeline: [{ type: 'order.restored', detail: { reason } }], also: [act] };
    },
    { by, at, network },
  );
}

/** The order without its cancellation, in each order of the channel that it is made of. */
export function lift(order: Order): Order {
  const parts = Object.entries(order.parts ?? {}).map(([id, history]) => [id, liftCancellation(history)]);
  return derive({
    ...order,
    history: liftCancellation(order.history),
    ...(order.parts && { parts: Object.fromEntries(parts) }),
  });
}

/** Units that another shipper is to have: a connection, or `erp`. */
export interface PostedRoute {
  lineItems: readonly LineQuantity[];
  to: string;
  reason: string;
}

/**
 * Gives units that nobody has shipped to another shipper: at once where nobody has been asked for them, otherwise when
 * whoever was asked has given them back. Throws NotFoundError, StateError `order_cancelled`, and RejectedError:
 * `unknown_connection`, `not_a_shipper`, `unknown_line_item`, `invalid_quantity`, `quantity_exceeded`.
 */
export async function postRoute(
  orderId: string,
  posted: PostedRoute,
  { once, by }: { once: Once<LineQuantity[]>; by: string },
  network: Network,
): Promise<void> {
  const at = new Date().toISOString();
  await changeOrder(
    orderId,
    async (order) => {
      if (await once.find()) return null;
      const { to, reason } = posted;
      const next = assign(orNotFound(order, 'order'), posted, network);
      const lineItems = next.assigned?.at(-1)?.lineItems ?? [];
      const act = putAct({ act: 'order.routed', about: orderId, by, reason, at, detail: { to, lineItems } });
      const timeline = [{ type: 'order.routed' as const, detail: { to, lineItems, reason } }];
      return { order: next, timeline, also: [act, ...once.remember(lineItems)] };
    },
    { by, at, network },
  );
}

/** The order with units given to a shipper by name. Throws RejectedError where they cannot be. */
export function assign(order: Order, { lineItems, to }: Omit<PostedRoute, 'reason'>, network: Network): Order {
  if (order.cancelled) throw new StateError({ code: 'order_cancelled', description: 'the order is cancelled' });
  const target = network.connections.get(to);
  if (to !== ERP && !target) throw rejected('unknown_connection', `there is no connection ${to}`, 'to');
  if (target && network.roleOf(target.marketplace).info?.sells)
    throw rejected('not_a_shipper', `${to} sells and does not ship`, 'to');
  const movable = dueOf(order).map((due) => ({ id: due.id, ...due.movable(to) }));
  const taken = takeLines(order, lineItems, movable, `are neither shipped nor with ${to} already`);
  // The latest request counts: units still on their way to another shipper are turned to this one.
  let turned = minus(
    taken,
    movable.map(({ id, free }) => ({ id, quantity: free })),
  );
  const assigned = (order.assigned ?? []).toReversed().map((each) => {
    if (each.to === to) return each;
    const kept = minus(each.lineItems, turned);
    turned = minus(turned, each.lineItems);
    return { ...each, lineItems: kept };
  });
  return { ...order, assigned: [...assigned.toReversed(), { to, lineItems: taken }] };
}

/** A return that the seller's ERP took; `refund` in minor units. */
export interface PostedReturn {
  lineItems: readonly LineQuantity[];
  reason?: string | undefined;
  refund?: { amount: number } | undefined;
}

/** What the API answers, kept for when the request is repeated. 201: added; 200: the order had it already. */
export interface ReturnAnswer {
  status: 200 | 201;
  return: Return;
}

/**
 * Adds a return the ERP took, once however often it is posted: without a key, the same lines, reason and refund are the
 * same return. Throws NotFoundError, and RejectedError naming the line: `unknown_line_item`, `invalid_quantity`,
 * `quantity_exceeded`.
 */
export async function postReturn(
  orderId: string,
  posted: PostedReturn,
  { once, key, by }: { once: Once<ReturnAnswer>; key: string | undefined; by: string },
  network: Network,
): Promise<ReturnAnswer> {
  const at = new Date().toISOString();
  const { decision } = await changeOrder(
    orderId,
    async (before) => {
      const { reason = null, refund = null } = before?.erased ? { ...posted, reason: null } : posted;
      const answered = await once.find();
      if (answered) return { order: before, answer: { ...answered, return: { ...answered.return, reason } } };
      const order = orNotFound(before, 'order');
      const id = returnId(order.id, ERP, JSON.stringify(key === undefined ? posted : [by, key, posted]));
      const known = order.returns?.find((each) => each.id === id);
      if (known) return { order, answer: { status: 200 as const, return: known } };
      const lineItems = takeLines(order, posted.lineItems, shipped(order), 'are shipped and did not come back');
      const taken: Return = { id, by: ERP, at, lineItems, reason, refund };
      const answer: ReturnAnswer = { status: 201, return: taken };
      // The reason may quote the buyer, so only the order keeps it: whoever repeats the request sends it again.
      const wordless = { ...answer, return: { ...taken, reason: null } };
      const act = putAct({ act: 'return.posted', about: order.id, by, at, detail: { return: id } });
      return { ...applyReturns(order, [taken]), also: [act, ...once.remember(wordless)], answer };
    },
    { by: ERP, at, network },
  );
  return decision.answer;
}

/** Units that were shipped and have not come back. */
function shipped(order: Order): LineQuantity[] {
  const returned = returnedUnits(order);
  return order.ucp.line_items.map(({ id, quantity }) => ({
    id,
    quantity: quantity.fulfilled - (returned.get(id) ?? 0),
  }));
}
