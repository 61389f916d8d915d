import { asOf, bodyBytes } from '#events/inbound-body';
import type { InboundReceived } from '#events/inbound-received';
import type { Connection } from '#lib/connections/connection';
import type { Change, Webhook } from '#lib/marketplaces/contract';
import type { BodyMember } from '#lib/marketplaces/kit/body-members';
import type { LoadConnector } from '#lib/marketplaces/load';
import { mapBody } from '#lib/marketplaces/map-body';
import { tellOrder } from '#lib/orders/change';
import { ERASED } from '#lib/orders/erasure';
import { findByRemoteId, getOrder } from '#lib/orders/store';
import type { Told } from '#lib/orders/timeline';
import { ContractError, type ErrorDetail, IntegrationError, RejectedError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import { readWrapped } from '#lib/platform/json';
import { isTooLarge } from '#lib/platform/table/table';
import { log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import { decodeText } from '#lib/platform/text';
import {
  HUB,
  type Hub,
  type InboundState,
  type Ingested,
  type Ingestion,
  type Message,
  recordEvent,
  type Unrecorded,
} from './event.ts';
import { ingestFetch } from './ingest-fetch.ts';
import { ingestGone, ingestOrder, ingestReturn } from './ingest-order.ts';
import { ingestMerchants, ingestProducts } from './ingest-products.ts';
import { ingestShipment, ingestStale } from './ingest-shipment.ts';
import { countShape } from './shape.ts';

/** Understands one inbound event and records what follows from it, once, however often it arrives. */
export async function ingest(message: Message, load: LoadConnector, means: Partial<Hub> = {}): Promise<void> {
  const hub = { ...HUB, ...means };
  const network = await hub.getNetwork();
  const connection = network.connections.get(message.connection);
  const why = connection
    ? await understand({ message, connection, network, hub }, load)
    : { code: 'connection_unknown', description: 'not in the connections file' };
  if (!why) return;
  if (connection) count(connection, 'unreadable');
  await recordUnreadable(message, hub, why);
}

/** Ingests what can be ingested, or returns why it cannot. */
async function understand(ingestion: Ingestion, load: LoadConnector): Promise<ErrorDetail | null> {
  const { message, connection } = ingestion;
  const { change, members } = await readChange(message, connection, load);
  countShape(connection, message.topic, members);
  if (change instanceof IntegrationError) return change.detail;
  try {
    await ingestChange(change, ingestion);
    return null;
  } catch (error) {
    return whyHopeless(error);
  }
}

/** What a message means to the current mapper, or why it cannot be read; and which members its body has. */
export async function readChange(
  message: InboundReceived,
  connection: Connection,
  load: LoadConnector,
): Promise<{ change: Change | IntegrationError; members: readonly BodyMember[] }> {
  const without = (change: Change | IntegrationError) => ({ change, members: [] });
  if (message.bodyTruncated) {
    const why =
      message.body === ''
        ? 'nothing of it is kept: its buyer was erased'
        : 'only its beginning is kept: the whole is too large';
    return without(new ContractError({ code: 'body_truncated', description: why }));
  }
  const connector = await load(connection.marketplace);
  if (message.receivedBy === 'webhook' && connector.webhook?.isTest?.(bodyBytes(message)))
    return without({ type: 'none', reason: `${connector.info.title} tried the URL of ${message.topic}` });
  const body = readBody(message, connector.webhook);
  if (body instanceof ContractError) return without(body);
  return mapBody(connector, { topic: message.topic, body, receivedAt: asOf(message) }, connection);
}

/** Records what an event says and what follows from it. Throws errors that `whyHopeless` sorts. */
export async function ingestChange(change: Change, ingestion: Ingestion): Promise<void> {
  const { message, connection, hub } = ingestion;
  const ingested = await BY_TYPE[change.type](change as never, ingestion);
  const state =
    ingested === null || typeof ingested === 'string' ? ingested : await recordEvent(message, ingested, hub.table);
  if (!state) return;
  count(connection, state);
  log.info('event ingested', { event: message.id, connection: connection.id, state });
}

const BY_TYPE: {
  [Type in Change['type']]: (change: Extract<Change, { type: Type }>, ingestion: Ingestion) => Promise<Ingested>;
} = {
  order: (change, ingestion) => ingestOrder(change.order, ingestion),
  gone: (change, ingestion) => ingestGone(change.externalId, ingestion),
  return: (change, ingestion) => ingestReturn(change.return, ingestion),
  shipment: (change, ingestion) => ingestShipment(change.shipment, ingestion),
  stale: ingestStale,
  products: (change, ingestion) => ingestProducts(change.products, ingestion),
  merchants: (change, ingestion) => ingestMerchants(change.merchants, ingestion),
  fetch: ingestFetch,
  none: ingestNote,
};

/** Records a change that causes nothing, and tells it on the order that it is about, if that is known. */
async function ingestNote(
  { reason, about }: Extract<Change, { type: 'none' }>,
  { message, connection, hub: { table } }: Ingestion,
): Promise<Unrecorded | null> {
  // A poll that finds something without meaning leaves no trace.
  if (message.receivedBy === 'poll') return null;
  const id = about && (await findByRemoteId(connection.id, about.remoteId, table));
  const order = id && (await getOrder(id, table));
  if (!about || !order) return { state: 'applied', note: reason };
  const note = order.erased ? ERASED : reason;
  const told: Told = { type: about.type, detail: { event: message.id, remoteId: about.remoteId, note } };
  const { id: origin, receivedAt: at } = message;
  const also = tellOrder(id, [told], { by: connection.id, at, origin });
  return { state: 'applied', order: id, note, about: order, also };
}

function count({ marketplace }: Connection, state: InboundState): void {
  emitMetric('EventsIngested', { Marketplace: marketplace, State: state });
}

/** Keeps an unreadable body whole, to be shown; it causes nothing and is not received again. */
async function recordUnreadable(
  message: Message,
  { table }: Hub,
  { code, description, field }: ErrorDetail,
): Promise<void> {
  // Every poll finds the same body, or what its list named, again: that is one event.
  const isFound = [message.receivedBy, message.askedBy].includes('poll') && !message.remapped;
  const id = isFound ? `evt_${shortHash(message.connection, message.topic, message.body)}` : message.id;
  const { connection, topic } = message;
  log.warn('unreadable inbound event', { event: id, connection, topic, code, field });
  const error = { code, description: `${connection}: ${description}`, ...(field !== undefined && { field }) };
  await recordEvent({ ...message, id }, { state: 'unreadable', error }, table);
}

/** The message's JSON, or what the webhook makes of another body; throws ContractError when it is neither. */
function readBody(message: InboundReceived, webhook: Webhook | undefined): unknown {
  const bytes = bodyBytes(message);
  const json = readWrapped(decodeText(bytes));
  if (json !== undefined) return json;
  const other = message.receivedBy === 'webhook' ? webhook?.readOther?.(bytes) : undefined;
  return other ?? new ContractError({ code: 'not_json', description: 'the body is not JSON', field: 'body' });
}

/** The reason why receiving this again would not help; other errors are thrown, and the message comes back. */
export function whyHopeless(error: unknown): ErrorDetail {
  // It has the vendor's shape, but makes no valid order, or none that the table can hold.
  if (error instanceof ContractError || error instanceof RejectedError) return error.detail;
  if (isTooLarge(error))
    return { code: 'too_large', description: 'the order would be larger than the ledger can hold' };
  throw error;
}
