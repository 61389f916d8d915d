import type { Attempt, Delivery } from './delivery.ts';

/** A line on the timeline of a delivery's order; who told it and when are the attempt's. */
export type Told = NonNullable<Attempt['told']>[number];

/** A delivery that needs a person is told on its order's timeline. */
export function tellTrouble({ state, cause, attemptCount }: Delivery): Told[] {
  if (state !== 'dead' && state !== 'blocked') return [];
  return [{ type: `delivery.${state}`, detail: { attempt: attemptCount, ...cause } }];
}
