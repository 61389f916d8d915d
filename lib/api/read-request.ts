import type { HonoRequest, MiddlewareHandler } from 'hono';
import type * as z from '#lib/platform/zod';
import type { ApiEnv } from './auth.ts';
import { ApiError, invalidRequest } from './errors.ts';
import type { RequestShape } from './routes.ts';

/** Checks the parts of a request in this order; the first member that is wrong is 400. */
export function readRequest({ query, params, headers, body }: RequestShape = {}): MiddlewareHandler<ApiEnv> {
  return async ({ req }, next) => {
    if (query) req.addValidatedData('query', check(query, single(req.queries())));
    if (params) req.addValidatedData('param', check(params, req.param()));
    if (headers) req.addValidatedData('header', check(headers, req.header()));
    if (body) req.addValidatedData('json', check(body.schema, await readJson(req)));
    await next();
  };
}

function check(schema: z.ZodMiniType, value: unknown): object {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidRequest(result.error.issues);
  return result.data as object;
}

/** A parameter that is given several times is a list, which no schema takes. */
const single = (queries: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(queries).map(([name, values]) => [name, values.length === 1 ? values[0] : values]));

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/** No body is an empty one. */
async function readJson(request: HonoRequest): Promise<unknown> {
  const type = request.header('content-type');
  const text = await request.text();
  if (type === undefined && text === '') return {};
  if (!JSON_TYPE.test(type ?? ''))
    throw new ApiError(415, 'unsupported_media_type', 'send the body as application/json');
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, 'invalid_request', 'the body is not JSON');
  }
}
