import { type Connection, channelOf } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import type { PushResult } from '#lib/marketplaces/action';
import { tellOrder } from '#lib/orders/change';
import type { Order } from '#lib/orders/order';
import { putRemote, rememberRemote } from '#lib/orders/store';
import type { Write } from '#lib/platform/table/table';
import type { Done } from './run.ts';

/** The timeline's words for actions; any other is reported. */
const TOLD_AS: Readonly<Record<string, string>> = { order: 'order.placed', cancel: 'order.withdrawn' };

/** What a push that stands at the remote leaves behind: the placement to follow, and a line on the order's timeline. */
export async function afterPush(
  { action, connection }: Delivery,
  {
    order,
    source,
    trackingNumber,
    now,
  }: { order: Order; source: Connection; trackingNumber?: string | undefined; now: Date },
  { remoteId, note }: PushResult,
  probed: boolean,
): Promise<Pick<Done, 'also' | 'told' | 'placed'>> {
  const detail = {
    ...(remoteId !== undefined && { remoteId }),
    ...(trackingNumber !== undefined && { trackingNumber }),
    ...(probed && { probed: true }),
    ...(note !== undefined && { note }),
  };
  const told = { type: TOLD_AS[action] ?? `${action}.reported`, detail };
  if (action !== 'order') return { also: [], told };
  // By this id its events find the order; whoever does not come to the next write finds it by the probe.
  if (remoteId !== undefined) await rememberRemote(connection, remoteId, order.id);
  const placed = {
    remoteId: remoteId ?? null,
    number: order.number,
    channel: channelOf(source),
    at: now.toISOString(),
  };
  return { also: [], told, placed };
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
    ...tellOrder(orderId, [{ type: `${action}.done`, detail }], { by: connection, at, origin: id }),
    ...(remoteId === undefined ? [] : [putRemote(connection, remoteId, orderId)]),
  ];
}
