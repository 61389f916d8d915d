import { sameContent } from './canonical-json.ts';
import { checkSnapshot } from './check-snapshot.ts';
import { derive } from './derive.ts';
import { historyOf, joinHistories } from './history.ts';
import type { Order, OrderSnapshot, TimelineEntry } from './order.ts';
import { type SnapshotSource, tellTimeline } from './snapshot.ts';

/**
 * The sale after a snapshot of an order that its sales channel made of its lines; the very order passed in when there
 * is nothing to write. Throws ContractError for a snapshot that makes no valid order.
 */
export function applyPart(
  order: Order,
  snapshot: OrderSnapshot,
  source: SnapshotSource,
): { order: Order; timeline: TimelineEntry[] } {
  checkSnapshot(snapshot);
  const { externalId } = snapshot;
  const known = order.parts?.[externalId];
  const told = historyOf(snapshot, source.receivedAt);
  const history = known ? joinHistories(known, told) : told;
  if (known && sameContent(history, known)) return { order, timeline: [] };
  const next = derive({ ...order, parts: { ...order.parts, [externalId]: history }, updatedAt: source.receivedAt });
  const lineItems = snapshot.lines.map(({ id, quantity }) => ({ id, quantity }));
  const joined: TimelineEntry = {
    at: source.receivedAt,
    type: 'order.part_joined',
    by: source.by,
    detail: { externalId, lineItems, event: source.event },
  };
  return { order: next, timeline: [...(known ? [] : [joined]), ...tellTimeline(order, next, source)] };
}
