import { everyConnection, getConfiguration } from '#lib/connections/store';
import * as z from '#lib/platform/zod';
import { search } from '#lib/search/lookups';
import { isEmail, Matched } from '#lib/search/words';
import { invalid } from './kit/errors.ts';
import { paging, upToAnswer } from './kit/lists.ts';
import { doc, named } from './kit/meta.ts';
import { body, json, Routes } from './kit/route.ts';
import { OrderSummary } from './order-schema.ts';
import { presentSummaries } from './present-order.ts';

const SearchResult = named(
  'SearchResult',
  z.object({
    kind: z.literal('order'),
    id: doc(z.string(), { example: 'scopio-main:ord_8f3a' }),
    matched: doc(Matched, {
      description: 'Which word of the order matched; `market` is its number at the marketplace behind the channel.',
    }),
    exact: doc(z.boolean(), { description: 'The word matches exactly, not just its beginning.' }),
    order: OrderSummary,
  }),
);
export type SearchResult = z.infer<typeof SearchResult>;

const SearchResults = z.object({ results: z.array(SearchResult) });
const Words = doc(z.string().check(z.trim(), z.minLength(1), z.maxLength(320)), { example: 'SC-1001' });

const DESCRIPTION =
  'By number, external id, its id at the shipper, tracking number, acknowledgement, SKU, or the buyer’s whole e-mail address, which is kept as a keyed hash. Case, spaces and punctuation do not matter; four characters of a beginning are enough, of a shipper’s id of digits and small letters for 90 days. Orders are found within a second of being committed.';
const FOUND = json('First the orders with this very word, then those with a word that begins with it.', SearchResults);

async function find(q: string, limit: number) {
  const found = await search(q, limit, everyConnection(await getConfiguration()));
  const orders = await presentSummaries(found.map(({ order }) => order));
  const results = orders.map((order, index) => {
    const { matched = 'number', exact = false } = found[index] ?? {};
    return { kind: 'order' as const, id: order.id, matched, exact, order };
  });
  return upToAnswer(results);
}

export const routes = new Routes('orders');

routes.add('GET /search', {
  description: DESCRIPTION,
  scope: 'orders:read',
  summary: 'Finds orders by any of their words; use POST for an e-mail address, which must not be in a URL',
  request: { query: z.strictObject({ q: Words, limit: paging.limit }) },
  responses: { 200: FOUND },
  answer: async ({ query: { q, limit } }) => {
    if (isEmail(q)) throw invalid('q', 'an e-mail address is sent by POST');
    return { results: await find(q, limit) };
  },
});

routes.add('POST /search', {
  description: DESCRIPTION,
  scope: 'orders:read',
  summary: 'Finds orders by any of their words',
  request: {
    body: body(z.strictObject({ q: Words, limit: z._default(z.int().check(z.minimum(1), z.maximum(200)), 50) })),
  },
  responses: { 200: FOUND },
  answer: async ({ body: { q, limit } }) => ({ results: await find(q, limit) }),
});
