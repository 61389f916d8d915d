import { IntegrationError, RejectedError, RetryableError, UnknownOutcomeError } from '#lib/platform/errors';
import { readWrapped } from '#lib/platform/json';
import type { Budget } from '#lib/platform/rate-limit/budget';
import { decodeText } from '#lib/platform/text';
import { classify, describe, type HttpResponse, retryAfterSeconds } from './classify.ts';
import { isUsedUp, secondsUntilReset } from './rate-limit.ts';

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As documented, `{name}` filled from `params`; joined to the connection's base URL, which may have a path. */
  path: string;
  params?: Readonly<Record<string, string>>;
  query?: Record<string, string | number>;
  /** Text that is appended to the rest of the query as it is. */
  rawQuery?: string | undefined;
  headers?: Record<string, string>;
  json?: unknown;
  form?: Record<string, string>;
  /** The call changes nothing at the remote, as if it were a GET: an unusable answer leaves no outcome unknown. */
  reads?: boolean;
  /** The vendor's own sign of success, whatever the status. */
  accepts?: (response: HttpResponse) => boolean;
  /** The vendor's own reading of a refusal; null leaves it to the status. */
  refusal?: (response: HttpResponse) => IntegrationError | null;
}

export interface Http {
  /** A 2xx answer, or one that the request accepts; else throws the IntegrationError that says what happens next. */
  request(request: HttpRequest): Promise<HttpResponse>;
}

/** What went over the wire so far. */
export interface Sent {
  /** Requests sent so far: an error of our own after the first leaves an unknown outcome. */
  sent(): number;
  lastStatus(): number | undefined;
}

interface HttpOptions {
  baseUrl: string;
  budget: Pick<Budget, 'take' | 'pause'>;
  timeoutMs: number;
  fetch?: typeof globalThis.fetch;
  /** Bytes of an answer, unpacked. */
  maxBytes?: number;
}

/** The most bytes of an answer: no vendor's page comes near it, and a worker can hold several at once. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The hub's one way to a remote: rate-limited, with a deadline, every failure classified by what may have happened. */
export function createHttp({
  baseUrl,
  budget,
  timeoutMs,
  fetch = globalThis.fetch,
  maxBytes = MAX_BYTES,
}: HttpOptions): Http & Sent {
  let sent = 0;
  let lastStatus: number | undefined;
  return {
    sent: () => sent,
    lastStatus: () => lastStatus,
    async request(request) {
      const url = urlOf(request, baseUrl);
      await budget.take();
      sent += 1;
      const response = await send(request, url, { timeoutMs, fetch, maxBytes });
      lastStatus = response.status;
      if (response.status === 429) await budget.pause(retryAfterSeconds(response));
      else if (isUsedUp(response.headers)) await budget.pause(secondsUntilReset(response.headers));
      if (request.accepts?.(response)) return response;
      if (response.status >= 200 && response.status < 300) return refusePage(request, response);
      throw request.refusal?.(response) ?? classify(response);
    },
  };
}

function urlOf({ path, params, query = {}, rawQuery }: HttpRequest, baseUrl: string): URL {
  const url = new URL(baseUrl.replace(/\/$/, '') + fillPath(path, params));
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, String(value));
  if (rawQuery) url.search = [url.search, rawQuery.replace(/^[?&]/, '')].filter(Boolean).join('&');
  return url;
}

async function send(
  request: HttpRequest,
  url: URL,
  { timeoutMs, fetch, maxBytes }: Required<Pick<HttpOptions, 'timeoutMs' | 'fetch' | 'maxBytes'>>,
): Promise<HttpResponse> {
  const headers: Record<string, string> = { accept: 'application/json', ...request.headers };
  const init: RequestInit = { method: request.method, headers, redirect: 'manual' };
  if (request.json !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(request.json);
  } else if (request.form) {
    headers['content-type'] = 'application/x-www-form-urlencoded';
    init.body = new URLSearchParams(request.form).toString();
  }
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    const { status, headers: answered } = response;
    const { text, isWhole } = await readText(response, maxBytes);
    // For an unwelcome answer the status and the first words are enough.
    if (!isWhole && response.ok) throw tooLarge(request, status, maxBytes);
    const json = readWrapped(text);
    return { status, headers: answered, body: json === undefined ? text : json };
  } catch (error) {
    throw error instanceof IntegrationError ? error : unsent(error, timeoutMs);
  }
}

/** As much of a body as fits, unpacked; the rest is not received. */
async function readText({ body, headers }: Response, maxBytes: number): Promise<{ text: string; isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop ends the connection.
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) break;
    chunks.push(chunk);
  }
  const isWhole = bytes <= maxBytes;
  return { text: decodeText(Buffer.concat(chunks), headers.get('content-type') ?? '', isWhole), isWhole };
}

function tooLarge({ method, reads = method === 'GET' }: HttpRequest, httpStatus: number, maxBytes: number) {
  const description = `the answer is over ${maxBytes / 1024 / 1024} MB`;
  const detail = { code: 'response_too_large', description, httpStatus };
  // The remote may have done what it was asked.
  return reads ? new RejectedError(detail) : new UnknownOutcomeError(detail);
}

/**
 * A read that is answered with a web page in place of JSON was not answered by the remote, whatever the status: a proxy
 * may answer everything so during maintenance. Without a status of the remote's own it counts as an outage.
 */
function refusePage({ method, reads = method === 'GET' }: HttpRequest, response: HttpResponse): HttpResponse {
  if (!reads || typeof response.body !== 'string' || !/^\s*</.test(response.body)) return response;
  const description = `a page under status ${response.status}: ${describe(response)}`;
  throw new RetryableError({ code: 'unexpected_answer', description });
}

/** `fetch` refuses ports such as 6000, with this message and no code. */
const BAD_PORT = 'bad port';

const NEVER_LEFT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  BAD_PORT,
]);

/** The error for a request without an answer: either nothing was sent, or nobody knows what the remote did. */
function unsent(error: unknown, timeoutMs: number): IntegrationError {
  const { name, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError')
    return new UnknownOutcomeError({ code: 'timeout', description: `no answer within ${timeoutMs} ms` });
  const code = cause?.code ?? (cause?.message === BAD_PORT ? BAD_PORT : 'unknown');
  return NEVER_LEFT.has(code)
    ? new RetryableError({ code: 'unreachable', description: `could not connect (${code})` })
    : new UnknownOutcomeError({
        code: 'connection_lost',
        description: `the connection broke before an answer (${code})`,
      });
}

/**
 * A documented path with each `{name}` replaced by exactly one segment, whatever the value. Throws RejectedError for a
 * value that no encoding keeps to one: `..` leads upward however it is written.
 */
export function fillPath(path: string, params: Readonly<Record<string, string>> = {}): string {
  return path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`nothing fills {${name}} of ${path}`);
    const isSegment = value.isWellFormed() && !['', '.', '..'].includes(value);
    if (isSegment) return encodeURIComponent(value);
    const description = `${JSON.stringify(value)} cannot be the ${name} in ${path}: it would be another path`;
    throw new RejectedError({ code: 'id_unusable', description, field: name });
  });
}
