import type { Product } from '#lib/catalog/product';
import type { ChangeType } from '#lib/connections/endpoint-schema';
import { type Delivery, isStopped } from '#lib/deliveries/delivery';
import { subjectOf } from '#lib/deliveries/subject';
import { factsOf } from '#lib/orders/facts';
import type { Order } from '#lib/orders/order';
import { wasReleased } from '#lib/orders/release';
import { statusOf } from '#lib/orders/status';
import { sameContent } from '#lib/platform/canonical-json';
import { shortHash } from '#lib/platform/hash';
import type { Change } from './change-schema.ts';

/** Members of a stored order that the API does not show, or that change with every write. */
const INSIDE = new Set<string>([
  ...['history', 'parts', 'correctedAddress', 'sourceVersion', 'snapshotHash', 'snapshotEvent', 'planUnfinished'],
  ...['routed', 'own', 'assigned', 'missed', 'shipmentEvents', 'revision', 'writes', 'updatedAt', 'erased'],
  'cancelled',
]);

/** An event of an order, told when `count` has grown; members in `tells` then need no `order.changed`. */
interface OrderEvent {
  type: ChangeType;
  count(order: Order): number;
  tells: readonly string[];
  /** Telling it once says everything, so a rebuild does not repeat it. */
  isOnce?: true;
}

const EVENTS: readonly OrderEvent[] = [
  { type: 'order.created', count: () => 1, tells: [] },
  {
    type: 'order.released',
    count: (order) => Number(wasReleased(order)),
    tells: ['paidAt', 'releasedAt', 'unreleased', 'payment', 'ucp'],
    isOnce: true,
  },
  {
    type: 'order.cancelled',
    count: (order) => Number(statusOf(order) === 'cancelled'),
    tells: ['status', 'ucp', 'lines', 'amounts'],
    isOnce: true,
  },
  {
    type: 'fulfillment.added',
    count: ({ fulfillments }) => fulfillments.length,
    tells: ['fulfillments', 'status', 'ucp', 'lines'],
  },
  {
    type: 'order.returned',
    count: ({ ucp }) =>
      ucp.adjustments.filter(({ type, status }) => type === 'return' && status === 'completed').length,
    tells: ['returns', 'ucp', 'lines', 'amounts'],
  },
];

/** Members that follow from the hub's own work on the order. */
const FOLLOWS = new Set(['deliveries', 'placements', 'timeline', 'unread', 'assumed']);

/** The changes that a commit of an order makes: at least one, so that every revision is in the feed. */
export function changesOfOrder(before: Order | undefined, after: Order): Change[] {
  if (before?.revision === after.revision) return [];
  const changed = before ? membersChanged(before, after) : [];
  const events = EVENTS.filter(({ count }) => count(after) > (before ? count(before) : 0));
  const told = new Set(events.flatMap(({ tells }) => tells));
  const isUntold = changed.some((member) => !told.has(member) && !FOLLOWS.has(member));
  const types = events.map(({ type }) => type);
  if (types.length === 0 || isUntold) types.push('order.changed');
  return types.map((type) => ({
    id: idOf(after.id, after.revision, type),
    ...{ type, order: after.id, connection: after.connection, revision: after.revision },
    ...{ occurredAt: after.updatedAt, changed, delivery: null, sku: null },
  }));
}

/**
 * The changes of an order since a revision whose commits are gone: any member may have changed, and any event that the
 * order can have had may have happened. Events in `told` with `isOnce` are not repeated.
 */
export function changesMissed(after: Order, told: ReadonlySet<ChangeType>): Change[] {
  const changed = Object.keys(shownOf(after)).filter((name) => !INSIDE.has(name));
  const [created, ...others] = changesOfOrder(undefined, after);
  const id = idOf(after.id, after.revision, 'order.changed');
  const isKnown = (type: ChangeType) => told.has(type) && EVENTS.some((event) => event.isOnce && event.type === type);
  return [
    ...(created ? [{ ...created, id, type: 'order.changed' as const, changed: changed.sort() }] : []),
    ...others.filter(({ type }) => !isKnown(type)),
  ];
}

/** Members that changed, by the names the API uses: what is stored, and what is derived from snapshots. */
function membersChanged(before: Order, after: Order): string[] {
  const [was, is] = [before, after].map(shownOf);
  const names = new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})]);
  return [...names].filter((name) => !INSIDE.has(name) && !sameContent(was?.[name], is?.[name])).sort();
}

function shownOf(order: Order): Record<string, unknown> {
  // Placements are compared as they are stored, as no delivery is read here.
  const { placements: _, ...facts } = factsOf(order);
  // Of why it does not ship, a channel's hold is all that no other member tells.
  return { ...order, ...facts, status: statusOf(order), unreleased: order.history.snapshot.held };
}

/** What a commit of a delivery means for its order; the feed adds the order's revision. */
export function changeOfDelivery(before: Delivery | undefined, after: Delivery): Change | undefined {
  const type = before?.state === after.state ? undefined : typeOf(after);
  if (!type) return undefined;
  const { id, order, connection, updatedAt } = after;
  return {
    id: idOf(id, updatedAt, type),
    ...{ type, order, connection: order?.slice(0, order.indexOf(':')) ?? connection, revision: null },
    ...{ occurredAt: updatedAt, changed: [], delivery: id, sku: null },
  };
}

function typeOf(delivery: Delivery): ChangeType | undefined {
  const { kind, state, order, placed } = delivery;
  // An endpoint would be told that it was not told.
  if (kind === 'notify') return undefined;
  if (state === 'dead') return isStopped(delivery) ? undefined : 'delivery.dead';
  if (!order) return undefined;
  if (state === 'blocked') return 'order.blocked';
  const { job } = subjectOf(delivery);
  if (state !== 'succeeded') return undefined;
  if (job === 'place' && placed) return 'order.placed';
  return job === 'report' ? 'fulfillment.reported' : undefined;
}

/** A product has no time of its own to tell: what its marketplace said last may be years old. */
export const changeOfProduct = ({ id, connection, sku, revision }: Product, at: Date): Change => ({
  id: idOf(id, revision, 'product.changed'),
  ...{ type: 'product.changed', order: null, connection, revision, occurredAt: at.toISOString() },
  ...{ changed: [], delivery: null, sku },
});

const idOf = (id: string, version: string | number, type: ChangeType): string =>
  `chg_${shortHash(id, `${version}`, type)}`;
