import type { Connection } from '#lib/connections/connection';
import type { Configuration } from '#lib/connections/store';
import { unblock } from '#lib/deliveries/replay';
import { ring } from '#lib/deliveries/ring';
import { getEvent, type InboundEvent, type Remapped } from '#lib/inbound/event';
import { readChange } from '#lib/inbound/ingest';
import { loadConnector } from '#lib/marketplaces/load';
import type { Order, OrderSnapshot, TimelineEntry } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { commitOrder, getOrder } from '#lib/orders/store';
import { ContractError, type ErrorDetail, IntegrationError } from '#lib/platform/errors';
import { changedMembers, diffOrders } from './diff.ts';
import type { Outcome } from './outcome.ts';
import { rereadOrder } from './reread.ts';
import { sharesOf } from './shares.ts';

const MAX_CONFLICTS = 5;
/** It can be read, and what it says now is not for a machine to decide. */
const CONFLICTS = new Set(['lines_renamed', 'order_renamed', 'not_an_order']);

/** Reads the snapshot that an order stands on once more; with `remapped`, the order becomes what it says now. */
export async function remapOrder(
  order: Order,
  configuration: Configuration,
  remapped: Remapped | null,
): Promise<Outcome | null> {
  let previous = order;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const outcome = await remapOnce(previous, configuration, remapped);
    if (outcome !== 'overtaken') return outcome;
    previous = (await getOrder(order.id)) ?? order;
  }
  throw new Error('an order kept changing while it was remapped');
}

async function remapOnce(
  previous: Order,
  configuration: Configuration,
  remapped: Remapped | null,
): Promise<Outcome | null | 'overtaken'> {
  const event = await getEvent(previous.snapshotEvent);
  const about = { event: previous.snapshotEvent, order: previous.id, receivedAt: event?.receivedAt ?? null };
  const nothing = {
    ...about,
    was: 'applied' as const,
    reads: null,
    applied: false,
    changes: [],
    deliveries: [],
    note: null,
  };
  if (!event)
    return {
      ...nothing,
      outcome: 'missing',
      error: { code: 'body_missing', description: 'its body is no longer on record' },
    };
  const next = await reread(previous, event, configuration, remapped !== null);
  if (!('id' in next))
    return { ...nothing, outcome: CONFLICTS.has(next.code) ? 'conflict' : 'unreadable', error: next };
  if (next === previous) return null;
  const changes = diffOrders(previous, next);
  const { deliveries, routed } = planDeliveries(next, configuration);
  const outcome: Outcome = {
    ...{ ...nothing, outcome: 'changed', reads: 'order', changes, note: noteQuantities(previous, next), error: null },
    deliveries: deliveries.map(({ action, connection }) => ({ action, connection })),
  };
  if (!remapped) return outcome;
  const now = new Date();
  const timeline = tell(previous, next, changedMembers(changes), remapped);
  const order = { ...next, updatedAt: now.toISOString() };
  const opened = await commitOrder({ order, previous, timeline, deliveries, routed, origin: remapped.id, now });
  if (!opened) return 'overtaken';
  await ring(opened);
  // What waited for an address or a route may have it now.
  for (const waitsFor of ['order', 'routes'] as const) await unblock(waitsFor, { deliveries: previous.deliveries });
  return { ...outcome, applied: true };
}

async function reread(
  order: Order,
  event: InboundEvent,
  { connections }: Configuration,
  claims: boolean,
): Promise<Order | Pick<ErrorDetail, 'code' | 'description' | 'field'>> {
  const connection = connections.get(order.connection);
  if (!connection) return { code: 'connection_unknown', description: 'not in the connections file' };
  const change = await readChange(event, connection, loadConnector);
  if (change instanceof IntegrationError) return change.detail;
  if (change.type !== 'order') return { code: 'not_an_order', description: `it reads as ${change.type} now` };
  try {
    const own = await ownShare(order, change.order, connection, claims);
    return own ? rereadOrder(order, own, event.receivedAt) : order;
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
  const shares = await sharesOf(connection, snapshot, claims);
  return shares.find((share) => share.order === id && !share.isPart)?.snapshot;
}

/** A placement is not made again, so whoever ships has the quantity of the old reading. */
function noteQuantities(previous: Order, next: Order): string | null {
  const before = new Map(previous.ucp.line_items.map(({ id, quantity }) => [id, quantity.total]));
  const differing = next.ucp.line_items
    .filter(({ id }) => previous.routed.includes(id))
    .flatMap(({ id, quantity: { total } }) =>
      before.get(id) === total ? [] : `${id} was ${before.get(id)}, is ${total}`,
    );
  if (differing.length === 0 || next.cancelled) return null;
  return `placed already and not placed again: ${differing.join('; ')}. Settle the difference with whoever ships`;
}

function tell(previous: Order, next: Order, changed: readonly string[], { id, at, by, reason }: Remapped) {
  const detail = { remap: id, changed, event: next.snapshotEvent, ...(reason !== null && { reason }) };
  const entries: TimelineEntry[] = [{ at, type: 'order.remapped', by, detail }];
  if (next.paidAt && !previous.paidAt) entries.push({ at, type: 'order.paid', by, detail: { paidAt: next.paidAt } });
  if (next.cancelled && !previous.cancelled)
    entries.push({ at, type: 'order.cancelled', by, detail: { cancelledAt: next.history.cancelledAt } });
  return entries;
}
