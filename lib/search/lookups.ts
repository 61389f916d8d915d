import { findByPart, findWhole } from '#lib/orders/find';
import { type Order, orderId } from '#lib/orders/order';
import { findByRemoteId, getOrders } from '#lib/orders/store';
import { retention } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { bare, db, type Item, isKeyTooLong, keptFor, pack } from '#lib/platform/table/table';
import { writeTogether } from '#lib/platform/table/write-together';
import {
  EMAIL_MARK,
  emailWord,
  isEmail,
  type Matched,
  normalize,
  spellings,
  type Word,
  wordsOfOrder,
} from './words.ts';

/** Shorter words are only found whole. */
const PREFIX_LENGTH = 4;

interface Lookup {
  order: string;
  /** Absent where the order itself tells. */
  matched?: Matched;
  /** The order has this very word; otherwise one of its words begins with it. */
  exact: boolean;
}

/** Whose words they are; `at` sorts the orders of one word, UTC. */
interface Owner {
  order: string;
  at: string;
}

const partitionOf = (word: string) =>
  items.lookup.key({ prefix: word.slice(0, PREFIX_LENGTH), word, at: '', order: '' }).pk;

/** An order's number, ids and parcels are its own or nearly so: their keys have no instant to sort other orders by. */
const UNTIMED = new Set<Matched>(['number', 'externalId', 'trackingNumber', 'acknowledgement', 'market']);

const keyOf = ({ word, matched }: Word, { order, at }: Owner) =>
  items.lookup.key({ prefix: word.slice(0, PREFIX_LENGTH), word, order, at: UNTIMED.has(matched) ? '' : at });

/** What is kept of what a word is: an order itself tells of the others, and an address is marked. */
const toldOf = ({ matched }: Word) => (matched === 'remoteId' ? { matched } : {});

/** The order that a sort key ends with; neither words nor instants contain `#`. */
const orderIn = (sk: string): string => sk.split('#').slice(2).join('#');

/** Writes the words that an order has gained and removes those it has lost. Repeating it changes nothing. */
export async function replaceWords(
  owner: Owner,
  before: readonly Word[],
  after: readonly Word[],
  table = db,
): Promise<void> {
  const now = new Date().toISOString();
  const [had, has] = [before, after].map((words) => new Set(words.map(({ word }) => word)));
  const kept = after
    .filter(({ word }) => !had?.has(word))
    .map((each) => ({ ...keyOf(each, owner), ...toldOf(each), ...keptFor(each.keepDays ?? 0, now) }));
  await Promise.all([
    ...kept.filter((Item) => !isKeyTooLong(Item)).map((Item) => writeTogether({ Item }, table)),
    ...before.filter(({ word }) => !has?.has(word)).map((each) => writeTogether({ Key: keyOf(each, owner) }, table)),
  ]);
}

/** Writes one word of many orders as one item, which expires with the youngest of them: fast sellers are in many orders. */
export async function putShared(word: Word, owners: readonly Owner[], table = db): Promise<void> {
  const last = owners.reduce((one, other) => (other.at > one.at ? other : one));
  const Item = { ...keyOf(word, last), ...keptFor(retention.orderDays(), last.at) };
  const orders = owners.map(({ order }) => order);
  if (!isKeyTooLong(Item))
    await writeTogether({ Item: orders.length > 1 ? pack({ ...Item, orders }, []) : Item }, table);
}

/** What may follow a word that is one character too short to be kept by; other scripts are left out. */
const NEXT = [...'0123456789abcdefghijklmnopqrstuvwxyz'];

/**
 * The orders of a word, the newest first where its keys have an instant, then those of words that begin with it.
 * `typed`: how many characters were typed, as a dash or a space among four of them leaves three.
 */
