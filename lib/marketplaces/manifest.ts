import type { Connection } from '#lib/connections/connection';
import type { Order } from '#lib/orders/order';
import type { PaymentState } from '#lib/orders/order-schema';
import type { FollowUp } from '#lib/orders/plan';

/** What stacks, the local runtime and the connections file need to know of a marketplace. No runtime imports. */
export interface MarketplaceInfo {
  /** The folder's name, the `marketplace` of a connection and a segment of its webhook URLs. */
  readonly name: string;
  readonly title: string;
  /** Orders come from it; else they are placed with it, and it ships. */
  readonly sells: boolean;
  /** Webhook topics, kebab-case of the vendor's names; none: the marketplace calls nobody. */
  readonly topics: readonly string[];
  /**
   * Those whose bodies only name what is to be read: they go straight to the pusher, which can read it. Not those that
   * tell of one thing several times at one moment: a delivery that covers them all is one read.
   */
  readonly naming?: readonly string[];
  /** Seconds between polls, the vendor's documented or our assumed interval. */
  readonly pollIntervalSeconds: number;
  /** Requests a minute that the vendor allows one connection. */
  readonly requestsPerMinute: number;
  /** Settings that only authenticate webhooks: they travel with the secrets, as a receiver reads nothing else. */
  readonly webhookSettings: readonly string[];
  /** Its calls want an access token, which the hub keeps sealed. */
  readonly keepsToken?: boolean;
  /** A call can prove itself by nothing but the URL we register: the secret is its last segment. */
  readonly secretInUrl?: boolean;
  /** Line ids are unique in an account and go with their lines when an order is split or merged there. */
  readonly movesLines?: boolean;
}

/** Canonical carrier code → what the marketplace calls it; read both ways. */
export type CarrierTable = Readonly<Record<string, string>>;

/** The table of a marketplace that calls carriers by their canonical codes. */
export const carriersByCode = (...codes: readonly string[]): CarrierTable =>
  Object.fromEntries(codes.map((code) => [code, code]));

/** What deliveries to a marketplace are planned by, without its connector; light, as every worker loads all roles. */
export interface Role {
  info: MarketplaceInfo;
  carriers: CarrierTable;
  /** The marketplace can be told how many units it may sell. */
  takesStock?: true;
  /** States of payment in which its orders ship, where its document says so of more than `paid`. */
  releases?: readonly PaymentState[];
  /** The shipper collects the money of what is paid on delivery. */
  collectsCash?: true;
  /** Its report of a parcel names none of what is inside. */
  takesNumbersOnly?: true;
  /** Further pushes that an order's present state calls for: asked at every change, each of them runs once. */
  followUps?(order: Order, connection: Connection): FollowUp[];
}
