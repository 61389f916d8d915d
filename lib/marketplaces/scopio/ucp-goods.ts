import type { OrderSnapshot, SnapshotLine } from '#lib/orders/order';
import { subtotalOf } from '#lib/orders/ucp-totals';
import { sum, takeDiscounts } from '../kit/amounts.ts';
import { defined, nonEmpty } from '../kit/shape.ts';
import type { Reader } from './map-common.ts';
import type { PlainUcpOrder, Totals } from './schema.ts';

type Line = PlainUcpOrder['line_items'][number];
type Adjustment = PlainUcpOrder['adjustments'][number];

/** The lines, and what all of it costs. */
export function goodsOf(order: PlainUcpOrder, { assume }: Reader) {
  const { totals } = order;
  const given = amountOf(totals, 'total');
  if (given === undefined) assume('totals', 'have no total: what the others add up to');
  const all = linesOf(order);
  const { lines, discounts: negative = [] } = takeDiscounts(all);
  const chargeOf = (line: SnapshotLine): number => line.total ?? subtotalOf(line);
  const parts = totals.length > 0 ? totals.map(({ amount }) => amount) : all.map(chargeOf);
  const shipping = sumOf(totals, 'fulfillment');
  // UCP writes discounts below zero. Those of items are in the lines' own totals, or only here.
  const inLines = sum(lines.map((line) => Math.max(0, subtotalOf(line) - chargeOf(line))));
  const ofItems = Math.max(0, Math.abs(sumOf(totals, 'items_discount')) - inLines);
  const discount = Math.abs(sumOf(totals, 'discount')) + ofItems + sum(negative.map(({ amount }) => amount));
  const amounts = {
    fulfillment: Math.max(0, shipping),
    tax: Math.max(0, taxOf(order)),
    discount: discount + Math.max(0, -shipping),
    total: given ?? sum(parts),
  };
  return { lines, amounts, ...nonEmpty({ discounts: [...discountsOf(totals), ...negative], fees: feesOf(totals) }) };
}

const discountsOf = (totals: Totals): NonNullable<OrderSnapshot['discounts']> =>
  totals.flatMap(({ type, display_text: title, amount }) =>
    type === 'discount' && title !== undefined ? [{ title, amount: Math.abs(amount) }] : [],
  );

const READ_APART = new Set(['subtotal', 'items_discount', 'discount', 'fulfillment', 'tax', 'total']);

/** Charges of UCP's `fee` and of a business's own kinds. One below zero is no `fee`: it shows as a difference. */
const feesOf = (totals: Totals): NonNullable<OrderSnapshot['fees']> =>
  totals.flatMap(({ type, display_text: title = type, amount }) =>
    READ_APART.has(type) || (type === 'fee' && amount < 0) ? [] : [{ type, title, amount }],
  );

function linesOf(order: PlainUcpOrder): SnapshotLine[] {
  const isOnTop = isTaxOnTop(order);
  return order.line_items.map((line) => {
    const { id, item, parent_id: parentId } = line;
    const { original, total: quantity, fulfilled } = withReturned(order, id, line.quantity);
    const { tax, total } = figuresOf(line, quantity);
    // A line's own total may have its tax, which the order's figures have apart.
    const apart = isOnTop && addsUp(line.totals) ? (tax ?? 0) : 0;
    const ordered = original === quantity ? undefined : original;
    return {
      ...{ id, sku: item.id, title: item.title ?? item.id, quantity, unitPrice: item.price },
      ...defined({ ordered, ean: item.ean, imageUrl: item.image_url, parentId, fulfilled }),
      ...defined({ total: total === undefined ? undefined : total - apart, tax }),
    };
  });
}

/** Tax and total of so many units of a line, more than are left if some came back. */
function figuresOf({ item, totals, quantity: { total: left } }: Line, quantity: number) {
  const worth = amountOf(totals, 'subtotal') ?? amountOf(totals, 'total') ?? 0;
  // Figures of the units that are left are not those of all; where none are left, they say nothing.
  const scale = quantity > left && worth <= item.price * left ? quantity / left : 1;
  const isKnown = (type: string) => Number.isFinite(scale) && amountOf(totals, type) !== undefined;
  const read = (type: string) => (isKnown(type) ? Math.round(sumOf(totals, type) * scale) : undefined);
  return { tax: read('tax'), total: read('total') };
}

const ALL = Number.POSITIVE_INFINITY;

