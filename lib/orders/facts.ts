import type { Delivery } from '#lib/deliveries/delivery';
import { sum } from '#lib/platform/sum';
import type { Order, OrderSnapshot, SnapshotLine } from './order.ts';
import type { Amounts, Line, OrderWhole } from './order-schema.ts';
import { placedUnits, shownPlacements } from './placements.ts';
import { paymentOf } from './release.ts';
import { returnedUnits } from './returns.ts';
import { wholeHistory } from './split.ts';
import { type CountedLine, countLines } from './status.ts';
import { subtotalOf } from './ucp-totals.ts';

/**
 * What the API tells of an order besides UCP: every figure follows from what the sales channel said, and who has which
 * units from the placing deliveries.
 */
export function factsOf(order: Order, placing: readonly Delivery[] = []): OrderWhole {
  const history = wholeHistory(order);
  const { snapshot } = history;
  const placements = shownPlacements(order, placing);
  const placed = placedUnits(placements);
  const returned = returnedUnits(order);
  const { billingAddress, note, market, pickupPoint, shippingCode, shippingMethod, unread, assumed } = snapshot;
  return {
    revision: order.revision,
    releasedAt: order.releasedAt ?? null,
    billingAddress: billingAddress ?? null,
    note: note ?? null,
    market: market ?? null,
    payment: paymentOf(order),
    shippingMethod: shippingMethod || shippingCode ? { code: shippingCode ?? null, name: shippingMethod } : null,
    pickupPoint: pickupPoint ?? null,
    amounts: amountsOf(snapshot),
    lines: countLines(history, order.fulfillments).map((counted) => ({
      ...lineOf(counted, snapshot.taxIncluded),
      placed: placed.get(counted.line.id) ?? 0,
      returned: returned.get(counted.line.id) ?? 0,
    })),
    placements,
    returns: order.returns ?? [],
    acknowledgement: order.acknowledgement ?? null,
    unread: unread ?? [],
    assumed: assumed ?? [],
  };
}

function amountsOf({ currency, lines, amounts, taxIncluded }: OrderSnapshot): Amounts {
  const goods = sum(lines.map(subtotalOf));
  const discount = sum(lines.map(discountOf)) + Math.abs(amounts.discount);
  const { fulfillment: shipping, total } = amounts;
  const isFree = taxIncluded && total <= 0;
  // What is taken off the order takes its tax off, too: no more than the source tells may be left.
  const ofLines = amounts.discount === 0 ? sum(lines.map((line) => taxOf(line, taxIncluded) ?? 0)) : 0;
  const tax = isFree ? 0 : amounts.tax || ofLines;
  const other = total - (goods - discount + shipping + (taxIncluded ? 0 : tax));
  return { currency, goods, shipping, discount, tax, other, total };
}

function lineOf(
  { line, original, total, fulfilled, vanished }: CountedLine,
  taxIncluded: boolean,
): Omit<Line, 'placed' | 'returned'> {
  const quantity = Math.max(original, line.quantity);
  const charged = vanished ? { ...line, quantity: 0, total: 0, tax: 0 } : line;
  return {
    id: line.id,
    sku: line.sku,
    ean: line.ean ?? null,
    title: line.title,
    quantity,
    fulfilled,
    cancelled: quantity - total,
    unitPrice: unitPriceOf(line, taxIncluded),
    tax: { rate: line.taxRate ?? null, amount: taxOf(charged, taxIncluded) },
    discount: discountOf(charged),
    total: chargeOf(charged),
    stockLocation: line.stockLocation ?? null,
    attributes: line.attributes ?? {},
  };
}

const chargeOf = (line: SnapshotLine): number => line.total ?? subtotalOf(line);
const discountOf = (line: SnapshotLine): number => Math.max(0, subtotalOf(line) - chargeOf(line));

/** The tax on a whole line: as the source tells it, else from the rate, rounded half up. */
function taxOf(line: SnapshotLine, taxIncluded: boolean): number | null {
  if (line.tax !== undefined) return line.tax;
  if (line.taxRate === undefined) return null;
  return taxAt(line.taxRate, chargeOf(line), taxIncluded);
}

const taxAt = (rate: number, amount: number, isIncluded: boolean): number =>
  Math.round((amount * rate) / (isIncluded ? 100 + rate : 100));

/**
 * A unit's gross and net price: the missing one as the source tells it, else from the rate, else from the line's tax.
 */
function unitPriceOf(line: SnapshotLine, taxIncluded: boolean): Line['unitPrice'] {
  const { unitPrice, taxRate, tax, quantity } = line;
  const share = tax === undefined || quantity === 0 || discountOf(line) > 0 ? undefined : Math.round(tax / quantity);
  const perUnit = taxRate === undefined ? share : taxAt(taxRate, unitPrice, taxIncluded);
  const sign = taxIncluded ? -1 : 1;
  const isNone = perUnit === undefined || (taxIncluded && perUnit > unitPrice);
  const other = line.otherUnitPrice ?? (isNone ? null : unitPrice + sign * perUnit);
  return taxIncluded ? { gross: unitPrice, net: other } : { gross: other, net: unitPrice };
}
