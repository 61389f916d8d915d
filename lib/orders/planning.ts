import type { Connection, Route } from '#lib/connections/connection';
import type { NewDelivery, NewSubject } from '#lib/deliveries/delivery';
import { shortHash } from '#lib/platform/hash';
import type { Order } from './order.ts';
import type { PaymentState } from './payment-state.ts';

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
  /** A report of a parcel tells it the tracking number, and nothing of the content. */
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

/** Whom a delivery is for. */
type Target = Pick<Connection, 'id' | 'marketplace'>;

export interface Plan {
  deliveries: NewDelivery[];
  /** The order with who has which units once these deliveries exist. */
  order: Order;
}

/** A push about an order, under an id that is derived from what it is for. */
export function push<S extends NewSubject>(order: Order, action: string, target: Target, about: string, subject: S) {
  const { id: connection, marketplace } = target;
  const ids = idsOf(order, action, connection, about);
  let id = ids.next().value;
  while (MAY_REPEAT.has(action) && order.deliveries.includes(id)) id = ids.next().value;
  const shipBy = order.shipBy && { shipBy: order.shipBy };
  return { id, kind: 'push' as const, action, connection, marketplace, order: order.id, ...shipBy, subject };
}

/** What is asked of a shipper may be asked again; what is told is told once. */
const MAY_REPEAT = new Set(['order', 'route', 'cancel']);

/** The ids of the deliveries that do the same, as it may be done again and again. */
export function* idsOf({ id }: Order, action: string, connection: string, about: string): Generator<string, never> {
  yield `dlv_${shortHash(id, action, connection, about)}`;
  for (let nth = 2; ; nth++) yield `dlv_${shortHash(id, action, connection, about, `${nth}`)}`;
}
