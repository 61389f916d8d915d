import { asOf } from '#events/inbound-body';
import type { Connection } from '#lib/connections/connection';
import { unblock } from '#lib/deliveries/reopen';
import { getEvent, type InboundEvent, type Remapped } from '#lib/inbound/event';
import { readChange } from '#lib/inbound/ingest';
import { sharesOf } from '#lib/inbound/ingest-order';
import { loadConnector } from '#lib/marketplaces/load';
import type { Network } from '#lib/marketplaces/network';
import { changeOrder } from '#lib/orders/change';
import type { Order, OrderSnapshot } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { claimShares, previewShares } from '#lib/orders/share-lines';
import { tellCancelled, tellPaid } from '#lib/orders/snapshot';
import type { Told } from '#lib/orders/timeline';
import { ContractError, type ErrorDetail, IntegrationError } from '#lib/platform/errors';
import { changedMembers, diffOrders } from './diff.ts';
import type { Outcome } from './remap-schema.ts';
import { rereadOrder } from './reread.ts';

/** Errors of a body that can be read, but whose new meaning a person has to decide on. */
const CONFLICTS = new Set(['lines_renamed', 'order_renamed', 'not_an_order']);

/** What comes of it, and the order as it would be then; neither where it reads as it stands. */
interface Reading {
  outcome: Outcome;
  next?: Order;
}

/** Reads the snapshot that an order stands on once more; with `remapped`, the order becomes what it says now. */
export async function remapOrder(order: Order, network: Network, remapped: Remapped | null): Promise<Outcome | null> {
  if (!remapped) return (await readAgain(order, network, false))?.outcome ?? null;
  const { decision } = await changeOrder(
    order.id,
    async (before) => {
      const reading = await readAgain(before ?? order, network, true);
      if (!before || !reading) return null;
      const { outcome, next = before } = reading;
      const timeline = next === before ? [] : tell(before, next, changedMembers(outcome.changes), remapped);
      return { order: next, timeline, outcome: { ...outcome, applied: next !== before } };
    },
    { by: remapped.by, at: remapped.at, origin: remapped.id, network },
  );
  // What waited for an address or a route may have it now.
  if (decision?.outcome.applied)
    for (const waitsFor of ['order', 'routes'] as const) await unblock(waitsFor, { deliveries: order.deliveries });
  return decision?.outcome ?? null;
}

async function readAgain(order: Order, network: Network, claims: boolean): Promise<Reading | null> {
  const event = await getEvent(order.snapshotEvent);
  const about = { event: order.snapshotEvent, order: order.id, receivedAt: event?.receivedAt ?? null };
  const nothing = {
    ...{ ...about, was: 'applied' as const, reads: null, applied: false },
    ...{ changes: [], deliveries: [], note: null },
  };
  const failed = (outcome: Outcome['outcome'], error: NonNullable<Outcome['error']>): Reading => ({
    outcome: { ...nothing, outcome, error },
  });
  if (!event || event.bodyTruncated) {
    const what = event ? 'only the beginning of its body is' : 'its body is no longer';
    return failed('missing', { code: 'body_missing', description: `${what} on record` });
  }
  const next = await reread(order, event, network, claims);
  if (!('id' in next)) return failed(CONFLICTS.has(next.code) ? 'conflict' : 'unreadable', next);
  if (next === order) return null;
  const changes = diffOrders(order, next);
  const deliveries = planDeliveries(next, network, order).deliveries.map(({ action, connection }) => ({
    action,
    connection,
  }));
  const note = noteQuantities(order, next);
  return { next, outcome: { ...nothing, outcome: 'changed', reads: 'order', changes, deliveries, note, error: null } };
}

async function reread(
  order: Order,
  event: InboundEvent,
  { connections }: Network,
  claims: boolean,
): Promise<Order | Pick<ErrorDetail, 'code' | 'description' | 'field'>> {
  const connection = connections.get(order.connection);
  if (!connection) return { code: 'connection_unknown', description: 'not in the connections file' };
  const { change } = await readChange(event, connection, loadConnector);
  if (change instanceof IntegrationError) return change.detail;
  if (change.type !== 'order') return { code: 'not_an_order', description: `it reads as ${change.type} now` };
  try {
    const own = await ownShare(order, change.order, connection, claims);
    return own ? rereadOrder(order, own, asOf(event)) : order;
  } catch (error) {
    if (error instanceof ContractError) return error.detail;
    throw error;
  }
}

/** What of a snapshot is about this order's own lines: others may belong to the order they were split from. */
async function ownShare({ id, externalId }: Order, snapshot: OrderSnapshot, connection: Connection, claims: boolean) {
  if (snapshot.externalId !== externalId)
    throw new ContractError({
      code: 'order_renamed',
      description: `it would be order ${snapshot.externalId} now`,
      field: 'externalId',
    });
  const shares = await sharesOf(connection, snapshot, claims ? claimShares : previewShares);
  return shares.find((share) => share.order === id && !share.isPart)?.snapshot;
}

/** Whoever ships has the quantity of the old reading, until the deliveries that the new one opens have run. */
function noteQuantities(previous: Order, next: Order): string | null {
  const before = new Map(previous.ucp.line_items.map(({ id, quantity }) => [id, quantity.total]));
  const differing = next.ucp.line_items
    .filter(({ id }) => previous.routed.includes(id))
    .flatMap(({ id, quantity: { total } }) =>
      before.get(id) === total ? [] : `${id} was ${before.get(id)}, is ${total}`,
    );
  if (differing.length === 0 || next.cancelled) return null;
  return `placed already: ${differing.join('; ')}. Whoever ships is told of the difference, or it waits for you`;
}

function tell(previous: Order, next: Order, changed: readonly string[], { id, reason }: Remapped): Told[] {
  const detail = { remap: id, changed, event: next.snapshotEvent, ...(reason !== null && { reason }) };
  return [{ type: 'order.remapped', detail }, ...tellPaid(previous, next), ...tellCancelled(previous, next)];
}
