import type { Order, TimelineEntry } from '#lib/orders/order';
import { isLate, statusOf } from '#lib/orders/status';
import { log } from '#lib/platform/telemetry/log';
import type * as z from '#lib/platform/zod';
import { validateUcpOrder } from '#lib/ucp/validate';
import { ApiError } from './errors.ts';
import type { OrderBody, OrderSummary } from './order-schema.ts';

/** An order as lists carry it: one that is not valid UCP must not keep the others from being read. */
export function summarize(order: Order): z.infer<typeof OrderSummary> {
  return { ...membersOf(order), ucp: validateUcpOrder(order.ucp).length === 0 ? order.ucp : null };
}

/** An order with its timeline. One that is not valid UCP does not leave the hub: 500 `order_invalid`. */
export function present(order: Order, timeline: TimelineEntry[]): z.infer<typeof OrderBody> {
  const [problem] = validateUcpOrder(order.ucp);
  if (problem) {
    log.error('order is not valid UCP', { order: order.id, field: problem.field });
    throw new ApiError(500, 'order_invalid', `the order is not valid UCP: ${problem.description}`, problem.field);
  }
  return { ...membersOf(order), ucp: order.ucp, timeline };
}

/** What callers see; the hub's bookkeeping stays inside. */
const membersOf = (order: Order) => ({
  id: order.id,
  connection: order.connection,
  externalId: order.externalId,
  number: order.number,
  status: statusOf(order),
  placedAt: order.placedAt,
  paidAt: order.paidAt,
  buyer: order.buyer,
  shippingAddress: order.shippingAddress,
  taxIncluded: order.taxIncluded,
  shipBy: order.shipBy ?? null,
  late: isLate(order),
  fulfillments: order.fulfillments,
  deliveries: order.deliveries,
  receivedAt: order.receivedAt,
  updatedAt: order.updatedAt,
});
