import { putAct } from '#lib/platform/audit';
import * as items from '#lib/platform/table/items';
import { across, keysIn, listIndex, type PageAsked } from '#lib/platform/table/sharded-index';
import { db, getItem, type Item, NEW, put, transact } from '#lib/platform/table/table';
import type * as z from '#lib/platform/zod';
import type { RemapFacts } from './remap-schema.ts';

/** What to run through the present mapper: at least one member. */
export interface RemapFilter {
  connection?: string | undefined;
  order?: string | undefined;
  event?: string | undefined;
  /** `unreadable`: events that nothing could read; `applied`: the snapshots that orders stand on. Absent: both. */
  state?: 'applied' | 'unreadable' | undefined;
  /** Received at or after this instant. */
  since?: string | undefined;
}

/** Who had what remapped and why, over all the requests that it took. */
export type RemapRecord = z.infer<typeof RemapFacts> & { filter: RemapFilter };

const { key, byTime } = items.remap;

export const getRemap = (id: string): Promise<RemapRecord | undefined> => getItem<RemapRecord>(key({ id }));

const itemOf = (record: RemapRecord): Item<RemapRecord> => ({ ...record, ...key(record), ...keysIn(byTime, record) });

export const putRemap = (record: RemapRecord): Promise<void> => db.put({ Item: itemOf(record) });

/** Puts a remap on record as it begins, and who asked for it. */
export async function putNewRemap(record: RemapRecord): Promise<void> {
  const { id, by, reason, at, filter } = record;
  await transact([
    put(itemOf(record), NEW),
    putAct({ act: 'events.remapped', about: id, by, reason, at, detail: { filter } }),
  ]);
}

/** Applied remaps, newest first. */
export const listRemaps = (page: PageAsked) => listIndex<RemapRecord>({ ...across(byTime), ...page });
