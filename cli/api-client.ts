import { type Answer, type ClientOptions, createClient, HubError, type PlainPath } from '#client/index';
import { readJson } from '#lib/platform/json';
import { CliError, EXIT } from './errors.ts';

/** The hub's API for commands: JSON in and out, errors as a one-line `CliError`. A plain path's answer is typed. */
export interface Api {
  readonly url: string;
  get<Path extends PlainPath<'get'>>(path: Path, query?: Query): Promise<Answer<'get', Path>>;
  get<T>(path: string, query?: Query): Promise<T>;
  post<Path extends PlainPath<'post'>>(path: Path, body?: unknown): Promise<Answer<'post', Path>>;
  post<T>(path: string, body?: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body?: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Longer than API Gateway waits for the hub (29 seconds), so that its answer still arrives. */
const TIMEOUT_MS = 35_000;

/** The typed client, without retries: whoever types a command should see at once what is wrong. */
export function createApi({ url, ...options }: ClientOptions): Api {
  const hub = createClient({ timeoutMs: TIMEOUT_MS, ...options, url, retries: 0 });
  const call = async (method: 'get' | 'post' | 'patch' | 'put' | 'delete', path: string, more: object) => {
    const init = { ...more, redirect: 'error', parseAs: 'text' };
    const { data } = await hub.request(method, path as never, init as never).catch((error) => {
      throw error instanceof HubError && error.status > 0 ? refused(url, error) : notReached(url, error);
    });
    const answer = readJson(data as unknown as string);
    if (answer === undefined) throw new CliError(`${url} does not answer as a hub does: is it the hub's address?`);
    return answer;
  };
  return {
    url,
    get: ((path: string, query: Query = {}) => call('get', path, { params: { query } })) as Api['get'],
    post: ((path: string, body: unknown = {}) => call('post', path, { body })) as Api['post'],
    patch: async <T>(path: string, body: unknown) => (await call('patch', path, { body })) as T,
    put: async <T>(path: string, body: unknown = {}) => (await call('put', path, { body })) as T,
    delete: async <T>(path: string) => (await call('delete', path, {})) as T,
  };
}

function notReached(url: string, error: Error): CliError {
  const from = error instanceof HubError ? (error.cause as Error) : error;
  if (from.name === 'TimeoutError') return new CliError(`the hub at ${url} does not answer`);
  const { code, message: why } = (from.cause ?? {}) as { code?: string; message?: string };
  const local = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])/.test(url);
  const hint = local ? 'start it with npm start, or name another with --url' : 'check --url or LONGSHORE_URL';
  return new CliError(`cannot reach the hub at ${url} (${code ?? why ?? from.message}): ${hint}`);
}

const EXIT_CODES: Readonly<Record<number, number>> = { 400: EXIT.usage, 409: EXIT.refused, 422: EXIT.refused };

function refused(url: string, { status, code, message }: HubError): CliError {
  if (status === 401)
    return new CliError(`the hub at ${url} does not know this API key: check --key or LONGSHORE_API_KEY`);
  // The client's own code: whatever answered is not a hub.
  if (code === `http_${status}`) return new CliError(`the hub at ${url} answered ${status}`);
  return new CliError(message, EXIT_CODES[status] ?? EXIT.failed, code);
}
