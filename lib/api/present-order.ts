import type { Delivery } from '#lib/deliveries/delivery';
import { getDeliveries } from '#lib/deliveries/ledger';
import { tellUnreleased } from '#lib/explanation/held-back';
import { getNetwork, type Network } from '#lib/marketplaces/network';
import { factsOf } from '#lib/orders/facts';
import type { Order as StoredOrder } from '#lib/orders/order';
import { OrderFacts } from '#lib/orders/order-schema';
import { isLate, statusOf } from '#lib/orders/status';
import { getTimeline } from '#lib/orders/store';
import type { TimelineEntry as StoredEntry } from '#lib/orders/timeline';
import { withPage } from '#lib/orders/ucp';
import { publicUrl } from '#lib/platform/settings';
import { log } from '#lib/platform/telemetry/log';
import type { UcpOrder } from '#lib/ucp/order';
import { validateUcpOrder } from '#lib/ucp/validate';
import { ApiError } from './kit/errors.ts';
import { pick } from './kit/meta.ts';
import type { Order, OrderSummary } from './order-schema.ts';

/** An order for a list: one that is not valid UCP must not keep the others from being read. */
export const presentSummary = (
  order: StoredOrder,
  network: Network,
  placing: readonly Delivery[] = [],
): OrderSummary => ({
  ...derivedOf(order, network, placing),
  ucp: validateUcpOrder(order.ucp).length === 0 ? ucpOf(order) : null,
});

/** Orders for a list, with who has which units. */
export async function presentSummaries(orders: readonly StoredOrder[]): Promise<OrderSummary[]> {
  const [network, placing] = await Promise.all([getNetwork(), placingOf(orders)]);
  return orders.map((order) => presentSummary(order, network, placing));
}

const placingOf = (orders: readonly StoredOrder[]): Promise<Delivery[]> =>
  getDeliveries(orders.flatMap(({ placements }) => placements.map(({ delivery }) => delivery)));

const ucpOf = ({ ucp }: StoredOrder): UcpOrder => withPage(ucp, publicUrl());

/** The UCP order as it leaves the hub. Throws ApiError 500 `order_invalid` for one that is not valid. */
export function validUcp(order: StoredOrder): UcpOrder {
  const [problem] = validateUcpOrder(order.ucp);
  if (!problem) return ucpOf(order);
  log.error('order is not valid UCP', { order: order.id, field: problem.field });
  throw new ApiError(500, 'order_invalid', `the order is not valid UCP: ${problem.description}`, problem.field);
}

export const presentOrder = (
  order: StoredOrder,
  timeline: StoredEntry[],
  network: Network,
  placing: readonly Delivery[] = [],
): Order => ({ ...derivedOf(order, network, placing), ucp: validUcp(order), timeline });

/** The whole of an order, with its timeline and who has which units. */
export async function showOrder(order: StoredOrder): Promise<Order> {
  const [timeline, network, placing] = await Promise.all([getTimeline(order), getNetwork(), placingOf([order])]);
  return presentOrder(order, timeline, network, placing);
}

const derivedOf = (order: StoredOrder, network: Network, placing: readonly Delivery[]) => ({
  ...pick(OrderFacts, order),
  ...factsOf(order, placing),
  status: statusOf(order),
  shipBy: order.shipBy ?? null,
  unreleased: tellUnreleased(
    order,
    placing.filter((each) => each.order === order.id),
    network,
  ),
  late: isLate(order),
});
