import { lastOf } from '#lib/platform/canonical-json';
import { equals, setting } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import { bare, db, expiryOf, type Item, isWritten, NEW, pack, put, type Table } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import type { Change } from './change-schema.ts';
import { eachPartition } from './cursor.ts';

/** The entries of one batch, written together at one position. */
export interface FeedItem {
  position: number;
  /** When it was written; never before the item at the previous position. */
  at: string;
  /** How many entries the partition has up to its end. */
  total: number;
  entries: Change[];
}

/** What a writer knows of the end of a partition: everything written since `since`. */
interface Tail {
  since: string;
  position: number;
  at: string;
  total: number;
  recent: Array<Pick<FeedItem, 'at' | 'entries'>>;
  told: Published;
  /** How many items it may hold before those that nobody needs are forgotten. */
  most: number;
}

/** What the recent items of a partition tell. */
interface Published {
  ids: Set<string>;
  /** The last revision by order; null where only its deliveries were told. */
  revisions: Map<string | null, number | null>;
}

export type Revisions = ReadonlyMap<string | null, number | null>;

const PAGE = 25;
/** How often one batch may lose its position to another publisher. */
const TRIES = 40;
/** How many items a writer remembers before it forgets those that it does not need. */
const MAX_RECENT = 1_000;
const DAY_MS = 24 * 3600_000;

/** The feed of a table, as publishers write it and readers read it. */
export function openFeed(table = db, now = () => new Date()) {
  const { query, head, positionAt } = openReader(table);
  const tails = new Map<number, Tail>();

  /** Reads the end of a partition back to an instant. */
  async function readTail(partition: number, since: string): Promise<Tail> {
    const { position = 0, at = '', total = 0 } = (await head(partition)) ?? {};
    if (at < since) return { since, position, at, total, ...nothingTold() };
    const begin = await positionAt(partition, since);
    return catchUp(partition, { since, position: begin, at: '', total: 0, ...nothingTold() });
  }

  async function catchUp(partition: number, tail: Tail): Promise<Tail> {
    for (;;) {
      const { items: more, hasMore } = await query(partition, { after: tail.position, limit: PAGE });
      for (const item of more) note(tail, item);
      if (!hasMore) return tail;
    }
  }

  /** The tail as last known. It may lack what others have written since: the conditional put at its end notices. */
  async function tailOf(partition: number, since: string): Promise<Tail> {
    const known = tails.get(partition);
    if (!known || known.since > since) {
      const tail = await readTail(partition, since);
      tails.set(partition, tail);
      return tail;
    }
    if (known.recent.length > known.most) {
      known.since = since;
      known.recent = known.recent.filter(({ at }) => at >= since);
      known.told = toldIn(known.recent);
      // Everything told within a moment is still needed, however much it is: it is sorted out again at twice as much.
      known.most = Math.max(MAX_RECENT, 2 * known.recent.length);
    }
    return known;
  }

  /**
   * Appends those of these changes that the partition does not have. `since`: when the oldest of them was committed,
   * before which none can have been published. Any number of writers and repetitions leave each change there once.
   */
  async function append(partition: number, build: (published: Revisions) => Change[], since: string): Promise<void> {
    await untilCommitted(
      `partition ${partition} of the feed`,
      async () => {
        const tail = await tailOf(partition, since);
        const { ids, revisions } = tail.told;
        const added = new Set<string>();
        const entries = build(revisions).filter(({ id }) => !ids.has(id) && !added.has(id) && added.add(id));
        if (entries.length === 0) return true;
        const at = lastOf([now().toISOString(), tail.at]) ?? '';
        const item: FeedItem = { position: tail.position + 1, at, total: tail.total + entries.length, entries };
        if (await isWritten(table.put(putFeedItem(partition, item).Put))) {
          note(tail, item);
          return true;
        }
        await catchUp(partition, tail);
        return undefined;
      },
      { tries: TRIES },
    );
  }

  let keptAt = 0;
  /**
   * Keeps the last item of each partition beyond its days: without any, the next item would get a position that readers
   * have passed, and they would miss it. Once a day is enough.
   */
  async function keepEnds(): Promise<void> {
    const at = now();
    if (at.getTime() - keptAt < DAY_MS) return;
    const again = { expiresAt: expiryOf(items.feedItem, at.toISOString()) };
    await eachPartition(async (partition) => {
      const last = await head(partition);
      if (!last || at.getTime() - Date.parse(last.at) < DAY_MS) return;
      const Key = items.feedItem.key({ partition: `${partition}`, position: `${last.position}` });
      await isWritten(table.update({ Key, ...setting(again, equals('at', last.at)) }));
    });
    keptAt = at.getTime();
  }

  /** The revisions that this writer knows were told since an instant or earlier: another writer may have told more. */
  const known = async (partition: number, since: string): Promise<Revisions> =>
    (await tailOf(partition, since)).told.revisions;

  return { query, head, append, positionAt, keepEnds, known };
}

