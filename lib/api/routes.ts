import { type Context, Hono, type TypedResponse } from 'hono';
import type { StatusCode } from 'hono/utils/http-status';
import type { JSONParsed } from 'hono/utils/types';
import type * as z from '#lib/platform/zod';
import { type ApiEnv, requireScope } from './auth.ts';
import type { Scope } from './keys.ts';
import { readRequest } from './read-request.ts';

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
  method: 'get' | 'post' | 'patch';
  /** As OpenAPI writes it: `/orders/{id}`. */
  path: string;
  tags: readonly string[];
  summary: string;
  description?: string;
  /** What the caller's key must allow; null: no key is asked for. */
  scope: Scope | null;
  request?: RequestShape;
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

/** Keeps a route's own type, by which its handler is checked. */
export const createRoute = <const R extends Route>(route: R): R => route;

/** A group of routes, for the app to mount and describe. */
export class Routes extends Hono<ApiEnv> {
  readonly described: Route[] = [];

  /** The handler gets what the route lets through, and answers what it promises. */
  add<const R extends Route>(route: R, handler: Handler<R>): void {
    const { method, path, scope, request } = route;
    const guards = scope === null ? [] : [requireScope(scope)];
    this.on([method], [path.replaceAll(/\{(\w+)\}/g, ':$1')], ...guards, readRequest(request), handler as never);
    this.described.push(route);
  }
}
