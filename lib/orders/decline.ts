import type { NewDelivery } from '#lib/deliveries/delivery';
import { hasUnits, minus, sumByLine, sumUnits } from './line-quantities.ts';
import { type LineQuantity, type Order, type ShipmentSnapshot, skusOf } from './order.ts';
import { placeAgain } from './plan-placements.ts';
import type { Network } from './planning.ts';
import { areOurs, type IsNamed, isSame, sentBy, takeNamed } from './shipment.ts';
import { dueOf, nextAt, placementOf, takeBack, withPlacement } from './units.ts';

/** The outcome of a shipper's saying that it will not ship some units. */
interface Declined {
  order: Order;
  deliveries: NewDelivery[];
  /** Why the units wait for a person, where they are still wanted. */
  cause?: { code: string; description: string };
  /** The placement has nothing left there, so it is the one that waits, to be placed anew under a number of its own. */
  isWhole?: true;
}

/**
 * Units that a shipper declined are with nobody until a person decides: a placement that lost all of its units waits
 * itself; if it keeps some, the lost ones wait as a new placement. Null where nothing new was said.
 */
export function decline(
  order: Order,
  delivery: string,
  told: NonNullable<ShipmentSnapshot['declined']>,
  network: Network,
  isNamed: IsNamed = isSame,
): Declined | null {
  const placement = placementOf(order, delivery);
  if (!placement?.lineItems) return null;
  const units = declinedUnits(order, delivery, told, isNamed);
  if (units.length === 0) return null;
  // `less` stays until the plan makes another `cancel`, which ends the earlier one's wait for a person.
  const { less } = placement;
  const kept = less && { less };
  const next = withPlacement(takeBack(order, delivery, units), delivery, (each) => ({ ...each, ...kept }));
  const place = new Map(dueOf(next).map((due) => [due.id, due.place]));
  const held = units
    .map(({ id, quantity }) => ({ id, quantity: Math.min(quantity, place.get(id) ?? 0) }))
    .filter(hasUnits);
  if (held.length === 0) return { order: next, deliveries: [] };
  const { connection, lineItems: had } = placement;
  const cause = declinedBy(order, connection, held);
  if (minus(had, units).length > 0)
    return { ...placeAgain(next, connection, held, { ...cause, waitsFor: 'operator' }, network), cause };
  const anew = { delivery, connection, lineItems: held, ...nextAt(order, connection), ...kept };
  return { order: withPlacement(next, delivery, () => anew), deliveries: [], cause, isWhole: true };
}

/** The units that were not declined before and that the hub did not take back. */
export function declinedUnits(
  order: Order,
  delivery: string,
  told: NonNullable<ShipmentSnapshot['declined']>,
  isNamed: IsNamed,
): LineQuantity[] {
  const { lineItems = [], gone = [], connection = '', n } = placementOf(order, delivery) ?? {};
  const open = minus(lineItems, sentBy(order.fulfillments, connection, n === undefined ? undefined : delivery));
  if (told === 'rest') return open;
  // If none of the names is known here, and as many units are told as are left, those are meant.
  if (!areOurs(order, told, isNamed) && sumUnits(told) >= sumUnits(gone) + sumUnits(open)) return open;
  return takeNamed(order, told, { known: gone, left: sumByLine(lineItems), isNamed });
}

/** Why units that a shipper declined wait for a person. */
export function declinedBy(order: Order, connection: string, lines: readonly LineQuantity[]) {
  const description = `${connection} cancelled ${unitsInWords(order, lines)}: replay to order it anew, or have it shipped by somebody else`;
  return { code: DECLINED, description };
}

/** "2 MUG-RED, 1 TEA-LINDEN" */
export function unitsInWords(order: Order, lines: readonly LineQuantity[]): string {
  const skus = skusOf(order);
  return lines.map(({ id, quantity }) => `${quantity} ${skus.get(id) ?? id}`).join(', ');
}

export const DECLINED = 'cancelled_by_supplier';
/** A shipper is done with units and told of no parcel for them. */
export const UNTOLD = 'parcel_untold';
