import { type Connection, channelOf } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { getDeliveries, replaceDelivery, touched } from '#lib/deliveries/ledger';
import { reopen } from '#lib/deliveries/reopen';
import type { Change } from '#lib/marketplaces/contract';
import { CARRIER_UNMAPPED } from '#lib/marketplaces/kit/carriers';
import { DECLINED, decline, declinedBy, declinedUnits, UNTOLD, unitsInWords } from '#lib/orders/decline';
import { shippedOf } from '#lib/orders/holders';
import { hasUnits, minus, sumByLine } from '#lib/orders/line-quantities';
import type { Fulfillment, LineQuantity, Order, ShipmentSnapshot } from '#lib/orders/order';
import { blockPlacement, getPlacing, settlePlacements } from '#lib/orders/placements';
import type { Network } from '#lib/orders/planning';
import { applyShipment, type IsNamed, resolveSkus, sentBy } from '#lib/orders/shipment';
import { isSettled, unfulfilled } from '#lib/orders/status';
import { findByRemoteId, getOrder } from '#lib/orders/store';
import type { Told } from '#lib/orders/timeline';
import { placementOf } from '#lib/orders/units';
import { sameContent } from '#lib/platform/canonical-json';
import { db, isWritten, type Table, type Write } from '#lib/platform/table/table';
import { changeByEvent, type Ingest, type Ingested, type Ingestion, isTold, type Unrecorded } from './event.ts';
import { areOld, findMeant, namesAt, unitsOf } from './shipment-meant.ts';

/** Ingests what a shipper says of an order placed with it: adds parcels and events, and tells the sales channel. */
export async function ingestShipment(shipment: ShipmentSnapshot, ingestion: Ingestion): Promise<Ingested> {
  const { connection, hub } = ingestion;
  for await (const id of namedBy(shipment, connection, hub.table)) {
    const decide = (order: Order | null) => decideShipment(order, shipment, ingestion);
    const { decision } = await changeByEvent(ingestion, id, connection.id, decide);
    for (const { Put } of decision?.settled ?? []) await isWritten(hub.table.put(Put));
    if (!decision?.isStranger) return decision?.became?.state ?? null;
  }
  return ofStranger(shipment, ingestion);
}

/**
 * Ingests that a poll gives up asking for a placement: it is settled if its order is done; otherwise a person looks,
 * and a replay has it asked for again if the remote still has it.
 */
export async function ingestStale(
  { orderId, number, since }: Extract<Change, { type: 'stale' }>,
  ingestion: Ingestion,
): Promise<Ingested> {
  const { connection, hub } = ingestion;
  const { decision } = await changeByEvent(ingestion, orderId, connection.id, async (order): Promise<Ingest | null> => {
    const placing = order ? await getPlacing(order, connection.id, hub.table) : [];
    const stale = placing.filter(({ placed }) => placed?.number === number && !placed.isSettled);
    if (!order || stale.length === 0) return null;
    if (isSettled(order)) return { order, also: settlePlacements(stale) };
    const description = `${connection.id} has told of no end of order ${number} since ${since}: look there; close this, or replay it to have it asked for again`;
    const cause = { code: 'never_settled', description };
    return {
      order,
      timeline: stale.map(({ id }) => ({ type: 'delivery.blocked', detail: { delivery: id, ...cause } })),
      also: stale.map((delivery) => blockPlacement(delivery, cause, { unknown: true })),
      became: { state: 'applied', order: orderId },
    };
  });
  return decision?.became?.state ?? null;
}

/** The ids of orders that a shipper's message may be about: the one that it names, and the one known by its own id. */
async function* namedBy({ orderId, remoteId }: ShipmentSnapshot, { id }: Connection, table: Table) {
  if (orderId !== null) yield orderId;
  const known = remoteId === null ? undefined : await findByRemoteId(id, remoteId, table);
  if (known !== undefined) yield known;
}

