import type { Delivery } from '#lib/deliveries/delivery';
import { getAttempts } from '#lib/deliveries/ledger';
import { isBeforeRestore } from '#lib/platform/settings';

/**
 * Whether the lost part of a ledger may have done it, though nothing on record says so: it was due before the table was
 * restored (`since`), and nothing was tried after. The remote is asked first then.
 */
export async function isDoubtful(delivery: Delivery, since: string): Promise<boolean> {
  if (!isBeforeRestore(since)) return false;
  const last = (await getAttempts(delivery)).at(-1);
  return !last || isBeforeRestore(last.startedAt);
}
