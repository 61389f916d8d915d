import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { shortHash } from '../hash.ts';
import { INDEX_SHARDS } from '../names.ts';
import { shardOf, shardsOf } from './shards.ts';

test.each([
  ['deliveries', (n: number) => `dlv_${shortHash(String(n))}`],
  ['events', () => `evt_${randomUUID()}`],
  ['orders counted by their shop', (n: number) => `shop:SC-${100_000 + n}`],
])('%s are spread evenly over the shards', (_what, idOf) => {
  const counts = new Map(shardsOf('due#shop').map((shard) => [shard, 0]));
  const all = 16_000;
  for (let n = 0; n < all; n++) {
    const shard = shardOf('due#shop', idOf(n));
    counts.set(shard, (counts.get(shard) ?? Number.NaN) + 1);
  }
  expect(counts.size).toBe(INDEX_SHARDS);
  for (const [shard, count] of counts) {
    expect(count, shard).toBeGreaterThan((all / INDEX_SHARDS) * 0.85);
    expect(count, shard).toBeLessThan((all / INDEX_SHARDS) * 1.15);
  }
});

test('one id is always in the same shard, and the first shard has the plain name, as partitions without shards had', () => {
  expect(shardOf('due#shop', 'dlv_1')).toBe(shardOf('due#shop', 'dlv_1'));
  expect(shardsOf('due#shop')[0]).toBe('due#shop');
  expect(new Set(shardsOf('due#shop')).size).toBe(INDEX_SHARDS);
});
