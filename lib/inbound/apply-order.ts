import type { InboundReceived } from '#events/inbound-received';
import { noteProduct } from '#lib/catalog/store';
import type { Connection } from '#lib/connections/connection';
import type { Configuration } from '#lib/connections/store';
import { marketplaces, roleOf } from '#lib/marketplaces/registry';
import { type OrderSnapshot, orderId } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { applySnapshot } from '#lib/orders/snapshot';
import { commitOrder, getOrder } from '#lib/orders/store';
import { type Applied, alreadyRecorded, eventOf, recordOnly } from './apply.ts';
import { putEvent } from './event.ts';
import { countFirst, countLate } from './misses.ts';

/** What a sales channel says of an order: the order, its timeline and the deliveries it causes, in one transaction. */
export async function applyOrder(
  snapshot: OrderSnapshot,
  message: InboundReceived,
  connection: Connection,
  configuration: Configuration,
): Promise<Applied> {
  const id = orderId(connection.id, snapshot.externalId);
  const previous = (await getOrder(id)) ?? null;
  const {
    result,
    order: told,
    timeline,
  } = applySnapshot(previous, snapshot, {
    connection: connection.id,
    event: message.id,
    by: message.receivedBy,
    receivedAt: message.receivedAt,
  });
  const by = message.askedBy ?? message.receivedBy;
  const missed = previous ? previous.missed && by !== 'webhook' : by === 'poll' && callsUs(connection);
  const order = missed === told.missed ? told : { ...told, missed };
  // Nothing to write: the very order that was read.
  if (previous && order === previous) {
    if (message.receivedBy !== 'webhook') return { opened: [] };
    const note = result === 'older' ? 'older than the snapshot that stands' : 'the snapshot that stands';
    return recordOnly(message, 'duplicate', { order: id, note });
  }
  if (result === 'created') await noteListings(snapshot, connection);
  const { deliveries, routed } = planDeliveries(order, configuration);
  const state = result === 'same' || result === 'older' ? 'duplicate' : 'applied';
  // A poll that finds what is known leaves no trace but the newer version.
  const worthRecording = state === 'applied' || message.receivedBy === 'webhook';
  const also = worthRecording ? [putEvent(eventOf(message, { state, order: id }))] : [];
  const opened = await commitOrder({
    order,
    previous,
    timeline,
    deliveries,
    routed,
    origin: message.id,
    now: new Date(),
    also,
  });
  if (!opened) return alreadyRecorded(message);
  if (!previous) countFirst(connection, missed, message.receivedAt);
  else if (previous.missed && !missed) countLate(connection, previous.receivedAt, message.receivedAt);
  return { opened, ...(worthRecording && { state }) };
}

const callsUs = ({ marketplace }: Connection): boolean =>
  marketplaces.some(({ name, topics }) => name === marketplace && topics.length > 0);

/** A channel that can be told stock lists what it sold, whether or not it has a product feed. */
async function noteListings({ lines }: OrderSnapshot, { id, marketplace }: Connection): Promise<void> {
  if (!roleOf(marketplace).takesStock) return;
  await Promise.all(lines.map(({ sku, title }) => noteProduct(id, sku, title)));
}
