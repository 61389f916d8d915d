import type { Delivery } from '#lib/deliveries/delivery';
import { getDeliveries } from '#lib/deliveries/ledger';
import { roleOf } from '#lib/marketplaces/registry';
import { getOrder } from '#lib/orders/store';

/** The pushes that waited for this one, where its marketplace has such. */
export async function findFollowers({ id, order: orderId, action, state, marketplace }: Delivery): Promise<Delivery[]> {
  if (state !== 'succeeded' || action !== 'fulfillment' || !orderId) return [];
  if (!roleOf(marketplace).followUps) return [];
  const order = await getOrder(orderId);
  const all = await getDeliveries(order?.deliveries ?? []);
  return all.filter(({ subject }) => subject.after?.includes(id));
}
