import { expect, it, vi } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { writeTogether } from './write-together.ts';

const key = (sk: string) => ({ pk: 'WORD#some', sk });
const put = (sk: string, value = sk) => ({ Item: { ...key(sk), value } });

/** A table, how many items each request wrote, and what stands there. */
function scene() {
  const table = memoryTable();
  const requests = vi.spyOn(table, 'batchWrite');
  const find = async (sk: string) => (await table.get({ Key: key(sk), ConsistentRead: true }))?.value;
  return { table, find, sizes: () => requests.mock.calls.map(([writes]) => writes.length), requests };
}

it('writes in one request what is asked for at one moment, 25 items at most', async () => {
  const { table, find, sizes } = scene();
  await Promise.all(Array.from({ length: 30 }, (_, index) => writeTogether(put(`w${index}`), table)));
  expect(sizes()).toEqual([25, 5]);
  await Promise.all([writeTogether({ Key: key('w0') }, table), writeTogether(put('w1', 'other'), table)]);
  expect([await find('w0'), await find('w1'), await find('w29')]).toEqual([undefined, 'other', 'w29']);
  await writeTogether(put('alone'), table);
  expect([sizes(), await find('alone')]).toEqual([[25, 5, 2], 'alone']);
});

it('has the last write of an item count', async () => {
  const { table, find } = scene();
  await Promise.all([
    writeTogether(put('a', 'first'), table),
    writeTogether({ Key: key('a') }, table),
    writeTogether(put('b', 'first'), table),
    writeTogether(put('b', 'last'), table),
  ]);
  expect([await find('a'), await find('b')]).toEqual([undefined, 'last']);
});

it('writes again what DynamoDB left out, and fails for all where it fails', async () => {
  const { table, find, requests } = scene();
  requests.mockImplementationOnce(async (writes) => ({ unprocessed: [...writes] }));
  await Promise.all([writeTogether(put('a'), table), writeTogether({ Key: key('b') }, table)]);
  expect([await find('a'), requests.mock.calls.length]).toEqual(['a', 2]);
  requests.mockRejectedValueOnce(new Error('away'));
  const both = await Promise.allSettled([writeTogether(put('c'), table), writeTogether(put('d'), table)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
