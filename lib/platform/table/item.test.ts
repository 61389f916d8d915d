import { expect, test } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { ContractError } from '../errors.ts';
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
