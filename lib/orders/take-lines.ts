import { RejectedError } from '#lib/platform/errors';
import type { UcpLineItem } from '#lib/ucp/order';
import { allot, hasUnits, mergeLines, sumByLine } from './line-quantities.ts';
import type { LineQuantity, Order } from './order.ts';

/**
 * The requested lines, out of those that are left; all of them where none are named. Throws RejectedError naming the
 * line: `unknown_line_item`, `invalid_quantity`, `quantity_exceeded`.
 */
export function takeLines(
  order: Order,
  asked: readonly LineQuantity[] | undefined,
  left: readonly LineQuantity[],
  words: string,
): LineQuantity[] {
  const units = sumByLine(left);
  if (units.size === 0 && !asked?.length)
    throw rejected('quantity_exceeded', 'nothing is left to be shipped', 'lineItems');
  if (!asked) return mergeLines(left);
  if (asked.length === 0) throw rejected('invalid_quantity', 'names no line item', 'lineItems');
  for (const [index, { id, quantity }] of asked.entries()) {
    const at = `lineItems[${index}]`;
    if (!order.ucp.line_items.some((line) => line.id === id))
      throw rejected('unknown_line_item', 'the order has no such line item', `${at}.id`);
    if (!Number.isSafeInteger(quantity) || quantity < 1)
      throw rejected('invalid_quantity', 'must be a whole number of at least 1', `${at}.quantity`);
    const available = units.get(id) ?? 0;
    if (quantity > available) throw rejected('quantity_exceeded', `${available} of it ${words}`, `${at}.quantity`);
    units.set(id, available - quantity);
  }
  return mergeLines(asked);
}

/** Up to that many units of the wanted lines, taken out of what is `left` of each and subtracted there. */
export function takeUnits(
  { ucp }: Pick<Order, 'ucp'>,
  left: Map<string, number>,
  wanted: number,
  isWanted: (line: UcpLineItem) => boolean,
): LineQuantity[] {
  const open = ucp.line_items.filter(isWanted).map(({ id }) => ({ id, quantity: left.get(id) ?? 0 }));
  const taken = allot(open, wanted).filter(hasUnits);
  for (const { id, quantity } of taken) left.set(id, (left.get(id) ?? 0) - quantity);
  return taken;
}

/** The refusal of a posted body, naming the member. */
export const rejected = (code: string, problem: string, field: string): RejectedError =>
  new RejectedError({ code, description: `${field}: ${problem}`, field });
