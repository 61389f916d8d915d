import { getProduct } from '#lib/catalog/store';
import { type Connection, channelOf } from '#lib/connections/connection';
import { getDeliveries, replaceDelivery } from '#lib/deliveries/ledger';
import { changeOrder, type Decision } from '#lib/orders/change';
import type { LineQuantity, Order, ShipmentSnapshot } from '#lib/orders/order';
import { resolveSkus } from '#lib/orders/parcels';
import { settlePlacements } from '#lib/orders/placements';
import { applyShipment } from '#lib/orders/shipment';
import { findByRemoteId, getOrder } from '#lib/orders/store';
import type { Told } from '#lib/orders/timeline';
import { eventOf, type InboundState, putEvent, recordEvent } from './event.ts';
import { type Ingesting, optionsOf, unlessRecorded } from './ingesting.ts';

/** What a shipper says of an order placed with it: parcels and events are added, and whoever sold it is told. */
export async function ingestShipment(shipment: ShipmentSnapshot, ingesting: Ingesting): Promise<InboundState | null> {
  const { orderId, remoteId } = shipment;
  const echoed = orderId === null ? STRANGER : await ingestFor(orderId, shipment, ingesting);
  if (echoed !== STRANGER) return echoed;
  const known = remoteId === null ? undefined : await findByRemoteId(ingesting.connection.id, remoteId);
  const state = known === undefined ? STRANGER : await ingestFor(known, shipment, ingesting);
  return state === STRANGER ? recordStranger(shipment, ingesting) : state;
}

/** Of no order that its shipper can speak of. */
const STRANGER = 'stranger';

async function ingestFor(
  id: string,
  shipment: ShipmentSnapshot,
  ingesting: Ingesting,
): Promise<InboundState | typeof STRANGER | null> {
  const { message, connection } = ingesting;
  const { decision } = await changeOrder(
    id,
    unlessRecorded(message, (order) => decideShipment(order, shipment, ingesting)),
    optionsOf(ingesting, connection.id),
  );
  return decision?.state ?? null;
}

type Ingest = Decision & { state: InboundState | typeof STRANGER | null };

async function decideShipment(
  order: Order | null,
  shipment: ShipmentSnapshot,
  { message, connection }: Ingesting,
): Promise<Ingest> {
  if (!order) return { order, state: STRANGER };
  const [placed, externalIds, settling] = await Promise.all([
    placedLines(order, connection),
    externalIdsOf(order, shipment, connection),
    shipment.settled ? settlePlacements(order, connection.id) : [],
  ]);
  const parcels = resolveSkus(order, shipment.parcels, connection.id, placed, externalIds);
  const told = applyShipment(order, { ...shipment, parcels }, { connection: connection.id, placed });
  if (told.order === order) return { order, also: settling, state: null };
  const event = putEvent(eventOf(message, { state: 'applied', order: order.id }));
  return { ...told, also: [event, ...settling], state: 'applied' };
}

/** The order of ours that a shipper speaks of. */
export async function findOrder(
  { orderId, remoteId }: ShipmentSnapshot,
  connection: Connection,
): Promise<Order | undefined> {
  const echoed = orderId ? await getOrder(orderId) : undefined;
  if (echoed) return echoed;
  const known = remoteId ? await findByRemoteId(connection.id, remoteId) : undefined;
  return known ? getOrder(known) : undefined;
}

/** The lines this connection was asked to ship; a shipper may speak before its answer to the placement is on record. */
async function placedLines(order: Order, connection: Connection): Promise<LineQuantity[]> {
  const deliveries = await getDeliveries(order.deliveries);
  return deliveries
    .filter((delivery) => delivery.action === 'order' && delivery.connection === connection.id)
    .flatMap(({ subject }) => subject.lineItems ?? []);
}

/** The shipper's own ids of the order's SKUs, as the catalog has them; nothing where it does not tell what is inside. */
async function externalIdsOf(
  { ucp }: Order,
  { parcels }: ShipmentSnapshot,
  { id }: Connection,
): Promise<Map<string, string>> {
  if (!parcels.some(({ items }) => items)) return new Map();
  const products = await Promise.all(ucp.line_items.map(({ item }) => getProduct(id, item.id)));
  return new Map(products.flatMap((product) => (product?.externalId ? [[product.sku, product.externalId]] : [])));
}

/** A shipper also ships for channels the hub does not know; only an order of one of ours is worth a person's look. */
function recordStranger(
  { channel, number, remoteId }: ShipmentSnapshot,
  { message, network: { connections } }: Ingesting,
): Promise<InboundState> {
  const ours = channel === null || [...connections.values()].some((connection) => channelOf(connection) === channel);
  const what = `order ${number ?? remoteId ?? '?'} of channel ${channel ?? '?'}`;
  if (!ours) return recordEvent(message, 'applied', { note: `${what} was not placed by this hub` });
  const description = `${message.connection}: ${what} is not known here`;
  return recordEvent(message, 'unreadable', { error: { code: 'order_unknown', description } });
}

/** Whoever ships gave the order back: its placement waits for a person, who places it anew by replay or elsewhere. */
export async function ingestRefusal(
  { orderId, code, description }: { orderId: string; code: string; description: string },
  ingesting: Ingesting,
): Promise<InboundState | null> {
  const { message, connection, network } = ingesting;
  const recorded = (state: InboundState, rest: Parameters<typeof recordEvent>[2]) =>
    putEvent(eventOf(message, { state, order: orderId, ...rest }));
  const { decision } = await changeOrder(
    orderId,
    unlessRecorded(message, async (order): Promise<Decision & { state: InboundState }> => {
      if (!order) {
        const error = { code: 'order_unknown', description: `${connection.id}: order ${orderId} is not known here` };
        return { order, also: [recorded('unreadable', { order: null, error })], state: 'unreadable' };
      }
      if (order.cancelled) {
        const settling = await settlePlacements(order, connection.id);
        return { order, also: [recorded('applied', { note: 'cancelled here too' }), ...settling], state: 'applied' };
      }
      const blocking = await blockPlacements(order, connection, { code, description });
      if (blocking.also.length === 0) {
        const note = 'its placement is blocked already';
        return { order, also: [recorded('duplicate', { note })], state: 'duplicate' };
      }
      const { timeline, also } = blocking;
      return { order, timeline, also: [recorded('applied', {}), ...also], state: 'applied' };
    }),
    { by: connection.id, origin: message.id, network },
  );
  return decision?.state ?? null;
}

/** Blocks what an order has placed with a connection. */
async function blockPlacements(
  order: Order,
  { id: connection }: Connection,
  cause: { code: string; description: string },
) {
  const ids = order.placements.filter((each) => each.connection === connection).map(({ delivery }) => delivery);
  const placed = (await getDeliveries(ids)).filter(({ action, state }) => action === 'order' && state !== 'blocked');
  const updatedAt = new Date().toISOString();
  return {
    timeline: placed.map(({ id }): Told => ({ type: 'delivery.blocked', detail: { delivery: id, ...cause } })),
    also: placed.map((delivery) =>
      replaceDelivery(delivery, {
        ...{ ...delivery, state: 'blocked', cause, waitsFor: 'operator' },
        ...{ nextAttemptAt: null, lease: null, updatedAt },
      }),
    ),
  };
}
