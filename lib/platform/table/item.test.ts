import { expect, test } from 'vitest';
import { ContractError } from '../errors.ts';
import { bare, expiryOf, pack } from './item.ts';
import { put } from './write.ts';

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
])('an item whose %s is longer than DynamoDB allows is refused by name before anything is written', (name, length) => {
  const write = (bytes: number) => () => put({ ...keys, [name]: 'x'.repeat(bytes) });
  expect(write(length)).toThrow(ContractError);
  expect(write(length)).toThrow('id_too_long');
  expect(write(length - 1)).not.toThrow();
});
