import type { ProductSnapshot } from '#lib/catalog/product';
import type { Connection, WebhookCredentials } from '#lib/connections/connection';
import type { Listed } from '#lib/orders/find';
import type { OrderSnapshot, ReturnSnapshot, ShipmentSnapshot } from '#lib/orders/order';
import type { OpenPlacement } from '#lib/orders/placements';
import type { NoteType } from '#lib/orders/timeline';
import type * as z from '#lib/platform/zod';
import type { Actions, Fetched, RemoteContext } from './action.ts';
import type { MarketplaceInfo, Role } from './manifest.ts';

/** A webhook request before anything is parsed. `body` is the raw bytes; header names are lower case. */
export interface WebhookRequest {
  headers: Readonly<Record<string, string | undefined>>;
  body: Buffer;
  /** Path segments after the topic: `[secret]` where the secret is in the URL. */
  rest: readonly string[];
}

export type { WebhookCredentials };

/** A request's proof, by name: signatures over its body, never a secret. */
export type Evidence = Readonly<Record<string, string>>;

/** Authenticity of a marketplace's calls. Bundled into its receiver without zod and without a client. */
export interface Webhook {
  info: MarketplaceInfo;
  /** In constant time, on raw bytes, with the current and the previous secret; an empty secret never matches. */
  authenticate(request: WebhookRequest, credentials: WebhookCredentials): boolean;
  /** What to keep of a refused request; undefined if no secret could ever make it authentic. */
  evidence(request: WebhookRequest, credentials: WebhookCredentials): Evidence | undefined;
  /** Like `authenticate`, from what was kept: the secrets or settings may have been corrected since. */
  admits(evidence: Evidence, body: Buffer, credentials: WebhookCredentials): boolean;
  /** Whether a body, JSON or not, is the vendor's test of a URL: it is answered 200, noted, and means nothing. */
  isTest?(body: Buffer): boolean;
  /** What an authentic body lacks, if the vendor wants to be told at once: it is answered 400 and kept as unreadable. */
  objection?(topic: string, body: unknown): string | null;
  /** A body that is not JSON, such as a form, as the JSON it stands for; undefined if it is in no format known here. */
  readOther?(body: Buffer): unknown;
  /** The body of every answer, if the vendor documents one; without a problem the request was accepted. */
  answer?(problem: { code: string; description: string } | null): object;
}

/** One thing that arrived, parsed from JSON. `topic` is the webhook's, or what a poll or fetch read. */
export interface InboundBody extends Fetched {
  receivedAt: string;
}

/** What an inbound body means. Mapping is pure; for a body that it cannot read it throws ContractError naming the field. */
export type Change =
  | { type: 'order'; order: OrderSnapshot }
  | { type: 'shipment'; shipment: ShipmentSnapshot }
  /** A sales channel took goods back, or will; a return that it declines is none. Shippers tell it as a shipment's event. */
  | { type: 'return'; return: ReturnSnapshot }
  | { type: 'products'; products: ProductSnapshot[] }
  /** A placement made at `since` that has not ended, and that polls ask for no more: it is too old. */
  | { type: 'stale'; orderId: string; number: string; since: string }
  /** Which merchants may sell their products, by the marketplace's own ids. */
  | { type: 'merchants'; merchants: ReadonlyArray<readonly [id: string, enabled: boolean]> }
  /**
   * The body only names a `resource`: one of the connector's `fetches` is to read it. `unless`: it is not read if our
   * order already has what the list showed.
   */
  | { type: 'fetch'; action: string; resource: string; unless?: Listed }
  /** The sales channel no longer has an order. */
  | { type: 'gone'; externalId: string }
  /** Nothing changes. `about`: the timeline of the order that the remote knows by this id gets an entry of this type. */
  | { type: 'none'; reason: string; about?: { remoteId: string; type: NoteType } };

export interface PollContext extends RemoteContext {
  /** Where the last complete poll stood; null at the first. */
  watermark: string | null;
  /** The page to continue with after a poll that ran out of time or rate limit; null at a fresh start. */
  resume: string | null;
  /** For a shipper: orders placed there that are not settled, oldest first; `after` is an order's id. */
  openPlacements(after: string | null): AsyncIterable<OpenPlacement>;
  /** SKUs that the connection told of, and those placed or sold there; `after` is one of them. */
  skus(after: string | null): AsyncIterable<string>;
}

/** `placement`: it is what the remote shows of this one at each poll, so that the same body need not be read each time. */
interface PollItem extends Fetched {
  placement?: string;
}

/** One page of a poll: its bodies go to the inbound queue before `resume` is kept. */
export interface PollPage {
  items: PollItem[];
  resume: string | null;
  /**
   * What `resume` leads to can wait, such as the stock of every SKU: orders, placements and returns come before it, and
   * are read again at each poll interval however long it takes.
   */
  canWait?: boolean;
  /** On the last page: where the next poll starts. */
  watermark?: string;
  /** On the last page: what a person should know about the connection, shown with its polls. */
  remark?: string;
}

/** How a marketplace is polled: what `poll.ts` of its folder exports. No function but its poller has that in its bundle. */
export interface Poller {
  poll(context: PollContext): AsyncIterable<PollPage>;
  /**
   * The watermark from which a poll reads everything since an instant again, never later than the given one. Exactly
   * those have it whose manifest says `pollsChanges`.
   */
  rewind?(watermark: string, since: string): string;
}

/** A URL that the remote calls. */
export interface RegisteredWebhook {
  /** What `remove` needs. */
  id: string;
  /** Our topic; null for an event the hub has no topic for. */
  topic: string | null;
  url: string;
}

/** The remote's own list of the URLs it calls, if it has an API for it. */
export interface WebhookRegistry {
  /**
   * The remote takes one URL for each topic: another is removed before ours is created. Otherwise several may exist
   * side by side.
   */
  oneUrlPerTopic?: boolean;
  list(context: RemoteContext): Promise<RegisteredWebhook[]>;
  /** The URL ends in the secret. Throws when the remote refuses it. */
  create(context: RemoteContext, topic: string, url: string): Promise<void>;
  remove(context: RemoteContext, id: string): Promise<void>;
}

/** A conversation with a marketplace's customer service. */
interface Ticket {
  /** The id that creating it returned. */
  id: string;
  kind: string;
  status: string | null;
  /** The status in the words of the customer service. */
  serviceStatus: string | null;
  reason: string | null;
  remark: string | null;
  author: { first_name: string | null; last_name: string | null; email: string | null };
  /** All that was said, in the marketplace's order. */
  comments: string[];
}

/** The last page has no cursor. */
export interface TicketPage {
  tickets: Ticket[];
  cursor: string | null;
}

/** Everything a marketplace folder offers the hub. */
export interface Connector extends Role {
  /** Strict objects: unknown keys in the connections file are refused by name. */
  Secrets: z.ZodMiniType<Record<string, string | undefined>>;
  Settings: z.ZodMiniType<Record<string, unknown>>;
  webhook?: Webhook;
  /** Registers the hub's URLs at the remote. */
  webhookRegistry?: WebhookRegistry;
  /** Where a person enters the hub's URLs, if no call can: one sentence in the vendor's own terms. */
  pasteHint?: string;
  map(inbound: InboundBody, connection: Connection): Change;
  actions: Actions;
  /** Reads the tickets there are, with what was said in them. */
  tickets?(context: RemoteContext, page: { cursor: string | null; limit: number }): Promise<TicketPage>;
}
