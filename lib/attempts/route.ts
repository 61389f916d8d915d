import type { Subjects } from '#lib/deliveries/delivery';
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
      const next = takeBack(order, id, placementOf(order, id)?.lineItems ?? [], true);
      const { deliveries } = planDeliveries(next, network);
      const stuck = deliveries.find(({ blocked, subject }) => blocked && sameIds(subject, lineItems));
      if (stuck?.blocked) throw new BlockedError(stuck.blocked, stuck.blocked.waitsFor);
      return { order: next };
    },
    { by, origin: id, network },
  );
  return { ok: true };
};

const sameIds = (subject: object, lines: ReadonlyArray<{ id: string }>): boolean => {
  const { lineItems = [] } = subject as Partial<Subjects['route']>;
  return lineItems.length === lines.length && lines.every(({ id }) => lineItems.some((line) => line.id === id));
};
