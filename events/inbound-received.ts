import * as z from '#lib/platform/zod';

/** `inbound.received`: something arrived by webhook, poll or fetch and waits to be understood. */
export const InboundReceived = z.object({
  id: z.string(),
  connection: z.string(),
  topic: z.string(),
  receivedBy: z.enum(['webhook', 'poll', 'fetch']),
  /** What asked for a fetch. */
  askedBy: z.optional(z.enum(['webhook', 'poll'])),
  receivedAt: z.string(),
  /** For an answer: an instant before the question was sent; what it says may be as old as that. */
  askedAt: z.optional(z.string()),
  /** The bytes as they came: text, or base64 where they are not UTF-8. */
  body: z.string(),
  encoding: z.enum(['utf8', 'base64']),
  /** Only the beginning of the body is here: the whole is too large to be queued or kept. */
  bodyTruncated: z.optional(z.literal(true)),
  /** W3C `traceparent` of what received it. */
  trace: z.optional(z.string()),
});
export type InboundReceived = z.infer<typeof InboundReceived>;
