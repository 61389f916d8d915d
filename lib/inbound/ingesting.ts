import type { Connection } from '#lib/connections/connection';
import { ring } from '#lib/deliveries/ring';
import { getNetwork, type Network } from '#lib/marketplaces/network';
import { type Changed, changeOrder, type Decision } from '#lib/orders/change';
import type { Order } from '#lib/orders/order';
import { db, type Table } from '#lib/platform/table/table';
import { isRecorded, type Message } from './event.ts';

/** What ingest reads and writes with; another one in tests. */
export interface Hub {
  table: Table;
  ring: typeof ring;
  getNetwork: () => Promise<Network>;
}
export const HUB: Hub = { table: db, ring, getNetwork };

/** An event that is being ingested, and for whom. */
export interface Ingesting {
  message: Message;
  connection: Connection;
  network: Network;
  hub: Hub;
}

/**
 * Changes an order for an event. After a lost race it is decided again, unless it was this very message, received twice,
 * that won it. A sales channel is named on the timeline by how its word came, everybody else by id.
 */
export function changeFor<D extends Decision | null>(
  id: string,
  { message, network, hub }: Ingesting,
  { by = message.receivedBy as string }: { by?: string },
  decide: (order: Order | null) => D | undefined | Promise<D | undefined>,
): Promise<Changed<D | null>> {
  let isRepeat = false;
  return changeOrder<D | null>(
    id,
    async (order) => {
      if (isRepeat && (await isRecorded(message, hub.table))) return null;
      isRepeat = true;
      return decide(order);
    },
    { by, origin: message.id, at: message.receivedAt, network },
    hub,
  );
}
