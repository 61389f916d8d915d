import { ERP } from '#lib/connections/connection';
import { putAct } from '#lib/platform/audit';
import { NotFoundError, RejectedError, StateError } from '#lib/platform/errors';
import { changeOrder } from './change.ts';
import type { Once } from './fulfillment.ts';
import type { LineQuantity, Order } from './order.ts';
import type { Network } from './plan.ts';
import { takeLines } from './take-lines.ts';
import { dueOf } from './units.ts';

/** Units that somebody else is to ship: a connection, or `erp`. */
export interface PostedRoute {
  lineItems: readonly LineQuantity[];
  to: string;
  reason: string;
}

/**
 * Gives units that nobody has shipped to another shipper: at once where nobody was asked for them yet, else when who was
 * has given them back. Throws NotFoundError, StateError `order_cancelled`, and RejectedError: `unknown_connection`,
 * `not_a_shipper`, `unknown_line_item`, `invalid_quantity`, `quantity_exceeded`.
 */
export async function postRoute(
  orderId: string,
  posted: PostedRoute,
  { once, by }: { once: Once<LineQuantity[]>; by: string },
  network: Network,
): Promise<void> {
  const at = new Date().toISOString();
  await changeOrder(
    orderId,
    async (order) => {
      if (await once.find()) return null;
      if (!order) throw new NotFoundError('order');
      const { to, reason } = posted;
      const next = assign(order, posted, network);
      const lineItems = next.assigned?.at(-1)?.lineItems ?? [];
      const act = putAct({ act: 'order.routed', about: order.id, by, reason, at, detail: { to, lineItems } });
      const timeline = [{ type: 'order.routed' as const, detail: { to, lineItems, reason } }];
      return { order: next, timeline, also: [act, ...once.remember(lineItems)] };
    },
    { by, at, network },
  );
}

/** The order with units given to a shipper by name. Throws what says why they cannot be. */
export function assign(order: Order, { lineItems, to }: Omit<PostedRoute, 'reason'>, network: Network): Order {
  if (order.cancelled) throw new StateError({ code: 'order_cancelled', description: 'the order is cancelled' });
  const target = network.connections.get(to);
  if (to !== ERP && !target)
    throw new RejectedError({
      code: 'unknown_connection',
      description: `to: there is no connection ${to}`,
      field: 'to',
    });
  if (target && network.roleOf(target.marketplace).info?.sells)
    throw new RejectedError({ code: 'not_a_shipper', description: `to: ${to} sells and does not ship`, field: 'to' });
  const movable = dueOf(order).map((due) => ({ id: due.id, quantity: due.movable(to) }));
  const taken = takeLines(order, lineItems, movable, `are neither shipped nor with ${to} already`);
  return { ...order, assigned: [...(order.assigned ?? []), { to, lineItems: taken }] };
}
