import { ERP, type Route } from '#lib/connections/connection';
import { sameContent } from '#lib/platform/canonical-json';
import type { LineQuantity, Order } from './order.ts';
import { standing } from './split.ts';
import { skusOf } from './units.ts';

export interface Shipped extends LineQuantity {
  to: string | null;
}

/**
 * Who ships each line: the first route that matches; null where none does. What is delivered digitally, or to an
 * address of its own, is the seller's: a shipper is only asked for parcels to the shipping address.
 */
export function routeLines(order: Order, lines: readonly LineQuantity[], routes: readonly Route[]): Shipped[] {
  const skus = skusOf(order);
  return lines.map((line) => {
    const route = routes.find((each) => matches(each, order, skus.get(line.id) ?? ''));
    return { ...line, to: isForParcel(order, line.id) ? (route?.to ?? null) : ERP };
  });
}

function isForParcel({ history: { snapshot } }: Order, line: string): boolean {
  const { expectations = [], shippingAddress } = snapshot;
  const own = expectations.filter(({ lineItems }) => lineItems.some(({ id }) => id === line));
  const isSent = own.some(
    ({ methodType, destination }) =>
      methodType === 'pickup' || (methodType === 'shipping' && sameContent(destination, shippingAddress)),
  );
  return own.length === 0 || isSent;
}

function matches({ from, match = {} }: Route, order: Order, sku: string): boolean {
  if (from !== '*' && from !== order.connection) return false;
  const { market, shippingCode } = standing(order).snapshot;
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
