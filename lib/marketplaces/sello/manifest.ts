import { sumByLine } from '#lib/orders/line-quantities';
import type { Order } from '#lib/orders/order';
import type { FollowUp } from '#lib/orders/planning';
import { externalIdsOf } from '#lib/orders/split';
import { carriersByCode, type MarketplaceInfo, type Role } from '../manifest.ts';

export const info = {
  name: 'sello',
  title: 'Sello',
  sells: true,
  topics: ['order-new', 'order-paid', 'order-updated', 'product-updated', 'product-quantity-updated'],
  // No interval is documented; webhooks come first, the poll finds what they lost.
  pollIntervalSeconds: 600,
  pollsChanges: true,
  // "The API is by default limited to 30 calls per minute."
  requestsPerMinute: 30,
  webhookSettings: [],
  secretInUrl: true,
  movesLines: true,
} as const satisfies MarketplaceInfo;

export const carriers = carriersByCode(
  ...['dhl', 'bring', 'bussgods', 'posten', 'posti', 'schenker', 'gls', 'skynet', 'ups', 'dpd', 'dsv', 'tnt'],
  ...['fedex', 'itella', 'postenaland'],
);

export const role: Role = { info, carriers, takesStock: true, followUps };

/** The orders at Sello a parcel belongs to (separated rows have their own); one of unknown content, to the first. */
export function ordersOf(order: Order, { lineItems }: Pick<Order['fulfillments'][number], 'lineItems'>): Set<string> {
  const homes = externalIdsOf(order);
  const own = lineItems.flatMap(({ id }) => homes.get(id) ?? []);
  return new Set(own.length > 0 ? own : [order.externalId]);
}

/**
 * Sello passes tracking on to the marketplace when an order gets a delivered status: it gets one with its last parcel,
 * and again with each later parcel. Separated rows are an order of their own.
 */
function followUps(order: Order): FollowUp[] {
  const { fulfillments, ucp, cancelled, returns = [] } = order;
  // Whoever took goods back reports the return; Sello reports none.
  const returned = returns.map(({ id }): FollowUp => ({ action: 'returned', about: id, afterReports: true }));
  if (cancelled) return returned;
  const homes = externalIdsOf(order);
  const shipped = sumByLine(fulfillments.flatMap(({ lineItems }) => lineItems));
  const wanted = ucp.line_items.filter(({ quantity }) => quantity.total > 0);
  const byHome = Map.groupBy(wanted, ({ id }) => homes.get(id) ?? order.externalId);
  const delivered = [...byHome].flatMap(([home, lines]): FollowUp[] => {
    if (!lines.every(({ id, quantity }) => (shipped.get(id) ?? 0) >= quantity.total)) return [];
    const parcels = fulfillments.filter((parcel) => ordersOf(order, parcel).has(home));
    const about = [home, ...parcels.map(({ id }) => id).sort()].join(' ');
    return [{ action: 'status', about, afterReports: true }];
  });
  return [...delivered, ...returned];
}
