import type { Order } from '#lib/orders/order';
import { getOrder, getOrders } from '#lib/orders/store';
import { retention } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { db, isKeyTooLong, keptFor } from '#lib/platform/table/table';
import { writeTogether } from '#lib/platform/table/write-together';
import { emailWord, isEmail, type Matched, normalize, spellings, type Word, wordsOfOrder } from './words.ts';

/** Shorter words are only found whole. */
const PREFIX_LENGTH = 4;

interface Lookup {
  order: string;
  matched: Matched;
  /** The order has this very word; otherwise one of its words begins with it. */
  exact: boolean;
}

/** Whose words they are; `at` sorts the orders of one word, UTC. */
interface Owner {
  order: string;
  at: string;
}

const keyOf = (word: string, owner: Owner) =>
  items.lookup.key({ prefix: word.slice(0, PREFIX_LENGTH), word, ...owner });

/** The order that a sort key ends with; neither words nor instants contain `#`. */
const orderIn = (sk: string): string => sk.split('#').slice(2).join('#');

/** Writes the words that an order has gained and removes those it has lost. Repeating it changes nothing. */
export async function replaceWords(
  owner: Owner,
  before: readonly Word[],
  after: readonly Word[],
  table = db,
): Promise<void> {
  const [had, has] = [before, after].map((words) => new Set(words.map(({ word }) => word)));
  const kept = after.filter(({ word }) => !had?.has(word)).map((each) => ({ ...each, key: keyOf(each.word, owner) }));
  await Promise.all([
    ...kept
      .filter(({ key }) => !isKeyTooLong(key))
      .map(({ key, matched }) => writeTogether({ Item: { ...key, matched } }, table)),
    ...before
      .filter(({ word }) => !has?.has(word))
      .map(({ word }) => writeTogether({ Key: keyOf(word, owner) }, table)),
  ]);
}

/** Writes one word of many orders as one item, which expires with the youngest of them: fast sellers are in many orders. */
export async function putShared({ word, matched }: Word, owners: readonly Owner[], table = db): Promise<void> {
  const last = owners.reduce((one, other) => (other.at > one.at ? other : one));
  const key = keyOf(word, last);
  const all = owners.length > 1 && { orders: owners.map(({ order }) => order) };
  if (!isKeyTooLong(key))
    await writeTogether({ Item: { ...key, ...all, matched, ...keptFor(retention.orderDays(), last.at) } }, table);
}

/** What may follow a word that is one character too short to be kept by; other scripts are left out. */
const NEXT = [...'0123456789abcdefghijklmnopqrstuvwxyz'];

/**
 * The orders of a word, the newest first, then those of words that begin with it. `typed`: how many characters were
 * typed, as a dash or a space among four of them leaves three.
 */
async function findWords(word: string, limit: number, table = db, typed = word.length): Promise<Lookup[]> {
  const query = async (begin: string, exact: boolean): Promise<Lookup[][]> => {
    const { pk } = keyOf(exact ? word : begin, { order: '', at: '' });
    const { Items } = await table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :begin)',
      ExpressionAttributeValues: { ':pk': pk, ':begin': begin },
      ConsistentRead: true,
      ScanIndexForward: !exact,
      Limit: limit,
    });
    return Items.map(({ sk, orders = [orderIn(sk)], matched }) =>
      orders.map((each: string) => ({ order: each, matched, exact })),
    );
  };
  const whole = await query(items.lookup.whole({ word }), true);
  const isShort = word.length < PREFIX_LENGTH;
  if (whole.length === limit || (isShort && (typed < PREFIX_LENGTH || word.length < PREFIX_LENGTH - 1)))
    return whole.flat();
  if (isShort) return [whole, ...(await Promise.all(NEXT.map((next) => query(word + next, false))))].flat(2);
  // A word's own items sort before those of longer words.
  return [...whole, ...(await query(word, false)).slice(whole.length)].flat();
}

type Found = Omit<Lookup, 'order'> & { order: Order };

/** Look-ups read for each order that is wanted: one order may be found by several of its words. */
const SPARE = 4;

/** The orders that a person may mean: first those with this very word, then those with a word that begins with it. */
export async function search(q: string, limit: number, table = db): Promise<Found[]> {
  const text = q.trim();
  const words = spellings(text);
  const [itself, found] = await Promise.all([
    getOrder(text, table),
    // What has an `@` may as well be a SKU or a number.
    Promise.all([
      ...(isEmail(text) ? [emailWord(text, table).then((word) => findWords(word, limit, table))] : []),
      ...words.map((word) => lookUp(word, limit, table, text.length)),
      lookUpId(text.normalize('NFKC'), limit, table),
    ]),
  ]);
  const matched = new Map<string, Omit<Found, 'order'>>(itself ? [[itself.id, { matched: 'id', exact: true }]] : []);
  for (const { order, ...how } of found.flat()) if (!matched.has(order)) matched.set(order, how);
  const orders = await getOrders([...matched.keys()], table);
  return orders
    .map((order) => ({ order, matched: 'id' as const, exact: true, ...matched.get(order.id) }))
    .filter(({ order, matched: how }) => ELSEWHERE.has(how) || stillHas(order, words))
    .sort((one, other) => Number(other.exact) - Number(one.exact))
    .slice(0, limit);
}

const lookUp = async (word: string, limit: number, table: typeof db, typed?: number) =>
  word === '' ? [] : findWords(word, limit * SPARE, table, typed);

/** An id as people write it: what follows its connection is a word. */
async function lookUpId(text: string, limit: number, table: typeof db) {
  const external = text.includes(':') ? normalize(text.slice(text.indexOf(':') + 1)) : '';
  const asked = normalize(text);
  return (await lookUp(external, limit, table))
    .filter(({ order }) => normalize(order).startsWith(asked))
    .map(({ order }) => ({ order, matched: 'id' as const, exact: normalize(order) === asked }));
}

/** Not told by an order itself. Of other words, one that the order has lost is about to leave the look-ups. */
const ELSEWHERE = new Set<Matched>(['id', 'remoteId', 'email']);
const stillHas = (order: Order, words: readonly string[]): boolean =>
  wordsOfOrder(order).some((each) => words.some((word) => each.word.startsWith(word)));
