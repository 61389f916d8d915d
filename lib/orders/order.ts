import type { LineQuantity } from '#lib/deliveries/delivery-schema';
import type * as z from '#lib/platform/zod';
import type { UcpOrder } from '#lib/ucp/order';
import type { Acknowledgement, Address, Fulfillment, OrderFacts, OrderStatus, Return } from './order-schema.ts';
import type { OrderSnapshot, ShipmentEvent, SnapshotLine } from './snapshot-types.ts';
import type { TimelineEntry } from './timeline.ts';

export type * from './snapshot-types.ts';
export type { Address, Fulfillment, LineQuantity, OrderStatus, Return };

/** Which snapshot said it. */
export interface Stamp {
  version: string;
  hash: string;
  /**
   * Whose clock the version is of: where the source names none, it is when the hub asked for the snapshot, or was sent it.
   * Absent in what was stored before the two were told apart.
   */
  clock?: 'source' | 'hub';
}

/**
 * What all snapshots seen so far add up to, in whatever order they came. `snapshot` is the one that stands;
 * the rest is what it alone cannot tell. Lists are sorted by line id.
 */
export interface SnapshotHistory {
  stands: Stamp;
  snapshot: OrderSnapshot;
  /** The latest word on when it was paid: a payment is never forgotten. */
  paid: (Stamp & { at: string }) | null;
  /** The earliest version that said cancelled. */
  cancelledAt: string | null;
  /** The latest; absent where there is none, and in what was stored before it was kept. */
  cancelledLast?: string;
  /** Each line's quantity in the earliest snapshot that had it. */
  originals: Array<Stamp & { id: string; quantity: number }>;
  /** The earliest to tell of a quantity other than the original one; absent where none did. */
  levels?: Array<Stamp & { id: string; quantity: number }>;
  /** Lines the standing snapshot no longer has, as they were last told. */
  vanished: Array<Stamp & { id: string; line: SnapshotLine }>;
}

/** The hub's order: the UCP order and what UCP has no place for. */
export interface Order extends z.infer<typeof OrderFacts> {
  /** Members an operator corrected; they outlive later snapshots. */
  correctedAddress: Address | null;
  shippingMethod: string | null;
  /** The instant by which it must leave; null or absent where the sales channel names none. */
  shipBy?: string | null;
  cancelled: boolean;
  /** When it could first be shipped; absent or null: it may not be yet. */
  releasedAt?: string | null;
  shipmentEvents: ShipmentEvent[];
  /** What came back, by id; absent where nothing ever did. */
  returns?: Return[];
  /** The version and content hash of the snapshot that stands, and the inbound event that holds its raw body. */
  sourceVersion: string;
  snapshotHash: string;
  snapshotEvent: string;
  /** The seller's own system has it, under this number. */
  acknowledgement?: Acknowledgement;
  history: SnapshotHistory;
  /** Orders the sales channel made of lines of this one, by external id: parts of one sale. */
  parts?: Record<string, SnapshotHistory>;
  /** More of its deliveries are planned than one transaction takes: the rest is opened next. */
  planUnfinished?: true;
  /** Line items whose shipper has been decided; only others are routed when a snapshot adds lines. */
  routed: string[];
  /** The first lines of its timeline; later ones are items of their own beside it. */
  timeline?: TimelineEntry[];
  /** A poll found it and no webhook has told of it, although its marketplace sends such. */
  missed: boolean;
  /** Who was asked to ship what, oldest first. */
  placements: Placement[];
  /** Units that nobody was asked to ship, by line: the seller's own, and what left before anybody was asked. */
  own?: LineQuantity[];
  /** Units that a person gave to a shipper by name, until they are placed there. */
  assigned?: Array<{ to: string; lineItems: LineQuantity[] }>;
  ucp: UcpOrder;
  /** Its buyer was erased, or is being: what is said of him from now on is left out. */
  erased?: Erasure;
  /** Counts the writes that made it another. */
  revision: number;
  /** Counts all its writes: every update is conditional on both. Absent in what was stored before it was kept. */
  writes?: number;
}

/** What a connection was asked to ship. */
export interface Placement {
  /** The delivery that places it; or that looks for who ships, its connection being the one that sold the order. */
  delivery: string;
  connection: string;
  /** Units asked for that were not taken back. Absent in what was stored before units were kept, until `getOrder` counts them. */
  lineItems?: LineQuantity[];
  /** Stored before units were kept: its code at its connection may be another placement's too. */
  isOld?: true;
  /** Units of `lineItems` that are no longer wanted, which the latest `cancel` is to take back. */
  less?: LineQuantity[];
  /** Units that its connection was asked for and that were taken back, by the hub or by itself; of others, 0. */
  gone?: LineQuantity[];
  /** A person gave its units to its connection by name. */
  named?: true;
  /** Which of the order's placements at its connection it is, as its number there tells; absent: the first. */
  n?: number;
}

/** Who had an order's buyer erased, and when. */
interface Erasure {
  at: string;
  by: string;
  /** A keyed hash of the e-mail address, by which the order is found when the buyer asks again; null: there was none. */
  email: string | null;
}

/** Members that `derive` makes of the others. */
export const DERIVED = [
  ...(['number', 'placedAt', 'paidAt', 'buyer', 'shippingAddress', 'shippingMethod', 'shipBy'] as const),
  ...(['taxIncluded', 'cancelled', 'sourceVersion', 'snapshotHash', 'ucp'] as const),
];

/** What the hub keeps of an order; every other member follows from it. */
export type OrderCore = Omit<Order, (typeof DERIVED)[number]>;

/** The hub's order id: two accounts with the same external id are two orders. */
export const orderId = (connection: string, externalId: string): string => `${connection}:${externalId}`;
