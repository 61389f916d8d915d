import { queryIndex } from '#lib/platform/table/sharded-index';
import { shardsOf } from '#lib/platform/table/shards';
import { blockedPartition, deadPartition, duePartition } from './ledger.ts';

/** Counting goes no further: that many are many. */
export const MAX_COUNTED = 1_000;

/** How many of a connection's deliveries are not done, each counted to `MAX_COUNTED`. */
export async function countOpen(connection: string): Promise<{ pending: number; blocked: number; dead: number }> {
  const countShard = async (partition: string) =>
    (await queryIndex({ index: 'byState', partition, limit: MAX_COUNTED, newestFirst: true })).length;
  const count = async (partition: string) => {
    const counts = await Promise.all(shardsOf(partition).map(countShard));
    return Math.min(
      MAX_COUNTED,
      counts.reduce((sum, each) => sum + each, 0),
    );
  };
  const partitions = [duePartition, blockedPartition, deadPartition].map((partitionOf) => partitionOf(connection));
  const [pending = 0, blocked = 0, dead = 0] = await Promise.all(partitions.map(count));
  return { pending, blocked, dead };
}
