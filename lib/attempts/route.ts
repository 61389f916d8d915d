import type { Subjects } from '#lib/deliveries/delivery';
import type { Order } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { placementOf, takeBack } from '#lib/orders/units';
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
      const next = release(
        order,
        id,
        lineItems.map((line) => line.id),
      );
      const { deliveries } = planDeliveries(next, network);
      const stuck = deliveries.find(({ blocked, subject }) => blocked && sameIds(subject, lineItems));
      if (stuck?.blocked) throw new BlockedError(stuck.blocked, stuck.blocked.waitsFor);
      return { order: next };
    },
    { by, origin: id, network },
  );
  return { ok: true };
};

/** The order with the lines of a routing delivery unrouted; of one from before units were kept, for the first time. */
function release(order: Order, id: string, lines: readonly string[]): Order {
  const { lineItems } = placementOf(order, id) ?? {};
  if (lineItems) return takeBack(order, id, lineItems, true);
  const placements = order.placements.map((each) => (each.delivery === id ? { ...each, lineItems: [] } : each));
  return { ...order, placements, routed: order.routed.filter((line) => !lines.includes(line)) };
}

const sameIds = (subject: object, lines: ReadonlyArray<{ id: string }>): boolean => {
  const { lineItems = [] } = subject as Partial<Subjects['route']>;
  return lineItems.length === lines.length && lines.every(({ id }) => lineItems.some((line) => line.id === id));
};
