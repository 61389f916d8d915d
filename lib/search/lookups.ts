import { retention } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { db, isKeyTooLong, keptFor } from '#lib/platform/table/table';
import { writeTogether } from '#lib/platform/table/write-together';
import type { Matched, Word } from './words.ts';

/** Words shorter than this are only found whole. */
const PREFIX_LENGTH = 4;

interface Lookup {
  order: string;
  matched: Matched;
  /** The order is called so; else a word of it only begins so. */
  exact: boolean;
}

/** Whose words they are; `at` sorts the orders of one word, UTC. */
interface Owner {
  order: string;
  at: string;
}

const keyOf = (word: string, owner: Owner) =>
  items.lookup.key({ prefix: word.slice(0, PREFIX_LENGTH), word, ...owner });

/** Writes the words that an order has got and removes those that it has no more. Repeats change nothing. */
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
      .map(({ key, matched }) => writeTogether({ Item: { ...key, order: owner.order, matched } }, table)),
    ...before
      .filter(({ word }) => !has?.has(word))
      .map(({ word }) => writeTogether({ Key: keyOf(word, owner) }, table)),
  ]);
}

/** Writes one word of many orders as one item, which ends with the youngest of them: what sells well is sold all the time. */
export async function putShared({ word, matched }: Word, owners: readonly Owner[], table = db): Promise<void> {
  const last = owners.reduce((one, other) => (other.at > one.at ? other : one));
  const key = keyOf(word, last);
  const orders = owners.map(({ order }) => order);
  if (!isKeyTooLong(key))
    await writeTogether({ Item: { ...key, orders, matched, ...keptFor(retention.orderDays(), last.at) } }, table);
}

/** The orders of a word, the newest first, then those of words that begin with it. */
export async function findWords(word: string, limit: number, table = db): Promise<Lookup[]> {
  const query = async (begin: string, exact: boolean): Promise<Lookup[][]> => {
    const { pk } = keyOf(word, { order: '', at: '' });
    const { Items } = await table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :begin)',
      ExpressionAttributeValues: { ':pk': pk, ':begin': begin },
      ConsistentRead: true,
      ScanIndexForward: !exact,
      Limit: limit,
    });
    return Items.map(({ order, orders = [order], matched }) =>
      orders.map((each: string) => ({ order: each, matched, exact })),
    );
  };
  const whole = await query(items.lookup.whole({ word }), true);
  if (whole.length === limit || word.length < PREFIX_LENGTH) return whole.flat();
  // A word's own items sort before those of longer words.
  return [...whole, ...(await query(word, false)).slice(whole.length)].flat();
}
