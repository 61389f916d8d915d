import { type Context, Hono, type HonoRequest, type MiddlewareHandler, type TypedResponse } from 'hono';
import type { StatusCode } from 'hono/utils/http-status';
import type { JSONParsed } from 'hono/utils/types';
import type * as z from '#lib/platform/zod';
import { type Callers, callers, SESSION_HEADERS } from './caller.ts';
import { ApiError, invalidRequest } from './errors.ts';
import type { ApiKey, Scope } from './keys.ts';

export interface ApiEnv {
  Variables: { key: ApiKey };
}

/** What a request may hold: each part is checked before the handler runs. */
export interface RequestShape {
  params?: z.ZodMiniObject;
  query?: z.ZodMiniObject;
  headers?: z.ZodMiniObject;
  body?: { schema: z.ZodMiniType; required: boolean; description?: string };
}

export interface Answer {
  description: string;
  schema?: z.ZodMiniType;
}

/** One route: how it is called, checked and described. */
export interface Route {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/orders/{id}`. */
  path: string;
  tags: readonly string[];
  summary: string;
  description?: string;
  /** What the caller's key must allow; null: no key is asked for. */
  scope: Scope | null;
  /** Answers a session of the console unmasked, which the handler puts on record. */
  reveals?: true;
  request?: RequestShape;
  /** Besides 400, 401, 403, 413, 415 and 500, which follow from the rest. */
  responses: Readonly<Record<number, Answer>>;
}

type Output<S> = S extends z.ZodMiniType ? z.output<S> : never;
type RequestOf<R extends Route> = R extends { request: infer Shape extends RequestShape }
  ? {
      param: Output<Shape['params']>;
      query: Output<Shape['query']>;
      header: Output<Shape['headers']>;
      json: Shape extends { body: { schema: infer S } } ? Output<S> : never;
    }
  : Record<never, never>;
type AnswerOf<R extends Route> = {
  [S in keyof R['responses'] & StatusCode]: TypedResponse<JSONParsed<Output<R['responses'][S]['schema']>>, S, 'json'>;
}[keyof R['responses'] & StatusCode];
type Handler<R extends Route> = (
  context: Context<ApiEnv, string, { in: RequestOf<R>; out: RequestOf<R> }>,
) => AnswerOf<R> | Promise<AnswerOf<R>>;

type Verb = Uppercase<Route['method']>;
type Described = Omit<Route, 'method' | 'path' | 'tags'> & Partial<Pick<Route, 'tags'>>;

/**
 * What describes routes of a tag, each called as the documents call it: `GET /orders/{id}`. Keeps the literal type of a
 * route, by which `Routes.add` checks its handler.
 */
export const routesOf =
  (tag: string) =>
  <const R extends Described>(name: `${Verb} /${string}`, described: R) => {
    const [verb = '', path = ''] = name.split(' ');
    return { method: verb.toLowerCase() as Route['method'], path, tags: [tag], ...described };
  };

export const json = <S extends z.ZodMiniType>(description: string, schema: S) => ({ description, schema });

export const body = <S extends z.ZodMiniType>(schema: S, required = true) => ({ schema, required });

/** A group of routes, which an app mounts and the OpenAPI document describes. */
export class Routes extends Hono<ApiEnv> {
  readonly described: Route[] = [];
  readonly #callers: Callers;

  constructor(of: Partial<Callers> = {}) {
    super();
    this.#callers = { ...callers, ...of };
  }

  /** Adds a route: its handler gets the checked parts of the request, and may answer only what the route promises. */
  add<const R extends Route>(route: R, handler: Handler<R>): void {
    const { method, path, scope, request } = route;
    const guards = scope === null ? [] : [requireScope(scope, route, this.#callers)];
    // HTTP APIs decode `%2F` in a path: a slash may be part of an id. Lazy, or an id would take what stands behind it.
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1{[^]+?}');
    this.on([method], [pattern], ...guards, readRequest(request), handler as never);
    this.described.push(route);
  }
}

/**
 * Lets through whoever may do this; `ops` includes every scope but `privacy`. What a session is answered is masked, and
 * what an agent is unless its key may see buyers.
 */
function requireScope(scope: Scope, { reveals }: Pick<Route, 'reveals'>, of: Callers): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const { key, as } = await of.findCaller(context.req);
    const mayAll = scope !== 'privacy' && key.scopes.includes('ops');
    if (!key.scopes.includes(scope) && !mayAll)
      throw new ApiError(403, 'forbidden', `the API key ${key.name} lacks the scope ${scope}`);
    context.set('key', key);
    await next();
    if (as === 'person' ? !reveals : as === 'agent' && !key.scopes.includes('privacy'))
      context.res = await of.mask(context.res);
    if (as !== 'person') return;
    for (const [name, value] of SESSION_HEADERS) context.res.headers.set(name, value);
  };
}

/** Checks the parts of a request, in this order, and keeps them as Hono's own validator does. ApiError 400 or 415. */
function readRequest({ query, params, headers, body }: RequestShape = {}): MiddlewareHandler<ApiEnv> {
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

/** Parameters that are given several times become lists, which no schema takes. */
const single = (queries: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(queries).map(([name, values]) => [name, values.length === 1 ? values[0] : values]));

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/** The body as JSON, `{}` where there is none. ApiError 415 for another content type, 400 for what is not JSON. */
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
