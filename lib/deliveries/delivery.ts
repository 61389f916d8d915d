import type { WaitsFor } from '#lib/platform/errors';
import type * as z from '#lib/platform/zod';
import type { AttemptFacts, Closing, DeliveryFacts, LineQuantity } from './delivery-schema.ts';

export type { DeliveryState, LineQuantity } from './delivery-schema.ts';

export type Outcome = Attempt['outcome'];

/** What each job is about. Ids only: the order and the connection are read when the job runs. */
export interface Subjects {
  place: { lineItems: LineQuantity[] };
  /** The lines to find a shipper for. */
  route: { lineItems: LineQuantity[] };
  /** The parcel to report. */
  report: { fulfillment: string };
  /** The placing delivery to stop or undo, and what of it was no longer wanted when this was planned. */
  cancel: {
    placement: string;
    lineItems?: LineQuantity[];
    /** The order's revision since which it goes to another address than before. */
    readdressed?: number;
    /** The address before that, as `destinationHash` has it. */
    from?: string;
    /** The order's revision since which everything paid for it has been refunded. */
    refunded?: number;
    /** The order's revision since which a line of the placement stands for other goods. */
    exchanged?: number;
    /** What stood on its lines before, as a short hash. */
    goods?: string;
  };
  /** The follow-up's own name for what it is about. */
  'follow-up': { about: string };
  /** The remote's id of what to read, what told of it, and how a list showed it where nothing else asks for it. */
  fetch: {
    resource: string;
    askedBy?: 'webhook' | 'poll';
    unless?: { externalId: string; version: string | null };
    /** The fetch of the same resource that had begun when this was asked for, and when this was last asked for. */
    behind?: { delivery: string; askedAt: string };
  };
  /** The SKU whose quantity to tell. */
  stock: { sku: string };
  /** The change to tell an endpoint: what it is about, not what it says. */
  notify: { change: unknown };
  /** What was asked, as checked by the request's schema at the time. */
  request: { input: unknown };
}

export type JobName = keyof Subjects;

/** A subject that names its job, as `subjectOf` reads it. */
export type Subject<Job extends JobName = JobName> = { [Name in Job]: { job: Name } & Subjects[Name] }[Job];

/** A subject as it is stored and shown: the members of its job. Only follow-ups wait for other deliveries. */
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
  /** When the order must ship, as known when this was opened: urgent deliveries are rung for first. */
  shipBy?: string;
  subject: StoredSubject;
  /** Attempts of the present set that used up a retry or the first try. */
  failures: number;
  /** The last attempt may have succeeded at the remote: probe before the next push. */
  unknown: boolean;
  /** When it began to meet nothing but throttling. */
  throttledSince: string | null;
  /** How often in a row it was put off by the waitlist, which is no attempt. */
  turnedAway?: number;
  lease: { owner: string; until: string; startedAt: string } | null;
  /** A dead delivery's message has reached the dead-letter queue. */
  deadLettered: boolean;
  /** W3C `traceparent` of what caused it. */
  trace?: string;
  /** A person's statement that it is done at the remote, or need not be: the latest, kept through replays. */
  closed?: Closing;
  /** Where a placement that succeeded stands with its shipper. */
  placed?: Placed;
  /** The first attempts; later ones are items beside it. */
  attempts?: Attempt[];
}

/** An order as it stands with its shipper. */
export interface Placed {
  /** The remote's own id of it, if it has told one. */
  remoteId: string | null;
  /** The order number and channel that we placed it under. */
  number: string;
  channel: string;
  at: string;
  /** The revision of the order that was placed; absent where an earlier attempt may have placed it. */
  revision?: number;
  /** Nothing more will happen to it: delivered, returned or cancelled there. */
  isSettled?: true;
  /** What the shipper paid back to the seller, in all; `amount` in minor units. */
  refund?: { state: string; amount: number; currency: string };
}

/** The subject of a job; a follow-up may name deliveries that must have succeeded first. */
export type NewSubject = Subjects[JobName] & Pick<StoredSubject, 'after'>;

/** What a plan asks for; the ledger adds the rest. */
export type NewDelivery = Pick<
  Delivery,
  'id' | 'kind' | 'action' | 'connection' | 'marketplace' | 'order' | 'shipBy'
> & {
  subject: NewSubject;
  blocked?: { code: string; description: string; waitsFor: WaitsFor };
};

/** Whether a worker has it, or will have it. */
export const isOpen = ({ state }: Pick<Delivery, 'state'>): boolean => state === 'pending' || state === 'leased';

/** A placement stopped before it was made: nobody need look, and its order says what becomes of its units. */
export const isStopped = ({ state, cause }: Pick<Delivery, 'state' | 'cause'>): boolean =>
  state === 'dead' && (cause?.code === 'order_cancelled' || cause?.code === 'order_unreleased');

export interface Attempt extends z.infer<typeof AttemptFacts> {
  /** What it told on the timeline of the delivery's order. */
  told?: Array<{ type: string; detail: Record<string, unknown> }>;
}
