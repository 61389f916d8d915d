import type { Remapped } from '#lib/inbound/event';
import { tableName } from '#lib/platform/settings';
import { listIndex } from '#lib/platform/table/sharded-index';
import { db, getItem, type Item } from '#lib/platform/table/table';
import type { RemapFilter } from './candidates.ts';

/** Who had what remapped and why, over all the requests that it took. */
export interface RemapRecord extends Remapped {
  filter: RemapFilter;
  examined: number;
  applied: number;
}

const ALL = 'REMAP';
const keyOf = (id: string) => ({ pk: `REMAP#${id}`, sk: 'REMAP' });

export const getRemap = (id: string): Promise<RemapRecord | undefined> => getItem<RemapRecord>(keyOf(id));

export async function putRemap(record: RemapRecord): Promise<void> {
  const { id, at } = record;
  const item: Item<RemapRecord> = { ...record, ...keyOf(id), timePk: ALL, timeSk: `${at}#${id}` };
  await db.put({ TableName: tableName(), Item: item });
}

/** Applied remaps, newest first. */
export const listRemaps = (page: { limit: number; cursor?: string | undefined }) =>
  listIndex<RemapRecord>({ index: 'byTime', partitions: [ALL], ...page, matches: () => true });