async function decideShipment(
  order: Order | null,
  shipment: ShipmentSnapshot,
  { message, connection, network, hub }: Ingestion,
): Promise<Ingest> {
  // A shipper may speak before its answer to the placement is recorded, but only of what it was asked to ship.
  const placing = order ? await getPlacing(order, connection.id, hub.table) : [];
  if (!order || placing.length === 0) return { order, isStranger: true };
  const { found, source } = await findMeant(order, shipment, placing, connection, hub.table);
  const about = found && withRefund(found, shipment);
  const isNamed = await namesAt(order, shipment, connection, hub.table);
  const parcels = resolveSkus(order, shipment.parcels, source, isNamed);
  const told = applyShipment(order, { ...shipment, parcels }, withoutDeclined(source, order, about, shipment, isNamed));
  const declined = decideDecline(told.order, about, shipment.declined, network, isNamed);
  const unsent = decideEnd(declined ?? { order: told.order }, about, shipment, source);
  const { order: next, deliveries = [], timeline = [], blocking } = unsent;
  const isEnd = shipment.settled && !mayFollow(next, shipment, unitsOf(next, placing, about).placed, source);
  const ended = about ? [about] : areOld(order, placing) ? placing : [];
  const { also, settled } = blocking
    ? { also: blocking, settled: [] }
    : writesOf(found, about && sentAfterAll(told.order, about), isEnd ? settlePlacements(ended) : []);
  const isNew = told.order !== order || next !== told.order || blocking !== undefined;
  const became = { state: isNew ? 'applied' : 'duplicate', order: order.id } as const;
  return {
    order: next,
    deliveries,
    timeline: [...told.timeline, ...tellRefund(found, about), ...timeline],
    also: [...also, ...(await reopenReports(order, told.order, hub.table))],
    settled,
    ...((isNew || isTold(message)) && { became }),
  };
}

/** Where a shipper tells what is in its parcels, what is in none of them may follow after their end. */
function mayFollow(
  { fulfillments }: Order,
  { parcels, declined }: ShipmentSnapshot,
  placed: readonly LineQuantity[],
  { connection, placement }: Awaited<ReturnType<typeof findMeant>>['source'],
): boolean {
  const open = minus(placed, sentBy(fulfillments, connection, placement));
  return open.length > 0 && declined !== 'rest' && parcels.some(({ items }) => items);
}

/** What is written of a placement in the transaction, and what is settled once that is committed. */
function writesOf(was: Delivery | undefined, is: Delivery | undefined, settling: ReturnType<typeof settlePlacements>) {
  if (!was || !is || is === was) return { also: [], settled: settling };
  // A delivery is written once: when it is settled, its refund is already in it.
  return { also: settling.length > 0 ? settling : [replaceDelivery(was, touched(is))], settled: [] };
}

/** Lets parcels be reported that could not be for lack of a carrier's name that is known, if it is told now. */
async function reopenReports(before: Order, { fulfillments }: Order, table: Table) {
  const carriers = new Map(before.fulfillments.map(({ id, carrier }) => [id, carrier]));
  const isNew = ({ id, carrier }: Fulfillment) => (carriers.get(id) ?? carrier) !== carrier;
  const parcels = new Set(fulfillments.filter(isNew).map(({ id }) => id));
  const reports = parcels.size > 0 ? await getDeliveries(before.deliveries, table) : [];
  const waiting = reports.filter(
    ({ state, cause, subject }) =>
      state === 'blocked' && cause?.code === CARRIER_UNMAPPED && parcels.has(subject.fulfillment ?? ''),
  );
  const now = new Date().toISOString();
  return waiting.map((report) => replaceDelivery(report, reopen(report, now, now)));
}

/** The placement with what was paid back for it; the very same object where that is known. */
function withRefund(delivery: Delivery, { refund }: ShipmentSnapshot): Delivery {
  if (!refund || !delivery.placed || sameContent(delivery.placed.refund, refund)) return delivery;
  return { ...delivery, placed: { ...delivery.placed, refund } };
}

/** Ends the wait of units whose parcel is told after all, as if declined and sent; the very placement where none is. */
function sentAfterAll(order: Order, delivery: Delivery): Delivery {
  const { lineItems = [] } = placementOf(order, delivery.id) ?? {};
  const sent = shippedOf(order, delivery.id, lineItems);
  const code = delivery.state === 'blocked' ? delivery.cause?.code : undefined;
  if ((code !== DECLINED && code !== UNTOLD) || sent.length === 0) return delivery;
  const open = minus(lineItems, sent);
  if (open.length > 0)
    return code === DECLINED ? { ...delivery, cause: declinedBy(order, delivery.connection, open) } : delivery;
  const updatedAt = new Date().toISOString();
  return { ...delivery, state: 'succeeded', cause: null, waitsFor: null, unknown: false, updatedAt };
}

