import { randomUUID } from 'node:crypto';
import { readJson } from '#lib/platform/json';
import { currentTraceparent } from '#lib/platform/telemetry/trace';
import { decodeText } from '#lib/platform/text';
import type { InboundReceived } from './inbound-received.ts';

// Apart from the schema: receivers write messages and read none, and start faster without a schema library.

type Body = Pick<InboundReceived, 'body' | 'encoding' | 'bodyTruncated'>;

/** The message for something that arrives now, in the current trace. */
export function inboundReceived(
  what: Pick<InboundReceived, 'connection' | 'topic' | 'receivedBy'> & Body & Partial<InboundReceived>,
): InboundReceived {
  const { trace = currentTraceparent(), ...rest } = what;
  const receivedAt = new Date().toISOString();
  return { id: `evt_${randomUUID()}`, receivedAt, ...rest, ...(trace && { trace }) };
}

/**
 * Text if the bytes are UTF-8, or JSON in a charset that only their header tells; otherwise base64, so that no byte is
 * lost on the way.
 */
export function packBody(bytes: Buffer, contentType = ''): Body {
  const text = bytes.toString('utf8');
  // Control characters take six times the room in a message: a body full of them would never fit into the queue.
  const fits = JSON.stringify(text).length <= 2 * bytes.length + 2;
  if (fits && Buffer.from(text, 'utf8').equals(bytes)) return { body: text, encoding: 'utf8' };
  const told = decodeText(bytes, contentType);
  const isTold = told !== decodeText(bytes) && readJson(told) !== undefined;
  return isTold ? { body: told, encoding: 'utf8' } : { body: bytes.toString('base64'), encoding: 'base64' };
}

export const packJson = (body: unknown): Body => ({ body: JSON.stringify(body), encoding: 'utf8' });

/** A message or event with half of its body, marked. */
export function cutBody<T extends Body>(whole: T): T & { bodyTruncated: true } {
  // Base64 has groups of four.
  const half = Math.floor(whole.body.length / 8) * 4;
  return { ...whole, body: whole.body.slice(0, half).toWellFormed(), bodyTruncated: true };
}

/** The instant that a body describes, by the hub's clock. */
export const asOf = ({ askedAt, receivedAt }: Pick<InboundReceived, 'askedAt' | 'receivedAt'>): string =>
  askedAt ?? receivedAt;

/** The bytes of a packed body. */
export const bodyBytes = ({ body, encoding }: Body): Buffer => Buffer.from(body, encoding);
