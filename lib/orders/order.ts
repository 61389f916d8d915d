import type { LineQuantity } from '#lib/deliveries/delivery-schema';
import type * as z from '#lib/platform/zod';
import type { UcpOrder } from '#lib/ucp/order';
import type {
  Acknowledgement,
  Address,
  Buyer,
  Fulfillment,
  Market,
  OrderFacts,
  OrderStatus,
  Payment,
  PickupPoint,
  Return,
} from './order-schema.ts';
import type { TimelineEntry } from './timeline.ts';

export type { Address, Fulfillment, LineQuantity, OrderStatus, Return };

/** One line as a sales channel tells it. Money in minor units of the order's currency. */
export interface SnapshotLine {
  id: string;
  sku: string;
  ean?: string;
  title: string;
  quantity: number;
  /** Units first bought, where the source says that they were others. */
  ordered?: number;
  /** Units the sales channel itself says are shipped. */
  fulfilled?: number;
  /** As the source writes it: with tax where `taxIncluded`. */
  unitPrice: number;
  /** The unit price on the other side of tax, where the source says it: net where `taxIncluded`, else gross. */
  otherUnitPrice?: number;
  /** In percent. */
  taxRate?: number;
  /** The tax on the whole line. */
  tax?: number;
  /** Where the source keeps the goods. */
  stockLocation?: string;
  /** Personalization and other choices of the buyer, by name. */
  attributes?: Record<string, string>;
  imageUrl?: string;
  /** The line that this one belongs to. */
  parentId?: string;
  /** Of an order that is cancelled while the rest of the sale is not. */
  cancelled?: true;
  /** What the line costs in all, when the source says so; else `unitPrice × quantity`. */
  total?: number;
}

/** What a sales channel says an order is at one instant; the result of a connector's mapping. */
export interface OrderSnapshot {
  externalId: string;
  number: string;
  /** Instants, ISO 8601 in UTC with milliseconds. */
  placedAt: string;
  paidAt: string | null;
  /** The source tells no times: those above are when it was first heard of, and no part of what it said. */
  timesAssumed?: true;
  /** When the source last changed it; null where the source does not say and the time of receipt must do. */
  version: string | null;
  cancelled: boolean;
  currency: string;
  taxIncluded: boolean;
  buyer: Buyer;
  shippingAddress: Address;
  billingAddress?: Address;
  /** The buyer's words to the seller. */
  note?: string;
  market?: Market;
  /** Absent: the source says no more than whether it is paid. */
  payment?: Payment;
  /** Why it is not to be shipped, paid or not, in the source's own terms. */
  held?: string;
  /** The shipping method or carrier the buyer chose, in the source's own word. */
  shippingMethod: string | null;
  /** The same as a code, where the source has one. */
  shippingCode?: string;
  pickupPoint?: PickupPoint;
  /** The instant by which it must leave, where the source names one. */
  shipBy?: string;
  lines: SnapshotLine[];
  /** Order-level amounts in minor units; `total` is the source's own figure. */
  amounts: { fulfillment: number; tax: number; discount: number; total: number };
  /** What `amounts.discount` is made of, where the source names it: its negative rows, too. In minor units, positive. */
  discounts?: Array<{ title: string; amount: number }>;
  /** Expectations other than one parcel to the shipping address, where the source tells them. */
  expectations?: Expectation[];
  /** What the source tells of parcels that left without the hub. */
  events?: Array<Omit<ShipmentEvent, 'by'>>;
  /** What came back, where the source tells it with the order; without the buyer's words. */
  returns?: Array<Omit<ReturnSnapshot, 'externalId' | 'reason'>>;
  checkoutId?: string;
  permalinkUrl?: string;
  /** Paths in the source's body that are not read. */
  unread?: string[];
  /** What was assumed, or rounded, where the source did not say it or contradicts itself: a path and words, no values. */
  assumed?: string[];
}

