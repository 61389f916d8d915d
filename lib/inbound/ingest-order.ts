import { reserveSold } from '#lib/catalog/reserve-sold';
import { noteProduct } from '#lib/catalog/store';
import type { Connection } from '#lib/connections/connection';
import { marketplaces } from '#lib/marketplaces/registry';
import { claimShares, findByPart, findWhole, putPart } from '#lib/orders/find';
import { type Order, type OrderSnapshot, orderId, type ReturnSnapshot } from '#lib/orders/order';
import { applyReturns, readReturn, tellReturns, unsoldIn } from '#lib/orders/returns';
import { applyPart, applySnapshot, type SnapshotSource } from '#lib/orders/snapshot';
import { externalIdsOf, historyWithin, type Share } from '#lib/orders/split';
import { isSettled } from '#lib/orders/status';
import { ContractError } from '#lib/platform/errors';
import { db } from '#lib/platform/table/table';
import {
  changeByEvent,
  type InboundState,
  type Ingest,
  type Ingested,
  type Ingestion,
  isTold,
  type Message,
} from './event.ts';
import { countFirst, countLate } from './misses.ts';

/**
 * Ingests what a sales channel says of an order. Where the channel can split and merge orders, each of ours is told its
 * own share, so that no line is sold twice.
 */
export async function ingestOrder(snapshot: OrderSnapshot, ingestion: Ingestion): Promise<InboundState | null> {
  const shares = await sharesOf(ingestion.connection, snapshot, claimShares, ingestion.hub.table);
  let state: InboundState | null = null;
  for (const [index, share] of shares.entries()) {
    // The event is recorded with the last share: its record stands for all of them.
    const isLast = index === shares.length - 1;
    state = (await (share.isPart ? ingestPart(share, isLast, ingestion) : ingestOwn(share, ingestion))) ?? state;
  }
  return state;
}

/**
 * Ingests that a sales channel no longer has an order: what is left of ours is cancelled, except lines that another of
 * the channel's orders has taken over.
 */
export async function ingestGone(externalId: string, ingestion: Ingestion): Promise<Ingested> {
  const { connection, hub } = ingestion;
  const order = await findWhole(orderId(connection.id, externalId), hub.table);
  const history = order && historyWithin(order, externalId);
  if (!history || isSettled(order)) return { state: 'applied', note: `nothing of ${externalId} is left to ship` };
  const { snapshot, stands } = history;
  const homes = externalIdsOf(order);
  const lines = snapshot.lines.filter((line) => homes.get(line.id) === externalId);
  // Just later than its last snapshot: an order that has taken over its lines since then has the later word on them.
  const version = new Date(Date.parse(stands.version) + 1).toISOString();
  const amounts = lines.length > 0 ? snapshot.amounts : { fulfillment: 0, tax: 0, discount: 0, total: 0 };
  return ingestOrder({ ...snapshot, version, cancelled: true, lines, amounts }, ingestion);
}

/** What a snapshot tells each of our orders: where lines move among orders, each gets the lines that belong to it. */
export async function sharesOf(
  { id, marketplace }: Connection,
  snapshot: OrderSnapshot,
  share: typeof claimShares,
  table = db,
): Promise<Share[]> {
  const moves = marketplaces.find(({ name }) => name === marketplace)?.movesLines;
  if (!moves) return [{ order: orderId(id, snapshot.externalId), isPart: false, snapshot }];
  return share(id, snapshot, table);
}

async function ingestOwn({ order: id, snapshot }: Share, ingestion: Ingestion): Promise<InboundState | null> {
  const { message, connection } = ingestion;
  const { decision, before, order, opened } = await changeByEvent(ingestion, id, message.receivedBy, async (known) => {
    const decided = decideSnapshot(known, snapshot, message, connection);
    // Before the order is written: after a crash in between, the listings are noted again.
    if (!known) await noteListings(snapshot, ingestion);
    return decided;
  });
  const state = decision?.became?.state ?? null;
  if (!decision || !order || order === before) return state;
  await reserveSold(order, opened, ingestion.network, ingestion.hub);
  if (!before) countFirst(connection, callsUs(connection) ? order.missed : null, message.receivedAt);
  else if (before.missed && !order.missed) countLate(connection, before.receivedAt, message.receivedAt);
  return state;
}

