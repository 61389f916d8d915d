import { isOrderId } from '#client/index';
import type { SearchResult } from '#lib/api/search';
import type { Api } from './api-client.ts';
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
