import { ownSku } from '#lib/catalog/product';
import { findSoldByEan, getProduct } from '#lib/catalog/store';
import { type Connection, channelOf } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { getDeliveries, replaceDelivery, touched } from '#lib/deliveries/ledger';
import { reopen } from '#lib/deliveries/reopen';
import type { Change } from '#lib/marketplaces/contract';
import { CARRIER_UNMAPPED } from '#lib/marketplaces/kit/carriers';
import { DECLINED, decline, declinedBy, declinedUnits } from '#lib/orders/decline';
import { shippedOf } from '#lib/orders/holders';
import { hasUnits, minus } from '#lib/orders/line-quantities';
import type { Fulfillment, LineQuantity, Order, ShipmentSnapshot } from '#lib/orders/order';
import { blockPlacement, getPlacing, settlePlacements } from '#lib/orders/placements';
import type { Network } from '#lib/orders/plan';
import { applyShipment, type IsNamed, resolveSkus, sentBy } from '#lib/orders/shipment';
import { isSettled } from '#lib/orders/status';
import { findByRemoteId, findRemote, getOrder } from '#lib/orders/store';
import type { Told } from '#lib/orders/timeline';
import { numberOf, placementOf } from '#lib/orders/units';
import { sameContent } from '#lib/platform/canonical-json';
import { isWritten, type Table } from '#lib/platform/table/table';
import { type Ingest, type Ingested, type Ingesting, isTold, type Unrecorded } from './event.ts';

/** Ingests what a shipper says of an order placed with it: adds parcels and events, and tells the sales channel. */
export async function ingestShipment(shipment: ShipmentSnapshot, ingesting: Ingesting): Promise<Ingested> {
  const { connection, hub } = ingesting;
  const ids = [() => shipment.orderId, () => findByRemote(shipment, connection, hub.table)];
  for (const find of ids) {
    const id = await find();
    if (id === null) continue;
    const decide = (order: Order | null) => decideShipment(order, shipment, ingesting);
    const { decision } = await ingesting.changeOrder(id, connection.id, decide);
    for (const { Put } of decision?.settled ?? []) await isWritten(hub.table.put(Put));
    if (!decision?.isStranger) return decision?.became?.state ?? null;
  }
  return ofStranger(shipment, ingesting);
}

/**
 * Ingests that a poll gives up asking for a placement: it is settled if its order is done; otherwise a person looks,
 * and a replay has it asked for again if the remote still has it.
 */