async function findWords(word: string, limit: number, table = db, typed = word.length): Promise<Lookup[]> {
  const query = async (begin: string, exact: boolean): Promise<Lookup[][]> => {
    const { Items } = await table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :begin)',
      ExpressionAttributeValues: { ':pk': partitionOf(exact ? word : begin), ':begin': begin },
      ConsistentRead: true,
      ScanIndexForward: !exact,
      Limit: limit,
    });
    return (Items as Array<Item<{ orders?: string[]; matched?: Matched }>>).map((item) => {
      const { orders = [orderIn(item.sk)], matched } = bare(item);
      const told = item.sk.startsWith(EMAIL_MARK) ? 'email' : matched;
      return orders.map((order) => ({ order, ...(told && ELSEWHERE.has(told) && { matched: told }), exact }));
    });
  };
  const whole = await query(items.lookup.whole({ word }), true);
  const isShort = word.length < PREFIX_LENGTH;
  if (whole.length === limit || (isShort && (typed < PREFIX_LENGTH || word.length < PREFIX_LENGTH - 1)))
    return whole.flat();
  if (isShort) return [whole, ...(await Promise.all(NEXT.map((next) => query(word + next, false))))].flat(2);
  // A word's own items sort before those of longer words.
  return [...whole, ...(await query(word, false)).slice(whole.length)].flat();
}

type Found = Required<Omit<Lookup, 'order'>> & { order: Order };

/** Look-ups read for each order that is wanted: one order may be found by several of its words. */
const SPARE = 4;

/**
 * The orders that a person may mean: first those with this very word, then those with a word that begins with it.
 * `connections`: whose ids of orders it may be.
 */
export async function search(q: string, limit: number, connections: readonly string[], table = db): Promise<Found[]> {
  const text = q.trim();
  const words = spellings(text);
  const [itself, found] = await Promise.all([
    findWhole(text, table),
    // What has an `@` may as well be a SKU or a number.
    Promise.all([
      ...(isEmail(text) ? [emailWord(text, table).then((word) => findWords(word, limit, table))] : []),
      ...words.map((word) => lookUp(word, limit, table, text.length)),
      lookUpId(text.normalize('NFKC'), limit, table),
      lookUpRemote(words, connections, table),
      lookUpPart(words, connections, table),
    ]),
  ]);
  const how = new Map<string, Omit<Lookup, 'order'>>(itself ? [[itself.id, { matched: 'id', exact: true }]] : []);
  for (const { order, ...each } of exactFirst(found.flat())) if (!how.has(order)) how.set(order, each);
  const orders = await getOrders([...how.keys()], table);
  const meant = orders.flatMap((order): Found[] => {
    const { exact = true, matched = wordMeant(order, words) } = how.get(order.id) ?? {};
    return matched ? [{ order, matched, exact }] : [];
  });
  return exactFirst(meant).slice(0, limit);
}

const exactFirst = <T extends { exact: boolean }>(all: T[]): T[] =>
  all.sort((one, other) => Number(other.exact) - Number(one.exact));

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

/** Orders that a shipper has under this very id. */
async function lookUpRemote(
  words: readonly string[],
  shippers: readonly string[],
  table: typeof db,
): Promise<Lookup[]> {
  const asked = shippers.flatMap((shipper) => words.map((word) => findByRemoteId(shipper, word, table)));
  return (await Promise.all(asked)).flatMap((order) =>
    order === undefined ? [] : [{ order, matched: 'remoteId' as const, exact: true }],
  );
}

/** Orders of which a sales channel calls a part so, where no order itself is called so there. */
async function lookUpPart(words: readonly string[], channels: readonly string[], table: typeof db): Promise<Lookup[]> {
  const ids = channels.flatMap((channel) => words.map((word) => orderId(channel, word)));
  // The part is looked for first: hardly any word is one, and whole orders need not be read then.
  const find = async (id: string) => ((await findByPart(id, table)) ? findWhole(id, table) : undefined);
  return (await Promise.all(ids.map(find))).flatMap((order) =>
    order === undefined ? [] : [{ order: order.id, matched: 'externalId' as const, exact: true }],
  );
}

/** Words of which the order that is shown does not tell what they are. */
const ELSEWHERE = new Set<Matched>(['id', 'remoteId', 'email']);

/** Which of an order's words is meant; none where it has lost the word, which is about to leave the look-ups. */
function wordMeant(order: Order, words: readonly string[]): Matched | undefined {
  const own = wordsOfOrder(order);
  const whole = own.find(({ word }) => words.includes(word));
  return (whole ?? own.find((each) => words.some((word) => each.word.startsWith(word))))?.matched;
}
