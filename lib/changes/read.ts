import { compareText, firstOf } from '#lib/platform/canonical-json';
import { StateError } from '#lib/platform/errors';
import { sum } from '#lib/platform/sum';
import * as items from '#lib/platform/table/items';
import type { Change } from './change-schema.ts';
import { eachPartition, type Mark, type Marks } from './cursor.ts';
import { type Feed, type FeedItem, openFeed } from './feed.ts';

interface Wanted {
  after: Marks;
  limit: number;
  wants: (change: Change) => boolean;
  /** The only partitions to read, where it is known which have something new. */
  partitions?: readonly number[] | undefined;
}

export interface ChangePage {
  changes: Change[];
  marksAfter: Array<{ partition: number; mark: Mark }>;
  /** Where the next page begins. */
  marks: Marks;
  /** Nothing more was in the feed at the moment of reading. */
  caughtUp: boolean;
}

/** Items read of a partition at once, at least and at most, and how often for a page: filters may leave out most. */
const ITEMS = { least: 10, most: 50 };
const ROUNDS = 10;

/**
 * The next changes of all partitions, the oldest first. Throws StateError `cursor_expired` where the feed has forgotten
 * some that were not read, `cursor_ahead` where it ends before the cursor.
 */
export async function readChanges(
  { after, limit, wants, partitions: only }: Wanted,
  feed: Feed = openFeed(),
): Promise<ChangePage> {
  // Each item has at least one change, and one item was read before: anything beyond a page would be read again.
  const fair = Math.ceil(limit / (only?.length || after.length)) + 1;
  const size = Math.min(ITEMS.most, Math.max(ITEMS.least, fair));
  const marks = [...after];
  const page: ChangePage = { changes: [], marksAfter: [], marks, caughtUp: false };
  for (let round = 0; round < ROUNDS; round++) {
    const parts = await eachPartition(async (partition) =>
      !only || only.includes(partition)
        ? readPartition(marks[partition]?.position ?? 0, partition, size, feed)
        : { items: [], hasMore: false },
    );
    const found = parts.map(({ items }) => items);
    for (const { partition, change, mark } of passUnread(found, marks)) {
      if (page.changes.length === limit) {
        marks[partition] = mark;
        return page;
      }
      if (!wants(change)) continue;
      page.changes.push(change);
      page.marksAfter.push({ partition, mark: { ...mark, taken: mark.taken + 1 } });
    }
    if (parts.every(({ hasMore }) => !hasMore)) return { ...page, caughtUp: true };
  }
  return page;
}

/** Each unread entry of these items, the oldest first, with the mark before it. `marks` move past each item. */
function* passUnread(found: ReadonlyArray<readonly FeedItem[]>, marks: Mark[]) {
  const oldestFirst = found
    .flatMap((items, partition) => items.map((item) => ({ partition, item })))
    .sort((a, b) => compareText(a.item.at, b.item.at));
  for (const { partition, item } of oldestFirst) {
    const before = marks[partition] ?? { position: 0, taken: 0 };
    refuseGap(before, item);
    for (const [index, change] of item.entries.entries())
      if (index >= before.taken) yield { partition, change, mark: { position: item.position - 1, taken: index } };
    marks[partition] = { position: item.position, taken: 0 };
  }
}

/** Items after a position, and the one at it: a restored table may not have come that far again. */
async function readPartition(position: number, partition: number, limit: number, feed: Feed) {
  const { items, hasMore } = await feed.query(partition, { after: Math.max(0, position - 1), limit });
  if (items.length === 0 && position > 0 && ((await feed.head(partition))?.position ?? 0) < position)
    throw new StateError({
      code: 'cursor_ahead',
      description: 'the feed is shorter than this cursor, as after the table was restored: seek to when that was',
    });
  return { items: items.filter((item) => item.position > position), hasMore };
}

/** Positions are dense: what is missing after a mark was there, and its thirty days are over. */
function refuseGap({ position }: Mark, item: FeedItem): void {
  if (item.position > position + 1)
    throw new StateError({
      code: 'cursor_expired',
      description:
        'changes that were not read yet are older than 30 days and gone: seek to earliest, and read the orders themselves',
    });
}

/** Whether a change has one of these types or groups (`order.*`); every change has where none is given. */
export const isOfType = (types: readonly string[]) => (change: Pick<Change, 'type'>) =>
  types.length === 0 ||
  types.some((type) => (type.endsWith('.*') ? change.type.startsWith(type.slice(0, -1)) : change.type === type));

const KEPT_MS = items.feedItem.keepDays * 24 * 3600_000;

/** The marks for `earliest`, `latest`, or an instant from which changes are wanted. */
export async function marksAt(from: string, feed = openFeed(), now = new Date()): Promise<Marks> {
  if (from === 'latest')
    return eachPartition(async (each) => ({ position: (await feed.head(each))?.position ?? 0, taken: 0 }));
  // Older entries are deleted in no particular order: a reader that began there would miss some.
  const oldest = now.getTime() - KEPT_MS;
  const instant = new Date(from === 'earliest' ? oldest : Math.max(oldest, Date.parse(from))).toISOString();
  return eachPartition(async (each) => ({ position: await feed.positionAt(each, instant), taken: 0 }));
}

/** What is behind a cursor. */
export interface Lag {
  /** How old the oldest entry is. */
  lagSeconds: number;
  /** How many entries there are: the partitions keep count. */
  lagEntries: number;
}

export async function lagOf(marks: Marks, feed = openFeed(), now = new Date()): Promise<Lag> {
  const behind = await eachPartition(async (partition) => {
    const { position = 0, taken = 0 } = marks[partition] ?? {};
    const [next] = (await feed.query(partition, { after: position, limit: 1 })).items;
    if (!next) return { entries: 0, at: undefined };
    const last = (await feed.head(partition)) ?? next;
    return { entries: last.total - (next.total - next.entries.length) - taken, at: next.at };
  });
  const oldest = firstOf(behind.flatMap(({ at }) => at ?? []));
  return {
    lagSeconds: oldest ? Math.max(0, Math.round((now.getTime() - Date.parse(oldest)) / 1000)) : 0,
    lagEntries: sum(behind.map(({ entries }) => entries)),
  };
}
