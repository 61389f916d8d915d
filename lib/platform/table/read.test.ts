import { expect, it, vi } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import type { Table } from './document.ts';
import { getItem, getItems, queryPartition } from './read.ts';

type Keys = ReadonlyArray<{ pk: string; sk: string }>;

/** A table that has every item but those of the partition `none`, and counts. */
function startCounting() {
  const asked: number[] = [];
  const found = (keys: Keys) => {
    asked.push(keys.length);
    return keys.filter(({ pk }) => pk !== 'none').map((key) => ({ ...key, name: key.sk }));
  };
  const table = {
    get: async ({ Key }: { Key: Keys[number] }) => found([Key])[0],
    batchGet: async (keys: Keys) => ({ items: found(keys), unprocessed: [] as Keys }),
  };
  return { asked, fake: table, table: table as unknown as Table };
}

const key = (sk: string, pk = 'p') => ({ pk, sk });

it('reads what is asked for in one turn of the event loop in one request, each key once', async () => {
  const { table, asked } = startCounting();
  const [one, none, some] = await Promise.all([
    getItem(key('a'), table),
    Promise.resolve().then(() => getItem(key('b', 'none'), table)),
    getItems([key('c'), key('x', 'none'), key('a')], table),
  ]);
  expect([one, none, some]).toEqual([{ name: 'a' }, undefined, [{ name: 'c' }, { name: 'a' }]]);
  expect(asked).toEqual([4]);
});

it('reads one item as one, and more than a hundred in several requests', async () => {
  const { table, asked } = startCounting();
  expect(await getItems([key('only')], table)).toEqual([{ name: 'only' }]);
  const many = Array.from({ length: 250 }, (_, n) => key(String(n)));
  expect(await getItems(many, table)).toEqual(many.map(({ sk }) => ({ name: sk })));
  expect(asked).toEqual([1, 100, 100, 50]);
  expect(await getItems([], table)).toEqual([]);
});

it('asks again for what was left unprocessed', async () => {
  const { table, fake, asked } = startCounting();
  const { batchGet } = fake;
  fake.batchGet = async ([first, ...rest]) => {
    const { items } = await batchGet(first ? [first] : []);
    return { items, unprocessed: rest };
  };
  expect(await getItems([key('a'), key('b')], table)).toEqual([{ name: 'a' }, { name: 'b' }]);
  expect(asked).toEqual([1, 1]);
});

it('one key that DynamoDB does not take fails its own read and no other', async () => {
  const { table, fake } = startCounting();
  const refused = Object.assign(new Error('no such key'), { name: 'ValidationException' });
  fake.batchGet = vi.fn(() => Promise.reject(refused));
  const { get } = fake;
  fake.get = (input) => (input.Key.sk === 'bad' ? Promise.reject(refused) : get(input));
  const reads = await Promise.allSettled(['a', 'bad', 'b'].map((sk) => getItem(key(sk), table)));
  expect(reads).toMatchObject([{ value: { name: 'a' } }, { reason: refused }, { value: { name: 'b' } }]);
  fake.batchGet = () => Promise.reject(new Error('away'));
  await expect(getItems([key('a'), key('b')], table)).rejects.toThrow('away');
});

it('a key longer than any item can have finds nothing, and its neighbors are found', async () => {
  const table = memoryTable();
  await table.put({ Item: { ...key('there'), n: 1 } });
  const long = ['x'.repeat(2049), 'ü'.repeat(1025), '€'.repeat(683)].map((pk) => getItem({ pk, sk: 's' }, table));
  const wide = getItem({ pk: 'p', sk: 'x'.repeat(1025) }, table);
  const longest = getItem({ pk: 'x'.repeat(2048), sk: 'y'.repeat(1024) }, table);
  expect(await Promise.all([getItem(key('there'), table), wide, longest, ...long])).toEqual([
    { n: 1 },
    ...Array.from({ length: 5 }, () => undefined),
  ]);
});

it('reads a partition whole, however many pages it has', async () => {
  const pages = [
    { Items: [key('a')], LastEvaluatedKey: key('a') },
    { Items: [key('b')], LastEvaluatedKey: undefined },
  ];
  const asked: unknown[] = [];
  const query = async (input: unknown) => {
    asked.push(input);
    return pages[asked.length - 1];
  };
  expect(await queryPartition('p', { table: { query } as unknown as Table })).toEqual([key('a'), key('b')]);
  expect(asked).toMatchObject([{ ConsistentRead: true }, { ExclusiveStartKey: key('a') }]);
});
