import type { Delivery } from '#lib/deliveries/delivery';
import { subjectOf } from '#lib/deliveries/subject';
import * as z from '#lib/platform/zod';
import type { Order } from './order.ts';
import { wasReleased } from './release.ts';
import { statusOf } from './status.ts';

/** How far an order can have come: every order that is not cancelled should get all the way. */
export const Step = z.enum(['released', 'acknowledged', 'placed', 'shipped', 'told']);
export type Step = z.infer<typeof Step>;

/** The steps that an order has yet to take; undefined for a cancelled order, which need not take them. */
export function missingSteps(order: Order, deliveries: readonly Delivery[]): Step[] | undefined {
  if (statusOf(order) === 'cancelled') return undefined;
  const isShipped = statusOf(order) === 'fulfilled';
  // A placement that was left with nothing need not succeed: others have its units.
  const wanted = deliveries.filter(({ state, cause }) => !(state === 'dead' && cause?.code === 'order_cancelled'));
  const isDone = (job: string) =>
    wanted.every((delivery) => subjectOf(delivery).job !== job || delivery.state === 'succeeded');
  const taken: Record<Step, boolean> = {
    released: wasReleased(order),
    acknowledged: order.acknowledgement !== undefined,
    // An order that may not ship cannot have been placed.
    placed: isShipped || (wasReleased(order) && isDone('place') && isDone('route')),
    shipped: isShipped,
    // The sales channel was told of every parcel that there is.
    told: isShipped && isDone('report'),
  };
  return Step.options.filter((step) => !taken[step]);
}