export async function ingestStale(
  { orderId, number, since }: Extract<Change, { type: 'stale' }>,
  ingesting: Ingesting,
): Promise<Ingested> {
  const { connection, hub } = ingesting;
  const { decision } = await ingesting.changeOrder(orderId, connection.id, async (order): Promise<Ingest | null> => {
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

const findByRemote = async ({ remoteId }: ShipmentSnapshot, { id }: Connection, table: Table): Promise<string | null> =>
  (remoteId === null ? undefined : await findByRemoteId(id, remoteId, table)) ?? null;

async function decideShipment(
  order: Order | null,
  shipment: ShipmentSnapshot,
  { message, connection, network, hub }: Ingesting,
): Promise<Ingest> {
  // A shipper may speak before its answer to the placement is recorded, but only of what it was asked to ship.
  const placing = order ? await getPlacing(order, connection.id, hub.table) : [];
  if (!order || placing.length === 0) return { order, isStranger: true };
  const placedBy = await placedAs(shipment, placing, connection, hub.table);
  const found = findPlacement(order, placing, shipment, placedBy);
  const about = found && withRefund(found, shipment);
  const refunded = tellRefund(found, about);
  const former = found
    ? undefined
    : formerOf(
        order,
        shipment,
        placing.find(({ id }) => id === placedBy),
      );
  const source = { connection: connection.id, ...(former ?? unitsOf(order, placing, about)) };
  const isNamed = await namesAt(order, shipment, connection, hub.table);
  const parcels = resolveSkus(order, shipment.parcels, source, isNamed);
  const told = applyShipment(order, { ...shipment, parcels }, withoutDeclined(source, order, about, shipment, isNamed));
  const now = about && sentAfterAll(told.order, about);
  const noted = found && now && now !== found ? [replaceDelivery(found, touched(now))] : [];
  const ended = about ? [about] : areOld(order, placing) ? placing : [];
  const declined = decideDecline(told.order, about, shipment.declined, network, isNamed);
  // Where a shipper tells what is in its parcels, what is in none of them may follow after their end.
  const { placed } = unitsOf(declined?.order ?? told.order, placing, about);
  const open = minus(placed, sentBy(told.order.fulfillments, connection.id, source.placement));
  const isPart = open.length > 0 && shipment.declined !== 'rest' && shipment.parcels.some(({ items }) => items);
  const settling = shipment.settled && !isPart ? settlePlacements(ended) : [];
  // A delivery is written once: when it is settled, its refund is already in it.
  const ending = noted.length > 0 && settling.length > 0 ? settling : noted;
  const reported = await reopenReports(order, told.order, hub.table);
  const also = [...ending, ...reported];
  const settled = noted.length > 0 ? [] : settling;
  const became = { state: 'applied', order: order.id } as const;
  if (declined) {
    const { timeline, blocking, ...decided } = declined;
    const writes = blocking ? { also: [...blocking, ...reported] } : { also, settled };
    return { ...decided, ...writes, timeline: [...told.timeline, ...refunded, ...timeline], became };
  }
  if (told.order === order && isTold(message))
    return { order, timeline: refunded, also, settled, became: { state: 'duplicate', order: order.id } };
  if (told.order === order) return { order, timeline: refunded, also, settled };
  return { ...told, timeline: [...told.timeline, ...refunded], also, settled, became };
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

/** Ends the wait of units that the shipper declined and sent all the same; the very placement where none were sent. */
function sentAfterAll(order: Order, delivery: Delivery): Delivery {
  const { lineItems = [] } = placementOf(order, delivery.id) ?? {};
  const sent = shippedOf(order, delivery.id, lineItems);
  if (delivery.state !== 'blocked' || delivery.cause?.code !== DECLINED || sent.length === 0) return delivery;
  const open = minus(lineItems, sent);
  if (open.length > 0) return { ...delivery, cause: declinedBy(order, delivery.connection, open) };
  return { ...delivery, state: 'succeeded', cause: null, waitsFor: null, updatedAt: new Date().toISOString() };
}

function tellRefund(before: Delivery | undefined, after: Delivery | undefined): Told[] {
  const refund = after === before ? undefined : after?.placed?.refund;
  return refund && after ? [{ type: 'placement.refunded', detail: { delivery: after.id, ...refund } }] : [];
}

/** Which delivery placed what has this id, even if it has not recorded the id itself yet. */
async function placedAs(
  { remoteId }: ShipmentSnapshot,
  placing: readonly Delivery[],
  { id }: Connection,
  table: Table,
): Promise<string | undefined> {
  const isKnown = remoteId === null || placing.some(({ placed }) => placed?.remoteId === remoteId);
  return isKnown ? undefined : (await findRemote(id, remoteId, table))?.delivery;
}

/** Which placement with a shipper is meant; undefined where it is one that is not told apart from others. */
function findPlacement(
  order: Order,
  placing: readonly Delivery[],
  told: ShipmentSnapshot,
  placedBy: string | undefined,
) {
  const { orderId, remoteId, number } = told;
  // `SC-1001-2` of a placement that has since been placed anew as `SC-1001-3` is no placement's number any more.
  const { nth = number?.startsWith(`${order.number}-`) ? null : 1 } = told;
  const isUnsure = ({ state, placed }: Delivery) => !placed?.remoteId || state === 'pending' || state === 'leased';
  const byRemoteId =
    placing.find(({ placed }) => remoteId !== null && placed?.remoteId === remoteId) ??
    placing.find((each) => each.id === placedBy && isUnsure(each));
  // Only an id is told: that says nothing about a placement with another id, such as one that was placed anew.
  const isNamed = orderId !== null || number !== null;
  const known = isNamed ? placing : placing.filter(({ placed }) => (placed?.remoteId ?? null) === null);
  // Of two placements under one number, the shipper was never asked for the first.
  const byNumber = (which: (n: number) => boolean) => known.findLast(({ id }) => which(placementOf(order, id)?.n ?? 1));
  if (byRemoteId || areOld(order, placing)) return byRemoteId;
  return byNumber((n) => n > 1 && numberOf(order, n) === number) ?? byNumber((n) => n === nth);
}

/** Whether some are older than numbers of their own, so that a message may be about any of them. */
const areOld = (order: Order, placing: readonly Delivery[]): boolean =>
  placing.length > 1 && placing.some(({ id }) => placementOf(order, id)?.isOld);

/**
 * What a shipper sends that had cancelled an order and got it anew under another number, but ships the first one all the
 * same: units that nobody asked for, as many as it was asked for anew.
 */
function formerOf(order: Order, { orderId, remoteId, number }: ShipmentSnapshot, anew: Delivery | undefined) {
  if (!anew || (orderId === null && number === null)) return undefined;
  return { placed: askedOf(order, anew), placement: `${anew.id}#${remoteId ?? number}`, isFormer: true as const };
}

/** What a shipper was asked for, and by which placement where that is not the first; null where that is unknown. */
function unitsOf(order: Order, placing: readonly Delivery[], about: Delivery | undefined) {
  if (about) {
    const isFirst = placementOf(order, about.id)?.n === undefined;
    return { placed: askedOf(order, about), ...(!isFirst && { placement: about.id }) };
  }
  const left = placing.flatMap(({ id }) => placementOf(order, id)?.lineItems ?? []);
  return {
    placed: left.length > 0 ? left : placing.slice(-1).flatMap((each) => askedOf(order, each)),
    placement: null,
  };
}

/**
 * What a placement is of. One that has nothing left and leaves all the same is of what it gave back; where its shipper
 * had cancelled it and was not asked anew, of what it was asked for first.
 */
function askedOf(order: Order, { id, subject }: Delivery): readonly LineQuantity[] {
  const placement = placementOf(order, id);
  if (!placement) return [];
  const { lineItems = [], gone = [] } = placement;
  const back = gone.filter(hasUnits);
  return [lineItems, back].find((lines) => lines.length > 0) ?? subject.lineItems ?? [];
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

/** Lets what a shipper gives back wait for a person, who places it again. Null where it gives nothing back. */
function decideDecline(
  order: Order,
  about: Delivery | undefined,
  declined: ShipmentSnapshot['declined'],
  network: Network,
  isNamed: IsNamed,
) {
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

/** The order that a shipper speaks of, if it was placed with that shipper. */
export async function findPlaced(
  { orderId, remoteId }: ShipmentSnapshot,
  { id: connection }: Connection,
): Promise<Order | undefined> {
  const isPlaced = async (order: Order | undefined) => order && (await getPlacing(order, connection)).length > 0;
  const echoed = orderId ? await getOrder(orderId) : undefined;
  if (await isPlaced(echoed)) return echoed;
  const known = remoteId ? await findByRemoteId(connection, remoteId) : undefined;
  const order = known ? await getOrder(known) : undefined;
  return (await isPlaced(order)) ? order : undefined;
}

/**
 * What the shipper's names for goods mean: our SKU or EAN; its own SKU by the settings, which may stand for several of
 * ours; or its SKU or id in the catalog, which is only read where the shipper tells what is inside.
 */
async function namesAt(
  { ucp }: Order,
  { parcels, declined = 'rest' }: ShipmentSnapshot,
  connection: Connection,
  table: Table,
): Promise<IsNamed> {
  const tells = declined !== 'rest' || parcels.some(({ items }) => items);
  const goods = await Promise.all(
    (tells ? ucp.line_items : []).map(async ({ item: { id, ean } }) => {
      const bySku = () => getProduct(connection.id, id, table);
      const product = (await findSoldByEan(connection.id, id, table)) ?? (await bySku());
      const { sku = id, externalId = sku } = product ?? {};
      const own = ownSku(connection, id) ?? ownSku(connection, sku) ?? externalId;
      return [ean, sku, id].map((name) => [name, own] as const);
    }),
  );
  const owns = new Map(goods.flat());
  const ownOf = (name: string): string => ownSku(connection, name) ?? owns.get(name) ?? name;
  // Some shippers write names in other letters.
  const all = new Set(owns.values());
  const meantBy = (name: string): string => {
    const own = all.has(name) ? name : ownOf(name);
    if (all.has(own)) return own;
    const isLike = (each = '') => each.toLowerCase() === own.toLowerCase();
    return [...all].find(isLike) ?? [...owns].find(([each]) => isLike(each))?.[1] ?? own;
  };
  return (sku, name) => ownOf(sku) === meantBy(name);
}

/** A shipper also ships for channels the hub does not know; only an order of one of ours is worth a person's time. */
function ofStranger(
  { channel, number, remoteId }: ShipmentSnapshot,
  { message, network: { connections } }: Ingesting,
): Unrecorded {
  const ours = channel === null || [...connections.values()].some((connection) => channelOf(connection) === channel);
  const what = `order ${number ?? remoteId ?? '?'} of channel ${channel ?? '?'}`;
  if (!ours) return { state: 'applied', note: `${what} was not placed by this hub` };
  const description = `${message.connection}: ${what} is not known here as placed with it`;
  return { state: 'unreadable', error: { code: 'order_unknown', description } };
}
