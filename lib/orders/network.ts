import type { Connection, Route } from '#lib/connections/connection';
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
export type Target = Pick<Connection, 'id' | 'marketplace'>;
