import type { Connection } from '#lib/connections/connection';
import type { Order } from '#lib/orders/order';
import type { FollowUp } from '#lib/orders/planning';
import { isReleased } from '#lib/orders/release';
import { statusOf } from '#lib/orders/status';
import type { CarrierTable, MarketplaceInfo, Role } from '../manifest.ts';
import { CARRIERS, codeOf } from './tables.ts';

export const info = {
  name: 'sellers-commerce',
  title: 'SellersCommerce',
  sells: true,
  // It has no webhooks: everything is polled.
  topics: [],
  // The document names neither an interval nor a limit: both are our own choice.
  pollIntervalSeconds: 300,
  pollsChanges: true,
  requestsPerMinute: 60,
  webhookSettings: [],
  keepsToken: true,
} as const satisfies MarketplaceInfo;

export const carriers: CarrierTable = Object.fromEntries(Object.values(CARRIERS).map((name) => [codeOf(name), name]));

// "Purchase Order" is one of its payment methods: the invoice follows the goods.
export const role: Role = { info, carriers, takesStock: true, releases: ['paid', 'on_account'], followUps };

/** A released order is being processed; its payment is captured with the first parcel, if the settings say so. */
function followUps(order: Order, connection: Connection): FollowUp[] {
  const network = { connections: new Map([[connection.id, connection]]), roleOf: () => role };
  if (order.cancelled || order.ucp.line_items.length === 0 || !isReleased(order, network)) return [];
  const captures = connection.settings.capturePayment === true && order.fulfillments.length > 0;
  const actions = [statusOf(order) === 'open' && 'processing', captures && 'payment'];
  return actions.filter((action) => action !== false).map((action) => ({ action, about: order.externalId }));
}
