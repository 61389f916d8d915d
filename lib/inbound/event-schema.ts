import { InboundReceived } from '#events/inbound-received';
import { Decision } from '#lib/platform/decision';
import * as z from '#lib/platform/zod';

export const InboundState = z.enum(['applied', 'duplicate', 'unreadable']);
export type InboundState = z.infer<typeof InboundState>;

/** What is wrong with a body, and the path of the member at fault. */
export const Problem = z.object({
  code: z.string(),
  description: z.string(),
  field: z.exactOptional(z.string()),
});

/** What arrived, and what became of it, as the API shows it. Instants are ISO 8601 in UTC. */
export const InboundFacts = z.object({
  ...z.pick(InboundReceived, { id: true, connection: true, topic: true, receivedBy: true }).shape,
  receivedAt: z.iso.datetime(),
  recordedAt: z.iso.datetime(),
  state: InboundState,
  order: z.nullable(z.string()),
  /** Only the beginning of the body is kept, as the whole is too large. */
  bodyTruncated: z.optional(z.literal(true)),
  /** Why it could not be read. */
  error: z.nullable(Problem),
  /** For an unreadable event: who decided that it will not be fixed, and why. It then waits for nobody. */
  setAside: z.optional(Decision),
  /** What else is worth knowing: "older than the snapshot that stands". */
  note: z.nullable(z.string()),
});

/** One day of a connection: how its webhooks compare with what polls found. */
export const Misses = z.object({
  /** YYYY-MM-DD, UTC. */
  day: z.string(),
  /** New orders that a webhook told of first, and those that a poll found before any webhook did. */
  firstByWebhook: z.number(),
  firstByPoll: z.number(),
  /** How many of the latter had their webhook after all, and how late they were in total, in seconds. */
  lateWebhooks: z.number(),
  latenessSeconds: z.number(),
});
export type Misses = z.infer<typeof Misses>;
