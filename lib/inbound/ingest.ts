import type { InboundReceived } from '#events/inbound-received';
import type { Connection } from '#lib/connections/connection';
import { type Configuration, getConfiguration } from '#lib/connections/store';
import { ring } from '#lib/deliveries/ring';
import type { Change } from '#lib/marketplaces/contract';
import type { LoadConnector } from '#lib/marketplaces/load';
import { ContractError, type ErrorDetail, IntegrationError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import { isTooLarge } from '#lib/platform/table/table';
import { log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import { type Applied, recordOnly } from './apply.ts';
import { applyFetch } from './apply-fetch.ts';
import { applyNote } from './apply-note.ts';
import { applyProducts } from './apply-products.ts';
import { applyShares } from './apply-shares.ts';
import { applyShipmentChange, blockPlacement } from './apply-shipment.ts';
import type { InboundState, Message } from './event.ts';
import { bodyBytes, readBody } from './read-body.ts';

const MAX_CONFLICTS = 10;

/** Understands one inbound event and records what follows from it, once, however often it arrives. */
export async function ingest(message: InboundReceived, load: LoadConnector): Promise<void> {
  const configuration = await getConfiguration();
  const connection = configuration.connections.get(message.connection);
  if (!connection)
    return recordUnreadable(message, { code: 'connection_unknown', description: 'not in the connections file' });
  const change = await readChange(message, connection, load);
  if (change instanceof IntegrationError) {
    count(connection, 'unreadable');
    return recordUnreadable(message, change.detail);
  }
  try {
    await apply(change, message, connection, configuration);
  } catch (error) {
    const why = whyHopeless(error);
    count(connection, 'unreadable');
    await recordUnreadable(message, why);
  }
}

/** What a message means to the present mapper, or why it cannot be read. */
export async function readChange(
  message: InboundReceived,
  connection: Connection,
  load: LoadConnector,
): Promise<Change | IntegrationError> {
  const connector = await load(connection.marketplace);
  if (message.receivedBy === 'webhook' && connector.webhook?.isTest?.(bodyBytes(message)))
    return { type: 'none', reason: `${connector.info.title} tried the URL of ${message.topic}` };
  try {
    const { topic, receivedAt } = message;
    return connector.map({ topic, body: readBody(message), receivedAt }, connection);
  } catch (error) {
    if (error instanceof IntegrationError) return error;
    // A mapper that fails on a body is a bug, but the body must not be lost or loop for it.
    const name = error instanceof Error ? error.name : typeof error;
    return new ContractError({ code: 'mapping_failed', description: `unexpected ${name}` });
  }
}

/** Records a change and what follows from it, and rings. Throws what `whyHopeless` tells apart. */
export async function apply(
  change: Change,
  message: Message,
  connection: Connection,
  configuration: Configuration,
): Promise<void> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const applied = await applyChange(change, message, connection, configuration);
    if (applied) {
      count(connection, applied.state);
      log.info('event ingested', { event: message.id, connection: connection.id, state: applied.state });
      return ring(applied.opened);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** Math.min(conflicts, 5)));
  }
  throw new Error('an order kept changing while an event was applied to it');
}

function count({ marketplace }: Connection, state: InboundState | undefined): void {
  if (state) emitMetric('EventsIngested', { Marketplace: marketplace, State: state });
}

function applyChange(
  change: Change,
  message: InboundReceived,
  connection: Connection,
  configuration: Configuration,
): Promise<Applied> {
  switch (change.type) {
    case 'order':
      return applyShares(change.order, message, connection, configuration);
    case 'shipment':
      return applyShipmentChange(change.shipment, message, connection, configuration);
    case 'placement-refused':
      return blockPlacement(change, message, connection);
    case 'products':
      return applyProducts(change.products, message, configuration);
    case 'fetch':
      return applyFetch(change, message, connection);
    case 'none':
      // A poll that finds what means nothing leaves no trace.
      if (message.receivedBy === 'poll') return Promise.resolve({ opened: [] });
      return applyNote(change, message, connection);
  }
}

/** An unreadable body is kept whole and shown; it causes nothing and is not received again. */
async function recordUnreadable(message: InboundReceived, { code, description, field }: ErrorDetail): Promise<void> {
  log.warn('unreadable inbound event', {
    event: message.id,
    connection: message.connection,
    topic: message.topic,
    code,
    field,
  });
  const error = { code, description: `${message.connection}: ${description}`, ...(field !== undefined && { field }) };
  // Every poll finds the same body again: it is one event.
  const id =
    message.receivedBy === 'poll' ? `evt_${shortHash(message.connection, message.topic, message.body)}` : message.id;
  await recordOnly({ ...message, id }, 'unreadable', { error });
}

/** What a second receipt would meet again; anything else is thrown and the message comes back. */
export function whyHopeless(error: unknown): ErrorDetail {
  // It has the vendor's shape and still makes no valid order.
  if (error instanceof ContractError) return error.detail;
  if (isTooLarge(error))
    return { code: 'too_large', description: 'the order would be larger than the ledger can hold' };
  throw error;
}
