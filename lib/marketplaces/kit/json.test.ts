import { expect, test } from 'vitest';
import { rowsIn } from './json.ts';

const [A, B] = [
  { id: 1, items: [{ sku: 'x' }] },
  { id: 2, items: {} },
];

test.each<[string, unknown]>([
  ['as they are', [A, B]],
  ['under a name', { rows: [A, B] }],
  ['by their places', { rows: { 0: A, 4: B } }],
  ['each under a name', { rows: [{ row: A }, { row: B }] }],
  ['by their places, each under a name', { 0: { row: A }, 1: { row: B } }],
])('rows are read %s', (_how, body) => {
  expect(rowsIn(body, ['rows', 'items'], 'id')).toEqual([A, B]);
});

test('one row in place of a list is a list of one', () => {
  expect(rowsIn({ rows: { row: A } }, ['rows', 'row', 'items'], 'id')).toEqual([A]);
});

test.each([null, '', 'no', 3, {}, { rows: null }, { error: { code: 1 } }, { 0: 'no' }])('no list is %j', (body) => {
  expect(rowsIn(body, ['rows'], 'id')).toBeUndefined();
});
