import { ERP } from '#lib/connections/connection';
import { putAct } from '#lib/platform/audit';
import { NotFoundError } from '#lib/platform/errors';
import { changeOrder } from './change.ts';
import type { Once } from './fulfillment.ts';
import type { LineQuantity, Order, Return } from './order.ts';
import type { Network } from './plan.ts';
import { applyReturns, returnedUnits, returnId } from './returns.ts';
import { takeLines } from './take-lines.ts';

/** A return that the seller's ERP took; `refund` in minor units. */
export interface PostedReturn {
  lineItems: readonly LineQuantity[];
  reason?: string | undefined;
  refund?: { amount: number } | undefined;
}

/** What is answered, and kept for the repetition of the request. 201: added; 200: the order had it already. */
export interface ReturnAnswer {
  status: 200 | 201;
  return: Return;
}

/**
 * Adds a return the ERP took, once however often it is asked: without a key the same lines, reason and refund are the
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
    async (order) => {
      const { reason = null, refund = null } = order?.erased ? { ...posted, reason: null } : posted;
      const answered = await once.find();
      if (answered) return { order, answer: { ...answered, return: { ...answered.return, reason } } };
      if (!order) throw new NotFoundError('order');
      const id = returnId(order.id, ERP, JSON.stringify(key === undefined ? posted : [by, key, posted]));
      const known = order.returns?.find((each) => each.id === id);
      if (known) return { order, answer: { status: 200 as const, return: known } };
      const lineItems = takeLines(order, posted.lineItems, shipped(order), 'are shipped and did not come back');
      const taken: Return = { id, by: ERP, at, lineItems, reason, refund };
      const answer: ReturnAnswer = { status: 201, return: taken };
      // Words that may be the buyer's stand on the order alone; who repeats the request brings them.
      const wordless = { ...answer, return: { ...taken, reason: null } };
      const act = putAct({ act: 'return.posted', about: order.id, by, at, detail: { return: id } });
      return { ...applyReturns(order, [taken]), also: [act, ...once.remember(wordless)], answer };
    },
    { by: ERP, at, network },
  );
  return decision.answer;
}

/** Units shipped that have not come back. */
function shipped(order: Order): LineQuantity[] {
  const returned = returnedUnits(order);
  return order.ucp.line_items.map(({ id, quantity }) => ({
    id,
    quantity: quantity.fulfilled - (returned.get(id) ?? 0),
  }));
}
