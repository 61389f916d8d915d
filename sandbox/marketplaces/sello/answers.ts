import type { FastifyRequest } from 'fastify';
import type { Failure } from '../fault-hooks.ts';
import { Refusal } from '../refusal.ts';

/** Sello's refusal: a message, as the document shows it for returns. */
export const refuse = (status: number, message: string): Refusal => new Refusal(status, { message });

/** The key of a request: alone, after a token and a colon, or as the user of the document's first PHP sample. */
export function presentedKey({ headers }: FastifyRequest): string | undefined {
  const given = headers.authorization;
  const basic = /^Basic (\S+)$/i.exec(given ?? '')?.[1];
  if (basic) return Buffer.from(basic, 'base64').toString().replace(/:$/, '');
  return given?.slice(given.indexOf(':') + 1);
}

/** A `preHandler` that lets only this key pass; it may itself be written as `token:key`. */
export function authenticate(apiKey: string) {
  const key = apiKey.slice(apiKey.indexOf(':') + 1);
  return async (request: FastifyRequest): Promise<void> => {
    const given = request.headers.authorization;
    if (given !== apiKey && presentedKey(request) !== key) throw refuse(401, 'Unauthorized');
  };
}

/** A body that is a JSON object; no body is an empty one. */
export function bodyOf(request: FastifyRequest): Record<string, unknown> {
  const parsed = parseBody(request) ?? {};
  if (typeof parsed !== 'object' || Array.isArray(parsed)) throw refuse(400, 'The body must be an object');
  return parsed as Record<string, unknown>;
}

export function parseBody({ body }: FastifyRequest): unknown {
  if (body === undefined || body === null || body === '') return undefined;
  try {
    return JSON.parse(String(body));
  } catch {
    throw refuse(400, 'The body is not JSON');
  }
}

const MESSAGES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
};

/** Sello's answer for a failure; with 429, the rate limit's own header says when to retry. */
export const failureOf =
  (reset: (seconds: number) => string): Failure =>
  (status, retryAfter) => {
    const body = { message: MESSAGES[status] ?? `Error ${status}` };
    if (retryAfter === undefined || status !== 429) return { body };
    return { body, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset(retryAfter) } };
  };
