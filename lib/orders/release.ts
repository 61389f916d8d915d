import type { Connection } from '#lib/connections/connection';
import type { Order } from './order.ts';
import type { Payment, PaymentState } from './order-schema.ts';
import { standing } from './split.ts';

/** How an order is paid. That it was paid once is never forgotten; only what was paid back is paid no longer. */
export function paymentOf({ paidAt, ...order }: Pick<Order, 'paidAt' | 'history' | 'parts'>): Payment {
  const { payment } = standing(order).snapshot;
  const state = payment?.state ?? 'pending';
  return { method: payment?.method ?? null, state: paidAt && state === 'pending' ? 'paid' : state };
}

/** Whether it could ever ship. What was stored before `releasedAt` was kept could once it was paid. */
export const wasReleased = ({ releasedAt, paidAt }: Pick<Order, 'releasedAt' | 'paidAt'>): boolean =>
  Boolean(releasedAt === undefined ? paidAt : releasedAt);

/** What says in which states of payment an order of a connection may ship. */
interface Releasing {
  connections: ReadonlyMap<string, Connection>;
  roleOf(marketplace: string): { releases?: readonly PaymentState[] };
}

/** The states of payment in which an order of a sales channel may ship: its connection's, else its marketplace's. */
function releasesOf(connection: Connection | undefined, { roleOf }: Releasing): readonly PaymentState[] {
  if (!connection) return ['paid'];
  const own = connection.settings.release as PaymentState[] | undefined;
  return own ?? roleOf(connection.marketplace).releases ?? ['paid'];
}

/** Whether an order may ship: what is paid back in part is paid all the same. */
export function isReleased(order: Order, network: Releasing): boolean {
  if (standing(order).snapshot.held !== undefined) return false;
  const { state } = paymentOf(order);
  const releases = releasesOf(network.connections.get(order.connection), network);
  return releases.includes(state === 'partly_refunded' ? 'paid' : state);
}
