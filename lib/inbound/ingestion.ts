import type { Connection } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { ring } from '#lib/deliveries/ring';
import { getNetwork, type Network } from '#lib/marketplaces/network';
import { type Changed, changeOrder, type Decided } from '#lib/orders/change';
import type { Order } from '#lib/orders/order';
import type { settlePlacements } from '#lib/orders/placements';
import { db, type Table } from '#lib/platform/table/table';
import { type Became, type InboundState, isRecorded, type Message, putMessage, type Unrecorded } from './event.ts';

/** What ingest reads and writes with; tests pass another. */
export interface Hub {
  table: Table;
  ring: typeof ring;
  getNetwork: () => Promise<Network>;
  /** Makes the first attempt at a delivery, which `keep` records unless the attempt succeeds. */
  attempt?: (delivery: Delivery, keep: (delivery: Delivery) => Promise<boolean>) => Promise<void>;
}
export const HUB: Hub = { table: db, ring, getNetwork };

/** An event, and everything that it is ingested with. */
export interface Ingestion {
  message: Message;
  connection: Connection;
  network: Network;
  hub: Hub;
}

/** What an event makes of an order, and what then becomes of the event; absent where it leaves no trace. */
export type Ingest = Decided & {
  became?: Became;
  /**
   * Placements that are settled once this is committed: within the transaction each would cost half as much again. After
   * a crash in between, the next poll asks for them and settles them.
   */
  settled?: ReturnType<typeof settlePlacements>;
  /** The connection was never asked to ship this order, so it has no say about it. */
  isStranger?: true;
};

/** The state an event was recorded with, null where it left no trace, or what is still to be recorded of it. */
export type Ingested = InboundState | Unrecorded | null;

/**
 * Changes an order as an event says, in one transaction with the event's record. After a lost race it decides again,
 * unless another receipt of the same message won. `by` is the author on the timeline: for what a sales channel says the
 * channel of receipt, else the connection.
 */
export function changeByEvent(
  { message, network, hub }: Ingestion,
  id: string,
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
      return { ...decided, also: [putMessage(message, decided.became, decided.order), ...(decided.also ?? [])] };
    },
    { by, origin: message.id, at: message.receivedAt, network },
    hub,
  );
}
