import type { Delivery } from '#lib/deliveries/delivery';
import { getNetwork } from '#lib/marketplaces/network';
import { changeOrder } from '#lib/orders/change';
import { placeLines } from '#lib/orders/plan';
import { BlockedError, RejectedError } from '#lib/platform/errors';
import type { Done } from './run.ts';

/**
 * Lines that no route matched are routed once more. Their placements open before this delivery's success is on record:
 * who crashes between finds them open.
 */
export async function routeAgain({ id, order: orderId, connection, subject }: Delivery): Promise<Done> {
  const network = await getNetwork();
  await changeOrder(
    orderId ?? '',
    (order) => {
      if (!order) throw new RejectedError({ code: 'order_missing', description: `order ${orderId} is not known` });
      const { deliveries } = placeLines(order, subject.lineItems ?? [], network);
      const stuck = deliveries.find((delivery) => delivery.id === id);
      if (stuck?.blocked) throw new BlockedError(stuck.blocked, stuck.blocked.waitsFor);
      return { order, deliveries: deliveries.filter((delivery) => !order.deliveries.includes(delivery.id)) };
    },
    { by: connection, origin: id, network },
  );
  return { also: [] };
}
