import { randomUUID } from 'node:crypto';
import { currentTraceparent } from '#lib/platform/telemetry/trace';
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
  /** Of an answer: an instant before the question left, as old as what it says may be. */
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

type Body = Pick<InboundReceived, 'body' | 'encoding' | 'bodyTruncated'>;

/** The message for something that arrives now, in the trace that it arrives in. */
export function inboundReceived(
  what: Pick<InboundReceived, 'connection' | 'topic' | 'receivedBy'> & Body & Partial<InboundReceived>,
): InboundReceived {
  const { trace = currentTraceparent(), ...rest } = what;
  const receivedAt = new Date().toISOString();
  return { id: `evt_${randomUUID()}`, receivedAt, ...rest, ...(trace && { trace }) };
}

/** Text where the bytes are UTF-8, base64 where they are not, so that no byte is lost on the way. */
export function packBody(bytes: Buffer): Body {
  const text = bytes.toString('utf8');
  // Control characters grow sixfold in a message: a body full of them would not fit into the queue, and never would.
  const fits = JSON.stringify(text).length <= 2 * bytes.length + 2;
  return fits && Buffer.from(text, 'utf8').equals(bytes)
    ? { body: text, encoding: 'utf8' }
    : { body: bytes.toString('base64'), encoding: 'base64' };
}

export const packJson = (body: unknown): Body => ({ body: JSON.stringify(body), encoding: 'utf8' });

/** A message or event with half of its body, marked. */
export function cutBody<T extends Body>(whole: T): T & { bodyTruncated: true } {
  // Base64 comes in fours.
  const half = Math.floor(whole.body.length / 8) * 4;
  return { ...whole, body: whole.body.slice(0, half).toWellFormed(), bodyTruncated: true };
}

/** The instant that a body is of, by the hub's clock. */
export const asOf = ({ askedAt, receivedAt }: Pick<InboundReceived, 'askedAt' | 'receivedAt'>): string =>
  askedAt ?? receivedAt;

/** The bytes of a packed body. */
export const bodyBytes = ({ body, encoding }: Body): Buffer => Buffer.from(body, encoding);
