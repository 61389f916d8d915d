import type { Connection } from '#lib/connections/connection';
import type { Network } from '#lib/marketplaces/network';
import type { ChangeOptions } from '#lib/orders/change';
import type { Order } from '#lib/orders/order';
import { isRecorded, type Message } from './event.ts';

/** An event that is being ingested, and for whom. */
export interface Ingesting {
  message: Message;
  connection: Connection;
  network: Network;
}

/** A sales channel is told of by how its word came, everybody else by name. */
export const optionsOf = (
  { message, network }: Ingesting,
  by: string = message.receivedBy,
): ChangeOptions & { at: string } => ({ by, origin: message.id, at: message.receivedAt, network });

/**
 * The decision, until it stands. After a lost race it is made again unless it was this very message, received twice,
 * that won it.
 */
export function unlessRecorded<D>(
  message: Message,
  decide: (order: Order | null) => D | Promise<D>,
): (order: Order | null) => Promise<D | null> {
  let isRepeat = false;
  return async (order) => {
    if (isRepeat && (await isRecorded(message))) return null;
    isRepeat = true;
    return decide(order);
  };
}
