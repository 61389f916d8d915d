import type { InboundReceived } from '#events/inbound-received';
import { ContractError } from '#lib/platform/errors';

/** The message's bytes. */
export const bodyBytes = ({ body, encoding }: Pick<InboundReceived, 'body' | 'encoding'>): Buffer =>
  Buffer.from(body, encoding);

/** The message's JSON; ContractError when it is none. */
export function readBody(message: Pick<InboundReceived, 'body' | 'encoding'>): unknown {
  try {
    return JSON.parse(bodyBytes(message).toString());
  } catch {
    throw new ContractError({ code: 'not_json', description: 'the body is not JSON', field: 'body' });
  }
}

/** Text where the bytes are UTF-8, base64 where they are not, so that no byte is lost on the way. */
export function packBody(bytes: Buffer): Pick<InboundReceived, 'body' | 'encoding'> {
  const text = bytes.toString('utf8');
  // Control characters grow sixfold in a message: a body full of them would not fit into the queue, and never would.
  const fits = JSON.stringify(text).length <= 2 * bytes.length + 2;
  return fits && Buffer.from(text, 'utf8').equals(bytes)
    ? { body: text, encoding: 'utf8' }
    : { body: bytes.toString('base64'), encoding: 'base64' };
}
