import type { LineQuantity } from '#lib/deliveries/delivery-schema';
import { shortHash } from '#lib/platform/hash';
import type * as z from '#lib/platform/zod';
import type { UcpOrder } from '#lib/ucp/order';
import type { Acknowledgement, Address, Fulfillment, OrderFacts, OrderStatus, Return } from './order-schema.ts';
import type { OrderSnapshot, ShipmentEvent, SnapshotLine } from './snapshot-types.ts';
import type { TimelineEntry } from './timeline.ts';

export type * from './snapshot-types.ts';
export type { Address, Fulfillment, LineQuantity, OrderStatus, Return };

/** The snapshot that said it. */
export interface Stamp {
  version: string;
  hash: string;
  /**
   * Whose clock the version is of. Where the source names no version it is when the hub asked for the snapshot, or
   * received it. Absent in what was stored before the two were told apart.
   */
  clock?: 'source' | 'hub';
}

/**
 * What all snapshots seen so far add up to, in whatever order they came. `snapshot` is the one that stands; the rest is
 * what that one alone cannot tell. Lists are sorted by line id.
 */
export interface SnapshotHistory {
  stands: Stamp;
  snapshot: OrderSnapshot;
  /** The latest statement of when it was paid, if possible not an assumed one: a payment is never forgotten. */
  paid: (Stamp & { at: string; assumed?: true }) | null;
  /** The earliest version that said cancelled. */
  cancelledAt: string | null;
  /** The latest such version; absent where there is none, and in what was stored before it was kept. */
  cancelledLast?: string;
  /** The latest version whose cancellation a person lifted. */
  lifted?: string;
  /** The earliest `placedAt` in any snapshot; absent if `snapshot` has it. */
  firstPlacedAt?: string;
  /** Each line's quantity in the earliest snapshot that had it. */
  originals: Array<Stamp & { id: string; quantity: number }>;
  /** The earliest snapshot to tell of a quantity other than the original; absent where none did. */
  levels?: Array<Stamp & { id: string; quantity: number }>;
  /** Lines the snapshot that stands no longer has, as they were last told. */
  vanished: Array<Stamp & { id: string; line: SnapshotLine }>;
}

/** The hub's order: the UCP order and what UCP has no place for. */
export interface Order extends z.infer<typeof OrderFacts> {
  /** Members an operator corrected; they outrank later snapshots. */
  correctedAddress: Address | null;
  shippingMethod: string | null;
  /** The instant by which it must ship; null or absent where the sales channel names none. */
  shipBy?: string | null;
  cancelled: boolean;
  /** When it was first allowed to ship; absent or null: it is not yet. */
  releasedAt?: string | null;
  shipmentEvents: ShipmentEvent[];
  /** Returns by id; absent where nothing has come back. */
  returns?: Return[];
  /** The version and content hash of the snapshot that stands, and the inbound event that holds its raw body. */
  sourceVersion: string;
  snapshotHash: string;
  snapshotEvent: string;
  /** The number under which the seller's own system has it. */
  acknowledgement?: Acknowledgement;
  history: SnapshotHistory;
  /** Other orders that the sales channel made of this one's lines, by external id: parts of one sale. */
  parts?: Record<string, SnapshotHistory>;
  /** The order's plan has more deliveries than one transaction takes: the next transaction opens the rest. */
  planUnfinished?: true;
  /** Line items that were ever placed or left to the seller; who has which units, `placements` and `own` tell. */
  routed: string[];
  /** The first lines of its timeline; later ones are items beside it. */
  timeline?: TimelineEntry[];
  /** A poll found it and no webhook has told of it yet, although its marketplace sends webhooks. */
  missed: boolean;
  /** Who was asked to ship what, oldest first. */
  placements: Placement[];
  /** Units no connection was asked to ship, by line: the seller's own, and what left before anybody was asked. */
  own?: LineQuantity[];
  /** Units that a person gave to a shipper by name, until they are placed there. */
  assigned?: Array<{ to: string; lineItems: LineQuantity[] }>;
  ucp: UcpOrder;
  /** The buyer was erased, or is being erased: what is said of the buyer from now on is left out. */
  erased?: Erasure;
  /** Counts the writes that changed what it shows. */
  revision: number;
  /** Counts all writes: every update is conditional on both counts. Absent in what was stored before it was kept. */
  writes?: number;
}

/** What a connection was asked to ship. */
export interface Placement {
  /** The placing delivery; or the routing delivery that seeks a shipper, whose connection is the channel's. */
  delivery: string;
  connection: string;
  /** Units asked for and not taken back. Absent if stored before units were kept, until `getOrder` counts them. */
  lineItems?: LineQuantity[];
  /** Stored before units were kept: another placement may have the same code at its connection. */
  isOld?: true;
  /** Units of `lineItems` that are no longer wanted, and that the latest `cancel` is to take back. */
  less?: LineQuantity[];
  /** Units asked for, then taken back by the hub or declined by the connection; 0 if they were never asked for. */
  gone?: LineQuantity[];
  /** A person chose its connection. */
  named?: true;
  /** Which of the order's placements at its connection it is, from 2 on: its number there ends in it. Absent: the first. */
  n?: number;
}

/** Who had an order's buyer erased, and when. */
interface Erasure {
  at: string;
  by: string;
  /** Keyed hashes of its e-mail addresses, by which it is found when one of them is asked for again; null: none. */
  email: string | null;
}

/** Members that `derive` computes from the others. */
export const DERIVED = [
  ...(['number', 'placedAt', 'paidAt', 'buyer', 'shippingAddress', 'shippingMethod', 'shipBy'] as const),
  ...(['taxIncluded', 'cancelled', 'sourceVersion', 'snapshotHash', 'ucp'] as const),
];

/** What the hub keeps of an order; every other member follows from it. */
export type OrderCore = Omit<Order, (typeof DERIVED)[number]>;

/** The hub's order id: two accounts with the same external id are two orders. */
export const orderId = (connection: string, externalId: string): string => `${connection}:${externalId}`;

/** The id of the return that its teller knows as `theirs`. */
export const returnId = (order: string, by: string, theirs: string): string => `ret_${shortHash(order, by, theirs)}`;

/** The SKU of each line, by line id. */
export const skusOf = ({ ucp }: Pick<Order, 'ucp'>): Map<string, string> =>
  new Map(ucp.line_items.map(({ id, item }) => [id, item.id]));
