import type { InboundReceived } from '#events/inbound-received';
import { transact } from '#lib/aws/table';
import type { Connection } from '#lib/connections/connection';
import { type Configuration, getConfiguration } from '#lib/connections/store';
import type { Delivery } from '#lib/deliveries/delivery';
import { findOpenFetch, newFetch, putOpenFetch } from '#lib/deliveries/fetch';
import { openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { ring } from '#lib/deliveries/ring';
import { ContractError, type ErrorDetail, IntegrationError } from '#lib/errors';
import { log } from '#lib/log';
import type { Change } from '#lib/marketplaces/contract';
import { loadConnector } from '#lib/marketplaces/registry';
import { applySnapshot } from '#lib/orders/apply';
import { planDeliveries } from '#lib/orders/causes';
import { type OrderSnapshot, orderId } from '#lib/orders/order';
import { commitOrder, getOrder } from '#lib/orders/store';
import { applyShipmentChange } from './apply-shipment.ts';
import { getEvent, type InboundEvent, putEvent } from './event.ts';
import { readBody } from './read-body.ts';

/** What became of an event, and the deliveries it opened. Undefined: somebody else wrote first, decide again. */
export type Applied = { opened: readonly Delivery[] } | undefined;

const MAX_CONFLICTS = 10;

/** Understands one inbound event and records what follows from it, once, however often it arrives. */
export async function ingest(message: InboundReceived): Promise<void> {
  const configuration = await getConfiguration();
  const connection = configuration.connections.get(message.connection);
  const reading = await read(message, connection);
  if (!connection || 'error' in reading) {
    await recordUnreadable(message, 'error' in reading ? reading.error : unknownConnection(message.connection));
    return;
  }
  try {
    for (const change of reading.changes)
      await untilApplied(() => applyChange(change, message, connection, configuration));
  } catch (error) {
    // It has the vendor's shape and still makes no valid order.
    if (!(error instanceof ContractError)) throw error;
    await recordUnreadable(message, error.detail);
  }
}

const unknownConnection = (id: string): ErrorDetail => ({
  code: 'connection_unknown',
  description: `${id} is not in the connections file`,
});

async function read(
  message: InboundReceived,
  connection: Connection | undefined,
): Promise<{ changes: Change[] } | { error: ErrorDetail }> {
  if (!connection) return { error: unknownConnection(message.connection) };
  const connector = await loadConnector(connection.marketplace);
  try {
    const { topic, receivedAt } = message;
    return { changes: connector.map({ topic, body: readBody(message), receivedAt }, connection) };
  } catch (error) {
    // A mapper that fails on a body is a bug, but the body must not be lost or loop for it.
    if (error instanceof IntegrationError) return { error: error.detail };
    return {
      error: {
        code: 'mapping_failed',
        description: `unexpected ${error instanceof Error ? error.name : typeof error}`,
      },
    };
  }
}

async function untilApplied(apply: () => Promise<Applied>): Promise<void> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const applied = await apply();
    if (applied) return ring(applied.opened);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** Math.min(conflicts, 5)));
  }
  throw new Error('an order kept changing while an event was applied to it');
}

function applyChange(
  change: Change,
  message: InboundReceived,
  connection: Connection,
  configuration: Configuration,
): Promise<Applied> {
  switch (change.type) {
    case 'order':
      return applyOrder(change.order, message, connection, configuration);
    case 'shipment':
      return applyShipmentChange(change.shipment, message, connection, configuration);
    case 'fetch':
      return openFetch(message, connection, change);
    case 'none':
      return recordOnly(message, 'applied', { note: change.reason });
  }
}

async function applyOrder(
  snapshot: OrderSnapshot,
  message: InboundReceived,
  connection: Connection,
  configuration: Configuration,
): Promise<Applied> {
  const id = orderId(connection.id, snapshot.externalId);
  const previous = (await getOrder(id)) ?? null;
  const { result, order, timeline } = applySnapshot(previous, snapshot, {
    connection: connection.id,
    event: message.id,
    by: message.receivedBy,
    receivedAt: message.receivedAt,
  });
  // Nothing to write: the very order that was read.
  if (previous && order === previous)
    return recordDuplicate(
      message,
      id,
      result === 'older' ? 'older than the snapshot that stands' : 'the snapshot that stands',
    );
  const now = new Date();
  const { deliveries, routed } = planDeliveries(order, configuration);
  const state = result === 'same' || result === 'older' ? 'duplicate' : 'applied';
  // A poll that finds what is known leaves no trace but the newer version.
  const worthRecording = state === 'applied' || message.receivedBy === 'webhook';
  const also = worthRecording ? [putEvent(eventOf(message, { state, order: id }))] : [];
  const opened = await commitOrder({ order, previous, timeline, deliveries, routed, origin: message.id, now, also });
  if (opened) return { opened };
  return alreadyRecorded(message);
}

/** Fetches of one thing collapse: an event that arrives before a fetch has begun is covered by it. */
async function openFetch(
  message: InboundReceived,
  connection: Connection,
  { action, resource }: { action: string; resource: string },
): Promise<Applied> {
  const asked = newFetch(connection, action, resource, message.id);
  const covering = await findOpenFetch(asked);
  if (covering && covering !== asked.id) return recordOnly(message, 'duplicate', { note: `covered by ${covering}` });
  const fetch = openDelivery(asked, new Date().toISOString());
  const event = eventOf(message, { state: 'applied', note: `asks for ${asked.id}` });
  const stands = await transact([putEvent(event), putNewDelivery(fetch), putOpenFetch(asked)]);
  return stands ? { opened: [fetch] } : alreadyRecorded(message);
}

/** An unreadable body is kept whole and shown; it causes nothing and is not received again. */
async function recordUnreadable(message: InboundReceived, error: ErrorDetail): Promise<void> {
  const { code, field } = error;
  log.warn('unreadable inbound event', {
    event: message.id,
    connection: message.connection,
    topic: message.topic,
    code,
    field,
  });
  const description = `${message.connection}: ${error.description}`;
  await recordOnly(message, 'unreadable', { error: { code, description, ...(field !== undefined && { field }) } });
}

async function recordDuplicate(message: InboundReceived, order: string, note: string): Promise<Applied> {
  if (message.receivedBy !== 'webhook') return { opened: [] };
  return recordOnly(message, 'duplicate', { order, note });
}

async function recordOnly(
  message: InboundReceived,
  state: InboundEvent['state'],
  rest: Partial<InboundEvent>,
): Promise<Applied> {
  await transact([putEvent(eventOf(message, { state, ...rest }))]);
  return { opened: [] };
}

/** After a failed transaction: done if this very message stands (a second receipt of it), else worth another look. */
async function alreadyRecorded(message: InboundReceived): Promise<Applied> {
  return (await getEvent(message.id)) ? { opened: [] } : undefined;
}

export function eventOf(
  message: InboundReceived,
  became: Partial<InboundEvent> & Pick<InboundEvent, 'state'>,
): InboundEvent {
  return { ...message, order: null, error: null, note: null, recordedAt: new Date().toISOString(), ...became };
}