export type Feed = ReturnType<typeof openFeed>;

/** Reads the partitions of a table's feed. */
function openReader(table: Table) {
  /** Items of a partition after a position, the oldest or the newest first. */
  async function query(partition: number, bounds: { after?: number; limit: number; newestFirst?: boolean }) {
    const { after = 0, limit, newestFirst = false } = bounds;
    const { pk, sk } = items.feedItem.key({ partition: `${partition}`, position: `${after}` });
    const { Items, LastEvaluatedKey } = await table.query({
      KeyConditionExpression: 'pk = :pk AND sk > :after',
      ExpressionAttributeValues: { ':pk': pk, ':after': sk },
      ConsistentRead: true,
      ScanIndexForward: !newestFirst,
      Limit: limit,
    });
    const found = (Items as Array<Item<Omit<FeedItem, 'position'>>>).map((item) => ({
      ...bare(item),
      position: Number(item.sk),
    }));
    return { items: found, hasMore: LastEvaluatedKey !== undefined };
  }

  const head = async (partition: number): Promise<FeedItem | undefined> =>
    (await query(partition, { limit: 1, newestFirst: true })).items[0];

  /** The position after which everything was written at or after an instant. */
  async function positionAt(partition: number, instant: string): Promise<number> {
    const [first] = (await query(partition, { limit: 1 })).items;
    if (!first || first.at >= instant) return (first?.position ?? 1) - 1;
    let high = (await head(partition))?.position ?? 0;
    let low = first.position;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [next] = (await query(partition, { after: middle, limit: 1 })).items;
      if (next && next.at < instant) low = next.position;
      else high = middle;
    }
    const [next] = (await query(partition, { after: low, limit: 1 })).items;
    return next ? next.position - 1 : low;
  }

  return { query, head, positionAt };
}

function note(tail: Tail, { position, at, total, entries }: FeedItem): void {
  Object.assign(tail, { position, at, total });
  tail.recent.push({ at, entries });
  addTo(tail.told, entries);
}

const nothingTold = () => ({ recent: [], told: toldIn([]), most: MAX_RECENT });

function toldIn(recent: Tail['recent']): Published {
  const told: Published = { ids: new Set(), revisions: new Map() };
  for (const { entries } of recent) addTo(told, entries);
  return told;
}

function addTo({ ids, revisions }: Published, changes: readonly Change[]): void {
  for (const { id, order, revision } of changes) {
    ids.add(id);
    revisions.set(order, revision);
  }
}

const putFeedItem = (partition: number, { position, ...item }: FeedItem) =>
  put(
    pack<Omit<FeedItem, 'position'>>(
      {
        ...item,
        ...items.feedItem.key({ partition: `${partition}`, position: `${position}` }),
        expiresAt: expiryOf(items.feedItem, item.at),
      },
      items.feedItem.visible,
    ),
    NEW,
  );
