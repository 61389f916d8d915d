import type { WaitsFor } from '#lib/platform/errors';
import type * as z from '#lib/platform/zod';
import type { AttemptFacts, Closing, DeliveryFacts, LineQuantity } from './delivery-schema.ts';

export type { DeliveryState, LineQuantity } from './delivery-schema.ts';

export type Outcome = Attempt['outcome'];

/** What each job is about. Ids only: the order and the connection are read when it runs. */
export interface Subjects {
  /** The lines to place with whoever ships them. */
  place: { lineItems: LineQuantity[] };
  /** The lines to find a shipper for. */
  route: { lineItems: LineQuantity[] };
  /** The parcel to report. */
  report: { fulfillment: string };
  /** The placing delivery to stop or undo, and what was no longer wanted of it when this was planned. */
  cancel: {
    placement: string;
    lineItems?: LineQuantity[];
    /** The order's revision from which on it goes to another address than the one before. */
    readdressed?: number;
    /** The order's revision from which on all that was paid for it is given back. */
    refunded?: number;
  };
  /** The follow-up's own word for what it is about. */
  'follow-up': { about: string };
  /** The remote's id of the thing to read, what told of it, and how it was listed where nothing else asks for it. */
  fetch: {
    resource: string;
    askedBy?: 'webhook' | 'poll';
    unless?: { externalId: string; version: string | null };
    /** The fetch of the same thing that had begun when this was asked for, and when this was last asked for. */
    behind?: { delivery: string; askedAt: string };
  };
  /** Whose quantity to tell. */
  stock: { sku: string };
  /** The change to tell an endpoint: what it is about, and nothing that it says. */
  notify: { change: unknown };
  /** What was asked, checked by the request's schema then. */
  request: { input: unknown };
}

export type JobName = keyof Subjects;

/** A subject that says whose it is, as `subjectOf` reads it. */
export type Subject<Job extends JobName = JobName> = { [Name in Job]: { job: Name } & Subjects[Name] }[Job];

/** A subject as it is stored and shown: the members of the job's. Only follow-ups wait for other deliveries to succeed. */
export type StoredSubject = Partial<
  Subjects['place'] &
    Subjects['report'] &
    Subjects['cancel'] &
    Subjects['follow-up'] &
    Subjects['fetch'] &
    Subjects['stock'] &
    Subjects['notify'] &
    Subjects['request'] & { after: string[] }
>;

/** Everything that talks to a remote because something happened. Instants are ISO 8601 in UTC. */
export interface Delivery extends z.infer<typeof DeliveryFacts> {
  /** By when the order must leave, as it was told when this was opened: the urgent are rung first. */
  shipBy?: string;
  subject: StoredSubject;
  /** Attempts of the present set that count against the retries. */
  failures: number;
  /** The last attempt may have happened at the remote: probe before the next push. */
  unknown: boolean;
  /** Since when it has met nothing but throttling. */
  throttledSince: string | null;
  /** How often in a row it was not its turn, which is no attempt: it comes back from the waitlist. */
  turnedAway?: number;
  lease: { owner: string; until: string; startedAt: string } | null;
  /** A dead delivery's message has reached the dead-letter queue. */
  deadLettered: boolean;
  /** W3C `traceparent` of what caused it. */
  trace?: string;
  /** A person's word that it stands at the remote, or need not: the last one, kept through replays. */
  closed?: Closing;
  /** How a placement that succeeded stands with its shipper. */
  placed?: Placed;
  /** The first attempts; later ones are items of their own beside it. */
  attempts?: Attempt[];
}

/** An order as it stands with whoever ships it. */
export interface Placed {
  /** The remote's own id of it, where it says one. */
  remoteId: string | null;
  /** The order number and channel we placed it under. */
  number: string;
  channel: string;
  at: string;
  /** The revision of the order that was placed; absent where an earlier attempt may have placed it. */
  revision?: number;
  /** Nothing more will happen to it: delivered, returned or cancelled there. */
  isSettled?: true;
  /** What whoever ships paid back to the seller, in all; `amount` in minor units. */
  refund?: { state: string; amount: number; currency: string };
}

/** The subject of a job; a follow-up may name deliveries that must have succeeded first. */
export type NewSubject = Subjects[JobName] & Pick<StoredSubject, 'after'>;

/** What ingest asks for; the ledger adds the rest. */
export type NewDelivery = Pick<
  Delivery,
  'id' | 'kind' | 'action' | 'connection' | 'marketplace' | 'order' | 'shipBy'
> & {
  subject: NewSubject;
  blocked?: { code: string; description: string; waitsFor: WaitsFor };
};

/** Whether a worker has it, or will. */
export const isOpen = ({ state }: Pick<Delivery, 'state'>): boolean => state === 'pending' || state === 'leased';

/** A placement that was stopped before it was made: nobody has to look at it, and its order says what becomes of its units. */
export const isStopped = ({ state, cause }: Pick<Delivery, 'state' | 'cause'>): boolean =>
  state === 'dead' && (cause?.code === 'order_cancelled' || cause?.code === 'order_unreleased');

/** One try at one delivery, kept for ever. */
export interface Attempt extends z.infer<typeof AttemptFacts> {
  /** What it told on the timeline of the delivery's order. */
  told?: Array<{ type: string; detail: Record<string, unknown> }>;
}
