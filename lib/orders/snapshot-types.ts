import type { LineQuantity } from '#lib/deliveries/delivery-schema';
import type { Address, Buyer, Fulfillment, Market, Payment, PickupPoint } from './order-schema.ts';

/** One line as a sales channel tells it. Money in minor units of the order's currency. */
export interface SnapshotLine {
  id: string;
  sku: string;
  ean?: string;
  title: string;
  quantity: number;
  /** Units first bought, where the source gives another figure for them. */
  ordered?: number;
  /** Units that the sales channel itself says are shipped. */
  fulfilled?: number;
  /**
   * `fulfilled` was said of the whole order, not of this line by itself; `at_first`: by a channel that says so at the
   * first parcel that it is told of, whatever is in it.
   */
  fulfilledWithAll?: true | 'at_first';
  /** `fulfilled` counts by SKU: the channel does not say which of the lines with that SKU it means. */
  countedBySku?: true;
  /** As the source writes it: including tax where `taxIncluded`. */
  unitPrice: number;
  /** The unit price on the other side of tax, where the source tells it: net where `taxIncluded`, else gross. */
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
  /** The line's own order is cancelled while the rest of the sale is not. */
  cancelled?: true;
  /** What the whole line costs, where the source tells it; else `unitPrice × quantity`. */
  total?: number;
}

/** What a sales channel says an order is at one instant; the result of a connector's mapping. */
export interface OrderSnapshot {
  externalId: string;
  number: string;
  /** Instants, ISO 8601 in UTC with milliseconds. */
  placedAt: string;
  paidAt: string | null;
  /** The source tells no times: those above are when the hub first heard of it, and are not part of what was said. */
  timesAssumed?: true;
  /** When the source last changed it; null where it does not say, so that the time of receipt must do. */
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
  /** Absent: the source only says whether it is paid. */
  payment?: Payment;
  /** Why it is not to be shipped, paid or not, in the source's own terms. */
  held?: string;
  /** Some of it was shipped, and the source does not say what. */
  partlyShipped?: true;
  /** The shipping method or carrier the buyer chose, in the source's own word. */
  shippingMethod: string | null;
  /** The shipping method as a code, where the source has one. */
  shippingCode?: string;
  pickupPoint?: PickupPoint;
  /** The instant by which it must ship, where the source names one. */
  shipBy?: string;
  lines: SnapshotLine[];
  /** The source does not tell the ids of all its lines: some are assumed, and no part of what was said. */
  idsAssumed?: true;
  /** Its units are those of an undated list that was asked for later (`withLaterUnits`). */
  unitsListed?: true;
  /** Order-level amounts in minor units; `total` is the source's own figure. */
  amounts: { fulfillment: number; tax: number; discount: number; total: number };
  /** What `amounts.discount` is made of, where the source tells, negative rows included. In minor units, positive. */
  discounts?: Array<{ title: string; amount: number }>;
  /** Further charges that the source names, as UCP's `fee`. In minor units. */
  fees?: Array<{ type: string; title: string; amount: number }>;
  /** Expectations other than one parcel to the shipping address, where the source tells them. */
  expectations?: Expectation[];
  /** What the source tells of parcels that were shipped without the hub. */
  events?: Array<Omit<ShipmentEvent, 'by'>>;
  /** What came back, where the source tells it with the order; without the buyer's own words. */
  returns?: Array<Omit<ReturnSnapshot, 'externalId' | 'reason'>>;
  /** A UCP source's adjustments other than `returns`. Cancellations that were completed only tell more of quantities. */
  adjustments?: AdjustmentSnapshot[];
  checkoutId?: string;
  permalinkUrl?: string;
  /** Paths in the source's body that are not read. */
  unread?: string[];
  /**
   * What was assumed or rounded, as the source is silent or contradicts itself: a path and an explanation, no values.
   */
  assumed?: string[];
}

/** Quantities and amounts are signed; the id is the source's own. */
interface AdjustmentSnapshot {
  id: string;
  type: string;
  at: string;
  status: 'pending' | 'completed' | 'failed';
  lineItems: LineQuantity[];
  totals: Array<{ type: string; amount: number }>;
  description?: string;
}

/** How some of the lines reach the buyer. */
export interface Expectation {
  /** The source's own. */
  id?: string;
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
  trackingUrl?: string;
  carrier?: string;
  description?: string;
  /** Absent if one of our parcels shows what it is about. */
  lineItems?: LineQuantity[];
}

/** What a shipper says of an order placed with it. */
export interface ShipmentSnapshot {
  /** Our order id as the remote echoes it; null where only `remoteId` or `number` tell. */
  orderId: string | null;
  remoteId: string | null;
  /** The order number and channel that we placed it under. */
  number: string | null;
  channel: string | null;
  /** The content by line item or by SKU, where the shipper tells it; else what it was asked to ship. */
  parcels: Array<
    Omit<Fulfillment, 'id' | 'by' | 'lineItems'> & {
      lineItems?: LineQuantity[];
      items?: Array<{ sku: string; quantity: number }>;
    }
  >;
  events: Array<Omit<ShipmentEvent, 'by'>>;
  /** Nothing more will happen (delivered, returned, cancelled): the poller may forget it. */
  settled: boolean;
  /** Which of our order's placements at this shipper is meant, from 2 on (`readCode`); absent: the first. */
  nth?: number;
  /** What it paid back to the seller, in all; `amount` in minor units. */
  refund?: { state: string; amount: number; currency: string };
  /** What it will not ship: by SKU, with all that it has ever declined; or `rest`. */
  declined?: 'rest' | Array<{ sku: string; quantity: number }>;
}

/** Goods that came back, as a sales channel tells it. Told again, it is the same return with what is new in it. */
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
