import type { Delivery, NewDelivery } from '#lib/deliveries/delivery';
import type { Order } from '#lib/orders/order';
import type { Network } from '#lib/orders/planning';
import type { Told } from '#lib/orders/timeline';

/** A network in which nobody sells or ships, so nothing follows from an order. */
const NOBODY: Network = { connections: new Map(), routes: [], roleOf: () => ({}) };

interface Put {
  timeline?: readonly Told[];
  deliveries?: readonly NewDelivery[];
  network?: Network;
  now?: Date;
}

/** Writes an order, the deliveries that its plan opens in this network, and these deliveries; no ring is sent. */
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
