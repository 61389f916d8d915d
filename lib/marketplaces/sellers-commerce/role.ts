import type { Connection } from '#lib/connections/connection';
import type { Order } from '#lib/orders/order';
import type { FollowUp } from '#lib/orders/plan';
import { statusOf } from '#lib/orders/status';
import type { Role } from '../contract.ts';
import { carriers } from './carriers.ts';
import { info } from './info.ts';

export const role: Role = { info, carriers, takesStock: true, followUps };

/** A paid order is in the seller's hands; its payment is captured with the first parcel. */
function followUps(order: Order, connection: Connection): FollowUp[] {
  if (!order.paidAt || order.cancelled) return [];
  const captures = connection.settings.capturePayment === true && order.fulfillments.length > 0;
  return [
    ...(statusOf(order) === 'open' ? [{ action: 'processing', about: order.externalId }] : []),
    ...(captures ? [{ action: 'payment', about: order.externalId }] : []),
  ];
}