/** Units of a line in completed adjustments of a type; one that names no lines has all of them. */
const unitsIn = ({ adjustments }: PlainUcpOrder, what: string, line: string): number =>
  sum(
    adjustments.flatMap(({ type, status, line_items: lines }) => {
      if (type !== what || status !== 'completed') return [];
      return lines.length === 0 ? [ALL] : lines.map(({ id, quantity }) => (id === line ? Math.abs(quantity) : 0));
    }),
  );

/**
 * A line's quantities with units that came back among those that were bought and shipped, also where they are told
 * without them: otherwise they would count as cancelled and as returned.
 */
function withReturned(order: PlainUcpOrder, id: string, quantity: Line['quantity']) {
  const { original = 0, total, fulfilled = 0 } = quantity;
  const returned = unitsIn(order, 'return', id);
  const gone = Math.max(0, original - total - unitsIn(order, 'cancellation', id));
  // Returns of more units than are gone, and of no more than are left, are still in the total: what is gone was cancelled.
  const back = returned > gone && returned <= total ? 0 : Math.min(gone, returned);
  return back === 0 ? quantity : { original, total: total + back, fulfilled: Math.min(total, fulfilled) + back };
}

/** By quantities of 0 on all lines; or by a cancellation that names no line. */
export const isCancelled = (order: PlainUcpOrder): boolean =>
  order.line_items.every(
    ({ id, quantity }) => withReturned(order, id, quantity).total === 0 || unitsIn(order, 'cancellation', id) === ALL,
  );

/** Whether all of the order's total was paid back: what was paid back for units that it no longer has does not count. */
export function refundOf(order: PlainUcpOrder, total: number): 'refunded' | 'partly_refunded' | undefined {
  const completed = order.adjustments.filter(({ status }) => status === 'completed');
  if (paidBack(completed) === 0) return undefined;
  const gone = goneOf(order);
  const unitsOf = (id: string) => gone.get(id) ?? 0;
  const isForGone = ({ line_items: lines }: Adjustment): boolean => {
    if (lines.length === 0 || lines.some(({ id, quantity }) => Math.abs(quantity) > unitsOf(id))) return false;
    for (const { id, quantity } of lines) gone.set(id, unitsOf(id) - Math.abs(quantity));
    return true;
  };
  // Cancellations first, as they are what takes units off the total: each unit is gone once.
  completed.sort((a, b) => Number(b.type === 'cancellation') - Number(a.type === 'cancellation'));
  const back = paidBack(completed.filter((adjustment) => !isForGone(adjustment)));
  return back > 0 && back >= total ? 'refunded' : 'partly_refunded';
}

/** Less what adjustments of the same type took again, as for a dispute that was won. */
const paidBack = (adjustments: readonly Adjustment[]): number =>
  sum([...Map.groupBy(adjustments, ({ type }) => type).values()].map((all) => Math.max(0, -sum(all.map(totalOf)))));

const totalOf = ({ totals }: Adjustment): number => amountOf(totals, 'total') ?? 0;

/** Units by line that were bought once; none where the totals still have them. */
function goneOf({ line_items, totals }: PlainUcpOrder): Map<string, number> {
  const now = sum(line_items.map(({ item, quantity }) => item.price * quantity.total));
  if (sumOf(totals, 'subtotal') !== now) return new Map();
  return new Map(line_items.map(({ id, quantity: { original, total } }) => [id, (original ?? total) - total]));
}

/** An order's tax; where only its lines tell of it, theirs. */
const taxOf = ({ totals, line_items }: PlainUcpOrder): number =>
  sumOf(totals, 'tax') || sum(line_items.map((line) => sumOf(line.totals, 'tax')));

/** Tax is on top if the total only adds up with it. */
export const isTaxOnTop = (order: PlainUcpOrder): boolean =>
  taxOf(order) > 0 && addsUp(order.totals, sumOf(order.totals, 'tax') === 0 ? taxOf(order) : 0);

/** Whether a total is what the other figures, and `more`, add up to. */
const addsUp = (totals: Totals, more = 0): boolean =>
  more + sum(totals.filter(({ type }) => type !== 'total').map(({ amount }) => amount)) === amountOf(totals, 'total');

const sumOf = (totals: Totals, type: string): number =>
  sum(totals.filter((total) => total.type === type).map(({ amount }) => amount));

export const amountOf = (totals: Totals, type: string) => totals.find((total) => total.type === type)?.amount;
