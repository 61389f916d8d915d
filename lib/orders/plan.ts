import { type Connection, ERP, type Route } from '#lib/connections/connection';
import type { NewDelivery, NewSubject } from '#lib/deliveries/delivery';
import { sameContent } from '#lib/platform/canonical-json';
import { shortHash } from '#lib/platform/hash';
import { findAlike } from '#lib/platform/text';
import { plainDestination } from './destination.ts';
import { holdersOf } from './holders.ts';
import { mergeLines, sameUnits, sumByLine } from './line-quantities.ts';
import { type LineQuantity, type Order, type Placement, skusOf } from './order.ts';
import type { PaymentState } from './payment-state.ts';
import { isReleased, paymentOf } from './release.ts';
import { routeLines, type Shipped } from './routing.ts';
import { wholeHistory } from './split.ts';
import { unfulfilled } from './status.ts';
import { type Due, dueOf, lessOf, nextAt, placementOf } from './units.ts';

export interface Plan {
  deliveries: NewDelivery[];
  /** The order with who has which units once these deliveries exist. */
  order: Order;
}

/** A push that a sales channel wants besides the report of each parcel. */
export interface FollowUp {
  action: string;
  /** Tells apart two follow-ups of one action; the push receives it. */
  about: string;
  /** Runs only once every parcel of the order has been reported. */
  afterReports?: boolean;
}

/** What planning must know of a marketplace. */
interface Role {
  info?: { sells: boolean };
  releases?: readonly PaymentState[];
  /** Its report of a parcel names nothing of the content. */
  takesNumbersOnly?: true;
  /** Further pushes that an order's present state calls for; evaluated at every change, each runs once. */
  followUps?(order: Order, connection: Connection): FollowUp[];
}

/** Everyone that orders are routed to and reported to. */
export interface Network {
  routes: readonly Route[];
  connections: ReadonlyMap<string, Connection>;
  /** What was taken out of the connections file, and may still have units. */
  removed?: ReadonlyMap<string, Target>;
  roleOf(marketplace: string): Role;
}

type Target = Pick<Connection, 'id' | 'marketplace'>;

/**
 * The deliveries that an order's present state calls for and does not have yet. Ids are derived, so planning twice is
 * planning once. Placements and cancellations beyond `room` are left to the next plan: the order must not count as
 * asked for what no delivery asks for.
 */
export function planDeliveries(
  order: Order,
  network: Network,
  before: Order | null = null,
  room = Number.POSITIVE_INFINITY,
): Plan {
  const due = dueOf(order);
  const placements = planPlacements(order, due, network, room);
  const left = room - placements.deliveries.length;
  const cancellations = planCancellations(placements.order, due, network, before, left);
  const reports = planReports(cancellations.order, network);
  const told = [...reports, ...planFollowUps(order, network, reports)];
  return {
    order: cancellations.order,
    deliveries: [
      ...placements.deliveries,
      ...cancellations.deliveries,
      ...told.filter(({ id }) => !order.deliveries.includes(id)),
    ],
  };
}

/** Places what may ship and is with nobody: with the shipper a person named, else with the one the routes name. */
function planPlacements(order: Order, due: readonly Due[], network: Network, room: number): Plan {
  const givenIn = (unitsOf: (line: Due) => Due['assigned']) =>
    due.flatMap((line) => unitsOf(line).map((units) => ({ id: line.id, ...units })));
  const kept = withAssigned(
    order,
    givenIn(({ assigned }) => assigned),
  );
  if (order.cancelled) return { order: withOwn(kept, due, []), deliveries: [] };
  if (!isReleased(order, network)) {
    const all = givenIn(({ assign, assigned }) => [...assign, ...assigned]);
    return { order: withOwn(withAssigned(order, all), due, []), deliveries: [] };
  }
  const named = givenIn(({ assign }) => assign);
  const lines = due.filter(({ place }) => place > 0).map(({ id, place }) => ({ id, quantity: place }));
  const byShipper = groupByShipper([...named, ...routeLines(order, lines, network.routes)]);
  const own = byShipper.get(ERP) ?? [];
  const shippers = [...byShipper].filter(([to]) => to !== ERP).slice(0, room);
  const placed: LineQuantity[] = [...own, ...shippers.flatMap(([, lineItems]) => lineItems)];
  const routed = [...new Set([...order.routed, ...placed.map(({ id }) => id)])];
  const start = { order: { ...withOwn(kept, due, own), routed }, deliveries: [] };
  const { partlyShipped } = wholeHistory(order).snapshot;
  const isUnclear = partlyShipped && order.fulfillments.length === 0;
  return shippers.reduce<Plan>((plan, [to, lineItems]) => {
    const isNamed = named.some((each) => each.to === to);
    const blocked = isUnclear && !isNamed && !hadShipper(order, lineItems) ? unclear(order) : undefined;
    return placeWith(plan, to, lineItems, network, { isNamed, blocked });
  }, start);
}

