import { isOrderId } from '#client/index';
import type { SearchResult } from '#lib/api/search';
import type { Api, Query } from './api-client.ts';
import { CliError, usageError } from './errors.ts';

/** Searches the hub. POST, as a person's words may be a buyer's address and must not be in a URL. */
export const searchOrders = async (api: Api, q: string, limit: number): Promise<SearchResult[]> =>
  (await api.post<{ results: SearchResult[] }>('/search', { q, limit })).results;

/** The ids of orders that match exactly; if none does, the words if they may be an id, else those that match in part. */
export async function idsCalled(api: Api, words: string): Promise<string[]> {
  const isId = isOrderId(words);
  const found = await searchOrders(api, words, 10).catch((error: unknown) => {
    // A key for buyers alone may not search, and needs no search for an id.
    if (isId) return [];
    throw error;
  });
  const exact = found.filter((each) => each.exact);
  // An order's id means that order. An acknowledgement may look like one, and an order may be too new to be found.
  if (isId && (exact.length === 0 || exact.some(({ id }) => id === words))) return [words];
  return (exact.length > 0 ? exact : found).map(({ id }) => id);
}

/** The id of the order that is meant: by its id, number, tracking number, or anything else it is found by. */
export async function orderCalled(api: Api, words: string): Promise<string> {
  const [id, ...others] = await idsCalled(api, words);
  if (!id) throw new CliError(`no order matches ${words}`);
  if (others.length === 0) return id;
  throw usageError(`${words} matches several orders: ${[id, ...others].join(', ')}`);
}

/**
 * For an empty list: throws a usage error if there is no such connection. Removed ones count as existing, and so does
 * any that `hasAny` finds. A key that may not see connections gets no error.
 */
export async function checkConnection(api: Api, id: unknown, hasAny = async () => false): Promise<void> {
  if (typeof id !== 'string') return;
  const known = await namesOf(api);
  if (!known || known.includes(id) || (await hasAny())) return;
  throw usageError(`there is no connection ${id}: there are ${known.join(', ') || 'none'}`);
}

/** For a call that the hub refused: throws the usage error of checkConnection, else the refusal. */
export const unlessUnknown =
  (api: Api, id: unknown) =>
  async (refused: unknown): Promise<never> => {
    await checkConnection(api, id);
    throw refused;
  };

/** With endpoints, which are the `connection` of deliveries of kind notify. */
async function namesOf(api: Api): Promise<string[] | undefined> {
  try {
    const [{ connections, removed }, { endpoints }] = await Promise.all([
      api.get('/connections'),
      api.get('/endpoints'),
    ]);
    return [...connections, ...removed, ...endpoints].map(({ id }) => id);
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

/** Whether a list has any row of a connection, whatever else was asked for. */
export const lists =
  (api: Api, path: string, { connection }: Query) =>
  async (): Promise<boolean> => {
    const page = await api.get<Record<string, unknown>>(path, { connection, limit: 1 });
    return Object.values(page).some((rows) => Array.isArray(rows) && rows.length > 0);
  };
