import { sum } from '#lib/platform/sum';
import type { UcpTotal } from '#lib/ucp/order';
import type { OrderSnapshot, SnapshotLine } from './order.ts';

/*
 * Money stays as the source charged it, even for a cancelled order: refunds are between the sales channel and the buyer
 * and change no total.
 */

/** A line's breakdown: subtotal, what the source adds or takes off, total. The entries before `total` sum to it. */
export function lineTotals(line: SnapshotLine): UcpTotal[] {
  const subtotal = subtotalOf(line);
  const charged = line.total ?? subtotal;
  return [
    { type: 'subtotal', amount: subtotal },
    ...difference(charged - subtotal, 'Discount', 'Surcharge'),
    { type: 'total', amount: charged },
  ];
}

/** What units cost by their price: those now wanted, or those first bought where the source still charges all of them. */
export const subtotalOf = ({ unitPrice, quantity, ordered = quantity, total }: SnapshotLine): number =>
  unitPrice * (total === unitPrice * ordered ? ordered : quantity);

/**
 * The order's breakdown in minor units, with one subtotal and one total. Where the other figures do not add up to the
 * total, one more entry names the difference, so that the entries sum exactly.
 */
export function buildTotals(order: OrderSnapshot): UcpTotal[] {
  const { amounts, taxIncluded } = order;
  const hasTax = taxIncluded && amounts.tax > 0 && amounts.total >= amounts.tax;
  return [
    ...partsOf(order),
    ...entry('adjustment', 'Difference to the total of the sales channel', restOf(order)),
    { type: 'total', amount: amounts.total, ...(hasTax && withTax(amounts)) },
  ];
}

/** How much a total exceeds the sum of its parts. */
export const restOf = (order: Figures): number => order.amounts.total - sum(partsOf(order).map(({ amount }) => amount));

type Figures = Pick<OrderSnapshot, 'lines' | 'amounts' | 'taxIncluded' | 'discounts' | 'fees'>;

function partsOf({ lines, amounts, taxIncluded, discounts = [], fees = [] }: Figures): UcpTotal[] {
  const subtotal = sum(lines.map(subtotalOf));
  const charged = sum(lines.map((line) => line.total ?? subtotalOf(line)));
  return [
    { type: 'subtotal', amount: subtotal },
    ...difference(charged - subtotal, 'Item discounts', 'Item surcharges'),
    // Sources write a discount with either sign.
    ...discounts.flatMap(({ title, amount }) => entry('discount', title || 'Discount', -amount)),
    ...entry('discount', 'Discount', sum(discounts.map(({ amount }) => amount)) - Math.abs(amounts.discount)),
    ...entry('fulfillment', 'Shipping', amounts.fulfillment),
    ...fees.flatMap(({ type, title, amount }) => entry(type, title, amount)),
    ...(taxIncluded ? [] : entry('tax', 'Tax', amounts.tax)),
  ];
}

/** Tax that prices include is no entry of its own, as the entries would exceed the total: it is a part of it. */
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
