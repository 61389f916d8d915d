import type { Connection } from '#lib/connections/connection';
import { ring } from '#lib/deliveries/ring';
import { getNetwork, type Network } from '#lib/marketplaces/network';
import { type Changed, changeOrder, type Decided } from '#lib/orders/change';
import type { Order } from '#lib/orders/order';
import { db, type Table } from '#lib/platform/table/table';
import {
  type Became,
  eventOf,
  type InboundState,
  isRecorded,
  type Message,
  putEvent,
  type Unrecorded,
} from './event.ts';

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

/** What an event makes of an order, and what becomes of the event then; absent where it leaves no trace. */
export type Ingest = Decided & {
  became?: Became;
  /** Said of an order that its shipper cannot speak of. */
  isStranger?: true;
};

/** As what an event was recorded, null where it left no trace, or what is still to be recorded of it. */
export type Ingested = InboundState | Unrecorded | null;

/**
 * Changes an order for an event, and records the event with it. After a lost race it is decided again, unless it was
 * this very message, received twice, that won it. `by` stands on the timeline: how the word of a sales channel came, or
 * who else it is of.
 */
export function changeFor(
  id: string,
  { message, network, hub }: Ingesting,
  by: string,
  decide: (order: Order | null) => Ingest | null | undefined | Promise<Ingest | null | undefined>,
): Promise<Changed<Ingest | null>> {
  let isRepeat = false;
  return changeOrder<Ingest | null>(
    id,
    async (order) => {
      if (isRepeat && (await isRecorded(message, hub.table))) return null;
      isRepeat = true;
      const decided = await decide(order);
      if (!decided?.became) return decided;
      const event = putEvent(eventOf(message, decided.became, decided.order));
      return { ...decided, also: [event, ...(decided.also ?? [])] };
    },
    { by, origin: message.id, at: message.receivedAt, network },
    hub,
  );
}
