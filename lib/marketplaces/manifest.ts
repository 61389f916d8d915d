import type { Connection } from '#lib/connections/connection';
import type { Order } from '#lib/orders/order';
import type { PaymentState } from '#lib/orders/payment-state';
import type { FollowUp } from '#lib/orders/planning';

/** What stacks, the local runtime and the connections file need to know of a marketplace. No runtime imports. */
export interface MarketplaceInfo {
  /** The folder's name, the `marketplace` of a connection and a segment of its webhook URLs. */
  readonly name: string;
  readonly title: string;
  /** Orders come from it; otherwise they are placed with it, and it ships. */
  readonly sells: boolean;
  /** Webhook topics, kebab-case of the vendor's names; none: the marketplace sends no webhooks. */
  readonly topics: readonly string[];
  /**
   * Topics whose bodies only name what is to be read: they go straight to the pusher, which can read it. Not for topics
   * that tell of one thing several times at once: one delivery that covers them all reads once.
   */
  readonly naming?: readonly string[];
  /** Seconds between polls, the vendor's documented or our assumed interval. */
  readonly pollIntervalSeconds: number;
  /** A poll reads what changed since the last one; the others read everything there is. */
  readonly pollsChanges?: true;
  /** Requests a minute that the vendor allows one connection. */
  readonly requestsPerMinute: number;
  /** Settings that only authenticate webhooks: they are kept with the secrets, as a receiver reads nothing else. */
  readonly webhookSettings: readonly string[];
  /** Its calls need an access token, which the hub keeps encrypted. */
  readonly keepsToken?: boolean;
  /** Only the URL we register can prove its calls: the secret is the last segment. */
  readonly secretInUrl?: boolean;
  /** Line ids are unique within an account and stay with their lines when an order is split or merged there. */
  readonly movesLines?: boolean;
}

/** Canonical carrier code → the marketplace's name; read both ways. */
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
  /** States of payment in which its orders ship, if its document allows more than `paid`. */
  releases?: readonly PaymentState[];
  /** The shipper collects the money for cash on delivery. */
  collectsCash?: true;
  /** A report of a parcel tells it the tracking number, and nothing of the content. */
  takesNumbersOnly?: true;
  /** Further pushes that an order's present state calls for: evaluated at every change, each runs once. */
  followUps?(order: Order, connection: Connection): FollowUp[];
}
