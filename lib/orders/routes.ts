import { ERP, type Route } from '#lib/connections/connection';
import type { LineQuantity, Order } from './order.ts';

/** Who ships each line: the first route that matches, tried in order. Lines without one are under `null`. */
export function routeLines(
  order: Order,
  lines: readonly LineQuantity[],
  routes: readonly Route[],
): Map<string | null, LineQuantity[]> {
  return Map.groupBy(lines, ({ id }) => routes.find((route) => matches(route, order, skuOf(order, id)))?.to ?? null);
}

function matches({ from, match = {} }: Route, order: Order, sku: string): boolean {
  if (from !== '*' && from !== order.connection) return false;
  const { country, skuPrefix } = match;
  if (country !== undefined && country !== order.shippingAddress.address_country) return false;
  return skuPrefix === undefined || sku.startsWith(skuPrefix);
}

const skuOf = (order: Order, lineId: string): string =>
  order.ucp.line_items.find(({ id }) => id === lineId)?.item.id ?? '';

export const shipsItself = (to: string): boolean => to === ERP;
