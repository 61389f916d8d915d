import {
  BlockedError,
  type ErrorDetail,
  type IntegrationError,
  RejectedError,
  RetryableError,
  ThrottledError,
} from '../errors.ts';
import { secondsUntilReset } from './rate-limit.ts';

export const MAX_WORDS = 500;
const HEALS_BY_ITSELF = new Set([408, 409, 423, 425]);
export const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface HttpResponse {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text where it is not JSON. */
  body: unknown;
}

/** What an unwelcome status means unless the vendor's document says otherwise. */
export function classify(response: HttpResponse): IntegrationError {
  const { status } = response;
  const detail: ErrorDetail = { code: `http_${status}`, description: describe(response), httpStatus: status };
  const wait = retryAfterSeconds(response);
  if (status === 429 || (status === 503 && wait !== null)) return new ThrottledError(detail, wait);
  if (status === 401 || status === 403) return new BlockedError(detail, 'connection');
  if (status >= 500 || HEALS_BY_ITSELF.has(status)) return new RetryableError(detail);
  if (REDIRECTS.has(status)) return redirected(response);
  return new RejectedError(detail);
}

/** No redirect is followed: the request holds secrets and buyers' data. */
function redirected({ status, headers }: HttpResponse): BlockedError {
  const location = headers.get('location') ?? '';
  const host = URL.canParse(location) ? ` to ${new URL(location).origin}` : '';
  const description = `status ${status} leads away${host}: replay it once the remote answers itself, or correct the baseUrl of the connection`;
  return new BlockedError({ code: 'redirected', description, httpStatus: status }, 'connection');
}

/** The remote's own words, capped. */
export function describe({ status, body }: HttpResponse, read = wordsOf): string {
  return (read(body).trim() || `status ${status}`).slice(0, MAX_WORDS);
}

function wordsOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return inFull(body);
  const { description, message, error, code } = body as Record<string, unknown>;
  const said = [description, message, error].find((word) => typeof word === 'string');
  if (said === undefined) return inFull(body);
  return typeof code === 'string' ? `${code}: ${said}` : String(said);
}

/** All that an answer says. */
export const inFull = (body: unknown): string =>
  typeof body === 'object' && body !== null ? JSON.stringify(body, inOneLine) : String(body ?? '');

/** Escaped, a line break would end in a letter, and the word after it would not stand alone for whoever looks for it. */
const inOneLine = (_name: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll(/\s+/g, ' ') : value;

/** A date without one is in GMT, as HTTP's dates are, and not in the zone of whoever reads it. */
const ZONE = /(?:[a-z]|[+-]\d\d:?\d\d)$/i;

/**
 * Seconds from `Retry-After` (seconds or an HTTP date), a body's `retry_after_seconds`, or, for a 429, the reset of the
 * rate limit; null without a usable hint.
 */
export function retryAfterSeconds({ status, headers, body }: HttpResponse, now = Date.now()): number | null {
  const header = headers.get('retry-after')?.trim();
  if (header) {
    if (/^-?\d+(\.\d+)?$/.test(header)) return Number(header);
    const date = Date.parse(ZONE.test(header) ? header : `${header}${header.includes(' ') ? ' GMT' : 'Z'}`);
    if (!Number.isNaN(date)) return (date - now) / 1000;
  }
  const hint = (body as { retry_after_seconds?: unknown } | null)?.retry_after_seconds;
  const seconds = typeof hint === 'string' && hint.trim() !== '' ? Number(hint) : hint;
  if (typeof seconds === 'number' && Number.isFinite(seconds)) return seconds;
  // On other answers the reset says nothing about when to try again.
  return status === 429 ? secondsUntilReset(headers, now) : null;
}
