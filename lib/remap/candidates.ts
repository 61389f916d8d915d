import { getConfiguration } from '#lib/connections/store';
import { getEvent, type InboundEvent, listEvents } from '#lib/inbound/event';
import type { Order } from '#lib/orders/order';
import { getOrder, listOrders } from '#lib/orders/store';
import { decodeCursor, eachListed, encodeCursor } from '#lib/platform/table/sharded-index';
import { MAX_SORT_KEY_BYTES } from '#lib/platform/table/table';

/** What to run through the present mapper: at least one member. */
export interface RemapFilter {
  connection?: string | undefined;
  order?: string | undefined;
  event?: string | undefined;
  /** `unreadable`: events that nothing could read; `applied`: the snapshots that orders stand on. Absent: both. */
  state?: 'applied' | 'unreadable' | undefined;
  /** Received at or after this instant. */
  since?: string | undefined;
}

/** An event that could not be read, or an order whose standing snapshot is on record. */
export type Candidate = { event: InboundEvent } | { order: Order };

/** `<phase>|<sort key>`: behind this one a remap goes on. */
type Position = string;

const PAGE = 25;

/** Everything a filter names, unreadable events first, each with the position behind it. */
export async function* eachCandidate(
  filter: RemapFilter,
  after: Position | undefined,
): AsyncGenerator<[Candidate, Position]> {
  if (filter.event ?? filter.order) {
    for (const candidate of await namedCandidates(filter)) yield [candidate, ''];
    return;
  }
  const { connection, since } = filter;
  const connections = connection ? [connection] : [...(await getConfiguration()).connections.keys()];
  const [phase, sort] = after?.split(/\|(.*)/s) ?? [];
  const list = { connections, since, limit: PAGE };
  if (filter.state !== 'applied' && phase !== 'applied')
    for await (const event of eachListed(
      (cursor) => listEvents({ ...list, state: 'unreadable', cursor }),
      cursorAt(sort),
    ))
      yield [{ event }, positionOf('unreadable', event)];
  if (filter.state === 'unreadable') return;
  const from = phase === 'applied' ? sort : undefined;
  for await (const order of eachListed((cursor) => listOrders({ ...list, cursor }), cursorAt(from)))
    yield [{ order }, positionOf('applied', order)];
}

const cursorAt = (sort: string | undefined) => (sort ? encodeCursor(sort) : undefined);

const positionOf = (phase: string, { receivedAt, id }: { receivedAt: string; id: string }): Position =>
  `${phase}|${receivedAt}#${id}`;

/** One event, or one order: the rest of the filter still applies. */
async function namedCandidates(filter: RemapFilter): Promise<Candidate[]> {
  const event = filter.event ? await getEvent(filter.event) : undefined;
  if (filter.event && !event) return [];
  if (event?.state === 'unreadable') return fits(filter, event, 'unreadable') && !filter.order ? [{ event }] : [];
  const id = filter.order ?? event?.order;
  const order = id ? await getOrder(id) : undefined;
  if (!order || (event && (order.snapshotEvent !== event.id || order.id !== event.order))) return [];
  return fits(filter, order, 'applied') ? [{ order }] : [];
}

const fits = (
  { connection, since, state }: RemapFilter,
  thing: { connection: string; receivedAt: string },
  is: RemapFilter['state'],
): boolean =>
  (!connection || connection === thing.connection) && (!since || thing.receivedAt >= since) && (!state || state === is);

/** A position as callers carry it; undefined for what is none. */
export const encodePosition = (position: Position): string => encodeCursor(position);
export function decodePosition(cursor: string): Position | undefined {
  const position = decodeCursor(cursor);
  const [, sort] = /^(?:unreadable|applied)\|(\d{4}-\d\d-\d\dT[\d:.]+Z#.+)$/s.exec(position) ?? [];
  return sort !== undefined && Buffer.byteLength(sort) <= MAX_SORT_KEY_BYTES ? position : undefined;
}
