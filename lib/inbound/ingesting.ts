import type { Connection } from '#lib/connections/connection';
import { ring } from '#lib/deliveries/ring';
import { getNetwork, type Network } from '#lib/marketplaces/network';
import { type Changed, changeOrder, type Decided } from '#lib/orders/change';
import type { Order } from '#lib/orders/order';
import { db, type Table } from '#lib/platform/table/table';
import { type InboundState, isRecorded, type Message } from './event.ts';

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

/** What an event makes of an order, and as what it is recorded then; null where it leaves no trace. */
export type Ingest<State = InboundState> = Decided & { state: State | null };

/**
 * Changes an order for an event. After a lost race it is decided again, unless it was this very message, received twice,
 * that won it. `by` stands on the timeline: how the word of a sales channel came, or who else it is of.
 */
export function changeFor<D extends Decided | null>(
  id: string,
  { message, network, hub }: Ingesting,
  by: string,
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
