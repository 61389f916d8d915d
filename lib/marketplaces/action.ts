import type { Product } from '#lib/catalog/product';
import type { Connection, Secrets } from '#lib/connections/connection';
import type { TokenGrants } from '#lib/connections/tokens';
import type { Fulfillment, LineQuantity, Order } from '#lib/orders/order';
import type { Http } from '#lib/platform/http/client';
import type * as z from '#lib/platform/zod';

/** What a call to a remote may use. Every request through `http` is timed, budgeted and classified. */
export interface RemoteContext {
  connection: Connection;
  secrets: Secrets;
  http: Http;
  /** A bearer token that all workers of the connection share; `stale` is one that the remote has refused. */
  token(grants: TokenGrants, stale?: string): Promise<string>;
  /** What the catalog knows of a SKU at this connection; of an EAN first, where one is given. */
  findProduct(sku: string, ean?: string): Promise<Product | undefined>;
  now: () => Date;
}

/** An order to place with whoever ships it. */
export interface PlaceInput {
  order: Order;
  /** The connection that sold it. */
  source: Connection;
  lineItems: LineQuantity[];
  /** The order's number, or that with which of its placements there this is: `SC-1001-2`. */
  number: string;
  /** Which of the order's placements at this shipper it is, from 1; null: stored before they were told apart. */
  nth: number | null;
}

/** Lines of a placement to undo, `left` being those that stay, and the remote's id of it where it said one. */
export interface CancelInput extends PlaceInput {
  left: LineQuantity[];
  remoteId: string | null;
}

/** A parcel to report to whoever sold the order. */
export interface ReportInput {
  order: Order;
  /** With its carrier's canonical code (null: the shipper's name for it has none). */
  fulfillment: Fulfillment & { carrierCode: string | null };
  /** Another parcel of the order was reported there, or may have been. */
  anotherReported: boolean;
}

/** `about` is what the role's `followUps` gave this follow-up to tell it from others of its action. */
export interface FollowUpInput {
  order: Order;
  about: string;
}

/** What a poll or a fetch read. */
export interface Fetched {
  topic: string;
  body: unknown;
}

/** How many units of a listing are for sale. */
export interface StockInput {
  listing: Product;
  quantity: number;
}

/** `resource` is the remote's id of what an event only named; `askedBy`: a webhook or a list named it, and no person. */
export interface FetchInput {
  resource: string;
  askedBy?: string;
}

export interface PushResult {
  /** The remote's id of what now exists there. */
  remoteId?: string;
  /** The push found it there, of an earlier attempt. */
  isFound?: boolean;
  /** Units that were to be undone and that the remote cannot undo. */
  kept?: LineQuantity[];
  /** Words for the timeline, where something is worth telling. */
  note?: string;
  /** What a request of the seller made known, which is ingested like any event. */
  read?: Fetched[];
}

/** One thing the hub can make a remote do. */
export interface Action<Input, Done = PushResult> {
  push(remote: RemoteContext, input: Input): Promise<Done>;
  /** Reads the remote back after an unknown outcome: what it found, or null when a push is still due. */
  probe?(remote: RemoteContext, input: Input): Promise<Done | null>;
  /**
   * `probe` only concludes from what is no longer there: always asked after no answer came, but after a 5xx only where
   * nothing else can have taken it away.
   */
  probeInfers?: boolean;
}

/** An action that must not be done twice: its remote can always be read back. */
export type ProbedAction<Input> = Action<Input> & Required<Pick<Action<Input>, 'probe'>>;

/**
 * Something the seller asks of a marketplace over the hub's API: an item, an entry order, a return, a ticket. Without a
 * probe nothing can be read back: a person looks then.
 */
export interface RequestAction<Input = unknown> extends Action<Input> {
  Input: z.ZodMiniType<Input>;
  summary: string;
  /** Our order that it is asked for, which is told of it. */
  orderOf?(input: Input): string;
}

/** Reads what an event only named; the answer is ingested like any event. */
export type FetchAction = Action<FetchInput, Fetched>;

/** All that the hub can make a remote do, by what a delivery's `action` calls it. */
export interface Actions {
  /** Places an order with whoever ships it. */
  order?: ProbedAction<PlaceInput>;
  /** Undoes a placement. */
  cancel?: ProbedAction<CancelInput>;
  /** Reports a parcel to whoever sold the order. */
  fulfillment?: ProbedAction<ReportInput>;
  /** Sets how many units are for sale: saying it twice is saying it once. */
  stock?: Action<StockInput>;
  /** What `followUps` of the role names. */
  followUps?: Readonly<Record<string, ProbedAction<FollowUpInput>>>;
  fetches?: Readonly<Record<string, FetchAction>>;
  requests?: Readonly<Record<string, RequestAction>>;
}
