import type { Delivery, NewDelivery } from '#lib/deliveries/delivery';
import type { Order } from '#lib/orders/order';
import type { Network } from '#lib/orders/plan';
import type { Told } from '#lib/orders/timeline';

/** Nobody sells and nobody ships: nothing follows from an order. */
const NOBODY: Network = { connections: new Map(), routes: [], roleOf: () => ({}) };

interface Put {
  timeline?: readonly Told[];
  deliveries?: readonly NewDelivery[];
  network?: Network;
  now?: Date;
}

/** Puts an order on record, with what its plan opens in this network and these deliveries; nobody is rung for them. */
export async function putOrder(
  order: Order,
  { timeline = [], deliveries = [], network = NOBODY, now = new Date() }: Put = {},
): Promise<readonly Delivery[]> {
  const { changeOrder } = await import('#lib/orders/change');
  const { opened } = await changeOrder(
    order.id,
    () => ({ order, timeline, deliveries }),
    { by: 'test', origin: order.snapshotEvent, network },
    { ring: async () => {}, now: () => now },
  );
  return opened;
}
