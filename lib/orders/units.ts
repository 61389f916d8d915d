import { ERP } from '#lib/connections/connection';
import { sum } from '#lib/platform/sum';
import { type Held, type Holder, holdersOf, sentByHand, sumOpen, unitsWith } from './holders.ts';
import { allot, hasUnits, minus, sumUnits, unitsIn } from './line-quantities.ts';
import type { LineQuantity, Order, Placement } from './order.ts';
import { toldBack } from './returns.ts';

/*
 * Every unit of a line is with somebody: with a placement (its `lineItems`), with the seller (`own`), or due to be
 * placed. What is due is a pure difference, so planning twice is planning once. A placement counts until it is known to
 * have given units back: nobody is asked for a unit that another may still ship.
 */

/** What is due of one line, in units. */
export interface Due {
  id: string;
  /** To be placed with the shipper that the routes name. */
  place: number;
  /** To be placed with the shipper a person named; `assigned` units wait until whoever has them gives them back. */
  assign: Array<{ to: string; quantity: number }>;
  assigned: Array<{ to: string; quantity: number }>;
  /** The seller's own afterwards. */
  own: number;
  /** No longer wanted, by the placing delivery that has them. */
  less: Array<{ delivery: string; quantity: number }>;
  /** Wanted, not shipped, neither with `to` nor on the way there; for `free` of them no person named a shipper. */
  movable(to: string): { quantity: number; free: number };
}

/**
 * What is due of each line. Lines placed before units were kept stay as they are. Surplus units are taken from the
 * latest placement first, but earlier still from one that nobody has been asked for (`unasked`), and last from one that
 * a person named.
 */
export function dueOf(order: Order, unasked?: string): Due[] {
  const counted = countedLines(order);
  const returned = toldBack(order);
  return order.ucp.line_items
    .filter(({ id }) => counted.has(id) || !order.routed.includes(id))
    .map(({ id, quantity: { total, fulfilled } }) => {
      const wanted = { total, fulfilled, kept: order.cancelled ? 0 : total, returned: returned.get(id) ?? 0 };
      return dueOfLine(order, id, wanted, unasked);
    });
}

/** Units that a placement has or ever had. */
export const unitsEver = ({ lineItems = [], gone = [] }: Placement): LineQuantity[] => [...lineItems, ...gone];

/** The lines of which it is known who has which units. */
export const countedLines = ({ placements, own = [] }: Pick<Order, 'placements' | 'own'>): Set<string> =>
  new Set([...placements.flatMap(unitsEver), ...own].map(({ id }) => id));

interface Wanted {
  total: number;
  fulfilled: number;
  /** What is left of the total: nothing of a cancelled order. */
  kept: number;
  returned: number;
}

type Wish = Due['assign'][number];

function dueOfLine(order: Order, id: string, wanted: Wanted, unasked: string | undefined): Due {
  const { total, fulfilled } = wanted;
  const held = holdersOf(order, id);
  const before = unitsIn(order.own, id);
  const ownBefore = Math.max(before, held.outside);
  const wishes = wishesOf(order, id, total - fulfilled, openAt(held, ownBefore));
  const { ownLess, less } = surplusOf(order, id, { ...wanted, ...held, own: ownBefore, wishes }, unasked);
  const own = ownBefore - ownLess;
  const known = unitsWith(held.holders) + own;
  const free = order.cancelled ? 0 : Math.max(0, total - Math.max(known, fulfilled));
  const assign = allot(wishes, free);
  const assigned = wishes.map(({ to, quantity }, index) => ({
    to,
    quantity: quantity - (assign[index]?.quantity ?? 0),
  }));
  return {
    id,
    place: free - sumUnits(assign),
    assign: assign.filter(hasUnits),
    assigned: assigned.filter(hasUnits),
    // Units that the channel says were shipped without the hub are nobody's to ship.
    own: free > 0 ? own + Math.max(0, fulfilled - known) : Math.min(before, own),
    less,
    movable: (to) => movableTo(to, wishes, total - fulfilled, openAt(held, own)),
  };
}

type OpenAt = (to: string) => number;

/** How many units each has and has not shipped, the seller's own included. */
const openAt =
  ({ holders, outside }: Held, own: number): OpenAt =>
  (to) =>
    to === ERP ? own - outside : sumOpen(holders.filter(({ connection }) => connection === to));

/** What persons gave to a shipper who does not have it yet. */
function wishesOf(order: Order, id: string, unshipped: number, open: OpenAt): Wish[] {
  const named = order.cancelled ? [] : assignedOf(order, id);
  // Shipped units go to nobody else, whoever was named for them before.
  const room = [...new Set(named.map(({ to }) => to))].reduce((units, to) => units - open(to), unshipped);
  // Where there is not enough for all, the latest request counts.
  return allot(named.toReversed(), room).toReversed().filter(hasUnits);
}

function movableTo(to: string, wishes: readonly Wish[], unshipped: number, open: OpenAt): ReturnType<Due['movable']> {
  const elsewhere = sumUnits(wishes.filter((wish) => wish.to !== to));
  const targets = new Set([to, ...wishes.map((wish) => wish.to)]);
  const atTargets = [...targets].reduce((units, each) => units + open(each), 0);
  const staying = Math.max(0, open(to) - elsewhere);
  return {
    quantity: Math.max(0, unshipped - staying - (sumUnits(wishes) - elsewhere)),
    free: Math.max(0, unshipped - atTargets - sumUnits(wishes)),
  };
}

