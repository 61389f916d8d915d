import { cutBody } from '#events/inbound-body';
import type { InboundReceived } from '#events/inbound-received';
import { ERASED } from '#lib/orders/erasure';
import type { Order } from '#lib/orders/order';
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
export type Became = Pick<InboundEvent, 'state'> & Partial<Pick<InboundEvent, 'order' | 'note' | 'error'>>;

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
