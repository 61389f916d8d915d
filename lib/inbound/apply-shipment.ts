import type { InboundReceived } from '#events/inbound-received';
import { getProduct } from '#lib/catalog/store';
import { type Connection, channelOf } from '#lib/connections/connection';
import type { Configuration } from '#lib/connections/store';
import { getDeliveries, replaceDelivery } from '#lib/deliveries/ledger';
import type { LineQuantity, Order, ShipmentSnapshot } from '#lib/orders/order';
import { resolveSkus } from '#lib/orders/parcels';
import { settlePlacements } from '#lib/orders/placements';
import { planDeliveries } from '#lib/orders/plan';
import { applyShipment } from '#lib/orders/shipment';
import { commitOrder, findByRemoteId, getOrder, putTimeline } from '#lib/orders/store';
import { transact } from '#lib/platform/table/table';
import { type Applied, alreadyRecorded, eventOf, recordOnly } from './apply.ts';
import { putEvent } from './event.ts';

/** What a shipper says of an order placed with it: parcels and events are added, and whoever sold it is told. */
export async function applyShipmentChange(
  shipment: ShipmentSnapshot,
  message: InboundReceived,
  connection: Connection,
  configuration: Configuration,
): Promise<Applied> {
  const previous = await findOrder(shipment, connection);
  if (!previous) return recordStranger(shipment, message, configuration);
  const placed = await placedLines(previous, connection);
  const externalIds = await externalIdsOf(previous, shipment, connection);
  const parcels = resolveSkus(previous, shipment.parcels, connection.id, placed, externalIds);
  const { order, timeline, changed } = applyShipment(
    previous,
    { ...shipment, parcels },
    {
      connection: connection.id,
      placed,
      receivedAt: message.receivedAt,
    },
  );
  const settling = shipment.settled ? await settlePlacements(previous, connection.id) : [];
  if (!changed) {
    if (settling.length > 0) await transact(settling);
    return { opened: [] };
  }
  const { deliveries, routed } = planDeliveries(order, configuration);
  const event = putEvent(eventOf(message, { state: 'applied', order: order.id }));
  const opened = await commitOrder({
    order,
    previous,
    timeline,
    deliveries,
    routed,
    origin: message.id,
    now: new Date(),
    also: [event, ...settling],
  });
  return opened ? { opened, state: 'applied' } : alreadyRecorded(message);
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
async function recordStranger(
  { channel, number, remoteId }: ShipmentSnapshot,
  message: InboundReceived,
  { connections }: Configuration,
): Promise<Applied> {
  const ours = channel === null || [...connections.values()].some((connection) => channelOf(connection) === channel);
  const what = `order ${number ?? remoteId ?? '?'} of channel ${channel ?? '?'}`;
  if (!ours) return recordOnly(message, 'applied', { note: `${what} was not placed by this hub` });
  return recordOnly(message, 'unreadable', {
    error: { code: 'order_unknown', description: `${message.connection}: ${what} is not known here` },
  });
}

/** Whoever ships gave the order back: its placement waits for a person, who places it anew by replay or elsewhere. */
export async function blockPlacement(
  { orderId, code, description }: { orderId: string; code: string; description: string },
  message: InboundReceived,
  connection: Connection,
): Promise<Applied> {
  const order = await getOrder(orderId);
  if (!order)
    return recordOnly(message, 'unreadable', {
      error: { code: 'order_unknown', description: `${connection.id}: order ${orderId} is not known here` },
    });
  if (order.cancelled) {
    const settling = await settlePlacements(order, connection.id);
    const event = putEvent(eventOf(message, { state: 'applied', order: orderId, note: 'cancelled here too' }));
    return (await transact([event, ...settling])) ? { opened: [], state: 'applied' } : alreadyRecorded(message);
  }
  const ids = order.placements
    .filter((placement) => placement.connection === connection.id)
    .map(({ delivery }) => delivery);
  const placed = (await getDeliveries(ids)).filter(({ action, state }) => action === 'order' && state !== 'blocked');
  if (placed.length === 0)
    return recordOnly(message, 'duplicate', { order: orderId, note: 'its placement is blocked already' });
  const now = new Date().toISOString();
  const writes = placed.map((delivery) =>
    replaceDelivery(delivery, {
      ...delivery,
      state: 'blocked',
      cause: { code, description },
      waitsFor: 'operator',
      nextAttemptAt: null,
      lease: null,
      updatedAt: now,
    }),
  );
  const entries = placed.map(({ id }) => ({
    at: now,
    type: 'delivery.blocked',
    by: connection.id,
    detail: { delivery: id, code, description },
  }));
  const event = putEvent(eventOf(message, { state: 'applied', order: orderId }));
  const stands = await transact([event, ...writes, ...putTimeline(orderId, entries, message.id)]);
  return stands ? { opened: [], state: 'applied' } : alreadyRecorded(message);
}
