import { cutBody } from '#events/inbound-body';
import type { InboundReceived } from '#events/inbound-received';
import type { Connection } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { ring } from '#lib/deliveries/ring';
import { getNetwork, type Network } from '#lib/marketplaces/network';
import { type Changed, changeOrder, type Decided } from '#lib/orders/change';
import { ERASED } from '#lib/orders/erasure';
import type { Order } from '#lib/orders/order';
import type { settlePlacements } from '#lib/orders/placements';
import { putAct } from '#lib/platform/audit';
import type { Decision } from '#lib/platform/decision';
import { retention } from '#lib/platform/settings';
import { equals, onlyIf, setting } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import { across, keysIn, listIndex, type PageAsked } from '#lib/platform/table/sharded-index';
import {
  db,
  expiryOf,
  getItem,
  type Item,
  NEW,
  pack,
  packedSize,
  put,
  type Table,
  transact,
  type Write,
} from '#lib/platform/table/table';
import type * as z from '#lib/platform/zod';
import type { InboundFacts, InboundState } from './event-schema.ts';

export type { InboundState };

/** Who had the current mapper read an event that could not be read when it came, and why. */
export type Remapped = Decision & { id: string };

/**
 * Something that arrived: for the first time, or to be read again because it could not be read then. `named`: where a
 * webhook only named what changed, that webhook as it came; the event has its id, and the body that was read for it.
 */
export type Message = InboundReceived & { remapped?: Remapped; named?: Named; setAside?: Decision };
type Named = Pick<InboundReceived, 'topic' | 'body' | 'encoding'>;

/** Whether a marketplace told us of it. What polls and later reads find unchanged leaves no trace. */
export const isTold = ({ receivedBy, named }: Message): boolean => receivedBy === 'webhook' || named !== undefined;

/** An inbound event on record: what arrived, and what became of it. */
export type InboundEvent = Message & z.infer<typeof InboundFacts>;

export const getEvent = (id: string, table = db): Promise<InboundEvent | undefined> =>
  getItem<InboundEvent>(items.event.key({ id }), table);

/** Bytes of an item's 400 KB that are left for the packed part. */
const MAX_PACKED_BYTES = 400_000;

/** What could not be read waits for a person for its whole time; other bodies are kept no longer than their buyer. */
const daysOf = ({ state }: InboundEvent): number =>
  state === 'unreadable' ? items.event.keepDays : retention.atMost(items.event.keepDays);

/** The event as it is kept, with as much of its body as fits. */
function packEvent(event: InboundEvent): Item<InboundEvent> {
  const unreadable = event.state === 'unreadable';
  const whole: Item<InboundEvent> = {
    ...event,
    ...items.event.key(event),
    ...keysIn(items.event.byTime, event),
    ...(unreadable && keysIn(items.event.unreadable, event)),
    expiresAt: expiryOf({ keepDays: daysOf(event) }, event.recordedAt),
  };
  const item = pack(whole, items.event.visible);
  const fits = event.body === '' || packedSize(item) <= MAX_PACKED_BYTES;
  const { named, ...read } = event;
  return fits ? item : packEvent(named ? read : cutBody(event));
}

/**
 * Fails its transaction if this very message was recorded before, or, for a remapped one, if it has been read since.
 */
export function putEvent(event: InboundEvent): Write {
  const item = packEvent(event);
  const isUnread = equals('state', 'unreadable' satisfies InboundState);
  return event.remapped ? { Put: { Item: item, ...onlyIf(isUnread) } } : put(item, NEW);
}

const withoutBody = <Event extends Message>({ named: _, ...event }: Event) => ({
  ...event,
  ...({ body: '', encoding: 'utf8', bodyTruncated: true } as const),
});

/** An event whose buyer is erased: that something arrived is kept, not what. Its note may be the sender's words. */
export const putErased = (event: InboundEvent) =>
  put(packEvent({ ...withoutBody(event), note: event.note && ERASED }), 'attribute_exists(pk)');

/** What arrived, as `putEvent` records it: without its body where its order's buyer was erased. */
export function putMessage(message: Message, became: Became, about: Order | null = null): Write {
  const { setAside: aside, ...kept } = about?.erased ? withoutBody(message) : message;
  const stays = became.state === 'unreadable' && aside && { setAside: aside };
  const recordedAt = new Date().toISOString();
  return putEvent({ ...kept, ...stays, order: null, error: null, note: null, recordedAt, ...became });
}

/** What became of an event, as it is recorded. */
type Became = Pick<InboundEvent, 'state'> & Partial<Pick<InboundEvent, 'order' | 'note' | 'error'>>;

/** What is to be recorded of an event, with the order it is about and what must be written with it. */
export type Unrecorded = Became & { about?: Order; also?: readonly Write[] };

/** Records an event that changes no order; recording it again changes nothing. */
export async function recordEvent(
  message: Message,
  { about, also = [], ...became }: Unrecorded,
  table = db,
): Promise<InboundState> {
  await transact([putMessage(message, became, about), ...also], table);
  return became.state;
}

/** Sets an unreadable event aside, so that it waits for nobody; false if it has been read meanwhile. */
export function setAside({ id }: InboundEvent, decision: Decision, table = db): Promise<boolean> {
  const isUnread = equals('state', 'unreadable' satisfies InboundState);
  const update = { Key: items.event.key({ id }), ...setting({ setAside: decision }, isUnread) };
  return transact([{ Update: update }, putAct({ act: 'event.set_aside', about: id, detail: {}, ...decision })], table);
}

/** Whether this very message is on record, because another receipt of it was faster. */
export async function isRecorded({ id, remapped }: Message, table = db): Promise<boolean> {
  const event = await getEvent(id, table);
  return event !== undefined && !(remapped && event.state === 'unreadable');
}

interface EventFilter extends PageAsked {
  connections: readonly string[];
  state?: InboundState | undefined;
  since?: string | undefined;
  /** Leaves out what was set aside. */
  isWaiting?: boolean;
}

/** Inbound events, newest first. */
export const listEvents = ({ connections, state, isWaiting, ...page }: EventFilter) =>
  listIndex<InboundEvent>({
    ...across(state === 'unreadable' ? items.event.unreadable : items.event.byTime, connections),
    ...page,
    matches: (event) => (!state || event.state === state) && !(isWaiting && event.setAside),
  });

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
