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
      description: 'What of the order was meant; `market` is its number at the marketplace behind the channel.',
    }),
    exact: doc(z.boolean(), { description: 'It is called so, and not only something that begins so.' }),
    order: OrderSummary,
  }),
);
export type SearchResult = z.infer<typeof SearchResult>;

const SearchResults = z.object({ results: z.array(SearchResult) });
const Words = doc(z.string().check(z.trim(), z.minLength(1), z.maxLength(320)), { example: 'SC-1001' });

const DESCRIPTION =
  'By number, external id, the id it has with whoever ships, tracking number, acknowledgement, SKU, or the buyer’s whole e-mail address, which is kept as a keyed hash. Case, spaces and punctuation do not matter; from four characters on the beginning is enough. Found within a second of being committed.';
const FOUND = json('Orders that are called so first, then those whose words begin so.', SearchResults);

async function find(q: string, limit: number) {
  const found = await search(q, limit);
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
  summary: 'Finds orders by any of their words; an e-mail address is for POST, as it must not stand in a URL',
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
