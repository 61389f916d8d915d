import { getProduct } from '#lib/catalog/store';
import { type Connection, channelOf } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { replaceDelivery } from '#lib/deliveries/ledger';
import type { Order, ShipmentSnapshot } from '#lib/orders/order';
import { getPlacing, settlePlacements } from '#lib/orders/placements';
import { applyShipment, resolveSkus } from '#lib/orders/shipment';
import { findByRemoteId, getOrder } from '#lib/orders/store';
import type { Told } from '#lib/orders/timeline';
import type { Table } from '#lib/platform/table/table';
import { changeFor, type Ingest, type Ingested, type Ingesting, type Unrecorded } from './event.ts';

/** What a shipper says of an order placed with it: parcels and events are added, and whoever sold it is told. */
export async function ingestShipment(shipment: ShipmentSnapshot, ingesting: Ingesting): Promise<Ingested> {
  const { connection, hub } = ingesting;
  const ids = [() => shipment.orderId, () => findByRemote(shipment, connection, hub.table)];
  for (const find of ids) {
    const id = await find();
    if (id === null) continue;
    const decide = (order: Order | null) => decideShipment(order, shipment, ingesting);
    const { decision } = await changeFor(id, ingesting, connection.id, decide);
    if (!decision?.isStranger) return decision?.became?.state ?? null;
  }
  return ofStranger(shipment, ingesting);
}

const findByRemote = async ({ remoteId }: ShipmentSnapshot, { id }: Connection, table: Table): Promise<string | null> =>
  (remoteId === null ? undefined : await findByRemoteId(id, remoteId, table)) ?? null;

async function decideShipment(
  order: Order | null,
  shipment: ShipmentSnapshot,
  { connection, hub }: Ingesting,
): Promise<Ingest> {
  // A shipper may speak before its answer to the placement is on record, but only of what it was asked to ship.
  const placing = order ? await getPlacing(order, connection.id, hub.table) : [];
  if (!order || placing.length === 0) return { order, isStranger: true };
  const placed = placing.flatMap(({ subject }) => subject.lineItems ?? []);
  const externalIds = await externalIdsOf(order, shipment, connection, hub.table);
  const parcels = resolveSkus(order, shipment.parcels, connection.id, placed, externalIds);
  const told = applyShipment(order, { ...shipment, parcels }, { connection: connection.id, placed });
  const settling = shipment.settled ? settlePlacements(placing) : [];
  if (told.order === order) return { order, also: settling };
  return { ...told, also: settling, became: { state: 'applied', order: order.id } };
}

/** The order that a shipper speaks of, if it was placed with it. */
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

/** The shipper's own ids of the order's SKUs, as the catalog has them; nothing where it does not tell what is inside. */
async function externalIdsOf(
  { ucp }: Order,
  { parcels }: ShipmentSnapshot,
  { id }: Connection,
  table: Table,
): Promise<Map<string, string>> {
  if (!parcels.some(({ items }) => items)) return new Map();
  const products = await Promise.all(ucp.line_items.map(({ item }) => getProduct(id, item.id, table)));
  return new Map(products.flatMap((product) => (product?.externalId ? [[product.sku, product.externalId]] : [])));
}

/** A shipper also ships for channels the hub does not know; only an order of one of ours is worth a person's look. */
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

/** Whoever ships gave the order back: its placement waits for a person, who places it anew by replay or elsewhere. */
export async function ingestRefusal(
  { orderId, code, description }: { orderId: string; code: string; description: string },
  ingesting: Ingesting,
): Promise<Ingested> {
  const { connection, hub } = ingesting;
  const { decision } = await changeFor(orderId, ingesting, connection.id, async (order): Promise<Ingest> => {
    const placing = order ? await getPlacing(order, connection.id, hub.table) : [];
    if (!order || placing.length === 0) {
      const description = `${connection.id}: order ${orderId} is not known here as placed with it`;
      return { order, became: { state: 'unreadable', error: { code: 'order_unknown', description } } };
    }
    if (order.cancelled) {
      const became = { state: 'applied', order: orderId, note: 'cancelled here too' } as const;
      return { order, also: settlePlacements(placing), became };
    }
    const { timeline, also } = blockPlacements(placing, { code, description });
    if (also.length > 0) return { order, timeline, also, became: { state: 'applied', order: orderId } };
    return { order, became: { state: 'duplicate', order: orderId, note: 'it was given back before' } };
  });
  return decision?.became?.state ?? null;
}

/** What was given back is settled, so that a late word of it does not block the replay that places it anew. */
function blockPlacements(placing: readonly Delivery[], cause: { code: string; description: string }) {
  const open = placing.filter(({ state, placed }) => state !== 'blocked' && !placed?.isSettled);
  const updatedAt = new Date().toISOString();
  return {
    timeline: open.map(({ id }): Told => ({ type: 'delivery.blocked', detail: { delivery: id, ...cause } })),
    also: open.map((delivery) =>
      replaceDelivery(delivery, {
        ...{ ...delivery, state: 'blocked', cause, waitsFor: 'operator' },
        ...{ nextAttemptAt: null, lease: null, updatedAt },
        ...(delivery.placed && { placed: { ...delivery.placed, isSettled: true } }),
      }),
    ),
  };
}
