import { ring } from '#lib/deliveries/ring';
import { ERASED } from '#lib/orders/erasure';
import { putAct } from '#lib/platform/audit';
import * as items from '#lib/platform/table/items';
import { across, idOf, keysIn, listIndex, type PageAsked, walkIndex } from '#lib/platform/table/sharded-index';
import { db, getItem, type Item, NEW, put, putRevised, transact, type Write } from '#lib/platform/table/table';
import type { Replay } from './replay.ts';

/** What replays read, write and ring with; tests pass another. */
export const HUB = { table: db, ring };
export type Hub = typeof HUB;

const { key, byTime, active } = items.replay;

/** A remote's words are only kept until everything that said them is found: they may name a buyer. */
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

/** Records a replay, and who asked for it. */
export function putNewReplay(replay: Replay): Write[] {
  const { id, by, reason, createdAt, filter, delivery, queue } = replay;
  const about = { filter: withoutWords(filter), delivery, queue };
  const detail = Object.fromEntries(Object.entries(about).filter(([, value]) => value));
  return [put(itemOf(replay), NEW), putAct({ act: 'replay.started', about: id, by, reason, at: createdAt, detail })];
}

/** Writes a replay's next state with whatever belongs to it; undefined if somebody else advanced it. */
export async function commitReplay(
  was: Replay,
  change: Partial<Replay>,
  now: Date,
  also: readonly Write[] = [],
  table = db,
): Promise<Replay | undefined> {
  const next: Replay = { ...was, ...change, updatedAt: now.toISOString(), revision: was.revision + 1 };
  return (await transact([putRevised(itemOf(next), was), ...also], table)) ? next : undefined;
}

/** Replays, newest first. */
export const listReplays = (page: PageAsked) => listIndex<Replay>({ ...across(byTime), ...page });

const PAGE = 100;

/** The ids of all replays that are not over, oldest first. */
export async function* eachActiveReplay(): AsyncGenerator<string> {
  for await (const rows of walkIndex({ ...across(active), limit: PAGE })) yield* rows.map(idOf);
}