function tellRefund(before: Delivery | undefined, after: Delivery | undefined): Told[] {
  const refund = after === before ? undefined : after?.placed?.refund;
  return refund && after ? [{ type: 'placement.refunded', detail: { delivery: after.id, ...refund } }] : [];
}

/** A parcel of which a shipper does not tell the content holds nothing of what the same answer says it cancelled. */
function withoutDeclined<Source extends { placed: readonly LineQuantity[] }>(
  source: Source,
  order: Order,
  about: Delivery | undefined,
  { declined = 'rest' }: ShipmentSnapshot,
  isNamed: IsNamed,
): Source {
  if (!about || declined === 'rest') return source;
  const placed = minus(source.placed, declinedUnits(order, about.id, declined, isNamed));
  return placed.length > 0 ? { ...source, placed } : source;
}

/** The order after what its shipper did not send, and what waits for a person. */
type Unsent = Pick<Ingest, 'deliveries' | 'timeline'> & { order: Order; blocking?: Write[] };

/** Lets what a shipper gives back wait for a person, who places it again. Null where it gives nothing back. */
function decideDecline(
  order: Order,
  about: Delivery | undefined,
  declined: ShipmentSnapshot['declined'],
  network: Network,
  isNamed: IsNamed,
): Unsent | null {
  if (!about || !declined || about.state === 'blocked' || about.placed?.isSettled) return null;
  const anew = decline(order, about.id, declined, network, isNamed);
  if (!anew) return null;
  const { cause } = anew;
  const blocks = cause && anew.isWhole;
  const timeline: Told[] = blocks ? [{ type: 'delivery.blocked', detail: { delivery: about.id, ...cause } }] : [];
  return {
    order: anew.order,
    deliveries: anew.deliveries,
    timeline,
    ...(blocks && { blocking: [blockPlacement(about, cause)] }),
  };
}

/** Has a person look where a shipper is done with a placement and told of no parcel for units that nobody else sent. */
function decideEnd(
  unsent: Unsent,
  about: Delivery | undefined,
  { settled, parcels }: ShipmentSnapshot,
  { connection, placement }: { connection: string; placement?: string | null },
): Unsent {
  const { order, timeline = [], blocking } = unsent;
  if (blocking || !settled || !about?.placed || about.state !== 'succeeded' || about.placed.isSettled) return unsent;
  const open = sumByLine(unfulfilled(order));
  const left = minus(placementOf(order, about.id)?.lineItems, sentBy(order.fulfillments, connection, placement))
    .map(({ id, quantity }) => ({ id, quantity: Math.min(quantity, open.get(id) ?? 0) }))
    .filter(hasUnits);
  if (left.length === 0 || parcels.some(({ items }) => items)) return unsent;
  const units = unitsInWords(order, left);
  const description = `${connection} is done with order ${about.placed.number} and has told of no parcel for ${units}: look there, and post what left`;
  const cause = { code: UNTOLD, description };
  const blocked: Told = { type: 'delivery.blocked', detail: { delivery: about.id, ...cause } };
  return {
    ...unsent,
    timeline: [...timeline, blocked],
    blocking: [blockPlacement(about, cause, { unknown: true })],
  };
}

/** The order that a shipper speaks of, if it was placed with that shipper. */
export async function findPlaced(shipment: ShipmentSnapshot, connection: Connection): Promise<Order | undefined> {
  for await (const id of namedBy(shipment, connection, db)) {
    const order = await getOrder(id);
    if (order && (await getPlacing(order, connection.id)).length > 0) return order;
  }
  return undefined;
}

/** A shipper also ships for channels the hub does not know; only an order of one of ours is worth a person's time. */
function ofStranger(
  { channel, number, remoteId }: ShipmentSnapshot,
  { message, network: { connections } }: Ingestion,
): Unrecorded {
  const ours = channel === null || [...connections.values()].some((connection) => channelOf(connection) === channel);
  const what = `order ${number ?? remoteId ?? '?'} of channel ${channel ?? '?'}`;
  if (!ours) return { state: 'applied', note: `${what} was not placed by this hub` };
  const description = `${message.connection}: ${what} is not known here as placed with it`;
  return { state: 'unreadable', error: { code: 'order_unknown', description } };
}
