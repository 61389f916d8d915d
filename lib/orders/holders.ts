import { ERP } from '#lib/connections/connection';
import { sum } from '#lib/platform/sum';
import { hasUnits, sumByLine, sumUnits, unitsIn } from './line-quantities.ts';
import { type LineQuantity, type Order, skusOf } from './order.ts';
import { toldBack } from './returns.ts';

/** A placement as one of those that have units of a line. */
export interface Holder {
  delivery: string;
  connection: string;
  /** Units asked for and not given back; `open` of them are not shipped. */
  quantity: number;
  open: number;
  /** Units that were shipped although they had been given back. */
  late: number;
  named?: true | undefined;
}

export type Held = ReturnType<typeof holdersOf>;

/**
 * Who was asked for units of a line, and how many were shipped that nobody was asked for; `stray` of them by a shipper
 * that had cancelled them, and got them anew.
 */
export function holdersOf(
  { placements, fulfillments, connection: source }: Pick<Order, 'placements' | 'fulfillments' | 'connection'>,
  id: string,
) {
  const sent = new Map<string, number>();
  for (const { by, placement, lineItems } of fulfillments)
    sent.set(placement ?? by, (sent.get(placement ?? by) ?? 0) + unitsIn(lineItems, id));
  const takeSent = (from: string, most: number): number => {
    const units = Math.min(most, sent.get(from) ?? 0);
    sent.set(from, (sent.get(from) ?? 0) - units);
    return units;
  };
  const holders = placements.map(({ delivery, connection, lineItems, gone, named, n }): Holder => {
    const quantity = unitsIn(lineItems, id);
    const asked = quantity + unitsIn(gone, id);
    const own = takeSent(delivery, Number.POSITIVE_INFINITY);
    // A parcel that names no placement belongs to the first.
    const most = Math.max(0, (n === undefined ? asked : quantity) - own);
    const shipped = own + (connection === source ? 0 : takeSent(connection, most));
    const late = Math.max(0, shipped - quantity);
    return { delivery, connection, quantity, open: quantity - shipped + late, late, named };
  });
  const rest = [...sent].map(([from, quantity]) => ({ from, quantity }));
  const shippers = new Set(fulfillments.map(({ by }) => by));
  return { holders, outside: sumUnits(rest), stray: sumUnits(rest.filter(({ from }) => !shippers.has(from))) };
}

/** Units in parcels that only the seller's ERP told of: a shipper may tell of the same parcel. */
export function sentByHand({ fulfillments }: Order, id: string): number {
  const others = new Set(fulfillments.flatMap(({ by, trackingNumber }) => (by === ERP ? [] : trackingNumber)));
  const byHand = fulfillments.filter(({ by, trackingNumber }) => by === ERP && !others.has(trackingNumber));
  return unitsIn(
    byHand.flatMap(({ lineItems }) => lineItems),
    id,
  );
}

/** Units that placements were asked for, and those shipped besides. */
export const unitsWith = (all: readonly Holder[]): number => sumUnits(all) + sum(all.map(({ late }) => late));
export const sumOpen = (all: readonly Holder[]): number => sum(all.map(({ open }) => open));

/** "MUG-RED: 2 placed, 1 wanted": for a placement with unwanted units, what it has and what is wanted. */
export function differenceOf(
  order: Order,
  delivery: string,
  less: readonly LineQuantity[],
  left: readonly LineQuantity[],
): string {
  const skus = skusOf(order);
  const sent = shippedOf(order, delivery, less);
  const unwanted = sumByLine(less);
  const late = [...skus.keys()].map((id) => {
    const { quantity: asked = 0, late: units = 0 } = holderOf(order, delivery, id) ?? {};
    return { id, quantity: Math.min(units, Math.max(0, asked + units - (unwanted.get(id) ?? 0))) };
  });
  const back = [...toldBack(order)].map(([id, quantity]) => ({ id, quantity }));
  const units = (lines: readonly LineQuantity[], sku: string) =>
    sumUnits(lines.filter(({ id }) => skus.get(id) === sku));
  const differing = new Set(less.map(({ id }) => skus.get(id) ?? id));
  return [...differing]
    .map((sku) => {
      const kept = units(left, sku) + units(late, sku);
      const gone = units(sent, sku);
      const wanted = gone > 0 ? Math.max(0, kept - units(back, sku)) : kept;
      return `${sku}: ${units(less, sku) + kept} placed, ${wanted} wanted${gone > 0 ? `, ${gone} too many ${LEFT}` : ''}`;
    })
    .join('; ');
}

/** Says that unwanted units can only be sent back. */
export const LEFT = 'left already';

/** The units of a placement that were shipped; none where its units were not kept. */
export const shippedOf = (order: Order, delivery: string, lines: readonly LineQuantity[]): LineQuantity[] =>
  lines
    .map(({ id, quantity }) => {
      const { quantity: asked = 0, open = 0, late = 0 } = holderOf(order, delivery, id) ?? {};
      return { id, quantity: Math.min(quantity - open, asked - open + late) };
    })
    .filter(hasUnits);

const holderOf = (order: Order, delivery: string, id: string): Holder | undefined =>
  holdersOf(order, id).holders.find((each) => each.delivery === delivery);