/** Whether any of these lines was placed before. Lines with the channel itself are only looking for a shipper. */
const hadShipper = ({ connection: channel, placements }: Order, lines: readonly LineQuantity[]): boolean =>
  placements.some(
    ({ connection, lineItems = lines, gone = [] }) =>
      connection !== channel && [...lineItems, ...gone].some(({ id }) => lines.some((line) => line.id === id)),
  );

/** Waits for a person: what was shipped before the hub knew of the order would be shipped again. */
const unclear = ({ connection }: Order): NewDelivery['blocked'] => ({
  code: 'partly_shipped',
  description: `a part of it has left already, and ${connection} does not tell what: route that to erp, and replay this for the rest`,
  waitsFor: 'operator',
});

/** One placement with a shipper; for lines without a shipper, one blocked routing delivery. */
function placeWith(
  plan: Plan,
  to: string | null,
  lineItems: LineQuantity[],
  { connections }: Network,
  how: Parameters<typeof place>[4],
): Plan {
  const target = to === null ? undefined : connections.get(to);
  if (target) return place(plan, 'order', target, lineItems, how);
  const source = connections.get(plan.order.connection);
  if (!source) return plan;
  const missing = to === null ? 'no route matches' : `the route leads to ${to}, which is not a connection`;
  const ids = lineItems.map(({ id }) => id).join(', ');
  const description = `${missing} for line items ${ids} of an order from ${source.id}: add a route to the connections file`;
  return place(plan, 'route', source, lineItems, {
    blocked: { code: 'route_missing', description, waitsFor: 'routes' },
  });
}

/** The plan with one more placing delivery, which has these units from now on. */
function place(
  { order, deliveries }: Plan,
  action: 'order' | 'route',
  target: Connection,
  lineItems: LineQuantity[],
  { blocked, isNamed = false }: { blocked?: NewDelivery['blocked']; isNamed?: boolean },
): Plan {
  const about = lineItems.map(({ id }) => id).join('\n');
  const delivery = { ...push(order, action, target, about, { lineItems }), ...(blocked && { blocked }) };
  const which = { ...nextAt(order, target.id), ...(isNamed && { named: true as const }) };
  const placement = { delivery: delivery.id, connection: target.id, lineItems, ...which };
  return { order: { ...order, placements: [...order.placements, placement] }, deliveries: [...deliveries, delivery] };
}

/** The plan to place lines with a shipper again, which waits for a person. */
export function placeAgain(
  order: Order,
  connection: string,
  lineItems: LineQuantity[],
  blocked: NonNullable<NewDelivery['blocked']>,
  { connections }: Network,
): Plan {
  const plan = { order, deliveries: [] };
  const target = connections.get(connection);
  return target ? place(plan, 'order', target, lineItems, { blocked }) : plan;
}

/**
 * Stops or undoes what is no longer wanted of a placement: one delivery for each difference that there ever was, in
 * units or in destination.
 */
