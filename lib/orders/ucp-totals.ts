import { sum } from '#lib/platform/sum';
import type { UcpTotal } from '#lib/ucp/order';
import type { OrderSnapshot, SnapshotLine } from './order.ts';

/*
 * Money stays what the source says it charged, for a cancelled order too: what is paid back is between the
 * sales channel and the buyer, and the hub is not told.
 */

/** A line's breakdown: subtotal, what the source adds or takes off, total. Entries before `total` sum to it. */
export function lineTotals({ unitPrice, quantity, total }: SnapshotLine): UcpTotal[] {
  const subtotal = unitPrice * quantity;
  const charged = total ?? subtotal;
  return [
    { type: 'subtotal', amount: subtotal },
    ...difference(charged - subtotal, 'Discount', 'Surcharge'),
    { type: 'total', amount: charged },
  ];
}

/**
 * The order's breakdown in minor units, one subtotal and one total. A total the other figures do not add up to is
 * kept, with one entry more that names the difference, so that the entries sum exactly.
 */
export function buildTotals({ lines, amounts, taxIncluded, discounts = [], fees = [] }: OrderSnapshot): UcpTotal[] {
  const subtotal = sum(lines.map(({ unitPrice, quantity }) => unitPrice * quantity));
  const charged = sum(lines.map(({ unitPrice, quantity, total }) => total ?? unitPrice * quantity));
  const parts: UcpTotal[] = [
    { type: 'subtotal', amount: subtotal },
    ...difference(charged - subtotal, 'Item discounts', 'Item surcharges'),
    // Sources write a discount with either sign.
    ...discounts.flatMap(({ title, amount }) => entry('discount', title || 'Discount', -amount)),
    ...entry('discount', 'Discount', sum(discounts.map(({ amount }) => amount)) - Math.abs(amounts.discount)),
    ...entry('fulfillment', 'Shipping', amounts.fulfillment),
    ...fees.flatMap(({ type, title, amount }) => entry(type, title, amount)),
    ...(taxIncluded ? [] : entry('tax', 'Tax', amounts.tax)),
  ];
  const rest = amounts.total - sum(parts.map(({ amount }) => amount));
  return [
    ...parts,
    ...entry('adjustment', 'Difference to the total of the sales channel', rest),
    { type: 'total', amount: amounts.total, ...(taxIncluded && amounts.tax > 0 && withTax(amounts)) },
  ];
}

/** The tax that prices include is no entry of its own, as the entries would not sum to the total: it is a part of it. */
const withTax = ({ total, tax }: OrderSnapshot['amounts']) => ({
  lines: [
    { display_text: 'Net', amount: total - tax },
    { display_text: 'Tax included', amount: tax },
  ],
});

const difference = (amount: number, less: string, more: string): UcpTotal[] =>
  amount < 0 ? entry('items_discount', less, amount) : entry('adjustment', more, amount);

const entry = (type: string, display_text: string, amount: number): UcpTotal[] =>
  amount === 0 ? [] : [{ type, display_text, amount }];
