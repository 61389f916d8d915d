import type { Delivery, NewDelivery } from '#lib/deliveries/delivery';
import { getAttempts, getDeliveries, openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { linesOf } from '#lib/deliveries/told';
import { compareText } from '#lib/platform/canonical-json';
import * as items from '#lib/platform/table/items';
import { keysIn, listIndex, partitionsOf } from '#lib/platform/table/sharded-index';
import { db, getItem, type Item, pack, put, queryPartition, transact, type Write } from '#lib/platform/table/table';
import type { Order, OrderStatus, TimelineEntry } from './order.ts';
import { isLate } from './status.ts';

export const getOrder = (id: string): Promise<Order | undefined> => getItem<Order>(items.order.key({ id }));

function putOrder(order: Order, previous: Order | null): Write {
  const whole: Item<Order> = {
    ...order,
    ...items.order.key(order),
    ...keysIn(items.order.byTime, order),
  };
  const item = pack(whole, items.order.visible);
  if (!previous) return put(item, 'attribute_not_exists(pk)');
  return put(item, 'revision = :revision', { ':revision': previous.revision });
}

export function putTimeline(orderId: string, entries: readonly TimelineEntry[], origin: string): Write[] {
  return entries.map((entry, index) =>
    put({ ...entry, ...items.timelineEntry.key({ order: orderId, at: entry.at, origin, index: `${index}` }) }),
  );
}

/** All that happened to an order and its deliveries, oldest first. */
export async function getTimeline({ id, timeline = [], deliveries }: Order): Promise<TimelineEntry[]> {
  const [entries, known] = await Promise.all([
    queryPartition<TimelineEntry>(items.order.key({ id }).pk, items.timelineEntry.prefix),
    getDeliveries(deliveries),
  ]);
  const later = entries.map(({ at, type, by, detail }) => ({ at, type, by, detail }));
  const told = await Promise.all(known.map(async (delivery) => linesOf(delivery, await getAttempts(delivery))));
  return [...timeline, ...later, ...told.flat()].sort((a, b) => compareText(a.at, b.at));
}

/** Lines that stand in the order itself, which is written anyway: few orders ever have more. */
const MAX_INSIDE = 20;

export interface OrderCommit {
  order: Order;
  /** The order as it was read; null for a new one. */
  previous: Order | null;
  timeline: readonly TimelineEntry[];
  deliveries: readonly NewDelivery[];
  routed?: readonly string[];
  /** Names the cause in the timeline's keys: an event's or a delivery's id. */
  origin: string;
  now: Date;
  also?: readonly Write[];
}

/**
 * The order, its timeline and the deliveries it causes, all or nothing.
 * Undefined when somebody else wrote the order meanwhile: read it again and decide again.
 */
export async function commitOrder(commit: OrderCommit): Promise<Delivery[] | undefined> {
  const { writes, opened } = orderWrites(commit);
  return (await transact(writes)) ? opened : undefined;
}

/** The writes of a commit, for a caller that has more to say in the same transaction. */
export function orderWrites({
  order,
  previous,
  timeline,
  deliveries,
  routed = [],
  origin,
  now,
  also = [],
}: OrderCommit) {
  const at = now.toISOString();
  const opened = deliveries.map((delivery) => openDelivery(delivery, at));
  const blocked = opened
    .filter(({ state }) => state === 'blocked')
    .map(({ id, cause }) => ({ at, type: 'delivery.blocked', by: 'hub', detail: { delivery: id, ...cause } }));
  const lines = [...(order.timeline ?? []), ...timeline, ...blocked];
  const next: Order = {
    ...order,
    deliveries: [...order.deliveries, ...opened.map(({ id }) => id)],
    routed: [...new Set([...order.routed, ...routed])],
    placements: [
      ...order.placements,
      ...opened
        .filter(({ action }) => action === 'order' || action === 'route')
        .map(({ id, connection }) => ({ delivery: id, connection })),
    ],
    timeline: lines.slice(0, MAX_INSIDE),
    revision: (previous?.revision ?? 0) + 1,
    updatedAt: at,
  };
  const writes = [
    putOrder(next, previous),
    ...putTimeline(order.id, lines.slice(MAX_INSIDE), origin),
    ...opened.map(putNewDelivery),
    ...also,
  ];
  return { writes, opened };
}

/** Remembers that something at the remote is about an order. */
export const putRemote = (connection: string, remoteId: string, order: string) =>
  put({ order, ...items.remoteOrder.key({ connection, remoteId }) });

/** The same at once: a fact that stands whatever else is written or not. */
export async function rememberRemote(connection: string, remoteId: string, order: string): Promise<void> {
  await db.put(putRemote(connection, remoteId, order).Put);
}

/** The order that a remote knows under its own id. */
export async function findByRemoteId(connection: string, remoteId: string): Promise<string | undefined> {
  return (await getItem<{ order: string }>(items.remoteOrder.key({ connection, remoteId })))?.order;
}

interface OrderFilter {
  connections: readonly string[];
  status?: OrderStatus | undefined;
  late?: boolean | undefined;
  /** Received at or after this instant. */
  since?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Orders, newest received first. */
export function listOrders(
  { connections, status, late, since, limit, cursor }: OrderFilter,
  statusOf: (order: Order) => OrderStatus,
) {
  return listIndex<Order>({
    index: 'byTime',
    partitions: connections.flatMap((id) => partitionsOf(items.order.byTime, { connection: id })),
    limit,
    cursor,
    matches: (order) =>
      (!status || statusOf(order) === status) &&
      (late === undefined || isLate(order) === late) &&
      (!since || order.receivedAt >= since),
  });
}