/** How some lines reach the buyer. */
export interface Expectation {
  lineItems: LineQuantity[];
  methodType: 'shipping' | 'pickup' | 'digital';
  destination: Address;
  description?: string;
  /** An instant, or `now`. */
  fulfillableOn?: string;
}

/** Something that happened to a parcel or placement, in UCP's event types. */
export interface ShipmentEvent {
  id: string;
  by: string;
  type: string;
  at: string;
  trackingNumber?: string;
  carrier?: string;
  description?: string;
}

/** What whoever ships says of an order placed with it. */
export interface ShipmentSnapshot {
  /** Our order id as the remote echoes it; null where only `remoteId` or `number` tell. */
  orderId: string | null;
  remoteId: string | null;
  /** The order number and channel we placed it under. */
  number: string | null;
  channel: string | null;
  /** What is inside by line item or by SKU, where the shipper says; else what it was asked to ship. */
  parcels: Array<
    Omit<Fulfillment, 'id' | 'by' | 'lineItems'> & {
      lineItems?: LineQuantity[];
      items?: Array<{ sku: string; quantity: number }>;
    }
  >;
  events: Array<Omit<ShipmentEvent, 'by'>>;
  /** Nothing more will happen (delivered, returned, cancelled): the poller may forget it. */
  settled: boolean;
  /** Which of the placements of our order at this shipper it is (`readCode`); absent: the first. */
  nth?: number;
  /** What it paid back to the seller, in all; `amount` in minor units. */
  refund?: { state: string; amount: number; currency: string };
  /** What it will not ship, by SKU and all that it ever said; or the rest. */
  declined?: 'rest' | Array<{ sku: string; quantity: number }>;
}

/** Goods that came back, as a sales channel tells of them. Told again it is the same return, with what is new in it. */
export interface ReturnSnapshot {
  /** The channel's own ids of the order and of the return. */
  externalId: string;
  id: string;
  /** Null where the channel does not say. */
  at: string | null;
  /** By line id, or by SKU where the channel names no line. Absent: all that was shipped. */
  items?: Array<{ line?: string; sku?: string; quantity: number }>;
  reason?: string;
  /** In minor units, positive. */
  refund?: { amount: number };
}

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
  /** Counts writes: every update is conditional on it. */
  revision: number;
}

/** What a connection was asked to ship. */
export interface Placement {
  /** The delivery that places it; or that looks for who ships, its connection being the one that sold the order. */
  delivery: string;
  connection: string;
  /** Units asked for that were not taken back. Absent in what was stored before units were kept, until `getOrder` counts them. */
  lineItems?: LineQuantity[];
  /** It was stored before units were kept: its code at its connection may be another placement's too. */
  isOld?: true;
  /** Those of them that are no longer wanted, and that the latest `cancel` is after. */
  less?: LineQuantity[];
  /** Units that its connection was asked for and that were taken back, by the hub or by itself; of others, 0. */
  gone?: LineQuantity[];
  /** A person gave its units to its connection by name. */
  named?: true;
  /** It is the n-th that its connection is asked for, which its number there tells; absent: the first. */
  n?: number;
}

/** Who had an order's buyer erased, and when. */
interface Erasure {
  at: string;
  by: string;
  /** A keyed hash of the e-mail address, by which the order is found when the buyer asks again; null: there was none. */
  email: string | null;
}

/** What the hub keeps of an order; every other member follows from it. */
export type OrderCore = Pick<
  Order,
  | 'id'
  | 'connection'
  | 'externalId'
  | 'correctedAddress'
  | 'fulfillments'
  | 'shipmentEvents'
  | 'returns'
  | 'snapshotEvent'
  | 'history'
  | 'parts'
  | 'deliveries'
  | 'routed'
  | 'placements'
  | 'own'
  | 'assigned'
  | 'missed'
  | 'releasedAt'
  | 'receivedAt'
  | 'updatedAt'
  | 'revision'
>;

/** The hub's order id: two accounts with the same external id are two orders. */
export const orderId = (connection: string, externalId: string): string => `${connection}:${externalId}`;
