import type { Write } from '#lib/aws/table';
import { channelOf } from '#lib/connections/connection';
import type { PushContext, PushResult } from '#lib/marketplaces/contract';
import { putPlacement, putRemote, putTimeline } from '#lib/orders/store';
import type { Attempt, Delivery } from './delivery.ts';

/** The timeline's words for actions; any other is reported. */
const TOLD_AS: Readonly<Record<string, string>> = { order: 'order.placed', cancel: 'order.withdrawn' };

/** What a push that stands at the remote leaves behind: the placement to follow, and a line on the order's timeline. */
export function afterPush(
  { id, action, connection }: Delivery,
  { order, source, now, fulfillment }: PushContext,
  { remoteId, note }: PushResult,
  probed: boolean,
): Write[] {
  const at = now().toISOString();
  const detail = {
    delivery: id,
    ...(remoteId !== undefined && { remoteId }),
    ...(fulfillment && { trackingNumber: fulfillment.trackingNumber }),
    ...(probed && { probed: true }),
    ...(note !== undefined && { note }),
  };
  const told = putTimeline(
    order.id,
    [{ at, type: TOLD_AS[action] ?? `${action}.reported`, by: connection, detail }],
    id,
  );
  if (action !== 'order') return told;
  const placement = {
    order: order.id,
    connection,
    remoteId: remoteId ?? null,
    number: order.number,
    channel: channelOf(source),
    placedAt: at,
  };
  return [...told, ...putPlacement(placement)];
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

/** A delivery that needs a person is told on its order's timeline. */
export function afterAttempt({ id, order, connection, state, cause }: Delivery, { number, endedAt }: Attempt): Write[] {
  if (!order || (state !== 'dead' && state !== 'blocked')) return [];
  const entry = {
    at: endedAt,
    type: `delivery.${state}`,
    by: connection,
    detail: { delivery: id, attempt: number, ...cause },
  };
  return putTimeline(order, [entry], `${id}#${number}`);
}
