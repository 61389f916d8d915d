import type { Subjects } from '#lib/deliveries/delivery';
import { placeLines } from '#lib/orders/plan';
import { BlockedError } from '#lib/platform/errors';
import type { Run } from './attempt.ts';
import { orderMissing } from './sold.ts';

/**
 * Routes lines once more that no route matched. Their placements open before this delivery's success is on record: who
 * crashes between finds them open.
 */
export const route: Run<Subjects['route']> = async ({ lineItems }, { delivery, network, hub }) => {
  const { id, order: orderId, connection: by } = delivery;
  await hub.changeOrder(
    orderId ?? '',
    (order) => {
      if (!order) throw orderMissing(delivery);
      const { deliveries } = placeLines(order, lineItems, network);
      const stuck = deliveries.find((each) => each.id === id);
      if (stuck?.blocked) throw new BlockedError(stuck.blocked, stuck.blocked.waitsFor);
      return { order, deliveries: deliveries.filter((each) => !order.deliveries.includes(each.id)) };
    },
    { by, origin: id, network },
  );
  return { ok: true };
};