function planCancellations(
  order: Order,
  due: readonly Due[],
  network: Network,
  before: Order | null,
  room: number,
): Plan {
  const { connections, removed } = network;
  const deliveries: NewDelivery[] = [];
  const isReaddressed = before !== null && goesElsewhere(before, order);
  const isPaidBack = isRefunded(order, network);
  const isRefundNew = before !== null && isPaidBack !== isRefunded(before, network);
  const placements = order.placements.map((placement) => {
    const { less: asked = [], ...kept } = placement;
    const { delivery: id, connection } = placement;
    const target = connections.get(connection) ?? removed?.get(connection);
    const less = lessOf(due, id);
    const open = before ? toLeave(before, placement) : [];
    const isExchanged = before !== null && open.some(({ id }) => isForOthers(id, before, order));
    const isAffected = (isReaddressed || isRefundNew || isExchanged) && open.length > 0;
    const endsEarlier = isPlacedAnew(before, placement) && cancelsOf(order, connection, id).length > 0;
    const isCalledFor = isAffected || endsEarlier || !sameUnits(less, asked);
    if (!target || !isCalledFor || deliveries.length >= room) return placement;
    const revision = (before?.revision ?? 0) + 1;
    const changes = {
      ...(isReaddressed && { readdressed: revision, from: destinationHash(before) }),
      ...(isRefundNew && isPaidBack && { refunded: revision }),
      ...(isExchanged && { exchanged: revision, goods: goodsHash(before, id) }),
    };
    const subject = { placement: id, lineItems: less, ...(isAffected && changes) };
    deliveries.push(push(order, 'cancel', target, id, subject));
    return less.length > 0 ? { ...kept, less } : kept;
  });
  return { order: deliveries.length > 0 ? { ...order, placements } : order, deliveries };
}

/** Whether an order may no longer ship because its payment was given back, although it is not cancelled. */
export const isRefunded = (order: Order, network: Network): boolean =>
  !order.cancelled && paymentOf(order).state === 'refunded' && !isReleased(order, network);

/** Whether an order's parcels now go to another place or person. */
const goesElsewhere = (before: Order, order: Order): boolean =>
  !order.erased && !sameContent(placeOf(before), placeOf(order));

/** Whether a line is for other goods than before, by SKU and EAN. What is named by its EAN alone may be the same. */
function isForOthers(id: string, before: Order, order: Order): boolean {
  const [was, now] = [before, order].map(({ ucp }) => ucp.line_items.find((line) => line.id === id)?.item);
  if (!was || !now || [was, now].some(({ id: sku, ean }) => sku === ean)) return false;
  const names = [was.id, was.ean ?? was.id];
  return [now.id, now.ean ?? now.id].every((name) => findAlike(names, name) === undefined);
}

/** Tells what goods stand on the lines of a placement from others. */
export function goodsHash(order: Order, placement: string): string {
  const skus = skusOf(order);
  const ids = (placementOf(order, placement)?.lineItems ?? []).map(({ id }) => id);
  return shortHash(...ids.sort().map((id) => `${id} ${skus.get(id)}`));
}

/** Tells one destination of an order from another, and is too short to reveal either. */
export const destinationHash = (order: Order): string => shortHash(order.id, ...placeOf(order)).slice(0, 8);

const placeOf = ({ shippingAddress, history: { snapshot } }: Order): string[] =>
  plainDestination(shippingAddress, snapshot.pickupPoint?.id);

/** The lines of a placement of which a shipper has units that it has not shipped. */
const toLeave = (order: Order, { delivery, connection, lineItems = [] }: Placement): LineQuantity[] =>
  lineItems.filter(
    ({ id }) =>
      connection !== order.connection &&
      holdersOf(order, id).holders.some((holder) => holder.delivery === delivery && holder.open > 0),
  );

/** Whether its shipper has just declined all of a placement, so that nothing asked of it before counts any more. */
function isPlacedAnew(before: Order | null, { delivery, n }: Placement): boolean {
  const was = before && placementOf(before, delivery);
  return Boolean(was && was.n !== n);
}

/** The ids of the deliveries that dealt with what was no longer wanted of a placement, the latest last. */
export function cancelsOf(order: Order, connection: string, placement: string): string[] {
  const ids = idsOf(order, 'cancel', connection, placement);
  const opened: string[] = [];
  for (let id = ids.next().value; order.deliveries.includes(id); id = ids.next().value) opened.push(id);
  return opened;
}

/**
 * Tells the sales channel of each parcel that somebody else shipped: the ERP, or a shipper the order was placed with.
 * If `settings.reportWith` is `last`, one parcel stands for the whole order: only the last is told, once nothing is
 * left to ship.
 */
