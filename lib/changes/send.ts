import type { Result } from '#lib/attempts/attempt';
import type { Secrets } from '#lib/connections/connection';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import { getCredentials } from '#lib/connections/secrets';
import type { Order } from '#lib/orders/order';
import { getOrder } from '#lib/orders/store';
import { type ErrorDetail, isOfAws, RetryableError, ThrottledError } from '#lib/platform/errors';
import { describe, type HttpResponse, retryAfterSeconds } from '#lib/platform/http/classify';
import { createPoster } from '#lib/platform/http/post';
import { ENDPOINT } from '#lib/platform/names';
import { httpTimeoutMs, isLocalHub } from '#lib/platform/settings';
import type { Change } from './change-schema.ts';
import { type Message, PROFILES } from './profiles.ts';

/** Orders as callers of the API see them. */
export type Present = (orders: readonly Order[]) => Promise<readonly object[]>;

/** What messages are made and sent with; another one in tests. */
export const HUB = {
  getCredentials,
  getOrder,
  post: createPoster({ loopback: isLocalHub() }),
  now: () => new Date(),
};

/** Tells an endpoint one change. Whatever is not 2xx may heal; 429, and any answer that says how long, asks for patience. */
export const sendChange = (
  endpoint: Endpoint,
  change: Change,
  present: Present,
  hub: typeof HUB = HUB,
): Promise<Result> =>
  send(
    endpoint,
    async (secrets) =>
      PROFILES[endpoint.profile]({
        ...{ endpoint, change, secrets, present, now: hub.now() },
        readOrder: async () => (change.order === null ? undefined : hub.getOrder(change.order)),
      }),
    hub,
  );

/**
 * Sends an endpoint what `compose` makes with its secrets; where that is nothing, it went well. Throws where the hub itself
 * cannot read what it needs: nothing was sent, and the endpoint is not to blame. A bug in `compose` is a result, as it
 * concerns one message.
 */
export async function send(
  { id, url }: Pick<Endpoint, 'id' | 'url'>,
  compose: (secrets: Secrets) => Promise<Message | undefined>,
  hub: typeof HUB = HUB,
): Promise<Result> {
  const secrets = await secretsOf(id, hub);
  try {
    const message = await compose(secrets);
    if (!message) return { ok: true };
    const answer = await hub.post(url, { ...message, timeoutMs: httpTimeoutMs() });
    if (answer.status < 200 || answer.status > 299) throw refusal(answer);
    return { ok: true, httpStatus: answer.status };
  } catch (error) {
    if (isOfAws(error)) throw error;
    return { ok: false, error, unknown: false };
  }
}

function refusal(answer: HttpResponse): RetryableError | ThrottledError {
  const { status } = answer;
  const detail: ErrorDetail = { code: `http_${status}`, description: describe(answer), httpStatus: status };
  const wait = retryAfterSeconds(answer);
  return status === 429 || wait !== null ? new ThrottledError(detail, wait) : new RetryableError(detail);
}

/** An endpoint's secrets, those that still sign. */
async function secretsOf(id: string, { getCredentials, now }: typeof HUB): Promise<Secrets> {
  const { secrets = {}, settings = {} } = (await getCredentials(ENDPOINT, id)) ?? {};
  const isOver = settings.previousUntil !== undefined && settings.previousUntil <= now().toISOString();
  const { previousSigningSecret, ...rest } = secrets;
  return previousSigningSecret && !isOver ? secrets : rest;
}
