import { ERP } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import type { Order } from '#lib/orders/order';
import { holdersOf as heldOf } from '#lib/orders/units';

/** Who is to ship units that have not left yet. */
export interface Holder {
  connection: string;
  since: string;
  left: number;
  /** The shipper says that nothing more will happen to it. */
  isSettled: boolean;
}

/** An order as its deliveries have it. */
export interface Standing {
  order: Order;
  /** Oldest first, without those that its cancellation stopped. */
  deliveries: readonly Delivery[];
  /** Units still to be shipped, by line. */
  left: ReadonlyMap<string, number>;
}

export const total = (quantities: Iterable<number>): number => [...quantities].reduce((sum, each) => sum + each, 0);

/** Units left by whoever has them: those of the placements that stand, and the ERP's, which no delivery places. */
export function holdersOf({ order, deliveries, left }: Standing): Holder[] {
  const known = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const held = [...left].flatMap(([id, units]) => {
    let open = units;
    return heldOf(order, id).holders.map(({ delivery, open: theirs }) => {
      const quantity = Math.min(open, theirs);
      open -= quantity;
      return { delivery, quantity };
    });
  });
  const placed = order.placements.flatMap(({ delivery, connection }): Holder[] => {
    const { placed } = known.get(delivery) ?? {};
    const units = total(held.filter((each) => each.delivery === delivery).map(({ quantity }) => quantity));
    if (!placed || units === 0) return [];
    return [{ connection, since: placed.at, isSettled: placed.isSettled ?? false, left: units }];
  });
  const own = total(left.values()) - total(held.map(({ quantity }) => quantity));
  const since = order.releasedAt ?? order.receivedAt;
  return [...placed, ...(own > 0 ? [{ connection: ERP, since, isSettled: false, left: own }] : [])];
}
