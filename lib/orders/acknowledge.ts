import { NotFoundError } from '#lib/platform/errors';
import { changeOrder } from './change.ts';
import type { Order } from './order.ts';
import type { Network } from './plan.ts';

/** Notes under which number the seller's own system has an order. The same again changes nothing. Throws NotFoundError. */
export async function acknowledge(id: string, reference: string, by: string, network: Network): Promise<Order> {
  const at = new Date().toISOString();
  const { order } = await changeOrder(
    id,
    (known) => {
      if (!known) throw new NotFoundError('order');
      if (known.acknowledgement?.reference === reference) return null;
      return {
        order: { ...known, acknowledgement: { by, reference, at } },
        timeline: [{ type: 'order.acknowledged', detail: { reference } }],
      };
    },
    { by, at, network },
  );
  if (!order) throw new NotFoundError('order');
  return order;
}
