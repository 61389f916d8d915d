import type { Product } from '#lib/catalog/product';
import type { Delivery } from '#lib/deliveries/delivery';
import { wholeOf } from '#lib/orders/derive';
import type { Order } from '#lib/orders/order';
import { getOrder } from '#lib/orders/store';
import { shardNumber } from '#lib/platform/table/sharded-index';
import type { Committed } from '#lib/platform/table/stream';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import type { Change } from './change-schema.ts';
import { changeOfDelivery, changeOfProduct, changesOfOrder } from './derive.ts';
import { openFeed, type Revisions } from './feed.ts';
import { ringForChanges } from './ring-endpoints.ts';
import { writeShared, writeWords } from './words.ts';

/** The clocks of the table and of a publisher may differ by this, and the table tells whole seconds. */
const SKEW_MS = 60_000;

/** How long a delivery's change waits for its order's first change, which comes in another lane of the stream. */
const PATIENCE_MS = 30_000;

type Publishing = Pick<typeof HUB, 'feed' | 'getOrder' | 'early' | 'now' | 'ringForChanges'>;

interface Readable {
  record: Committed;
  changes: Change[];
}

const HUB = {
  ...{ feed: openFeed(), getOrder, writeWords, writeShared, ringForChanges, now: () => Date.now() },
  /** When a record was first held back, by its sequence number in its shard. */
  early: new Map<string, number>(),
};

/**
 * Turns commits into entries of the feed and words to search by; returns the records it could not publish. After a
 * crash the stream sends records again: the feed itself shows which of them were published.
 */
export async function publish(
  records: readonly Committed[],
  hub: Partial<typeof HUB> = {},
): Promise<readonly Committed[]> {
  const { writeWords, writeShared, ...by } = { ...HUB, ...hub };
  const told = records.flatMap((record): Readable[] => readable(record));
  const sound = told.map(({ record }) => record);
  const byPartition = Map.groupBy(
    told.filter(({ changes }) => changes.length > 0),
    ({ changes: [first] }) => shardNumber(first?.order ?? `${first?.connection}:${first?.sku}`),
  );
  const news = new Map<number, Change[]>();
  const publishing = [...byPartition].map(([partition, all]) =>
    orFailed(
      all.map(({ record }) => record),
      publishTo(partition, all, news, by),
    ),
  );
  // One ring for all partitions: each ring costs an endpoint a lease and a write of its cursor.
  const published = Promise.all(publishing).then(async (failed) => {
    if (news.size > 0) await by.ringForChanges(news);
    return failed.flat();
  });
  const found = sound.map((record) => orFailed([record], writeWords(record).then(none)));
  return (await Promise.all([published, ...found, orFailed(sound, writeShared(sound).then(none))])).flat();
}

const none = (): Committed[] => [];

/** All of the records if the work fails; else those that it could not do. */
async function orFailed(
  records: readonly Committed[],
  work: Promise<readonly Committed[]>,
): Promise<readonly Committed[]> {
  try {
    return await work;
  } catch (error) {
    log.error('changes could not be published', errorFields(error));
    return records;
  }
}

/** Returns the records that are early: their order's first change is not in the feed yet, and must come first. */
async function publishTo(
  partition: number,
  told: readonly Readable[],
  news: Map<number, Change[]>,
  { feed, getOrder, early, now }: Publishing,
): Promise<readonly Committed[]> {
  const oldest = Math.min(...told.map(({ record }) => record.at.getTime()));
  const since = new Date(oldest - SKEW_MS).toISOString();
  const changes = told.flatMap((each) => each.changes);
  const orders = await readUntold(changes, await feed.known(partition, since), getOrder);
  const mayWait = ({ sequence }: Committed, { receivedAt }: Order): boolean => {
    // An order older than the part of the feed read here has its first change further back.
    if (receivedAt < since) return false;
    const held = early.get(sequence) ?? now();
    early.set(sequence, held);
    return now() - held < PATIENCE_MS;
  };
  let arranged: ReturnType<typeof arrange> = { changes: [], waiting: new Set() };
  const build = (published: Revisions): Change[] => {
    arranged = arrange(told, published, orders, mayWait);
    return arranged.changes;
  };
  await feed.append(partition, build, since);
  const { waiting } = arranged;
  const published = told.filter(({ record }) => !waiting.has(record));
  for (const { record } of published) early.delete(record.sequence);
  news.set(
    partition,
    published.flatMap((each) => each.changes),
  );
  return [...waiting];
}

/**
 * The changes to tell now, and the records that wait for their order's first change. A delivery's change gets the
 * order's revision that was told last, so that revisions never go back.
 */
function arrange(
  told: readonly Readable[],
  published: Revisions,
  orders: ReadonlyMap<string, Order | undefined>,
  mayWait: (record: Committed, order: Order) => boolean,
): { changes: Change[]; waiting: Set<Committed> } {
  const latest = new Map<string | null, number | null>();
  const waiting = new Set<Committed>();
  const changes = told.flatMap(({ record, changes: [first, ...more] }) => {
    if (!first) return [];
    const order = first.revision === null ? orders.get(first.order ?? '') : undefined;
    const isFirst = order && !latest.has(order.id) && !published.has(order.id);
    if (isFirst && mayWait(record, order)) {
      waiting.add(record);
      return [];
    }
    return [first, ...more].map((change) => {
      const id = change.order;
      const known = latest.get(id) ?? published.get(id) ?? orders.get(id ?? '')?.revision;
      const revision = change.revision ?? known ?? null;
      latest.set(id, revision);
      return { ...change, revision };
    });
  });
  return { changes, waiting };
}

/** Reads the few orders of which only a delivery tells: neither the feed nor an earlier change in this batch did. */
async function readUntold(
  changes: readonly Change[],
  told: Revisions,
  read: typeof getOrder,
): Promise<Map<string, Order | undefined>> {
  const seen = new Set<string>();
  const untold = changes.flatMap(({ order, revision }) => {
    if (!order || told.has(order) || seen.has(order)) return [];
    seen.add(order);
    return revision === null ? order : [];
  });
  return new Map(await Promise.all(untold.map(async (id) => [id, await read(id)] as const)));
}

/** Skips a record that makes no sense and raises an alarm: it would hold up everything after it for a day. */
function readable(record: Committed): Readable[] {
  try {
    return [{ record, changes: changesOf(record) }];
  } catch (error) {
    log.error('a commit could not be told as a change', { key: record.key.pk, ...errorFields(error) });
    emitMetric('RecordsPassedOver', {});
    return [];
  }
}

function changesOf({ key, before, after, at }: Committed): Change[] {
  if (!after) return [];
  switch (key.sk) {
    case 'ORDER':
      return changesOfOrder(wholeOf(before), wholeOf(after));
    case 'DELIVERY':
      return [changeOfDelivery(before as Delivery | undefined, after as Delivery)].flatMap((change) => change ?? []);
    case 'PRODUCT':
      return [changeOfProduct(after as Product, at)];
    default:
      return [];
  }
}
