import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { shortHash } from '../hash.ts';
import { INDEX_SHARDS } from '../names.ts';
import { delivery } from './items.ts';
import { keysIn, partitionsOf, shardOf } from './sharded-index.ts';

const partitions = partitionsOf(delivery.due, { connection: 'shop' });

test.each([
  ['deliveries', (n: number) => `dlv_${shortHash(String(n))}`],
  ['events', () => `evt_${randomUUID()}`],
  ['orders counted by their shop', (n: number) => `shop:SC-${100_000 + n}`],
])('%s are spread evenly over the shards', (_what, idOf) => {
  const counts = new Map(partitions.map((shard) => [shard, 0]));
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
  expect(partitions[0]).toBe('due#shop');
  expect(new Set(partitions).size).toBe(INDEX_SHARDS);
});

test('an item stands in a partition where its place is looked for', () => {
  const { statePk, stateSk } = keysIn(delivery.due, { connection: 'shop', id: 'dlv_9', dueAt: '2026' });
  expect(partitions).toContain(statePk);
  expect(stateSk).toBe('2026#dlv_9');
});
