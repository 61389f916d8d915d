import { isOrderId } from '#client/index';
import type { SearchResult } from '#lib/api/search';
import type { Api, Query } from './api-client.ts';
import { CliError, usageError } from './errors.ts';

/** What the hub finds by a person's words, which may be a buyer's address and are in no URL. */
export const searchOrders = async (api: Api, q: string, limit: number): Promise<SearchResult[]> =>
  (await api.post<{ results: SearchResult[] }>('/search', { q, limit })).results;

/** The ids of the orders that are called so; of those that only begin so where none is. */
export async function idsCalled(api: Api, words: string): Promise<string[]> {
  const found = await searchOrders(api, words, 10);
  const exact = found.filter((each) => each.exact);
  return (exact.length > 0 ? exact : found).map(({ id }) => id);
}

/** The id of the order that somebody means: by its id, number, tracking number, or whatever else it is found by. */
export async function orderCalled(api: Api, words: string): Promise<string> {
  if (isOrderId(words)) return words;
  const [id, ...others] = await idsCalled(api, words);
  if (!id) throw new CliError(`no order is called ${words}`);
  if (others.length === 0) return id;
  throw usageError(`${words} is not one order: ${[id, ...others].join(', ')}`);
}

/**
 * Whether a list that is empty is one of a connection that nobody has: a usage error then. One that was removed is known,
 * and so is whatever `hasAny` finds something of. A key that may not see connections is told nothing.
 */
export async function checkConnection(api: Api, id: unknown, hasAny = async () => false): Promise<void> {
  if (typeof id !== 'string') return;
  const known = await namesOf(api);
  if (!known || known.includes(id) || (await hasAny())) return;
  throw usageError(`there is no connection ${id}: there are ${known.join(', ') || 'none'}`);
}

/** Endpoints are what deliveries of kind notify have as their connection. */
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

/** Whether a list has anything of a connection, whatever else was asked for. */
export const lists =
  (api: Api, path: string, { connection }: Query) =>
  async (): Promise<boolean> => {
    const page = await api.get<Record<string, unknown>>(path, { connection, limit: 1 });
    return Object.values(page).some((rows) => Array.isArray(rows) && rows.length > 0);
  };
