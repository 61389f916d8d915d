import { type Connection, ERP } from '#lib/connections/connection';
import { openDelivery } from '#lib/deliveries/ledger';
import { explain } from '#lib/explanation/explain';
import type { Explanation } from '#lib/explanation/explanation-schema';
import type { Change, Connector } from '#lib/marketplaces/contract';
import type { BodyMember } from '#lib/marketplaces/kit/body-members';
import { mapBody } from '#lib/marketplaces/map-body';
import type { Network } from '#lib/marketplaces/network';
import type { LineQuantity, Order, OrderSnapshot } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { tellReturns } from '#lib/orders/returns';
import { applySnapshot } from '#lib/orders/snapshot';
import { ContractError, type ErrorDetail, IntegrationError } from '#lib/platform/errors';

/** What would be asked of whom: `erp` ships by itself, null is nobody. */
interface Placement {
  to: string | null;
  lineItems: LineQuantity[];
  blocked: { code: string; description: string } | null;
}

/** What a body would become if nothing were known of what it tells. */
export interface Tried {
  members: readonly BodyMember[];
  unread: readonly string[];
  aliases: Array<{ from: string; to: string }>;
  error: ErrorDetail | null;
  change: Change | null;
  order: Order | null;
  placements: Placement[];
  explanation: Explanation | null;
}

/** Runs a body through mapping and planning, and nothing else: no table is read, nothing is written or sent. */
export function tryBody(
  { topic, body }: { topic: string; body: unknown },
  connection: Connection,
  connector: Connector,
  network: Network,
  now = new Date(),
): Tried {
  const receivedAt = now.toISOString();
  const { change, members, unread, aliases } = mapBody(connector, { topic, body, receivedAt }, connection);
  const tried: Tried = {
    ...{ members, unread, aliases: [...aliases].map(([from, to]) => ({ from, to })) },
    ...{ error: null, change: null, order: null, placements: [], explanation: null },
  };
  if (change instanceof IntegrationError) return { ...tried, error: change.detail };
  if (change.type !== 'order') return { ...tried, change };
  try {
    return { ...tried, change, ...planOrder(change.order, connection, network, now) };
  } catch (error) {
    if (error instanceof ContractError) return { ...tried, error: error.detail };
    throw error;
  }
}

function planOrder(snapshot: OrderSnapshot, connection: Connection, network: Network, now: Date) {
  const receivedAt = now.toISOString();
  const source = { connection: connection.id, event: 'tried', receivedAt };
  const { order: sold } = applySnapshot(null, snapshot, source);
  const { order } = tellReturns(sold, snapshot, connection.id, receivedAt);
  const { deliveries, order: planned } = planDeliveries(order, network);
  const asked = deliveries.flatMap(({ action, connection: to, subject, blocked }): Placement[] => {
    if (!('lineItems' in subject) || (action !== 'order' && action !== 'route')) return [];
    const { code = '', description = '' } = blocked ?? {};
    const { lineItems } = subject;
    return [{ to: action === 'route' ? null : to, lineItems, blocked: blocked ? { code, description } : null }];
  });
  const { own = [] } = planned;
  return {
    order,
    placements: [...asked, ...(own.length > 0 ? [{ to: ERP, lineItems: own, blocked: null }] : [])],
    explanation: explain(
      planned,
      deliveries.map((each) => openDelivery(each, receivedAt)),
      network,
      { now },
    ),
  };
}
