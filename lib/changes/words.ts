import type { Delivery } from '#lib/deliveries/delivery';
import { wholeOf } from '#lib/orders/derive';
import type { Order } from '#lib/orders/order';
import type { Committed } from '#lib/platform/table/stream';
import { putShared, replaceWords } from '#lib/search/lookups';
import { isShared, ownWords, type Word, wordsOfDelivery, wordsOfOrder } from '#lib/search/words';

type Commit = Pick<Committed, 'key' | 'before' | 'after'>;

/** Writes the words that a commit added to an order, and removes those it no longer has. */
export async function writeWords({ key, before, after }: Commit): Promise<void> {
  if (key.sk === 'ORDER') {
    const [was, is] = [wholeOf(before), wholeOf(after)];
    if (was && is && saysTheSame(was, is)) return;
    const { id, receivedAt } = (is ?? was) as Order;
    const [had, has] = await Promise.all([ownWords(was), ownWords(is)]);
    await replaceWords({ order: id, at: receivedAt }, had, has);
  } else if (key.sk === 'DELIVERY') {
    const [was, is] = [before, after] as Array<Delivery | undefined>;
    const { order, createdAt } = (is ?? was) as Delivery;
    if (order) await replaceWords({ order, at: createdAt }, wordsOfDelivery(was), wordsOfDelivery(is));
  }
}

/** Most commits change no word: for them the key that hashes addresses need not be read. */
const saysTheSame = (was: Order, is: Order): boolean =>
  was.buyer.email === is.buyer.email && JSON.stringify(wordsOfOrder(was)) === JSON.stringify(wordsOfOrder(is));

/** Writes the words that orders share: one item for all orders of the batch. */
export async function writeShared(records: readonly Commit[]): Promise<void> {
  const got = records.flatMap(({ key, before, after }) => {
    if (key.sk !== 'ORDER' || !after) return [];
    const [was, is] = [wholeOf(before), wholeOf(after)];
    const had = new Set(was ? wordsOfOrder(was).map(({ word }) => word) : []);
    const owner = { order: is.id, at: is.receivedAt };
    return wordsOfOrder(is)
      .filter((each) => isShared(each) && !had.has(each.word))
      .map((each): Word & { owner: typeof owner } => ({ ...each, owner }));
  });
  const byWord = [...Map.groupBy(got, ({ word }) => word).values()];
  await Promise.all(
    byWord.map(([first, ...more]) => {
      const owners = more.map(({ owner }) => owner);
      return first && putShared(first, [first.owner, ...owners]);
    }),
  );
}
