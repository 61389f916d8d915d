import { changeOrder } from './change.ts';
import type { Order } from './order.ts';
import type { Network } from './plan.ts';
import { isReleased } from './release.ts';
import { eachOrder } from './store.ts';
import { hasUnplaced } from './units.ts';

/** What has waited for longer goes on with its channel's next word. */
const LOOK_BACK_MS = 90 * 24 * 3600_000;

/** Plans anew what waits of a connection's orders and may ship by its present settings: the oldest first, one by one. */
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
