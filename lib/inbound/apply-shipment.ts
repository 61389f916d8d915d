import type { InboundReceived } from '#events/inbound-received';
import { transact } from '#lib/aws/table';
import { type Connection, channelOf } from '#lib/connections/connection';
import type { Configuration } from '#lib/connections/store';
import { getDeliveries } from '#lib/deliveries/ledger';
import { applyShipment } from '#lib/orders/apply';
import { planDeliveries } from '#lib/orders/causes';
import type { LineQuantity, Order, ShipmentSnapshot } from '#lib/orders/order';
import { commitOrder, findByRemoteId, getOrder, getPlacement, settlePlacement } from '#lib/orders/store';
import { getEvent, putEvent } from './event.ts';
import { type Applied, eventOf } from './ingest.ts';

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
  const { order, timeline, changed } = applyShipment(previous, shipment, {
    connection: connection.id,
    placed,
    receivedAt: message.receivedAt,
  });
  const placement = shipment.settled ? await getPlacement(previous.id, connection.id) : undefined;
  const settling = placement ? [settlePlacement(previous.id, connection.id)] : [];
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
  if (opened) return { opened };
  return (await getEvent(message.id)) ? { opened: [] } : undefined;
}

async function findOrder({ orderId, remoteId }: ShipmentSnapshot, connection: Connection): Promise<Order | undefined> {
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

/** A shipper also ships for channels the hub does not know; only an order of one of ours is worth a person's look. */
async function recordStranger(
  { channel, number, remoteId }: ShipmentSnapshot,
  message: InboundReceived,
  { connections }: Configuration,
): Promise<Applied> {
  const ours = channel === null || [...connections.values()].some((connection) => channelOf(connection) === channel);
  const what = `order ${number ?? remoteId ?? '?'} of channel ${channel ?? '?'}`;
  const event = ours
    ? eventOf(message, {
        state: 'unreadable',
        error: {
          code: 'order_unknown',
          description: `${message.connection}: ${what} is not known here`,
          field: 'orden_id',
        },
      })
    : eventOf(message, { state: 'applied', note: `${what} was not placed by this hub` });
  await transact([putEvent(event)]);
  return { opened: [] };
}
