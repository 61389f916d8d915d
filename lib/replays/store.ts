import { ring } from '#lib/deliveries/ring';
import { ERASED } from '#lib/orders/erasure';
import { putAct } from '#lib/platform/audit';
import * as items from '#lib/platform/table/items';
import { idOf, keysIn, listIndex, walkIndex } from '#lib/platform/table/sharded-index';
import { db, getItem, type Item, NEW, put, transact, type Write } from '#lib/platform/table/table';
import type { Replay } from './replay.ts';

/** What replays read, write and ring with; another one in tests. */
export const HUB = { table: db, ring };
export type Hub = typeof HUB;

const { key, byTime, active } = items.replay;

/** What a remote said is kept until all that said it are found: it may name a buyer. */
const withoutWords = (filter: Replay['filter']): Replay['filter'] =>
  filter?.message === undefined ? filter : { ...filter, message: ERASED };

const itemOf = (replay: Replay): Item<Replay> => ({
  ...replay,
  ...(replay.collect === null && { filter: withoutWords(replay.filter) }),
  ...key(replay),
  ...keysIn(byTime, replay),
  ...(replay.endedAt === null && keysIn(active, replay)),
});

export const getReplay = (id: string, table = db): Promise<Replay | undefined> => getItem<Replay>(key({ id }), table);

/** Puts a replay on record, and who asked for it. */
export function putNewReplay(replay: Replay): Write[] {
  const { id, by, reason, createdAt, filter, delivery, queue } = replay;
  const detail = {
    ...(filter && { filter: withoutWords(filter) }),
    ...(delivery && { delivery }),
    ...(queue && { queue }),
  };
  return [put(itemOf(replay), NEW), putAct({ act: 'replay.started', about: id, by, reason, at: createdAt, detail })];
}

/** A replay's next state with whatever belongs to it; undefined when somebody else moved it on. */
export async function commitReplay(
  was: Replay,
  change: Partial<Replay>,
  now: Date,
  also: readonly Write[] = [],
  table = db,
): Promise<Replay | undefined> {
  const next: Replay = { ...was, ...change, updatedAt: now.toISOString(), revision: was.revision + 1 };
  const write = put(itemOf(next), 'revision = :revision', { ':revision': was.revision });
  return (await transact([write, ...also], table)) ? next : undefined;
}

/** Replays, newest first. */
export const listReplays = (page: { limit: number; cursor?: string | undefined }) =>
  listIndex<Replay>({ index: 'byTime', partitions: [byTime.partition()], ...page });

const PAGE = 100;

/** The ids of all replays that are not over, oldest first. */
export async function* eachActiveReplay(): AsyncGenerator<string> {
  for await (const rows of walkIndex({ index: active.index, partitions: [active.partition()], limit: PAGE }))
    yield* rows.map(idOf);
}
