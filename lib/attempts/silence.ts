import type { Delivery } from '#lib/deliveries/delivery';
import { ERASED, withoutWords } from '#lib/orders/erasure';

/** Why a delivery stopped, without a remote's words, which may name the buyer. */
export const silentCause = (cause: Delivery['cause'] | undefined) => cause && { ...cause, description: ERASED };

/** An attempt without a remote's words. */
export function silentAttempt<A extends { description?: string; told?: Array<{ type: string; detail: object }> }>(
  attempt: A,
): A {
  return {
    ...attempt,
    ...(attempt.description !== undefined && { description: ERASED }),
    ...(attempt.told && { told: attempt.told.map((told) => withoutWords(told as never)) }),
  };
}
