/** What the simulation assumes about marketplaces and timing: not ours to choose, and not measured in production. */

/** How a sales channel behaves. Counts are for each order. */
export interface Channel {
  webhooks: number;
  /** Reads that these webhooks call for; 0: the webhook carries the whole order. */
  reads: number;
  /** Deliveries that tell of the parcel, with one request each. */
  reports: number;
}

/** How a shipper behaves. */
export interface Shipper {
  requestsPerPlacement: number;
  /** Seconds from the placement to each webhook, each of which causes a read. The last one has the tracking number. */
  webhooksAfter: readonly number[];
}

export const channels: Readonly<Record<string, Channel>> = {
  scopio: { webhooks: 1, reads: 0, reports: 1 },
  // orderNew and orderPaid come together and are one read; then orderUpdated. The parcel; whether it is cancelled, and its status.
  sello: { webhooks: 3, reads: 2, reports: 3 },
};

export const shippers: Readonly<Record<string, Shipper>> = {
  marketful: { requestsPerPlacement: 1, webhooksAfter: [30, 1_800, 3_600] },
  // Checks whether the order is placed, creates it, pays it.
  shoppo: { requestsPerPlacement: 3, webhooksAfter: [3_600] },
};

/** Seconds that a message waits for others, during which the rest of its batch waits, too. */
export const waits = {
  webhook: 0.03,
  ingest: 0.06,
  /** AWS's part of an attempt: look, lease, record, ring. */
  ledger: 0.06,
  answer: 0.25,
  refusal: 0.1,
  /** An attempt turned away by the rate limit: leased and put back. */
  turnedAway: 0.05,
  /** A request to SQS; those of one queue are sent one after the other. */
  send: 0.015,
  /** A ring for a delivery that is done, or leased by another worker. */
  dud: 0.01,
} as const;

/**
 * Seconds of a whole CPU that a message takes. `npm run bench:loop` measures 12 ms of CPU for the five messages of an
 * order; Lambda's CPU is assumed to be half as fast.
 */
export const cpu = {
  webhook: 0.003,
  ingest: 0.005,
  attempt: 0.005,
  turnedAway: 0.0025,
  dud: 0.001,
  send: 0.002,
} as const;

/** Messages in one request to SQS. */
export const SENT_TOGETHER = 10;

/** In a queue without a backlog, one look finds the messages of this many seconds. */
export const GATHER_SECONDS = 0.1;

/** After an outage, what a marketplace held back comes at this many times its usual rate. */
export const FLOOD = 3;

/** How long an operator takes to notice that the marketplace is back and to start the replay. */
export const OPERATOR_SECONDS = 900;

/** Messages of one batch whose deliveries reserve at the same moment and share the write; of ten, measured: all. */
export const TURNS_TOGETHER = 3;

/** The stored size of a connection's settings. */
export const CONNECTION_BYTES = 600;

/** Seconds in which sellers reach their rate: their orders do not begin all at once. */
export const RAMP_SECONDS = 600;

/**
 * Write units of the table itself, without its indexes: an order recorded with the delivery that it opens; a webhook
 * that becomes a delivery because there was no room to read it at once; what that reads and records; any other attempt.
 */
export const tableUnits = { order: 8, notice: 6, read: 13, attempt: 3, turnedAway: 3 } as const;
