import { CliError, EXIT } from './errors.ts';

/** The hub's API as the commands use it: JSON in, JSON out, and a `CliError` of one line for anything else. */
export interface Api {
  readonly url: string;
  get<T>(path: string, query?: Query): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body?: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface ApiOptions {
  url: string;
  key: string;
  fetch?: typeof globalThis.fetch;
  timeoutMs?: number;
}

/** Longer than API Gateway waits for the hub, 29 seconds: its answer still arrives. */
const TIMEOUT_MS = 35_000;

export function createApi({ url, key, fetch = globalThis.fetch, timeoutMs = TIMEOUT_MS }: ApiOptions): Api {
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    }).catch((error) => {
      throw notReached(url, error);
    });
    const text = await response.text().catch((error) => {
      throw notReached(url, error);
    });
    const answer = parse(text);
    if (!response.ok) throw refused(url, response.status, answer);
    if (answer === undefined) throw new CliError(`${url} does not answer as a hub does: is it the hub's address?`);
    return answer;
  };
  return {
    url,
    get: async <T>(path: string, query: Query = {}) => (await call('GET', path + search(query))) as T,
    post: async <T>(path: string, body: unknown = {}) => (await call('POST', path, body)) as T,
    patch: async <T>(path: string, body: unknown) => (await call('PATCH', path, body)) as T,
    put: async <T>(path: string, body: unknown = {}) => (await call('PUT', path, body)) as T,
    delete: async <T>(path: string) => (await call('DELETE', path)) as T,
  };
}

function search(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  return params.size > 0 ? `?${params}` : '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notReached(url: string, error: unknown): CliError {
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError') return new CliError(`the hub at ${url} does not answer`);
  const { code, message: why } = (cause ?? {}) as { code?: string; message?: string };
  const local = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])/.test(url);
  const hint = local ? 'start it with npm start, or name another with --url' : 'check --url or LONGSHORE_URL';
  return new CliError(`cannot reach the hub at ${url} (${code ?? why ?? message}): ${hint}`);
}

const EXIT_CODES: Readonly<Record<number, number>> = { 400: EXIT.usage, 409: EXIT.refused, 422: EXIT.refused };

function refused(url: string, status: number, answer: unknown): CliError {
  const error = (answer as { error?: { code?: string; description?: string } } | undefined)?.error;
  if (status === 401)
    return new CliError(`the hub at ${url} does not know this API key: check --key or LONGSHORE_API_KEY`);
  if (!error?.description) return new CliError(`the hub at ${url} answered ${status}`);
  return new CliError(error.description, EXIT_CODES[status] ?? EXIT.failed);
}
