import type { Configuration } from '#lib/connections/store';
import type { Delivery } from '#lib/deliveries/delivery';
import { placeLines } from '#lib/orders/plan';
import { getOrder, orderWrites } from '#lib/orders/store';
import { BlockedError, RejectedError } from '#lib/platform/errors';
import type { Done } from './run.ts';

/** Lines that no route matched are routed once more: their placements open with this delivery's success. */
export async function routeAgain(delivery: Delivery, configuration: Configuration): Promise<Done> {
  const order = delivery.order ? await getOrder(delivery.order) : undefined;
  if (!order) throw new RejectedError({ code: 'order_missing', description: `order ${delivery.order} is not known` });
  const { deliveries } = placeLines(order, delivery.subject.lineItems ?? [], configuration);
  const stuck = deliveries.find(({ id }) => id === delivery.id);
  if (stuck?.blocked) throw new BlockedError(stuck.blocked, stuck.blocked.waitsFor);
  const { writes, opened } = orderWrites({
    order,
    previous: order,
    timeline: [],
    deliveries: deliveries.filter(({ id }) => !order.deliveries.includes(id)),
    origin: delivery.id,
    now: new Date(),
  });
  return { also: writes, opened };
}
