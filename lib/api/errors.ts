import { type Hook, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ErrorDetail } from '#lib/errors';
import { RejectedError } from '#lib/errors';
import { errorFields, log } from '#lib/log';
import type { ApiEnv } from './auth.ts';

/** The one shape of every error of the API. */
export const ErrorBody = z
  .object({
    error: z.object({
      code: z.string().openapi({ description: 'Stable, snake_case.', example: 'invalid_request' }),
      description: z.string().openapi({ example: 'limit: Too big: expected number to be <=200' }),
      field: z.string().optional().openapi({ description: 'The path of the offending member.', example: 'limit' }),
    }),
  })
  .openapi('Error');

/** Ends a request with this status. Its detail is shown to the caller. */
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

export const notFound = (what: string): ApiError => new ApiError(404, 'not_found', `there is no such ${what}`);

export const errorBody = ({ code, description, field }: ErrorDetail): z.infer<typeof ErrorBody> => ({
  error: { code, description, ...(field && { field }) },
});

const MEANINGS = {
  400: 'The request does not have the documented shape; `field` names what is wrong.',
  401: 'No API key, or one that is not known.',
  403: 'The API key lacks the scope.',
  404: 'There is no such thing.',
  409: 'Not in the state it is in.',
  413: 'The body is over 1 MiB.',
  415: 'The body is not sent as application/json.',
  422: 'Understood, and not possible.',
  500: 'The hub failed. Safe to try again.',
} as const;

type Status = keyof typeof MEANINGS;
interface ErrorResponse {
  description: string;
  content: { 'application/json': { schema: typeof ErrorBody } };
}

/** The error responses of a route for its OpenAPI description. */
export function errorResponses<S extends Status>(...statuses: readonly S[]): Record<S, ErrorResponse> {
  const responses = {} as Record<S, ErrorResponse>;
  for (const status of statuses)
    responses[status] = { description: MEANINGS[status], content: { 'application/json': { schema: ErrorBody } } };
  return responses;
}

/** What the schemas refuse is 400 and names the first member that is wrong. */
export const refuseInvalid: Hook<unknown, ApiEnv, string, unknown> = (result) => {
  if (!result.success) throw invalidRequest(result.error.issues);
};

export function invalidRequest([issue]: readonly z.core.$ZodIssue[]): ApiError {
  const extra = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...extra].map(String).join('.');
  const problem = extra.length > 0 ? 'is not known here' : (issue?.message ?? 'is not valid');
  return new ApiError(400, 'invalid_request', path ? `${path}: ${problem}` : problem, path);
}

/** Every error becomes its answer here. What is not the caller's doing is logged by class only. */
export function answerError(error: Error, context: Context<ApiEnv>): Response {
  if (error instanceof ApiError) {
    if (error.status === 401) context.header('WWW-Authenticate', 'Bearer');
    return context.json(errorBody(error.detail), error.status);
  }
  if (error instanceof RejectedError) return context.json(errorBody(error.detail), 422);
  if (error instanceof HTTPException && error.status === 415)
    return context.json(
      errorBody({ code: 'unsupported_media_type', description: 'send the body as application/json' }),
      415,
    );
  if (error instanceof HTTPException && error.status < 500)
    return context.json(errorBody({ code: 'invalid_request', description: 'the body is not JSON' }), 400);
  log.error('api request failed', { method: context.req.method, ...errorFields(error) });
  return context.json(errorBody({ code: 'internal_error', description: 'the hub failed; please try again' }), 500);
}