/** The order after a snapshot of it, and what is worth recording. */
function decideSnapshot(
  before: Order | null,
  snapshot: OrderSnapshot,
  message: Message,
  connection: Connection,
): Ingest | null {
  const { result, order: sold, timeline: said } = applySnapshot(before, snapshot, sourceOf(message, connection));
  const { order: told, timeline: cameBack } = tellReturns(sold, snapshot, connection.id, message.receivedAt);
  const timeline = [...said, ...cameBack];
  const by = message.askedBy ?? message.receivedBy;
  const missed = before ? before.missed && by !== 'webhook' : by === 'poll' && callsUs(connection);
  const order = missed === told.missed ? told : { ...told, missed };
  const saysNothing = (result === 'same' || result === 'older') && told === sold;
  const state = saysNothing ? 'duplicate' : 'applied';
  // A poll that finds a known order leaves no trace but the newer version.
  if (state === 'duplicate' && !isTold(message)) return order === before ? null : { order, timeline };
  const note = result === 'older' ? 'older than the snapshot that stands' : 'the snapshot that stands';
  return { order, timeline, became: { state, order: order.id, ...(order === before && { note }) } };
}

const sourceOf = ({ id: event, receivedAt, askedAt }: Message, { id: connection }: Connection): SnapshotSource => ({
  connection,
  event,
  receivedAt,
  askedAt,
});

const callsUs = ({ marketplace }: Connection): boolean =>
  marketplaces.some(({ name, topics }) => name === marketplace && topics.length > 0);

/** What a channel with stock updates sells counts as listed there, whether or not it has a product feed. */
async function noteListings({ lines }: OrderSnapshot, { connection, network, hub }: Ingestion): Promise<void> {
  if (!network.roleOf(connection.marketplace).takesStock) return;
  await Promise.all(
    lines.map(({ sku, title, ean }) => noteProduct(connection.id, { sku, title, ...(ean && { ean }) }, hub.table)),
  );
}

async function ingestPart(
  { order: id, snapshot }: Share,
  isLast: boolean,
  ingestion: Ingestion,
): Promise<InboundState | null> {
  const { message, connection } = ingestion;
  const note = `${snapshot.externalId} is a part of it`;
  const { decision } = await changeByEvent(ingestion, id, message.receivedBy, (known): Ingest | null | undefined => {
    // Lines are claimed before their order is written: another message is about to write it, so decide again.
    if (!known) return undefined;
    const { order, timeline } = applyPart(known, snapshot, sourceOf(message, connection));
    if (order === known) return null;
    const part = putPart(orderId(connection.id, snapshot.externalId), id);
    return { order, timeline, also: [part], ...(isLast && { became: { state: 'applied', order: id, note } }) };
  });
  return decision?.became?.state ?? null;
}

/** Ingests what a sales channel says of goods that came back. */
export async function ingestReturn(told: ReturnSnapshot, ingestion: Ingestion): Promise<Ingested> {
  const { message, connection, hub } = ingestion;
  const named = orderId(connection.id, told.externalId);
  const id = (await findByPart(named, hub.table)) ?? named;
  const { decision } = await changeByEvent(ingestion, id, connection.id, (order): Ingest => {
    if (!order)
      throw new ContractError({ code: 'order_unknown', description: `order ${told.externalId} is not known here` });
    const unsold = unsoldIn(order, told);
    const words = `return ${told.id} names ${[...new Set(unsold)].join(', ')}, which no line of the order sells`;
    if (unsold.length > 0 && unsold.length === told.items?.length)
      throw new ContractError({ code: 'sku_unknown', description: words });
    const returned = applyReturns(order, [readReturn(order, told, connection.id, message.receivedAt)]);
    const isKnown = returned.order === order;
    // A poll that finds a known return leaves no trace.
    if (isKnown && message.receivedBy === 'poll') return { order };
    const state = isKnown ? 'duplicate' : 'applied';
    return { ...returned, became: { state, order: id, ...(unsold.length > 0 && { note: words }) } };
  });
  return decision?.became?.state ?? null;
}
