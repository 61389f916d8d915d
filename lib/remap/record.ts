import * as items from '#lib/platform/table/items';
import { keysIn, listIndex } from '#lib/platform/table/sharded-index';
import { db, getItem, type Item } from '#lib/platform/table/table';
import type * as z from '#lib/platform/zod';
import type { RemapFilter } from './candidates.ts';
import type { RemapFacts } from './remap-schema.ts';

/** Who had what remapped and why, over all the requests that it took. */
export type RemapRecord = z.infer<typeof RemapFacts> & { filter: RemapFilter };

const { key, byTime } = items.remap;

export const getRemap = (id: string): Promise<RemapRecord | undefined> => getItem<RemapRecord>(key({ id }));

export async function putRemap(record: RemapRecord): Promise<void> {
  const item: Item<RemapRecord> = { ...record, ...key(record), ...keysIn(byTime, record) };
  await db.put({ Item: item });
}

/** Applied remaps, newest first. */
export const listRemaps = (page: { limit: number; cursor?: string | undefined }) =>
  listIndex<RemapRecord>({ index: 'byTime', partitions: [byTime.partition()], ...page, matches: () => true });
