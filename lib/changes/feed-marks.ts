import { firstOf } from '#lib/platform/canonical-json';
import { sum } from '#lib/platform/sum';
import * as items from '#lib/platform/table/items';
import { eachPartition, type Marks } from './cursor.ts';
import { openFeed } from './feed.ts';

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
