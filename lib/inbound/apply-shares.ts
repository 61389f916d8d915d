import type { InboundReceived } from '#events/inbound-received';
import type { Connection } from '#lib/connections/connection';
import type { Configuration } from '#lib/connections/store';
import type { Delivery } from '#lib/deliveries/delivery';
import { marketplaces } from '#lib/marketplaces/registry';
import { type OrderSnapshot, orderId } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { claimShares, putPart } from '#lib/orders/share-lines';
import { applyPart } from '#lib/orders/snapshot';
import type { Share } from '#lib/orders/split';
import { commitOrder, getOrder } from '#lib/orders/store';
import { type Applied, alreadyRecorded, eventOf } from './apply.ts';
import { applyOrder } from './apply-order.ts';
import { type InboundState, putEvent } from './event.ts';

/** Where a sales channel can split and merge orders, each of ours is told what is its own: no line is sold twice. */
export async function applyShares(
  snapshot: OrderSnapshot,
  message: InboundReceived,
  connection: Connection,
  configuration: Configuration,
): Promise<Applied> {
  const moves = marketplaces.find(({ name }) => name === connection.marketplace)?.movesLines;
  if (!moves) return applyOrder(snapshot, message, connection, configuration);
  const shares = await claimShares(connection.id, snapshot);
  const opened: Delivery[] = [];
  let state: InboundState | undefined;
  for (const [index, share] of shares.entries()) {
    // The event is recorded with the last share: it stands for all of them.
    const isLast = index === shares.length - 1;
    const applied = share.isPart
      ? await applyShare(share, isLast, message, connection, configuration)
      : await applyOrder(share.snapshot, message, connection, configuration);
    if (!applied) return undefined;
    opened.push(...applied.opened);
    state = applied.state ?? state;
  }
  return { opened, ...(state && { state }) };
}

async function applyShare(
  { order: id, snapshot }: Share,
  isLast: boolean,
  message: InboundReceived,
  connection: Connection,
  configuration: Configuration,
): Promise<Applied> {
  const previous = await getOrder(id);
  // Its lines are claimed, so it is being written.
  if (!previous) return undefined;
  const { order, timeline } = applyPart(previous, snapshot, {
    connection: connection.id,
    event: message.id,
    by: message.receivedBy,
    receivedAt: message.receivedAt,
  });
  if (order === previous) return { opened: [] };
  const event = putEvent(
    eventOf(message, { state: 'applied', order: id, note: `${snapshot.externalId} is a part of it` }),
  );
  const opened = await commitOrder({
    order,
    previous,
    timeline,
    ...planDeliveries(order, configuration),
    origin: message.id,
    now: new Date(),
    also: [putPart(orderId(connection.id, snapshot.externalId), id), ...(isLast ? [event] : [])],
  });
  if (opened) return { opened, ...(isLast && { state: 'applied' }) };
  return isLast ? alreadyRecorded(message) : undefined;
}
