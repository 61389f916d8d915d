import { type Delivery, isStopped } from '#lib/deliveries/delivery';
import { sumByLine } from './line-quantities.ts';
import type { Order, Placement } from './order.ts';
import { countedLines, unitsEver } from './units.ts';

/** Whether the order was stored before orders kept who has which of their units. */
export const isUncounted = ({ placements, routed, own = [] }: Order): boolean => {
  if (placements.some(({ lineItems }) => !lineItems)) return true;
  const counted = countedLines({ placements, own });
  return routed.some((id) => !counted.has(id));
};

/**
 * The order with who has which units: a shipper has what its delivery asks for, the seller the rest of what was routed.
 * Units that changed before they were counted are the seller's, as a person may have dealt with them.
 */
export function countUnits(order: Order, deliveries: readonly Delivery[]): Order {
  const placements = order.placements.map((each) => (each.lineItems ? each : countPlacement(each, deliveries)));
  const placed = sumByLine(placements.flatMap(unitsEver));
  const counted = countedLines({ ...order, placements });
  const total = new Map(order.ucp.line_items.map(({ id, quantity }) => [id, quantity.total]));
  const rest = order.routed
    .map((id) => ({ id, quantity: Math.max(0, (total.get(id) ?? 0) - (placed.get(id) ?? 0)) }))
    .filter(({ id, quantity }) => !order.own?.some((each) => each.id === id) && (quantity > 0 || !counted.has(id)));
  return { ...order, placements, own: [...(order.own ?? []), ...rest] };
}

/** A placement cancelled before units were kept has none; units routed again belong to the placements that followed. */
function countPlacement(placement: Placement, deliveries: readonly Delivery[]): Placement {
  const delivery = deliveries.find(({ id }) => id === placement.delivery);
  const cancel = deliveries.find(({ subject }) => subject.placement === placement.delivery);
  const units = delivery?.subject.lineItems ?? [];
  const wasRouted = delivery?.action === 'route' && delivery.state === 'succeeded';
  if (!delivery || wasRouted || isStopped(delivery)) return { ...placement, isOld: true, lineItems: [] };
  if (cancel?.state === 'succeeded') return { ...placement, isOld: true, lineItems: [], gone: units };
  return { ...placement, isOld: true, lineItems: units, ...(cancel && { less: units }) };
}
