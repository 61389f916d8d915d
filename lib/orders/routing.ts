import { ERP, type Route } from '#lib/connections/connection';
import { isSameDestination } from './destination.ts';
import { hasUnits, unitsIn } from './line-quantities.ts';
import { type LineQuantity, type Order, skusOf } from './order.ts';
import { wholeHistory } from './split.ts';

export interface Shipped extends LineQuantity {
  to: string | null;
}

/** Who ships each line: the first route that matches; null where none does. What goes elsewhere is the seller's. */
export function routeLines(order: Order, lines: readonly LineQuantity[], routes: readonly Route[]): Shipped[] {
  const skus = skusOf(order);
  return lines.flatMap(({ id, quantity }) => {
    const route = routes.find((each) => matches(each, order, skus.get(id) ?? ''));
    const elsewhere = Math.min(quantity, dueElsewhere(order, id));
    return [
      { id, quantity: quantity - elsewhere, to: route?.to ?? null },
      { id, quantity: elsewhere, to: ERP },
    ].filter(hasUnits);
  });
}

/**
 * Units that are delivered digitally, collected, or sent to an address of their own, and that the seller does not have
 * yet: a shipper is only asked for what goes to the shipping address, which is the pickup point's if all is collected.
 */
function dueElsewhere({ history: { snapshot }, own = [] }: Order, line: string): number {
  const { expectations = [], shippingAddress } = snapshot;
  const told = expectations.filter(({ lineItems }) => lineItems.some(({ id }) => id === line));
  const elsewhere = told.filter(
    ({ methodType, destination }) => methodType === 'digital' || !isSameDestination(destination, shippingAddress),
  );
  if (elsewhere.length === told.length) return told.length > 0 ? Number.POSITIVE_INFINITY : 0;
  const away = elsewhere.flatMap(({ lineItems }) => lineItems);
  return Math.max(0, unitsIn(away, line) - unitsIn(own, line));
}

function matches({ from, match = {} }: Route, order: Order, sku: string): boolean {
  if (from !== '*' && from !== order.connection) return false;
  const { market, shippingCode } = wholeHistory(order).snapshot;
  const { country, market: sold, method, skuPrefix = '' } = match;
  return (
    isSaid(country, order.shippingAddress.address_country) &&
    isSaid(sold, market?.name) &&
    isSaid(method, shippingCode, order.shippingMethod) &&
    sku.toLowerCase().startsWith(skuPrefix.toLowerCase())
  );
}

/** Whether one of these is what a route asks for, in any case; a route that asks for nothing matches all. */
const isSaid = (asked: string | undefined, ...said: Array<string | null | undefined>): boolean =>
  asked === undefined || said.some((word) => word?.toLowerCase() === asked.toLowerCase());
