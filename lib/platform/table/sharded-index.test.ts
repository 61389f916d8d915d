import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { shortHash } from '../hash.ts';
import { INDEX_SHARDS } from '../names.ts';
import { delivery } from './items.ts';
import { keysIn, listIndex, partitionsOf, queryIndex, shardOf, walkIndex } from './sharded-index.ts';

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

interface Thing {
  id: string;
  connection: string;
  createdAt: string;
}

/** Some things in a table of their own: of two connections, many of them of the same moment. */
const things = fc
  .uniqueArray(fc.record({ connection: fc.constantFrom('one', 'other'), at: fc.integer({ min: 1, max: 9 }) }), {
    selector: (thing) => thing,
    maxLength: 30,
  })
  .map((all) =>
    all.map(({ connection, at }, n): Thing => ({ id: `dlv_${n}`, connection, createdAt: `2026-11-0${at}T00:00` })),
  );

async function startTable(all: readonly Thing[]) {
  const table = memoryTable();
  for (const thing of all)
    await table.put({ Item: { ...thing, ...delivery.key(thing), ...keysIn(delivery.byTime, thing) } });
  return table;
}

const everywhere = ['one', 'other'].flatMap((connection) => partitionsOf(delivery.byTime, { connection }));
const sortOf = (thing: Thing) => delivery.byTime.sort(thing);
const inOrder = (all: readonly Thing[]) => all.map(sortOf).sort();

test('a list over all partitions has what matches, newest first, each once, in pages of any size', async () => {
  await fc.assert(
    fc.asyncProperty(things, fc.integer({ min: 1, max: 7 }), fc.boolean(), async (all, limit, onlyOne) => {
      const table = await startTable(all);
      const matches = ({ connection }: Thing) => !onlyOne || connection === 'one';
      const listed: Thing[] = [];
      let cursor: string | undefined;
      do {
        const page = await listIndex<Thing>({ index: 'byTime', partitions: everywhere, limit, cursor, matches }, table);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        listed.push(...page.items);
        cursor = page.cursor;
      } while (cursor);
      expect(listed.map(sortOf)).toEqual(inOrder(all.filter(matches)).reverse());
    }),
    { numRuns: 12 },
  );
});

test('a walk over all partitions meets everything once, oldest first, also from the middle', async () => {
  await fc.assert(
    fc.asyncProperty(things, fc.integer({ min: 1, max: 20 }), fc.nat(30), async (all, limit, behind) => {
      const table = await startTable(all);
      const sorted = inOrder(all);
      const after = sorted[behind];
      const pages = await Array.fromAsync(walkIndex({ index: 'byTime', partitions: everywhere, limit, after }, table));
      expect(pages.flat().map(({ sort }) => sort)).toEqual(after === undefined ? sorted : sorted.slice(behind + 1));
    }),
    { numRuns: 12 },
  );
});

test('a page lies between its bounds, which it leaves out, whatever a sort key begins with', async () => {
  const ids = ['a', 'b', 'c', '😀', '\uffff'];
  const table = await startTable(ids.map((id) => ({ id, connection: 'one', createdAt: id })));
  const [partition = ''] = partitionsOf(delivery.byTime, { connection: 'one' });
  for (const id of ids) await table.put({ Item: { pk: id, sk: 'PLAIN', timePk: partition, timeSk: `${id}#${id}` } });
  const page = async (bounds: { after?: string; before?: string }, limit = 10) =>
    (await queryIndex({ index: 'byTime', partition, limit, newestFirst: false, ...bounds }, table))
      .filter(({ sk }) => sk === 'PLAIN')
      .map(({ pk }) => pk);
  expect(new Set(await page({}, 20))).toEqual(new Set(ids));
  expect(new Set(await page({ after: 'a#a', before: 'c#c' }))).toEqual(new Set(['b']));
  expect(await page({ after: 'c', before: 'b' })).toEqual([]);
  const nowhere = { index: 'byTime', partition: 'x'.repeat(2049), limit: 1, newestFirst: true } as const;
  expect(await queryIndex(nowhere, table)).toEqual([]);
});

test('a list of which nothing matches is looked through in ever larger steps', async () => {
  const all = Array.from({ length: 600 }, (_, n): Thing => {
    const createdAt = `2026-11-01T00:00:00.${String(n).padStart(3, '0')}`;
    return { id: `dlv_${n}`, connection: n % 2 ? 'one' : 'other', createdAt };
  });
  const table = await startTable(all);
  const query = vi.spyOn(table, 'query');
  const none = { index: 'byTime', partitions: everywhere, limit: 50, matches: () => false } as const;
  expect(await listIndex<Thing>(none, table)).toEqual({ items: [] });
  expect(query.mock.calls.length / everywhere.length).toBeLessThan(6);
});
