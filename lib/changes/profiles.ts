import { createHmac } from 'node:crypto';
import type { Secrets } from '#lib/connections/connection';
import type { Endpoint, Profile } from '#lib/connections/endpoint-schema';
import type { Order } from '#lib/orders/order';
import { withPage } from '#lib/orders/ucp';
import { BlockedError, RejectedError } from '#lib/platform/errors';
import { publicUrl } from '#lib/platform/settings';
import { getKeys, signingKey } from '#lib/ucp/keys';
import { profileUrl } from '#lib/ucp/profile';
import { ucpRequest } from '#lib/ucp/signatures';
import type { Change } from './change-schema.ts';

/** Shows orders as the API does. */
export type Present = (orders: readonly Order[]) => Promise<readonly object[]>;

/** One change as one endpoint is to be told it. */
export interface Telling {
  endpoint: Endpoint;
  change: Change;
  /** The endpoint's own. */
  secrets: Secrets;
  now: Date;
  /** Reads the change's order as it stands, so that no copy is kept between attempts; undefined where there is none. */
  readOrder(): Promise<Order | undefined>;
  present: Present;
}

/** A signed POST to the endpoint's URL. */
export interface Message {
  headers: Record<string, string>;
  body: string;
}

/** What an endpoint of each profile is sent; undefined where the profile has no message for such a change. */
export const PROFILES = {
  async 'standard-webhooks'({ endpoint, change, secrets, now, readOrder, present }: Telling): Promise<Message> {
    const order = endpoint.payload === 'full' ? await readOrder() : undefined;
    const snapshot = endpoint.payload === 'full' && { snapshot: (order && (await present([order]))[0]) ?? null };
    const body = { type: change.type, timestamp: change.occurredAt, data: { ...change, ...snapshot } };
    return signed(change.id, body, secrets, now);
  },
  async ucp({ endpoint: { url }, change, readOrder }: Telling, readKeys = getKeys): Promise<Message | undefined> {
    const order = changesUcp(change) ? await readOrder() : undefined;
    if (!order) return undefined;
    // Its 80 KB are loaded for platforms alone.
    const { validateUcpOrder } = await import('#lib/ucp/validate');
    const [problem] = validateUcpOrder(order.ucp);
    if (problem) throw new RejectedError({ code: 'order_invalid', description: problem.description });
    const key = signingKey(await readKeys());
    const description = 'no key signs order events: longshore ucp rotate-key, then a replay';
    if (!key) throw new BlockedError({ code: 'ucp_key_missing', description }, 'operator');
    const [hub, { jwk }] = [publicUrl(), key];
    return ucpRequest(change, withPage(order.ucp, hub), { key: jwk, url, profile: profileUrl(hub) });
  },
} satisfies Record<Profile, (telling: Telling) => Promise<Message | undefined>>;

/** A UCP order has no room for the hub's own work, so only changes of the order itself count. */
const changesUcp = ({ type, changed }: Change): boolean => type === 'order.created' || changed.includes('ucp');

/** A message by Standard Webhooks 1.0.0: one signature for each active secret. Throws BlockedError without any. */
export function signed(
  id: string,
  content: object,
  { signingSecret, previousSigningSecret }: Secrets,
  now: Date,
): Message {
  if (!signingSecret)
    throw new BlockedError(
      { code: 'secret_missing', description: 'the endpoint has no secret to sign with' },
      'connection',
    );
  const body = JSON.stringify(content);
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signatures = [signingSecret, ...(previousSigningSecret?.split(' ') ?? [])].map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  );
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
  return { headers, body };
}

const SECRET_PREFIX = 'whsec_';
const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
