import type { Product } from '#lib/catalog/product';
import type { Connection, Secrets } from '#lib/connections/connection';
import type { TokenGrants } from '#lib/connections/tokens';
import type { Fulfillment, LineQuantity, Order } from '#lib/orders/order';
import type { Http } from '#lib/platform/http/client';
import type * as z from '#lib/platform/zod';

/** What a call to a remote may use. Every request through `http` is timed, rate-limited and classified. */
export interface RemoteContext {
  connection: Connection;
  secrets: Secrets;
  http: Http;
  /** A bearer token that all workers of the connection share; `stale` is one that the remote has refused. */
  token(grants: TokenGrants, stale?: string): Promise<string>;
  /** What the catalog knows of a SKU at this connection, looked up by EAN first if one is given. */
  findProduct(sku: string, ean?: string): Promise<Product | undefined>;
  now: () => Date;
}

export interface PlaceInput {
  order: Order;
  /** The connection that sold it. */
  source: Connection;
  lineItems: LineQuantity[];
  /** The order's number, with the placement's count from the second one there on: `SC-1001-2`. */
  number: string;
  /** The placement's count at this shipper, from 1; null: stored before placements were told apart. */
  nth: number | null;
}

/** Lines of a placement to undo; `left` are those that stay, and `remoteId` is the remote's id of it, if it told one. */
export interface CancelInput extends PlaceInput {
  left: LineQuantity[];
  remoteId: string | null;
}

export interface ReportInput {
  order: Order;
  /** With its carrier's canonical code; null if the shipper's name for it has none. */
  fulfillment: Fulfillment & { carrierCode: string | null };
  /** Another parcel of the order was reported there, or may have been. */
  anotherReported: boolean;
}

/** `about` comes from the role's `followUps`, and tells follow-ups of one action apart. */
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

/** `resource` is the remote's id of what an event only named; `askedBy`: a webhook or a list named it, not a person. */
export interface FetchInput {
  resource: string;
  askedBy?: string;
}

export interface PushResult {
  /** The remote's id of what now exists there. */
  remoteId?: string;
  /** An earlier attempt had made it: the push found it there. */
  isFound?: boolean;
  /** Units that were to be undone and that the remote cannot undo. */
  kept?: LineQuantity[];
  /** A note for the timeline, if something is worth telling. */
  note?: string;
  /** What a seller's request read, to be ingested like any event. */
  read?: Fetched[];
}

/** One thing the hub can make a remote do. */
export interface Action<Input, Done = PushResult> {
  push(remote: RemoteContext, input: Input): Promise<Done>;
  /** Reads the remote back after an unknown outcome: what it found, or null if a push is still due. */
  probe?(remote: RemoteContext, input: Input): Promise<Done | null>;
  /**
   * `probe` cannot see what was done, only that something is gone from a list. It then runs after no answer at all, and
   * after a 5xx only if nothing but this push can have removed it.
   */
  probeInfers?: boolean;
}

/** An action that must not be done twice: its remote can always be read back. */
export type ProbedAction<Input> = Action<Input> & Required<Pick<Action<Input>, 'probe'>>;

/**
 * Something the seller asks of a marketplace through the hub's API: an item, an entry order, a return, a ticket.
 * Without a probe nothing can be read back, so a person looks.
 */
export interface RequestAction<Input = unknown> extends Action<Input> {
  Input: z.ZodMiniType<Input>;
  summary: string;
  /** The one of our orders that it is for, whose timeline tells of it. */
  orderOf?(input: Input): string;
}

/** Reads what an event only named; the answer is ingested like any event. */
export type FetchAction = Action<FetchInput, Fetched>;

/** Everything that the hub can make a remote do, by the name in a delivery's `action`. */
export interface Actions {
  /** Places an order with a shipper. */
  order?: ProbedAction<PlaceInput>;
  /** Undoes a placement. */
  cancel?: ProbedAction<CancelInput>;
  /** Reports a parcel to the sales channel. */
  fulfillment?: ProbedAction<ReportInput>;
  /** Sets how many units are for sale; repeating it does no harm. */
  stock?: Action<StockInput>;
  /** The actions that the role's `followUps` name. */
  followUps?: Readonly<Record<string, ProbedAction<FollowUpInput>>>;
  fetches?: Readonly<Record<string, FetchAction>>;
  requests?: Readonly<Record<string, RequestAction>>;
}
