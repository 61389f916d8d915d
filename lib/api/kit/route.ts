import { type Context, Hono, type HonoRequest, type MiddlewareHandler, type TypedResponse } from 'hono';
import type { ContentfulStatusCode, StatusCode } from 'hono/utils/http-status';
import type { JSONParsed } from 'hono/utils/types';
import { readJson } from '#lib/platform/json';
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
  /** The scope that the caller's key needs; null: no key is needed; any: a key, which the handler asks for. */
  scope: Scope | 'any' | null;
  /** A session of the console gets the answer unmasked; the handler records that. */
  reveals?: true;
  request?: RequestShape;
  /** Besides 400, 401, 403, 413, 415 and 500, which follow from the rest. */
  responses: Readonly<Record<number, Answer>>;
}

type Output<S> = S extends z.ZodMiniType ? z.output<S> : never;
type Responses = Route['responses'];

/** What a handler gets: the checked parts of the request, and the caller's key. */
interface Asked<Shape extends RequestShape> {
  params: Output<Shape['params']>;
  query: Output<Shape['query']>;
  headers: Output<Shape['headers']>;
  body: Shape extends { body: { schema: infer S } } ? Output<S> : never;
  /** The name of the caller's key. */
  by: string;
  /** What few routes need: other headers, or which of several successes it is. */
  context: Context<ApiEnv>;
}

type Success<R> = keyof R & (200 | 201 | 202);
/** The body of the only success that a route promises. */
type Sole<R extends Responses, S = Success<R>> =
  S extends Success<R> ? ([Success<R>] extends [S] ? Output<R[S]['schema']> : never) : never;
/** The body of a route's only success, or a response with any status that the route promises. */
type AnswerOf<R extends Responses> =
  | Sole<R>
  | { [S in keyof R & StatusCode]: TypedResponse<JSONParsed<Output<R[S]['schema']>>, S, 'json'> }[keyof R & StatusCode];

type Verb = Uppercase<Route['method']>;
type Described<Shape extends RequestShape, R extends Responses> = Omit<Route, 'method' | 'path' | 'tags'> &
  Partial<Pick<Route, 'tags'>> & {
    request?: Shape;
    responses: R;
    answer(asked: Asked<Shape>): AnswerOf<R> | Promise<AnswerOf<R>>;
  };

export const json = <S extends z.ZodMiniType>(description: string, schema: S) => ({ description, schema });

export const body = <S extends z.ZodMiniType>(schema: S) => ({ schema, required: true });
export const optionalBody = <S extends z.ZodMiniType>(schema: S) => ({ schema, required: false });

/** A group of routes, which an app mounts and the OpenAPI document describes under a tag. */
export class Routes extends Hono<ApiEnv> {
  readonly described: Route[] = [];
  readonly #tag: string;
  readonly #callers: Callers;

  constructor(tag: string, of: Partial<Callers> = {}) {
    super();
    this.#tag = tag;
    this.#callers = { ...callers, ...of };
  }

  /**
   * Adds a route by the name that documents use, such as `GET /orders/{id}`. `answer` gets the checked parts of the
   * request, and may only return what the route promises.
   */
  add<const Shape extends RequestShape, const R extends Responses>(
    name: `${Verb} /${string}`,
    { answer, ...described }: Described<Shape, R>,
  ): void {
    const [verb = '', path = ''] = name.split(' ');
    const method = verb.toLowerCase() as Route['method'];
    const { scope, request, responses } = described;
    const guards = scope === null || scope === 'any' ? [] : [requireScope(scope, described, this.#callers)];
    // HTTP APIs decode `%2F` in a path: a slash may be part of an id. Lazy, or an id would swallow what follows it.
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1{[^]+?}');
    const success = Number(Object.keys(responses)[0]) as ContentfulStatusCode;
    this.on([method], [pattern], ...guards, async (context) => {
      const parts = await readRequest(request, context.req);
      const answered = await answer({ ...parts, by: context.var.key?.name, context } as unknown as Asked<Shape>);
      return answered instanceof Response ? answered : context.json(answered as object, success);
    });
    this.described.push({ method, path, tags: [this.#tag], ...described });
  }
}

/**
 * Lets callers through that have this scope; `ops` includes every scope but `privacy`. Answers to a session are masked,
 * and so are those to an agent unless its key may see buyers.
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

/** The parts of a request, checked in this order. Throws ApiError 400 or 415. */
async function readRequest({ query, params, headers, body }: RequestShape = {}, request: HonoRequest) {
  return {
    ...(query && { query: check(query, single(request.queries())) }),
    ...(params && { params: check(params, request.param()) }),
    ...(headers && { headers: check(headers, request.header()) }),
    ...(body && { body: check(body.schema, await readBody(request)) }),
  };
}

function check(schema: z.ZodMiniType, value: unknown): object {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidRequest(result.error.issues);
  return result.data as object;
}

/** Parameters that are given several times become lists, which no schema accepts. */
const single = (queries: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(queries).map(([name, values]) => [name, values.length === 1 ? values[0] : values]));

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/** The body as JSON, `{}` if there is none. Throws ApiError 415 for another content type, 400 for what is not JSON. */
async function readBody(request: HonoRequest): Promise<unknown> {
  const type = request.header('content-type');
  const text = await request.text();
  if (type === undefined && text === '') return {};
  if (!JSON_TYPE.test(type ?? ''))
    throw new ApiError(415, 'unsupported_media_type', 'send the body as application/json');
  const json = readJson(text);
  if (json === undefined) throw new ApiError(400, 'invalid_request', 'the body is not JSON');
  return json;
}
