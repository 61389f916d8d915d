import createFetchClient from 'openapi-fetch';
import { HubError, toHubError } from './errors.ts';
import type { components, paths } from './generated/openapi.ts';
import { type RetryOptions, retrying } from './retry.ts';

export { HubError } from './errors.ts';

/** The shapes of the API by name: `Shape<'Order'>`. */
export type Shape<Name extends keyof components['schemas']> = components['schemas'][Name];

export interface ClientOptions extends RetryOptions {
  /** The hub's address, such as `https://hub.example`. */
  url: string;
  /** An API key; absent in a browser with a session. */
  key?: string;
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
}

type Json<Operation> = Operation extends { responses: { 200: { content: { 'application/json': infer Body } } } }
  ? Body
  : never;
/** A path of the API, its parameters in braces. */
export type ApiPath = keyof paths;
/** What a path answers to a method on success. */
export type Answer<Method extends 'get' | 'post', Path extends keyof paths> =
  paths[Path] extends Record<Method, infer Operation> ? Json<Operation> : never;
/** Paths without parameters that have this method. */
export type PlainPath<Method extends 'get' | 'post'> = {
  [Path in keyof paths]: Path extends `${string}{${string}`
    ? never
    : [Answer<Method, Path>] extends [never]
      ? never
      : Path;
}[keyof paths];
type Get<Path extends keyof paths> = paths[Path] extends { get: infer Operation } ? Operation : never;
/** Paths whose answers come in pages. */
export type ListPath = {
  [Path in keyof paths]: Json<Get<Path>> extends { cursor?: string } ? Path : never;
}[keyof paths];
export type Query<Path extends ListPath> =
  Get<Path> extends { parameters: { query?: infer Asked } } ? NonNullable<Asked> : never;
export type Page<Path extends ListPath> = Json<Get<Path>>;
/** The rows of a list: the elements of its pages' only array. */
export type Listed<Path extends ListPath> = NonNullable<
  {
    [Member in keyof Page<Path>]: Page<Path>[Member] extends Array<infer Each> ? Each : never;
  }[keyof Page<Path>]
>;

type FeedQuery = NonNullable<paths['/changes']['get']['parameters']['query']>;

/** The hub's API with its types: `GET`, `POST` … by path. Any unsuccessful answer is thrown as a `HubError`. */
export function createClient({ url, key, headers = {}, ...retry }: ClientOptions) {
  const api = createFetchClient<paths>({
    baseUrl: url.replace(/\/+$/, ''),
    headers: { ...headers, ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    fetch: retrying(retry),
  });
  api.use({
    async onResponse({ response, options: { parseAs } }) {
      if (response.ok || response.status === 304) {
        if (response.body && parseAs === 'json')
          await response
            .clone()
            .json()
            .catch(() => {
              throw new HubError(response.status, 'not_json', 'whoever answered is no hub');
            });
        return;
      }
      throw toHubError(response.status, await response.json().catch(() => undefined));
    },
  });

  /** The pages of a list, one request each. */
  async function* pages<Path extends ListPath>(path: Path, query?: Query<Path>): AsyncGenerator<Page<Path>> {
    let cursor: string | undefined;
    do {
      const asked = { params: { query: { ...query, ...(cursor !== undefined && { cursor }) } } };
      const { data } = (await api.GET(path as never, asked as never)) as { data: Page<Path> & { cursor?: string } };
      yield data as Awaited<Page<Path>>;
      cursor = data.cursor;
    } while (cursor !== undefined);
  }

  /** All rows of a list, page by page: `for await (const order of hub.list('/orders'))`. */
  async function* list<Path extends ListPath>(path: Path, query?: Query<Path>): AsyncGenerator<Listed<Path>> {
    for await (const page of pages(path, query))
      yield* Object.values(page as object).find(Array.isArray) as Listed<Path>[];
  }

  /**
   * Every change after what a consumer has committed, until it has caught up. A page is committed when the next one is
   * asked for: whoever stops within a page gets all of it again. If the consumer was moved meanwhile, it goes on from
   * its new place.
   */
  async function* changes(
    consumer: string,
    query: Omit<FeedQuery, 'consumer' | 'after'> = {},
  ): AsyncGenerator<Shape<'Change'>> {
    for (;;) {
      const { data } = await api.GET('/changes', { params: { query: { ...query, consumer } } });
      if (!data) return;
      yield* data.changes;
      const isMoved = await api
        .POST('/consumers/{id}/commit', { params: { path: { id: consumer } }, body: { cursor: data.cursor } })
        .then(() => false, ifMoved);
      if (data.caughtUp && !isMoved) return;
    }
  }

  return { ...api, pages, list, changes };
}

function ifMoved(error: unknown): true {
  if (error instanceof HubError && error.code === 'consumer_moved') return true;
  throw error;
}

export type Client = ReturnType<typeof createClient>;

/** Whether a text is an order's id (a connection, a colon, the marketplace's id), not another of its names. */
export const isOrderId = (words: string): boolean => /^[a-z0-9-]+:./.test(words);
