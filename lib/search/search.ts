import type { Order } from '#lib/orders/order';
import { getOrder, getOrders } from '#lib/orders/store';
import { db } from '#lib/platform/table/table';
import { findWords } from './lookups.ts';
import { emailWord, isEmail, type Matched, normalize, wordsOfOrder } from './words.ts';

export interface Found {
  order: Order;
  matched: Matched;
  /** The order is called so; else a word of it only begins so. */
  exact: boolean;
}

/** Look-ups read for each order that is wanted: an order may be found by several of its words. */
const SPARE = 4;

/** The orders that something said by a person is about: those that are called so first, then whose words begin so. */
export async function search(q: string, limit: number, table = db): Promise<Found[]> {
  const text = q.trim();
  const [itself, found] = await Promise.all([
    getOrder(text, table),
    isEmail(text)
      ? emailWord(text, table).then((word) => findWords(word, limit, table))
      : Promise.all([lookUp(normalize(text), limit, table), lookUpId(text.normalize('NFKC'), limit, table)]),
  ]);
  const matched = new Map<string, Omit<Found, 'order'>>(itself ? [[itself.id, { matched: 'id', exact: true }]] : []);
  for (const { order, ...how } of found.flat()) if (!matched.has(order)) matched.set(order, how);
  const orders = await getOrders([...matched.keys()], table);
  return orders
    .map((order) => ({ order, matched: 'id' as const, exact: true, ...matched.get(order.id) }))
    .filter(({ order, matched: how }) => ELSEWHERE.has(how) || stillHas(order, normalize(text)))
    .slice(0, limit);
}

const lookUp = async (word: string, limit: number, table: typeof db) =>
  word === '' ? [] : findWords(word, limit * SPARE, table);

/** An id as people write it: what stands behind its connection is a word. */
async function lookUpId(text: string, limit: number, table: typeof db) {
  const external = text.includes(':') ? normalize(text.slice(text.indexOf(':') + 1)) : '';
  const asked = normalize(text);
  return (await lookUp(external, limit, table))
    .filter(({ order }) => normalize(order).startsWith(asked))
    .map(({ order }) => ({ order, matched: 'id' as const, exact: normalize(order) === asked }));
}

/** What an order itself does not tell: a word that it has lost is on its way out of the look-ups. */
const ELSEWHERE = new Set<Matched>(['id', 'remoteId', 'email']);
const stillHas = (order: Order, word: string): boolean =>
  wordsOfOrder(order).some((each) => each.word.startsWith(word));
