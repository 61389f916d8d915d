import type { Connection } from '#lib/connections/connection';
import type { NewDelivery } from '#lib/deliveries/delivery';
import { getEvent, HUB, type InboundEvent, type Message, type Remapped, recordEvent } from '#lib/inbound/event';
import { ingestChange, readChange, whyHopeless } from '#lib/inbound/ingest';
import { sharesOf } from '#lib/inbound/ingest-order';
import { findPlaced } from '#lib/inbound/ingest-shipment';
import type { Change } from '#lib/marketplaces/contract';
import { loadConnector } from '#lib/marketplaces/load';
import type { Network } from '#lib/marketplaces/network';
import { previewShares } from '#lib/orders/find';
import { type OrderSnapshot, orderId } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { applyPart, applySnapshot } from '#lib/orders/snapshot';
import { getOrder } from '#lib/orders/store';
import { type ErrorDetail, IntegrationError } from '#lib/platform/errors';
import { diffOrders } from './diff.ts';
import type { Outcome } from './remap-schema.ts';

type Preview = Pick<Outcome, 'outcome' | 'order' | 'changes' | 'deliveries' | 'error'>;
const nothing: Omit<Preview, 'outcome'> = { order: null, changes: [], deliveries: [], error: null };

/** Reads an event that could not be read once more; with `remapped`, what it says is applied as if just received. */
export async function remapEvent(event: InboundEvent, network: Network, remapped: Remapped | null): Promise<Outcome> {
  const about = { event: event.id, receivedAt: event.receivedAt, was: 'unreadable', applied: false } as const;
  const unreadable = (error: Outcome['error']): Outcome => ({
    ...about,
    ...nothing,
    outcome: 'unreadable',
    reads: null,
    note: null,
    error,
  });
  const connection = network.connections.get(event.connection);
  if (!connection) return unreadable({ code: 'connection_unknown', description: 'not in the connections file' });
  const message = messageOf(event, remapped);
  const { change } = await readChange(message, connection, loadConnector);
  if (change instanceof IntegrationError) return unreadable(shown(change.detail));
  try {
    const preview = await previewChange(change, message, connection, network);
    const outcome: Outcome = { ...about, ...nothing, ...preview, note: null, reads: change.type };
    if (!remapped) return outcome;
    await ingestChange(change, { message, connection, network, hub: HUB });
    return { ...outcome, ...(await recordApplied(message, remapped, outcome)) };
  } catch (error) {
    return unreadable(shown(whyHopeless(error)));
  }
}

/** What came of it. What left no trace, as of a poll that finds what is known, is on record all the same. */
async function recordApplied(message: Message, { id }: Remapped, { outcome }: Outcome): Promise<Partial<Outcome>> {
  if ((await getEvent(message.id))?.remapped?.id !== id)
    await recordEvent(message, { state: 'duplicate', note: 'says nothing new' });
  const recorded = await getEvent(message.id);
  const { state = 'unreadable', order = null, error = null } = recorded ?? {};
  if (state === 'unreadable') return { applied: false, outcome: 'unreadable', error };
  const read = outcome === 'unreadable' ? 'read' : outcome;
  return { applied: true, outcome: read, error: null, ...(order !== null && { order }) };
}

function messageOf(event: InboundEvent, remapped: Remapped | null): Message {
  const { state: _s, order: _o, error: _e, note: _n, recordedAt: _a, trace: _t, remapped: _r, ...received } = event;
  return { ...received, ...(remapped && { remapped }) };
}

/** A planned delivery as an outcome shows it. */
export const shownDelivery = ({ action, connection }: NewDelivery) => ({ action, connection });

const shown = ({ code, description, field }: ErrorDetail) => ({
  code,
  description,
  ...(field !== undefined && { field }),
});

async function previewChange(
  change: Change,
  message: Message,
  connection: Connection,
  network: Network,
): Promise<Preview> {
  if (change.type === 'order') return previewOrder(change.order, message, connection, network);
  if (change.type !== 'shipment') return { ...nothing, outcome: 'read' };
  const order = await findPlaced(change.shipment, connection);
  if (order) return { ...nothing, outcome: 'read', order: order.id };
  const error = { code: 'order_unknown', description: 'the order it speaks of is not known here as placed with it' };
  return { ...nothing, outcome: 'unreadable', error };
}

/** What a snapshot would make of the orders it tells of. */
async function previewOrder(
  snapshot: OrderSnapshot,
  { id: event, receivedAt, askedAt }: Message,
  connection: Connection,
  network: Network,
): Promise<Preview> {
  const source = { connection: connection.id, event, receivedAt, askedAt };
  const shares = await sharesOf(connection, snapshot, previewShares);
  const told = await Promise.all(
    shares.map(async ({ order: id, isPart, snapshot: own }) => {
      const previous = (await getOrder(id)) ?? null;
      if (isPart && !previous) return { isNew: false, changes: [], deliveries: [] };
      const { order } = isPart && previous ? applyPart(previous, own, source) : applySnapshot(previous, own, source);
      const { deliveries } = order === previous ? { deliveries: [] } : planDeliveries(order, network, previous);
      return { isNew: previous === null, changes: diffOrders(previous, order), deliveries };
    }),
  );
  const changes = told.flatMap((each) => each.changes);
  const seen = changes.length > 0 ? 'changed' : 'read';
  return {
    outcome: told.some(({ isNew }) => isNew) ? 'created' : seen,
    order: shares[0]?.order ?? orderId(connection.id, snapshot.externalId),
    changes,
    deliveries: told.flatMap(({ deliveries }) => deliveries.map(shownDelivery)),
    error: null,
  };
}
