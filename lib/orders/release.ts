import type { Connection } from '#lib/connections/connection';
import type { Order } from './order.ts';
import type { Payment } from './order-schema.ts';
import type { PaymentState } from './payment-state.ts';
import { wholeHistory } from './split.ts';

/** How an order is paid. That it was once paid is never forgotten; only a refund makes it unpaid. */
export function paymentOf({ paidAt, ...order }: Pick<Order, 'paidAt' | 'history' | 'parts'>): Payment {
  const { payment } = wholeHistory(order).snapshot;
  const state = payment?.state ?? 'pending';
  return { method: payment?.method ?? null, state: paidAt && state === 'pending' ? 'paid' : state };
}

/** Whether it was ever allowed to ship. An order stored by a hub that kept no `releasedAt` yet was, if it was paid. */
export const wasReleased = ({ releasedAt, paidAt }: Pick<Order, 'releasedAt' | 'paidAt'>): boolean =>
  Boolean(releasedAt === undefined ? paidAt : releasedAt);

/** What decides in which states of payment a connection's orders may ship. */
interface Releasing {
  connections: ReadonlyMap<string, Connection>;
  roleOf(marketplace: string): { releases?: readonly PaymentState[] };
}

/** The states of payment in which a channel's orders may ship: by the connection's settings, else its marketplace. */
export function releasesOf(connection: Connection | undefined, { roleOf }: Releasing): readonly PaymentState[] {
  if (!connection) return ['paid'];
  const own = connection.settings.release as PaymentState[] | undefined;
  return own ?? roleOf(connection.marketplace).releases ?? ['paid'];
}

/** Whether an order may ship: one that is paid back in part still counts as paid. */
export function isReleased(order: Order, network: Releasing): boolean {
  if (wholeHistory(order).snapshot.held !== undefined) return false;
  const { state } = paymentOf(order);
  const releases = releasesOf(network.connections.get(order.connection), network);
  return releases.includes(state === 'partly_refunded' ? 'paid' : state);
}
