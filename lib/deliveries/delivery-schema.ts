import * as z from '#lib/platform/zod';

export const LineQuantity = z.object({ id: z.string(), quantity: z.int().check(z.minimum(1)) });
export type LineQuantity = z.infer<typeof LineQuantity>;

export const DeliveryKind = z.enum(['fetch', 'push', 'notify']);
export type DeliveryKind = z.infer<typeof DeliveryKind>;

export const DeliveryState = z.enum(['pending', 'leased', 'succeeded', 'dead', 'blocked']);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** Why a delivery stopped or waits: the code is stable. */
export const Cause = z.object({ code: z.string(), description: z.string() });

/** One try at one delivery, kept as long as the delivery. Instants are ISO 8601 in UTC. */
export const AttemptFacts = z.object({
  number: z.int(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  outcome: z.enum(['succeeded', 'failed', 'unknown', 'throttled', 'refused']),
  httpStatus: z.exactOptional(z.int()),
  code: z.exactOptional(z.string()),
  /** The remote's own words, capped. */
  description: z.exactOptional(z.string()),
  nextAttemptAt: z.nullable(z.iso.datetime()),
});

/** Who closed a delivery, why, and what it was until then. */
export const Closing = z.object({
  by: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
  was: z.enum(['dead', 'blocked']),
  cause: z.nullable(Cause),
});
export type Closing = z.infer<typeof Closing>;

/** What the API shows of a delivery just as it is stored. */
export const DeliveryFacts = z.object({
  id: z.string(),
  kind: DeliveryKind,
  /** What is done there: `order` places, `fulfillment` reports, `route` finds a shipper, or the name of a fetch. */
  action: z.string(),
  connection: z.string(),
  marketplace: z.string(),
  order: z.nullable(z.string()),
  state: DeliveryState,
  cause: z.nullable(Cause),
  /** What has to change before a blocked delivery runs again by itself. */
  waitsFor: z.nullable(z.enum(['connection', 'routes', 'order', 'operator'])),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  nextAttemptAt: z.nullable(z.iso.datetime()),
  /** Attempts ever made; their numbers continue through replays. */
  attemptCount: z.int(),
});

/** What selects deliveries; unknown members are refused by name. */
export const DeliveryFilter = z.object({
  state: z.optional(DeliveryState),
  kind: z.optional(DeliveryKind),
  connection: z.optional(z.string()),
  marketplace: z.optional(z.string()),
  action: z.optional(z.string()),
  order: z.optional(z.string()),
  /** The cause's code. */
  cause: z.optional(z.string()),
  /** The cause's description, compared without ids, numbers, quoted values and dates. */
  message: z.optional(z.string()),
  /** Created at or after this instant. */
  since: z.optional(z.iso.datetime()),
  /** Created at or before this instant. */
  until: z.optional(z.iso.datetime()),
});
export type DeliveryFilter = z.infer<typeof DeliveryFilter>;

/** Deliveries that failed for the same reason. */
export const CauseFacts = z.object({
  marketplace: z.string(),
  action: z.string(),
  state: z.enum(['dead', 'blocked']),
  code: z.string(),
  /** Normalized. */
  message: z.string(),
  count: z.int(),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
});