function planReports(order: Order, { connections, roleOf }: Network): NewDelivery[] {
  const source = connections.get(order.connection);
  if (!source) return [];
  const parcels = order.fulfillments.filter(
    ({ by }) => by !== order.connection && (by === ERP || order.placements.some(({ connection }) => connection === by)),
  );
  const isOneForAll = source.settings.reportWith === 'last';
  if (isOneForAll && unfulfilled(order).length > 0) return [];
  const reports = (isOneForAll ? parcels.slice(-1) : parcels).map((parcel) => {
    const { id: fulfillment } = parcel;
    return { parcel, report: push(order, 'fulfillment', source, fulfillment, { fulfillment }) };
  });
  // A shipper may tell one parcel in several pieces: a channel that takes numbers only is told its number once.
  const byNumber = Map.groupBy(reports, ({ parcel: { id, by, trackingNumber } }) =>
    by !== ERP && roleOf(source.marketplace).takesNumbersOnly ? `${by} ${trackingNumber}` : id,
  );
  const isKnown = ({ report }: (typeof reports)[number]) => order.deliveries.includes(report.id);
  return [...byNumber.values()].flatMap((all) => (all.find(isKnown) ?? all[0])?.report ?? []);
}

/** What else the sales channel wants to be told, perhaps only after every parcel. */
function planFollowUps(order: Order, { connections, roleOf }: Network, reports: readonly NewDelivery[]): NewDelivery[] {
  const source = connections.get(order.connection);
  if (!source) return [];
  const followUps = roleOf(source.marketplace).followUps?.(order, source) ?? [];
  return followUps.map(({ action, about, afterReports }) =>
    push(order, action, source, about, { about, ...(afterReports && { after: reports.map(({ id }) => id) }) }),
  );
}

function push<S extends NewSubject>(order: Order, action: string, target: Target, about: string, subject: S) {
  const { id: connection, marketplace } = target;
  const ids = idsOf(order, action, connection, about);
  let id = ids.next().value;
  while (MAY_REPEAT.has(action) && order.deliveries.includes(id)) id = ids.next().value;
  const shipBy = order.shipBy && { shipBy: order.shipBy };
  return { id, kind: 'push' as const, action, connection, marketplace, order: order.id, ...shipBy, subject };
}

/** What is asked of a shipper may be asked again; what is told is told once. */
const MAY_REPEAT = new Set(['order', 'route', 'cancel']);

/** The ids of the deliveries that do the same again and again, the first first. */
function* idsOf({ id }: Order, action: string, connection: string, about: string): Generator<string, never> {
  yield `dlv_${shortHash(id, action, connection, about)}`;
  for (let n = 2; ; n++) yield `dlv_${shortHash(id, action, connection, about, `${n}`)}`;
}

const groupByShipper = (lines: readonly Shipped[]): Map<string | null, LineQuantity[]> =>
  new Map([...Map.groupBy(lines, ({ to }) => to)].map(([to, all]) => [to, mergeLines(all)]));

/** The order with units that persons gave to a shipper, and that are not placed there yet. */
function withAssigned(order: Order, given: readonly Shipped[]): Order {
  const assigned = [...groupByShipper(given)].map(([to, lineItems]) => ({ to: to ?? '', lineItems }));
  return withMember(order, 'assigned', assigned.length > 0 && assigned);
}

/**
 * The order with the seller's own units: those there were and those added. A line that was the seller's stays listed.
 */
function withOwn(order: Order, due: readonly Due[], more: readonly LineQuantity[]): Order {
  const added = sumByLine(more);
  const named = new Set([...(order.own ?? []), ...more].map(({ id }) => id));
  const kept = (order.own ?? []).filter(({ id }) => !due.some((each) => each.id === id));
  const own = due
    .map(({ id, own: units }) => ({ id, quantity: units + (added.get(id) ?? 0) }))
    .filter(({ id, quantity }) => quantity > 0 || named.has(id));
  return withMember(order, 'own', (own.length > 0 || kept.length > 0) && [...kept, ...own]);
}

function withMember<Name extends 'own' | 'assigned'>(order: Order, name: Name, value: Order[Name] | false): Order {
  const { [name]: _, ...rest } = order;
  return (value ? { ...rest, [name]: value } : rest) as Order;
}
