import { getAttempts, getDeliveries } from '#lib/deliveries/ledger';
import { compareText } from '#lib/platform/canonical-json';
import { retention } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { across, keysIn, listIndex, type PageAsked, walkIndex } from '#lib/platform/table/sharded-index';
import {
  bare,
  db,
  getItem,
  getItems,
  type Item,
  type Key,
  keptFor,
  NEW,
  pack,
  put,
  queryPartition,
  type Write,
} from '#lib/platform/table/table';
import { countUnits, isUncounted } from './count-units.ts';
import { storedOf, wholeOf, withExpectations } from './derive.ts';
import { isAskedFor } from './erasure.ts';
import type { Order, OrderCore, OrderStatus } from './order.ts';
import { isLate, isSettled, statusOf } from './status.ts';
import { linesOf, type TimelineEntry } from './timeline.ts';

/** The ids of an order's deliveries and of those that tell of it, for lists; undefined where no order is asked for. */
export async function deliveriesOf(id: string | undefined, table = db): Promise<readonly string[] | undefined> {
  if (id === undefined) return undefined;
  const [order, notified] = await Promise.all([
    getOrder(id, table),
    queryPartition(items.order.key({ id }).pk, { prefix: items.notified.prefix, table }),
  ]);
  return [...(order?.deliveries ?? []), ...notified.map(({ sk }) => sk.slice(items.notified.prefix.length))];
}

export async function getOrder(id: string, table = db): Promise<Order | undefined> {
  const order = wholeOf(await getItem<Order | OrderCore>(items.order.key({ id }), table));
  return order && isUncounted(order)
    ? withExpectations(countUnits(order, await getDeliveries(order.deliveries, table)))
    : order;
}

/** The orders with these ids, without those that do not exist. */
export async function getOrders(ids: readonly string[], table = db): Promise<Order[]> {
  const found = await getItems<Order | OrderCore>(
    ids.map((id) => items.order.key({ id })),
    table,
  );
  return found.map((stored) => wholeOf(stored));
}

/** Writes an order unless it was written since it was read. Only `changeOrder` calls this: it plans and rings, too. */
export function putOrder(order: Order, previous: Order | null): Write {
  const item: Item<OrderCore> = {
    ...storedOf(order),
    ...items.order.key(order),
    ...keysIn(items.order.byTime, order),
    ...(isSettled(order) && !isAskedFor(order) && keptFor(retention.orderDays(), order.updatedAt)),
  };
  const packed = pack(item, items.order.visible);
  if (!previous) return put(packed, NEW);
  const { revision, writes } = previous;
  const isAsRead = `revision = :revision AND ${writes === undefined ? 'attribute_not_exists(writes)' : 'writes = :writes'}`;
  return put(packed, isAsRead, { ':revision': revision, ...(writes !== undefined && { ':writes': writes }) });
}

/** Characters of timeline lines in one item: it stays below 400 KB even if nothing can be packed. */
const MAX_CHARACTERS = 300_000;

/** Writes lines that stand beside the order, in as few items as hold them. Only for `changeOrder` and `tellOrder`. */
export function putTimeline(orderId: string, entries: readonly TimelineEntry[], origin: string): Write[] {
  return inGroups(entries).map(([first, ...more], index) => {
    const key = items.timelineEntry.key({ order: orderId, at: first.at, origin, index: `${index}` });
    return putTimelineEntries(key, [first, ...more]);
  });
}

/** The lines of one item, one or several. */
export function putTimelineEntries(key: Key, entries: readonly TimelineEntry[]) {
  const [first, ...more] = entries;
  const kept = { ...key, ...keptFor(retention.orderDays(), entries.at(-1)?.at ?? '') };
  if (first && more.length === 0) return put({ ...first, ...kept });
  return put(pack<{ entries: readonly TimelineEntry[] }>({ entries, ...kept }, []));
}

type Group = [TimelineEntry, ...TimelineEntry[]];

