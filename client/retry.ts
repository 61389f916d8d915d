import { HubError } from './errors.ts';

export interface RetryOptions {
  fetch?: typeof globalThis.fetch;
  /** Tries after the first. */
  retries?: number;
  sleep?: (ms: number) => Promise<void>;
  /** Milliseconds that one try may take. */
  timeoutMs?: number;
}

const AGAIN = new Set([429, 500, 502, 503, 504]);
/** Requests of the API that take an `Idempotency-Key`. */
const ONCE = /\/(fulfillments|returns|route)$|\/requests\/[^/]+$/;
/** Repeating a commit moves nothing, and a search only reads. */
const REPEATABLE = /\/consumers\/[^/]+\/commit$|\/search$/;
const MAX_WAIT_MS = 30_000;

/**
 * `fetch` that retries if the hub is not reached, is away, or answers 429: after half a second, one, two … or as long
 * as `Retry-After` says. A POST that acts is repeated only with an `Idempotency-Key`, which is added if the hub takes
 * one.
 */
export function retrying({
  fetch = globalThis.fetch,
  retries = 3,
  sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  timeoutMs = 35_000,
}: RetryOptions = {}): (request: Request) => Promise<Response> {
  return async (given) => {
    const request = withKey(given);
    const isSafe =
      !/^(POST|PATCH)$/.test(request.method) ||
      request.headers.has('idempotency-key') ||
      REPEATABLE.test(new URL(request.url).pathname);
    for (let left = isSafe ? retries : 0; ; left--) {
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
      const answer = await fetch(request.clone(), { signal })
        .then(whole)
        .catch((error: Error) => {
          if (request.signal.aborted) throw error;
          return error;
        });
      const isAway = answer instanceof Error || AGAIN.has(answer.status);
      if (!isAway || left === 0) {
        if (answer instanceof Response) return answer;
        throw new HubError(0, 'unreachable', 'the hub cannot be reached', undefined, { cause: answer });
      }
      await Promise.race([ended(request.signal), sleep(waitOf(answer, retries - left))]);
      request.signal.throwIfAborted();
    }
  };
}

/** Resolves once the caller has given up. */
const ended = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', resolve, { once: true });
  });

/** The answer with its body read: if that breaks off in the middle, there is no answer. */
const whole = async (answer: Response): Promise<Response> =>
  answer.body ? new Response(await answer.arrayBuffer(), answer) : answer;

function withKey(request: Request): Request {
  if (request.method !== 'POST' || request.headers.has('idempotency-key') || !ONCE.test(new URL(request.url).pathname))
    return request;
  const headers = new Headers(request.headers);
  headers.set('idempotency-key', crypto.randomUUID());
  return new Request(request, { headers });
}

function waitOf(answer: Response | Error, tries: number): number {
  const asked = answer instanceof Response ? Number(answer.headers.get('retry-after')) * 1000 : 0;
  return Math.min(asked || 500 * 2 ** tries, MAX_WAIT_MS);
}
