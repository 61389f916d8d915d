import type { Delivery } from '#lib/deliveries/delivery';
import { subjectOf } from '#lib/deliveries/subject';
import * as z from '#lib/platform/zod';
import type { Order } from './order.ts';
import { wasReleased } from './release.ts';
import { statusOf } from './status.ts';

/** How far an order can have come: each that is not cancelled should have come all the way. */
export const Step = z.enum(['released', 'acknowledged', 'placed', 'shipped', 'told']);
export type Step = z.infer<typeof Step>;

/** The steps that an order has not taken; undefined for one that is cancelled and need not. */
export function missingSteps(order: Order, deliveries: readonly Delivery[]): Step[] | undefined {
  if (statusOf(order) === 'cancelled') return undefined;
  const isDone = (job: string) =>
    deliveries.every((delivery) => subjectOf(delivery).job !== job || delivery.state === 'succeeded');
  const taken: Record<Step, boolean> = {
    released: wasReleased(order),
    acknowledged: order.acknowledgement !== undefined,
    placed: isDone('place') && isDone('route'),
    shipped: statusOf(order) === 'fulfilled',
    // Whoever was told of every parcel that there is.
    told: statusOf(order) === 'fulfilled' && isDone('report'),
  };
  return Step.options.filter((step) => !taken[step]);
}
