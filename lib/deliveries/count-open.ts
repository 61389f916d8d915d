import * as items from '#lib/platform/table/items';
import { type Place, partitionsOf, queryIndex } from '#lib/platform/table/sharded-index';

/** Counting goes no further: that many are many. */
export const MAX_COUNTED = 1_000;

/** How many of a connection's deliveries are not done, each counted to `MAX_COUNTED`. */
export async function countOpen(connection: string): Promise<{ pending: number; blocked: number; dead: number }> {
  const countShard = async (partition: string) =>
    (await queryIndex({ index: 'byState', partition, limit: MAX_COUNTED, newestFirst: true })).length;
  const count = async (place: Place<{ connection: string }>) => {
    const counts = await Promise.all(partitionsOf(place, { connection }).map(countShard));
    return Math.min(
      MAX_COUNTED,
      counts.reduce((sum, each) => sum + each, 0),
    );
  };
  const { due, blocked, dead } = items.delivery;
  const [pending = 0, ...stopped] = await Promise.all([due, blocked, dead].map(count));
  return { pending, blocked: stopped[0] ?? 0, dead: stopped[1] ?? 0 };
}
