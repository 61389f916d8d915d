import type { ChangeType } from '#lib/connections/endpoint-schema';
import { getDeliveries } from '#lib/deliveries/ledger';
import type { Order } from '#lib/orders/order';
import { eachOrder } from '#lib/orders/store';
import * as items from '#lib/platform/table/items';
import { shardNumber } from '#lib/platform/table/sharded-index';
import type { Change } from './change-schema.ts';
import { eachPartition } from './cursor.ts';
import { changeOfDelivery, changesMissed, changesOfOrder } from './derive.ts';
import { type Feed, openFeed, type Revisions } from './feed.ts';
import { writeShared, writeWords } from './words.ts';

/** Entries in one item of the feed: far from 400 KB, packed or not. */
const BATCH = 200;
const PAGE = 100;
const KEPT_MS = items.feedItem.keepDays * 24 * 3600_000;

const HUB = { feed: openFeed(), eachOrder, getDeliveries, writeAll };

/**
 * Publishes each order of the last 30 days whose present revision is not in the feed, as after an outage longer than
 * the stream lasts, and writes the words of all. An order unknown to the feed is told as created; of another, what
 * happened to it since. What became of their deliveries is told where the feed does not have it.
 */
export async function rebuildFeed(
  connections: readonly string[],
  { feed, eachOrder, getDeliveries, writeAll }: typeof HUB = HUB,
): Promise<{ looked: number; published: number }> {
  const began = new Date().toISOString();
  const oldest = new Date(Date.now() - KEPT_MS).toISOString();
  const known = new Map((await eachPartition((partition) => toldIn(feed, partition))).flatMap((each) => [...each]));
  const waiting = new Map<number, Change[]>();
  const count = { looked: 0, published: 0 };
  const flush = async (partition: number) => {
    const changes = waiting.get(partition) ?? [];
    waiting.delete(partition);
    // A publisher may have told of them since this began.
    await feed.append(partition, (published) => changes.filter((change) => !isTold(change, published)), began);
  };
  for await (const order of eachOrder(connections)) {
    count.looked += 1;
    await writeAll(order);
    if (order.updatedAt < oldest) continue;
    const before = known.get(order.id);
    const missed = before ? changesMissed(order, before.types) : changesOfOrder(undefined, order);
    const told = before && before.revision >= order.revision ? [] : missed;
    const became = (await getDeliveries(order.deliveries))
      .flatMap((delivery) => changeOfDelivery(undefined, delivery) ?? [])
      .filter((change) => change.occurredAt >= oldest && !before?.deliveries.has(markOf(change)));
    if (told.length + became.length === 0) continue;
    const partition = shardNumber(order.id);
    const { revision } = order;
    const changes = [...(waiting.get(partition) ?? []), ...told, ...became.map((change) => ({ ...change, revision }))];
    waiting.set(partition, changes);
    count.published += 1;
    if (changes.length >= BATCH) await flush(partition);
  }
  for (const partition of [...waiting.keys()]) await flush(partition);
  return count;
}

/** Lets an order that is older than the search be found. */
async function writeAll(order: Order): Promise<void> {
  const commit = (sk: string, after: object) => ({ key: { pk: '', sk }, before: undefined, after });
  await Promise.all([writeWords(commit('ORDER', order)), writeShared([commit('ORDER', order)])]);
  for (const delivery of await getDeliveries(order.placements.map((placement) => placement.delivery)))
    await writeWords(commit('DELIVERY', delivery));
}

/** A delivery's outcome is known by the delivery's id alone: it may be later than the order's revision. */
const isTold = ({ order, revision, delivery }: Change, published: Revisions): boolean =>
  delivery === null && (published.get(order) ?? -1) >= (revision ?? 0);

const markOf = ({ type, delivery }: Change): string => `${type} ${delivery}`;

interface Known {
  revision: number;
  types: Set<ChangeType>;
  /** Deliveries whose outcome was told. */
  deliveries: Set<string>;
}

/** The latest revision of each order in a partition, and what was told of it. */
async function toldIn(feed: Feed, partition: number): Promise<Map<string, Known>> {
  const told = new Map<string, Known>();
  for (let after = 0; ; ) {
    const { items: found, hasMore } = await feed.query(partition, { after, limit: PAGE });
    for (const change of found.flatMap(({ entries }) => entries)) {
      const { order, revision, type } = change;
      if (!order || revision === null) continue;
      const { types, deliveries, ...before } = told.get(order) ?? {
        revision: 0,
        types: new Set(),
        deliveries: new Set(),
      };
      if (change.delivery) deliveries.add(markOf(change));
      told.set(order, { revision: Math.max(revision, before.revision), types: types.add(type), deliveries });
    }
    after = found.at(-1)?.position ?? after;
    if (!hasMore) return told;
  }
}
