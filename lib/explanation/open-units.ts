import { ERP } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { holdersOf } from '#lib/orders/holders';
import { allot, sumUnits } from '#lib/orders/line-quantities';
import type { Order } from '#lib/orders/order';
import { lastOf } from '#lib/platform/canonical-json';
import { sum } from '#lib/platform/sum';

/** An order as its deliveries have it. */
export interface Standing {
  order: Order;
  /** Oldest first, without those that its cancellation stopped. */
  deliveries: readonly Delivery[];
  /** Units still to be shipped, by line. */
  left: ReadonlyMap<string, number>;
}

/** Who is to ship units that are not shipped yet. */
export interface OpenUnits {
  connection: string;
  since: string;
  left: number;
  /** The shipper says that nothing more will happen to it. */
  isSettled: boolean;
}

/** Open units by who has them: those of the placements that stand, and the ERP's, which no delivery places. */
export function openUnitsOf({ order, deliveries, left }: Standing): OpenUnits[] {
  const known = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const held = [...left].flatMap(([id, units]) =>
    allot(
      holdersOf(order, id).holders.map(({ delivery, open }) => ({ delivery, quantity: open })),
      units,
    ),
  );
  const placed = order.placements.flatMap(({ delivery, connection }): OpenUnits[] => {
    const { placed } = known.get(delivery) ?? {};
    const units = sumUnits(held.filter((each) => each.delivery === delivery));
    if (!placed || units === 0) return [];
    return [{ connection, since: placed.at, isSettled: placed.isSettled ?? false, left: units }];
  });
  const own = sum(left.values()) - sumUnits(held);
  // It may have been paid long before the hub, and so its owner, heard of it.
  const since = lastOf([order.releasedAt ?? '', order.receivedAt]) ?? order.receivedAt;
  return [...placed, ...(own > 0 ? [{ connection: ERP, since, isSettled: false, left: own }] : [])];
}
