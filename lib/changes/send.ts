import type { Result } from '#lib/attempts/attempt';
import type { Secrets } from '#lib/connections/connection';
import { getCredentials } from '#lib/connections/credentials';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import { replacedSecrets } from '#lib/connections/replaced-secrets';
import { MIN_REFRESH_MS } from '#lib/connections/secrets';
import { getOrder } from '#lib/orders/store';
import { type ErrorDetail, isOfAws, RetryableError, ThrottledError } from '#lib/platform/errors';
import { describe, type HttpResponse, inFull, REDIRECTS, retryAfterSeconds } from '#lib/platform/http/classify';
import { createPoster } from '#lib/platform/http/post';
import { ENDPOINT } from '#lib/platform/names';
import { httpTimeoutMs, isLocalHub } from '#lib/platform/settings';
import type { Change } from './change-schema.ts';
import { type Message, PROFILES, type Present } from './profiles.ts';

/** What messages are made and sent with; tests pass another. */
export const HUB = {
  getCredentials,
  getOrder,
  post: createPoster({ loopback: isLocalHub() }),
  now: () => new Date(),
};

/** Tells an endpoint one change. Anything but 2xx may heal; 429, and any answer that says how long, means to wait. */
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
 * Sends an endpoint what `compose` makes with its secrets; if that is nothing, it counts as sent. Throws where the hub
 * itself cannot read what it needs: nothing was sent, and the endpoint is not to blame. A bug in `compose` is a result,
 * as it concerns one message.
 */
export async function send(
  endpoint: Endpoint,
  compose: (secrets: Secrets) => Promise<Message | undefined>,
  hub: typeof HUB = HUB,
): Promise<Result> {
  const secrets = await secretsOf(endpoint, hub);
  try {
    const message = await compose(secrets);
    if (!message) return { ok: true };
    const answer = await hub.post(endpoint.url, { ...message, timeoutMs: httpTimeoutMs() });
    if (answer.status < 200 || answer.status > 299) throw refusal(answer);
    return { ok: true, httpStatus: answer.status };
  } catch (error) {
    if (isOfAws(error)) throw error;
    return { ok: false, error, unknown: false };
  }
}

const NOT_FOLLOWED = 'it leads elsewhere, and redirects are not followed: give the endpoint that address';

function refusal(answer: HttpResponse): RetryableError | ThrottledError {
  const { status } = answer;
  const description = REDIRECTS.has(status) ? NOT_FOLLOWED : describe(answer, inFull);
  const detail: ErrorDetail = { code: `http_${status}`, description, httpStatus: status };
  const wait = retryAfterSeconds(answer);
  return status === 429 || wait !== null ? new ThrottledError(detail, wait) : new RetryableError(detail);
}

const SKEW_MS = 60_000;
/** No poller looks after the secret of endpoints, so it is read each hour. */
const HELD_MS = 3600_000;

/** An endpoint's active secrets, read anew once they were replaced, by clocks that may differ. */
async function secretsOf({ id, secretsAt }: Endpoint, { getCredentials, now }: typeof HUB): Promise<Secrets> {
  const replacedMs = secretsAt ? now().getTime() - Date.parse(secretsAt) - SKEW_MS : HELD_MS;
  const maxAgeMs = Math.max(MIN_REFRESH_MS, Math.min(HELD_MS, replacedMs));
  const { secrets = {}, settings = {} } = (await getCredentials(ENDPOINT, id, maxAgeMs)) ?? {};
  const { previousSigningSecret: _, ...rest } = secrets;
  const replaced = replacedSecrets({ secrets, settings }, now().toISOString()).map(([secret]) => secret);
  return { ...rest, ...(replaced.length > 0 && { previousSigningSecret: replaced.join(' ') }) };
}
