import type { Attempt, Delivery } from '#lib/deliveries/delivery';
import { silent, withoutWords } from '#lib/orders/erasure';

/** Why a delivery stopped, without a remote's words, which may name the buyer. */
export const silentCause = (cause: Delivery['cause'] | undefined) =>
  cause && { ...cause, description: silent(cause.description, cause.code) };

/** An attempt without a remote's words. */
export function silentAttempt<A extends Pick<Partial<Attempt>, 'code' | 'description' | 'told'>>(attempt: A): A {
  return {
    ...attempt,
    ...(attempt.description !== undefined && { description: silent(attempt.description, attempt.code) }),
    ...(attempt.told && { told: attempt.told.map((told) => withoutWords(told as never)) }),
  };
}
