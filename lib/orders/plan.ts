import { type Connection, ERP, type Route } from '#lib/connections/connection';
import type { NewDelivery, NewSubject } from '#lib/deliveries/delivery';
import { shortHash } from '#lib/platform/hash';
import type { LineQuantity, Order } from './order.ts';
import type { PaymentState } from './order-schema.ts';
import { isReleased } from './release.ts';
import { unfulfilled } from './status.ts';

export interface Plan {
  deliveries: NewDelivery[];
  /** Lines whose shipper this plan decided. */
  routed: string[];
}

/** A push that a sales channel wants besides the report of each parcel. */
export interface FollowUp {
  action: string;
  /** Tells two follow-ups of one action apart; the push is given it. */
  about: string;
  /** Runs only once every parcel of the order has been reported. */
  afterReports?: boolean;
}

/** What a plan must know of a marketplace. */
interface Role {
  releases?: readonly PaymentState[];
  /** Further pushes an order's present state calls for; asked at every change, each runs once. */
  followUps?(order: Order, connection: Connection): FollowUp[];
}

/** Among whom orders are routed and reported. */
export interface Network {
  routes: readonly Route[];
  connections: ReadonlyMap<string, Connection>;
  roleOf(marketplace: string): Role;
}

/** The deliveries an order's present state calls for and does not have yet. Ids are derived, so planning twice is planning once. */
export function planDeliveries(order: Order, network: Network): Plan {
  const placements = planPlacements(order, network);
  const reports = planReports(order, network);
  const followUps = planFollowUps(order, network, reports);
  const all = [...placements.deliveries, ...planCancellations(order, network), ...reports, ...followUps];
  return { routed: placements.routed, deliveries: all.filter(({ id }) => !order.deliveries.includes(id)) };
}

/** Places what may ship, is unfulfilled and not decided yet with whoever ships it. */
function planPlacements(order: Order, network: Network): Plan {
  if (order.cancelled || !isReleased(order, network)) return { deliveries: [], routed: [] };
  const lines = order.ucp.line_items
    .filter(({ id, quantity }) => quantity.total > quantity.fulfilled && !order.routed.includes(id))
    .map(({ id, quantity }) => ({ id, quantity: quantity.total - quantity.fulfilled }));
  return placeLines(order, lines, network);
}

/** One placement for each shipper of these lines; lines nobody ships are one blocked routing delivery. */
export function placeLines(order: Order, lines: readonly LineQuantity[], { routes, connections }: Network): Plan {
  const source = connections.get(order.connection);
  const deliveries = [...routeLines(order, lines, routes)].flatMap(([to, lineItems]): NewDelivery[] => {
    if (to !== null && shipsItself(to)) return [];
    const about = lineItems.map(({ id }) => id).join('\n');
    const target = to === null ? undefined : connections.get(to);
    if (target) return [push(order, 'order', target, about, { lineItems })];
    const missing = to === null ? 'no route matches' : `the route leads to ${to}, which is not a connection`;
    const blocked = {
      code: 'route_missing',
      description: `${missing} for line items ${lineItems.map(({ id }) => id).join(', ')} of an order from ${order.connection}: add a route to the connections file`,
      waitsFor: 'routes' as const,
    };
    return source ? [{ ...push(order, 'route', source, about, { lineItems }), blocked }] : [];
  });
  return { deliveries, routed: lines.map(({ id }) => id) };
}

/** A cancelled order's placements are stopped where they have not happened and undone where they have. */
function planCancellations(order: Order, { connections }: Network): NewDelivery[] {
  if (!order.cancelled) return [];
  return order.placements.flatMap(({ delivery, connection }) => {
    const target = connections.get(connection);
    return target ? [push(order, 'cancel', target, delivery, { placement: delivery })] : [];
  });
}

/**
 * Tells whoever sold the order of each parcel that somebody else shipped: the ERP, or whom the order was placed with. Where
 * a parcel stands for the whole order there (`settings.reportWith` is `last`), of the last one, once nothing is left to ship.
 */
function planReports(order: Order, { connections }: Network): NewDelivery[] {
  const source = connections.get(order.connection);
  if (!source) return [];
  const parcels = order.fulfillments.filter(
    ({ by }) => by !== order.connection && (by === ERP || order.placements.some(({ connection }) => connection === by)),
  );
  const isLast = source.settings.reportWith === 'last';
  const told = isLast ? (unfulfilled(order).length === 0 ? parcels.slice(-1) : []) : parcels;
  return told.map(({ id }) => push(order, 'fulfillment', source, id, { fulfillment: id }));
}

/** What else whoever sold the order wants to be told, perhaps only after every parcel. */
function planFollowUps(order: Order, { connections, roleOf }: Network, reports: readonly NewDelivery[]): NewDelivery[] {
  const source = connections.get(order.connection);
  if (!source) return [];
  const followUps = roleOf(source.marketplace).followUps?.(order, source) ?? [];
  return followUps.map(({ action, about, afterReports }) =>
    push(order, action, source, about, { about, ...(afterReports && { after: reports.map(({ id }) => id) }) }),
  );
}

function push(order: Order, action: string, target: Connection, about: string, subject: NewSubject): NewDelivery {
  return {
    id: `dlv_${shortHash(order.id, action, target.id, about)}`,
    kind: 'push',
    action,
    connection: target.id,
    marketplace: target.marketplace,
    order: order.id,
    ...(order.shipBy && { shipBy: order.shipBy }),
    subject,
  };
}

/** Who ships each line: the first route that matches, tried in order. Lines without one are under `null`. */
function routeLines(
  order: Order,
  lines: readonly LineQuantity[],
  routes: readonly Route[],
): Map<string | null, LineQuantity[]> {
  return Map.groupBy(lines, ({ id }) => routes.find((route) => matches(route, order, skuOf(order, id)))?.to ?? null);
}

function matches({ from, match = {} }: Route, order: Order, sku: string): boolean {
  if (from !== '*' && from !== order.connection) return false;
  const { country, skuPrefix } = match;
  if (country !== undefined && country !== order.shippingAddress.address_country) return false;
  return skuPrefix === undefined || sku.startsWith(skuPrefix);
}

const skuOf = (order: Order, lineId: string): string =>
  order.ucp.line_items.find(({ id }) => id === lineId)?.item.id ?? '';

const shipsItself = (to: string): boolean => to === ERP;
