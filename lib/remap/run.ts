import { randomUUID } from 'node:crypto';
import { getConfiguration } from '#lib/connections/store';
import { getEvent, type InboundEvent, listEvents } from '#lib/inbound/event';
import { getNetwork } from '#lib/marketplaces/network';
import type { Order } from '#lib/orders/order';
import { getOrder, listOrders } from '#lib/orders/store';
import { putAct } from '#lib/platform/audit';
import * as items from '#lib/platform/table/items';
import {
  across,
  decodeCursor,
  eachListed,
  encodeCursor,
  keysIn,
  listIndex,
  type PageAsked,
} from '#lib/platform/table/sharded-index';
import { db, getItem, type Item, MAX_SORT_KEY_BYTES, NEW, put, transact } from '#lib/platform/table/table';
import type * as z from '#lib/platform/zod';
import { remapEvent } from './remap-event.ts';
import { remapOrder } from './remap-order.ts';
import type { Outcome, RemapFacts } from './remap-schema.ts';

export interface RemapRequest {
  filter: RemapFilter;
  /** Null: only shows what would change. */
  author: { by: string; reason: string | null } | null;
  /** The record of the earlier requests that this one continues. */
  record?: RemapRecord | undefined;
  limit: number;
  /** Where the previous request ended. */
  after?: string | undefined;
  /** Like `Date.now()`: after this no further event is begun. */
  deadline: number;
}

interface RemapResult {
  remapId: string | null;
  examined: number;
  /** How many of these the current mapper reads as they stand. */
  unchanged: number;
  outcomes: Outcome[];
  cursor?: string;
}

/** Lambda answers with 6 MB at most. */
const MAX_BYTES = 3_000_000;

/** Runs a bounded number of kept raw bodies through the current mapper. */
export async function remap({ filter, author, record, limit, after, deadline }: RemapRequest): Promise<RemapResult> {
  const network = await getNetwork();
  const at = new Date().toISOString();
  const begun = author && (record ?? { id: `rmp_${randomUUID()}`, at, ...author, filter, examined: 0, applied: 0 });
  const remapped = begun && { id: begun.id, at, by: begun.by, reason: begun.reason };
  const result: RemapResult = { remapId: begun?.id ?? null, examined: 0, unchanged: 0, outcomes: [] };
  // Recorded before the first change, so that a remap which was cut off is on record too.
  if (begun && !record) await putNewRemap(begun);
  let position: string | undefined;
  let size = 0;
  for await (const [candidate, behind] of eachCandidate(filter, after)) {
    if (position !== undefined && (result.examined >= limit || size > MAX_BYTES || Date.now() > deadline)) {
      result.cursor = encodePosition(position);
      break;
    }
    const outcome =
      'event' in candidate
        ? await remapEvent(candidate.event, network, remapped)
        : await remapOrder(candidate.order, network, remapped);
    result.examined += 1;
    if (outcome) result.outcomes.push(outcome);
    else result.unchanged += 1;
    size += Buffer.byteLength(JSON.stringify(outcome ?? null));
    position = behind;
  }
  if (begun) await putRemap(addTo(begun, result));
  return result;
}

const addTo = (record: RemapRecord, { examined, outcomes }: RemapResult): RemapRecord => ({
  ...record,
  examined: record.examined + examined,
  applied: record.applied + outcomes.filter(({ applied }) => applied).length,
});

/** An event that could not be read, or an order whose standing snapshot is on record. */
type Candidate = { event: InboundEvent } | { order: Order };

/** `<phase>|<sort key>`: a remap continues after this. */
type Position = string;

const PAGE = 25;

/** Everything that a filter matches, unreadable events first, each with the position after it. */
async function* eachCandidate(filter: RemapFilter, after: Position | undefined): AsyncGenerator<[Candidate, Position]> {
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

/** A position as the API hands it out; undefined if there is none. */
export const encodePosition = (position: Position): string => encodeCursor(position);
export function decodePosition(cursor: string): Position | undefined {
  const position = decodeCursor(cursor);
  const [, sort] = /^(?:unreadable|applied)\|(\d{4}-\d\d-\d\dT[\d:.]+Z#.+)$/s.exec(position) ?? [];
  return sort !== undefined && Buffer.byteLength(sort) <= MAX_SORT_KEY_BYTES ? position : undefined;
}

/** What to run through the current mapper: at least one member. */
interface RemapFilter {
  connection?: string | undefined;
  order?: string | undefined;
  event?: string | undefined;
  /** `unreadable`: events that could not be read; `applied`: the snapshots that orders stand on. Absent: both. */
  state?: 'applied' | 'unreadable' | undefined;
  /** Received at or after this instant. */
  since?: string | undefined;
}

/** Who had what remapped and why, over all the requests it took. */
export type RemapRecord = z.infer<typeof RemapFacts> & { filter: RemapFilter };

const { key, byTime } = items.remap;

export const getRemap = (id: string): Promise<RemapRecord | undefined> => getItem<RemapRecord>(key({ id }));

const itemOf = (record: RemapRecord): Item<RemapRecord> => ({ ...record, ...key(record), ...keysIn(byTime, record) });

const putRemap = (record: RemapRecord): Promise<void> => db.put({ Item: itemOf(record) });

/** Records that a remap begins, and who asked for it. */
async function putNewRemap(record: RemapRecord): Promise<void> {
  const { id, by, reason, at, filter } = record;
  await transact([
    put(itemOf(record), NEW),
    putAct({ act: 'events.remapped', about: id, by, reason, at, detail: { filter } }),
  ]);
}

/** Applied remaps, newest first. */
export const listRemaps = (page: PageAsked) => listIndex<RemapRecord>({ ...across(byTime), ...page });
