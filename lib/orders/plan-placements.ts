import { type Connection, ERP, type Route } from '#lib/connections/connection';
import type { NewDelivery } from '#lib/deliveries/delivery';
import { isSameDestination } from './destination.ts';
import { hasUnits, mergeLines, sumByLine, unitsIn } from './line-quantities.ts';
import { type LineQuantity, type Order, skusOf } from './order.ts';
import { type Network, type Plan, push } from './planning.ts';
import { isReleased } from './release.ts';
import { wholeHistory } from './split.ts';
import { type Due, nextAt } from './units.ts';

/** Places what may ship and is with nobody: with the shipper a person named, else with the one the routes name. */
export function planPlacements(order: Order, due: readonly Due[], network: Network, room: number): Plan {
  const unitsOf = (line: Due, member: 'assign' | 'assigned') =>
    line[member].map((units) => ({ id: line.id, ...units }));
  const mayShip = !order.cancelled && isReleased(order, network);
  const waiting = due.flatMap((line) => [...(mayShip ? [] : unitsOf(line, 'assign')), ...unitsOf(line, 'assigned')]);
  const kept = withAssigned(order, waiting);
  if (!mayShip) return { order: withOwn(kept, due, []), deliveries: [] };
  const named = due.flatMap((line) => unitsOf(line, 'assign'));
  const lines = due.filter(({ place }) => place > 0).map(({ id, place }) => ({ id, quantity: place }));
  const byShipper = groupByShipper([...named, ...routeLines(order, lines, network.routes)]);
  const own = byShipper.get(ERP) ?? [];
  const shippers = [...byShipper].filter(([to]) => to !== ERP).slice(0, room);
  const placed = [own, ...shippers.map(([, lineItems]) => lineItems)].flat().map(({ id }) => id);
  const routed = [...new Set([...order.routed, ...placed])];
  const start = { order: { ...withOwn(kept, due, own), routed }, deliveries: [] };
  return shippers.reduce<Plan>((plan, [to, lineItems]) => {
    const isNamed = named.some((each) => each.to === to);
    const blocked = isNamed ? undefined : whyUnclear(order, lineItems);
    return placeWith(plan, to, lineItems, network, { isNamed, blocked });
  }, start);
}

interface Shipped extends LineQuantity {
  to: string | null;
}

/** Who ships each line: the first route that matches; null where none does. What goes elsewhere is the seller's. */
function routeLines(order: Order, lines: readonly LineQuantity[], routes: readonly Route[]): Shipped[] {
  const skus = skusOf(order);
  return lines.flatMap(({ id, quantity }) => {
    const route = routes.find((each) => matches(each, order, skus.get(id) ?? ''));
    const elsewhere = Math.min(quantity, dueElsewhere(order, id));
    return [
      { id, quantity: quantity - elsewhere, to: route?.to ?? null },
      { id, quantity: elsewhere, to: ERP },
    ].filter(hasUnits);
  });
}

/**
 * Units that are delivered digitally, collected, or sent to an address of their own, and that the seller does not have
 * yet: a shipper is only asked for what goes to the shipping address, which is the pickup point's if all is collected.
 */
function dueElsewhere({ history: { snapshot }, own = [] }: Order, line: string): number {
  const { expectations = [], shippingAddress } = snapshot;
  const told = expectations.filter(({ lineItems }) => lineItems.some(({ id }) => id === line));
  const elsewhere = told.filter(
    ({ methodType, destination }) => methodType === 'digital' || !isSameDestination(destination, shippingAddress),
  );
  if (elsewhere.length === told.length) return told.length > 0 ? Number.POSITIVE_INFINITY : 0;
  const away = elsewhere.flatMap(({ lineItems }) => lineItems);
  return Math.max(0, unitsIn(away, line) - unitsIn(own, line));
}

function matches({ from, match = {} }: Route, order: Order, sku: string): boolean {
  if (from !== '*' && from !== order.connection) return false;
  const { market, shippingCode } = wholeHistory(order).snapshot;
  const { country, market: sold, method, skuPrefix = '' } = match;
  return (
    isSaid(country, order.shippingAddress.address_country) &&
    isSaid(sold, market?.name) &&
    isSaid(method, shippingCode, order.shippingMethod) &&
    sku.toLowerCase().startsWith(skuPrefix.toLowerCase())
  );
}

/** Whether one of these is what a route asks for, in any case; a route that asks for nothing matches all. */
const isSaid = (asked: string | undefined, ...said: Array<string | null | undefined>): boolean =>
  asked === undefined || said.some((word) => word?.toLowerCase() === asked.toLowerCase());

/** Has lines wait for a person where a part of the order left before the hub knew of it: it would be shipped again. */
function whyUnclear(order: Order, lines: readonly LineQuantity[]): NewDelivery['blocked'] {
  const { partlyShipped } = wholeHistory(order).snapshot;
  if (!partlyShipped || order.fulfillments.length > 0 || hadShipper(order, lines)) return undefined;
  return {
    code: 'partly_shipped',
    description: `a part of it has left already, and ${order.connection} does not tell what: route that to erp, and replay this for the rest`,
    waitsFor: 'operator',
  };
}

/** Whether any of these lines was placed before. Lines with the channel itself are only looking for a shipper. */
const hadShipper = ({ connection: channel, placements }: Order, lines: readonly LineQuantity[]): boolean =>
  placements.some(
    ({ connection, lineItems = lines, gone = [] }) =>
      connection !== channel && [...lineItems, ...gone].some(({ id }) => lines.some((line) => line.id === id)),
  );

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
