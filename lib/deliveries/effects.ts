import type { Write } from '#lib/aws/table';
import { channelOf } from '#lib/connections/connection';
import type { PushContext, PushResult } from '#lib/marketplaces/contract';
import { putPlacement, putRemote, putTimeline } from '#lib/orders/store';
import type { Delivery } from './delivery.ts';
import type { Told } from './told.ts';

/** The timeline's words for actions; any other is reported. */
const TOLD_AS: Readonly<Record<string, string>> = { order: 'order.placed', cancel: 'order.withdrawn' };

/** What a push that stands at the remote leaves behind: the placement to follow, and a line on the order's timeline. */
export function afterPush(
  { action, connection }: Delivery,
  { order, source, now, fulfillment }: PushContext,
  { remoteId, note }: PushResult,
  probed: boolean,
): { also: Write[]; told: Told } {
  const detail = {
    ...(remoteId !== undefined && { remoteId }),
    ...(fulfillment && { trackingNumber: fulfillment.trackingNumber }),
    ...(probed && { probed: true }),
    ...(note !== undefined && { note }),
  };
  const told = { type: TOLD_AS[action] ?? `${action}.reported`, detail };
  if (action !== 'order') return { also: [], told };
  const placement = {
    order: order.id,
    connection,
    remoteId: remoteId ?? null,
    number: order.number,
    channel: channelOf(source),
    placedAt: now().toISOString(),
  };
  return { also: putPlacement(placement), told };
}

/** A request that was done is told on the order it was for, which is found again by what it made at the remote. */
export function afterRequest(
  { id, action, connection }: Delivery,
  orderId: string,
  { remoteId, note }: PushResult,
  at: string,
): Write[] {
  const detail = { delivery: id, ...(remoteId !== undefined && { remoteId }), ...(note !== undefined && { note }) };
  return [
    ...putTimeline(orderId, [{ at, type: `${action}.done`, by: connection, detail }], id),
    ...(remoteId === undefined ? [] : [putRemote(connection, remoteId, orderId)]),
  ];
}
