import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { ContractError } from '../errors.ts';
import { DICTIONARY } from './dictionary.ts';
import { bare, expiryOf, pack } from './item.ts';
import { put, transact } from './write.ts';

const table = memoryTable();
const keys = { pk: 'a', sk: 'b', timePk: 't', timeSk: '1' };

test('a packed item shows its keys and what is to be visible, and comes back whole without its keys', () => {
  const thing = { state: 'open', lines: [{ title: 'Zażółć' }], note: null };
  const packed = pack({ ...keys, ...thing, expiresAt: 1 }, ['state']);
  expect(Object.keys(packed).sort()).toEqual(['expiresAt', 'packed', 'pk', 'sk', 'state', 'timePk', 'timeSk']);
  expect(bare(packed)).toEqual(thing);
  expect(bare({ ...keys, ...thing })).toEqual(thing);
});

test('what was packed by Brotli alone, and what is too long for the dictionary, comes back, too', () => {
  const old = {
    ...keys,
    packed: Buffer.from('0AIQeyJsaW5lcyI6W3sidGl0bGUiOiJaYcW8w7PFgsSHIn1dLCJub3RlIjpudWxsfQM=', 'base64'),
  };
  expect(bare(old as unknown as typeof keys)).toEqual({ lines: [{ title: 'Zażółć' }], note: null });
  const long = { lines: Array.from({ length: 2_000 }, (_, nth) => ({ id: `li_${nth}`, title: 'Zażółć' })) };
  expect(bare(pack({ ...keys, ...long }, []))).toEqual(long);
});

test('the dictionary is what it was: nothing else reads what was packed with it', () => {
  const hash = createHash('sha256').update(DICTIONARY).digest('hex');
  expect(hash).toBe('055ac03cd23208b19f6c811ea9e1b330b1fd9cf1739410e14b89207663e479fb');
});

test('the time to live is in whole seconds, and never early', () => {
  expect(expiryOf({ keepDays: 1 }, '1970-01-01T00:00:00.001Z')).toBe(86_401);
});

test.each([
  ['pk', 2049],
  ['sk', 1025],
  ['timePk', 2049],
  ['timeSk', 1025],
  ['stateSk', 1025],
])(
  'an item whose %s is longer than DynamoDB allows is refused by name before anything is written',
  async (name, length) => {
    const item = (bytes: number) => ({ ...keys, [name]: 'x'.repeat(bytes) });
    for (const refused of [table.put({ Item: item(length) }), transact([put(item(length))], table)]) {
      await expect(refused).rejects.toBeInstanceOf(ContractError);
      await expect(refused).rejects.toMatchObject({ code: 'id_too_long' });
    }
    await table.put({ Item: item(length - 1) });
  },
);
