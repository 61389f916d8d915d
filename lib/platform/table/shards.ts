import { INDEX_SHARDS } from '../names.ts';

/** The partition of an index in which one of many things of a kind stands, by its id. */
export const shardOf = (partition: string, id: string): string => nameOf(partition, hash(id) % INDEX_SHARDS);

/** All partitions in which things of a kind stand. */
export const shardsOf = (partition: string): string[] =>
  Array.from({ length: INDEX_SHARDS }, (_, shard) => nameOf(partition, shard));

/** The first has the plain name: what was written before there were others is found there. */
const nameOf = (partition: string, shard: number): string => (shard === 0 ? partition : `${partition}#${shard}`);

/** FNV-1a: ids are no secrets, and this is asked for every write. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}