function inGroups(entries: readonly TimelineEntry[]): Group[] {
  const groups: Group[] = [];
  let room = 0;
  for (const entry of entries) {
    const size = JSON.stringify(entry).length;
    const group = size > room ? undefined : groups.at(-1);
    room = (group ? room : MAX_CHARACTERS) - size;
    if (group) group.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

/** The lines that stand beside an order, item by item. */
export async function listTimeline(id: string, table = db): Promise<Array<{ key: Key; entries: TimelineEntry[] }>> {
  const beside = await queryPartition<TimelineEntry | { entries: TimelineEntry[] }>(items.order.key({ id }).pk, {
    prefix: items.timelineEntry.prefix,
    table,
  });
  return beside.map(({ pk, sk, ...item }) => {
    const entry = bare({ pk, sk, ...item } as Item<TimelineEntry | { entries: TimelineEntry[] }>);
    return { key: { pk, sk }, entries: 'entries' in entry ? entry.entries : [entry] };
  });
}

/** Everything that happened to an order and its deliveries, oldest first. */
export async function getTimeline({ id, timeline = [], deliveries }: Order, table = db): Promise<TimelineEntry[]> {
  const [beside, known] = await Promise.all([listTimeline(id, table), getDeliveries(deliveries, table)]);
  const later = beside.flatMap(({ entries }) => entries);
  const told = await Promise.all(known.map(async (delivery) => linesOf(delivery, await getAttempts(delivery, table))));
  return [...timeline, ...later, ...told.flat()].sort((a, b) => compareText(a.at, b.at));
}

/** Remembers which order an id at the remote stands for, and which delivery placed it. */
export const putRemote = (connection: string, remoteId: string, order: string, delivery?: string) =>
  put({ order, ...(delivery && { delivery }), ...items.remoteOrder.key({ connection, remoteId }) });

/** Writes at once what `putRemote` describes: the fact stands whatever else is written or not. */
export async function rememberRemote(...about: Parameters<typeof putRemote>): Promise<void> {
  await db.put(putRemote(...about).Put);
}

/** What is known of an id at the remote. */
export const findRemote = (connection: string, remoteId: string, table = db) =>
  getItem<{ order: string; delivery?: string }>(items.remoteOrder.key({ connection, remoteId }), table);

export const findByRemoteId = async (...at: Parameters<typeof findRemote>): Promise<string | undefined> =>
  (await findRemote(...at))?.order;

interface OrderFilter extends PageAsked {
  connections: readonly string[];
  status?: OrderStatus | undefined;
  late?: boolean | undefined;
  acknowledged?: boolean | undefined;
  /** Received at or after this instant. */
  since?: string | undefined;
  matches?: (order: Order) => boolean;
}

interface Received {
  since?: string;
}

/** Every order of these connections that was received since then, the oldest first. */
export async function* eachOrder(connections: readonly string[], received: Received = {}): AsyncGenerator<Order> {
  for await (const page of orderPages(connections, received)) yield* page;
}

/** What `eachOrder` gives, about a hundred orders at a time. */
export async function* orderPages(connections: readonly string[], { since: after }: Received): AsyncGenerator<Order[]> {
  const walk = walkIndex({ ...across(items.order.byTime, connections), limit: 100, after });
  for await (const rows of walk) yield (await getItems<Order | OrderCore>(rows)).map((stored) => wholeOf(stored));
}

/** Orders, newest received first. */
export const listOrders = ({ connections, status, late, acknowledged, matches = () => true, ...page }: OrderFilter) =>
  listIndex<Order>({
    ...{ ...across(items.order.byTime, connections), ...page, read: wholeOf },
    matches: (order) =>
      (!status || statusOf(order) === status) &&
      (late === undefined || isLate(order) === late) &&
      (acknowledged === undefined || (order.acknowledgement !== undefined) === acknowledged) &&
      matches(order),
  });
