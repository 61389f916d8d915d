import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import {
  ContractError,
  type ErrorDetail,
  IntegrationError,
  NotFoundError,
  RejectedError,
  StateError,
} from '#lib/platform/errors';
import { isTooLarge } from '#lib/platform/table/too-large';
import { errorFields, log } from '#lib/platform/telemetry/log';
import * as z from '#lib/platform/zod';
import { doc, named } from './meta.ts';

/** The one shape of every error of the API. */
export const ErrorBody = named(
  'Error',
  z.object({
    error: z.object({
      code: doc(z.string(), { description: 'Stable, snake_case.', example: 'invalid_request' }),
      description: doc(z.string(), { example: 'limit: Too big: expected number to be <=200' }),
      field: doc(z.optional(z.string()), { description: 'The path of the offending member.', example: 'limit' }),
    }),
  }),
);

/** Ends a request with this status; the caller sees its `detail`. */
export class ApiError extends Error {
  readonly status: ContentfulStatusCode;
  readonly detail: ErrorDetail;

  constructor(status: ContentfulStatusCode, code: string, description: string, field?: string) {
    super(`${code}: ${description}`);
    this.name = 'ApiError';
    this.status = status;
    this.detail = { code, description, ...(field && { field }) };
  }
}

/** Asks a remote while the caller waits. Throws ApiError 422 if there is no answer, whatever the reason. */
export async function orRefused<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof IntegrationError) throw new ApiError(422, error.code, error.detail.description);
    throw error;
  }
}

export const errorBody = ({ code, description, field }: ErrorDetail): z.infer<typeof ErrorBody> => ({
  error: { code, description, ...(field && { field }) },
});

/** Lambda answers with 6 MB at most, in which text is escaped once more. */
export const MAX_ANSWER_BYTES = 4_000_000;

const MEANINGS = {
  400: 'The request does not have the documented shape; `field` names the member at fault.',
  401: 'No API key, or an unknown one.',
  403: 'The API key lacks the scope.',
  404: 'Not found.',
  406: 'The answer is over 4 MB: ask for it with `accept-encoding: gzip`.',
  409: 'Not possible in its present state.',
  413: 'The body is over 1 MiB.',
  415: 'The body is not sent as application/json.',
  422: 'Understood, but not possible.',
  500: 'The hub failed; the request can safely be repeated.',
} as const;

type Status = keyof typeof MEANINGS;
interface ErrorResponse {
  description: string;
  schema: typeof ErrorBody;
}

export function errorResponses<S extends Status>(...statuses: readonly S[]): Record<S, ErrorResponse> {
  const responses = {} as Record<S, ErrorResponse>;
  for (const status of statuses) responses[status] = { description: MEANINGS[status], schema: ErrorBody };
  return responses;
}

/** ApiError 400 for what a schema refused, naming the first member that is wrong. */
export function invalidRequest([issue]: readonly z.core.$ZodIssue[]): ApiError {
  const extra = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...extra].map(String).join('.');
  const problem = extra.length > 0 ? 'is not known here' : (issue?.message ?? 'is not valid');
  return new ApiError(400, 'invalid_request', path ? `${path}: ${problem}` : problem, path);
}

/** ApiError 400 for a member that no schema can refuse. */
export const invalid = (field: string, problem: string, code = 'invalid_request'): ApiError =>
  new ApiError(400, code, `${field}: ${problem}`, field);

/** ApiError 422 for what does not fit into an item of the ledger. */
export const tooLarge = (): ApiError =>
  new ApiError(422, 'too_large', 'what was sent would be larger than the 400 KB that the ledger can hold');

/** The answer to every error. One that is not the caller's fault is logged by its class: messages may hold a buyer's data. */
export function answerError(error: Error, context: Context): Response {
  if (error instanceof ApiError) {
    if (error.status === 401) context.header('WWW-Authenticate', 'Bearer');
    return context.json(errorBody(error.detail), error.status);
  }
  if (error instanceof NotFoundError) return context.json(errorBody(error.detail), 404);
  if (error instanceof StateError) return context.json(errorBody(error.detail), 409);
  if (error instanceof RejectedError || error instanceof ContractError)
    return context.json(errorBody(error.detail), 422);
  if (isTooLarge(error)) return context.json(errorBody(tooLarge().detail), 422);
  log.error('api request failed', { method: context.req.method, ...errorFields(error) });
  return context.json(errorBody({ code: 'internal_error', description: 'the hub failed; please try again' }), 500);
}
