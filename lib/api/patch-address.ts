import { randomUUID } from 'node:crypto';
import { getConfiguration } from '#lib/connections/store';
import { unblock } from '#lib/deliveries/replay';
import { ring } from '#lib/deliveries/ring';
import { type AddressPatch, correctAddress } from '#lib/orders/address';
import type { Order } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { commitOrder, getOrder } from '#lib/orders/store';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { notFound } from './kit/errors.ts';

/** Corrects an order's address and lets run what waited for it: placements, and routes that go by country. */
export async function patchAddress(id: string, patch: AddressPatch, by: string): Promise<Order> {
  const configuration = await getConfiguration();
  const opened = await untilCommitted(`order ${id}`, async () => {
    const previous = await getOrder(id);
    if (!previous) throw notFound('order');
    const now = new Date();
    const { order, timeline, changed } = correctAddress(previous, patch, { by, at: now.toISOString() });
    if (!changed) return [];
    const plan = planDeliveries(order, configuration);
    return commitOrder({ order, previous, timeline, ...plan, origin: randomUUID(), now });
  });
  await ring(opened);
  const order = await getOrder(id);
  if (!order) throw notFound('order');
  await unblock('order', { deliveries: order.deliveries });
  await unblock('routes', { deliveries: order.deliveries });
  return order;
}