/** Units beyond those wanted: how many of the seller's own, and how many each placement is to give back. */
function surplusOf(
  order: Order,
  id: string,
  { kept, returned, holders, outside, stray, own, wishes }: Wanted & Held & { own: number; wishes: readonly Wish[] },
  unasked: string | undefined,
): { ownLess: number; less: Due['less'] } {
  const has = unitsWith(holders);
  const targets = new Set(wishes.map(({ to }) => to));
  const surplus = Math.max(0, has + own + sumUnits(wishes) - kept);
  const rankOf = ({ delivery, named }: Holder) => (delivery === unasked ? 0 : named ? 2 : 1);
  const latestFirst = holders.toReversed().sort((a, b) => rankOf(a) - rankOf(b));
  const spared = latestFirst.filter(({ connection }) => !targets.has(connection));
  // The seller's own units are the first not to be wanted, unless a shipper is to have them and others can give units.
  // A placement whose shipper a person named only gives what it is being asked for already.
  const mayGive = ({ delivery, named, open: units }: Holder) =>
    named ? Math.min(units, unitsIn(placementOf(order, delivery)?.less, id)) : units;
  const others = sum(spared.map(mayGive));
  const ownLess = targets.has(ERP) ? 0 : Math.min(Math.max(has + own - kept, surplus - others, 0), own - outside);
  const open = take(spared, surplus - ownLess, ({ open: units }) => units);
  // Shipped units go to nobody else; those neither wanted nor returned are listed, so that a person hears of them.
  const askedOrSent = has + stray + sentByHand(order, id);
  const back = Math.min(returned, askedOrSent - sumOpen(holders));
  const inVain = Math.min(has, Math.max(0, askedOrSent - kept - back)) - sumUnits(open);
  const unitsAt = ({ delivery }: Holder) => sumUnits(open.filter((each) => each.delivery === delivery));
  const sent = take(latestFirst, inVain, (each) => each.quantity + each.late - unitsAt(each));
  return { ownLess, less: [...open, ...sent] };
}

/** Whether units of an order are with nobody and are to be placed. */
export const hasUnplaced = (order: Order): boolean =>
  dueOf(order).some(({ place, assign }) => place > 0 || assign.length > 0);

/** Takes up to `most` units from the holders, from each no more than it may give. */
const take = (holders: readonly Holder[], most: number, mayGive: (holder: Holder) => number): Due['less'] =>
  allot(
    holders.map((holder) => ({ delivery: holder.delivery, quantity: mayGive(holder) })),
    most,
  ).filter(hasUnits);

const assignedOf = ({ assigned = [] }: Order, id: string) =>
  assigned.map(({ to, lineItems }) => ({ to, quantity: unitsIn(lineItems, id) })).filter(hasUnits);

/** Units of a placement that it is no longer wanted to have. */
export const lessOf = (due: readonly Due[], delivery: string): LineQuantity[] =>
  due
    .map(({ id, less }) => ({ id, quantity: sumUnits(less.filter((each) => each.delivery === delivery)) }))
    .filter(hasUnits);

/**
 * The order after a placement gave units back; the same object if the placement has none of them. If nobody has been
 * asked for them yet (`unasked`), their lines count as gone with 0 units, as the placement then no longer has the line.
 */
export function takeBack(
  order: Order,
  delivery: string,
  units: readonly LineQuantity[],
  { unasked = false } = {},
): Order {
  const change = (placement: Placement): Placement => {
    const { less: _, gone: before = [], ...kept } = placement;
    const less = minus(placement.less, units);
    const ids = new Set([...before, ...units].map(({ id }) => id));
    const gone = [...ids].map((id) => ({ id, quantity: unitsIn(before, id) + (unasked ? 0 : unitsIn(units, id)) }));
    return { ...kept, lineItems: minus(placement.lineItems, units), gone, ...(less.length > 0 && { less }) };
  };
  if (units.length === 0 || !placementOf(order, delivery)?.lineItems) return order;
  return withPlacement(order, delivery, change);
}

export const withPlacement = (order: Order, delivery: string, change: (was: Placement) => Placement): Order => ({
  ...order,
  placements: order.placements.map((each) => (each.delivery === delivery ? change(each) : each)),
});

/** The order without a placement that nobody has been asked for; what a person gave to its shipper stays assigned. */
export function holdBack(order: Order, delivery: string): Order {
  const { connection = '', lineItems = [], named } = placementOf(order, delivery) ?? {};
  const held = takeBack(order, delivery, lineItems, { unasked: true });
  return named && held !== order
    ? { ...held, assigned: [...(order.assigned ?? []), { to: connection, lineItems }] }
    : held;
}

export const placementOf = ({ placements }: Pick<Order, 'placements'>, delivery: string): Placement | undefined =>
  placements.find((each) => each.delivery === delivery);

/** The number that another placement at a connection gets there: one that nothing was asked for under yet. */
export function nextAt({ placements }: Order, connection: string): { n?: number } {
  const there = placements.filter((each) => each.connection === connection);
  const wasAsked = (placement: Placement) => unitsEver(placement).some(hasUnits);
  const taken = there.map((each) => (each.n ?? 1) - (wasAsked(each) ? 0 : 1));
  const n = Math.max(0, there.filter(wasAsked).length, ...taken) + 1;
  return n === 1 ? {} : { n };
}

/** What a placement is called at its connection: the order's number, with its count from the second on. */
export const numberOf = ({ number }: Order, n = 1): string => (n === 1 ? number : `${number}-${n}`);
