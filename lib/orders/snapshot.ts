import { compareText, sameContent } from './canonical-json.ts';
import { checkSnapshot } from './check-snapshot.ts';
import { derive } from './derive.ts';
import { compareStamps, historyOf, joinHistories } from './history.ts';
import { type Order, type OrderSnapshot, orderId, type TimelineEntry } from './order.ts';

export { applyFulfillment } from './apply-fulfillment.ts';
export { applyShipment } from './apply-shipment.ts';

export interface SnapshotSource {
  connection: string;
  /** The inbound event that holds the raw body. */
  event: string;
  by: 'webhook' | 'poll' | 'fetch';
  receivedAt: string;
}

/**
 * What an order is after a snapshot.
 * `created`, `updated`: it shows something new. An older snapshot may do that too, when only it knows a line that has
 * vanished since, the quantity first bought, or the payment; what stands stays. `same`: the content that stands,
 * perhaps of a newer version. `older`: overtaken, nothing to see.
 * `order` is the very object passed in when there is nothing to write, whatever the result is called.
 */
export interface SnapshotResult {
  result: 'created' | 'updated' | 'same' | 'older';
  order: Order;
  timeline: TimelineEntry[];
}

/** Any permutation of the same snapshots ends in the same order. Throws ContractError for one that makes no valid order. */
export function applySnapshot(order: Order | null, snapshot: OrderSnapshot, source: SnapshotSource): SnapshotResult {
  checkSnapshot(snapshot);
  const told = historyOf(snapshot, source.receivedAt);
  if (!order) {
    const created = derive({
      id: orderId(source.connection, snapshot.externalId),
      connection: source.connection,
      externalId: snapshot.externalId,
      correctedAddress: null,
      fulfillments: [],
      shipmentEvents: [],
      snapshotEvent: source.event,
      history: told,
      deliveries: [],
      routed: [],
      placements: [],
      missed: false,
      receivedAt: source.receivedAt,
      updatedAt: source.receivedAt,
      revision: 0,
    });
    return { result: 'created', order: created, timeline: tellTimeline(null, created, source) };
  }
  const newer = compareStamps(told.stands, order.history.stands) > 0;
  const same = told.stands.hash === order.history.stands.hash;
  const history = joinHistories(order.history, told);
  if (sameContent(history, order.history)) return { result: same ? 'same' : 'older', order, timeline: [] };
  const snapshotEvent = newer && !same ? source.event : order.snapshotEvent;
  const next = derive({ ...order, history, snapshotEvent, updatedAt: source.receivedAt });
  const timeline = tellTimeline(order, next, source);
  if (same && newer) return { result: 'same', order: next, timeline };
  const visible = newer || !sameContent(view(order), view(next));
  return { result: visible ? 'updated' : same ? 'same' : 'older', order: next, timeline };
}

/** What a person can see of an order that snapshots decide, by the name the timeline gives it. */
const view = ({ ucp, ...order }: Order) => ({
  number: order.number,
  placedAt: order.placedAt,
  paidAt: order.paidAt,
  buyer: order.buyer,
  shippingAddress: order.shippingAddress,
  shippingMethod: order.shippingMethod,
  shipBy: order.shipBy ?? null,
  taxIncluded: order.taxIncluded,
  cancelled: order.cancelled,
  lines: ucp.line_items,
  totals: ucp.totals,
  adjustments: ucp.adjustments,
  links: [ucp.checkout_id, ucp.permalink_url],
});

/** Members with an entry of their own, and what a cancellation changes by itself. */
const TOLD_APART = new Set(['paidAt', 'cancelled', 'adjustments']);

export function tellTimeline(previous: Order | null, next: Order, { by, event, receivedAt: at }: SnapshotSource) {
  const timeline: TimelineEntry[] = [];
  const tell = (type: string, detail: TimelineEntry['detail']) => timeline.push({ at, type, by, detail });
  const cancelled = next.cancelled && !previous?.cancelled;
  if (previous) {
    const changed = changedMembers(previous, next).filter((name) => !(cancelled && name === 'lines'));
    if (changed.length > 0) tell('order.updated', { changed, version: next.sourceVersion, event });
  } else {
    tell('order.received', { number: next.number, version: next.sourceVersion, event });
  }
  if (next.paidAt && !previous?.paidAt) tell('order.paid', { paidAt: next.paidAt });
  if (cancelled) tell('order.cancelled', { cancelledAt: next.history.cancelledAt });
  return timeline;
}

function changedMembers(previous: Order, next: Order): string[] {
  const before = new Map<string, unknown>(Object.entries(view(previous)));
  return Object.entries(view(next))
    .filter(([name, value]) => !sameContent(value, before.get(name)))
    .map(([name]) => name)
    .filter((name) => !TOLD_APART.has(name) || (name === 'cancelled' && !next.cancelled))
    .sort(compareText);
}
