import { changeOrder } from './change.ts';
import type { Order } from './order.ts';
import type { Network } from './planning.ts';
import { isReleased } from './release.ts';
import { eachOrder } from './store.ts';
import { hasUnplaced } from './units.ts';

/** Orders that have waited longer go on when their channel next tells of them. */
const LOOK_BACK_MS = 90 * 24 * 3600_000;

/** Plans anew a connection's waiting orders that may ship by its present settings: the oldest first, one by one. */
export async function releaseWaiting(
  connection: string,
  network: Network,
  { orders = eachOrder, change = changeOrder } = {},
): Promise<void> {
  const isWaiting = (order: Order) => !order.cancelled && isReleased(order, network) && hasUnplaced(order);
  const since = new Date(Date.now() - LOOK_BACK_MS).toISOString();
  for await (const waiting of orders([connection], { since })) {
    if (!isWaiting(waiting)) continue;
    const options = { by: 'hub', network };
    await change(waiting.id, (order) => (order && isWaiting(order) ? { order: { ...order } } : null), options);
  }
}
