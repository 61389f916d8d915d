import { expect, it } from 'vitest';
import { itemSize } from './item-size.ts';

it('counts names and text in UTF-8, numbers by pairs of digits, and three bytes for a list or a map', () => {
  expect(itemSize({ pk: { S: 'abc' } })).toBe(5);
  expect(itemSize({ pk: { S: 'Łódź' } })).toBe(2 + 7);
  expect(itemSize({ n: { N: '0' } })).toBe(2);
  expect(itemSize({ n: { N: '1200' } })).toBe(3);
  expect(itemSize({ n: { N: '-0.015' } })).toBe(1 + 3);
  expect(itemSize({ b: { B: 'AAEC' } })).toBe(4);
  expect(itemSize({ s: { SS: ['a', 'bc'] } })).toBe(4);
  expect(itemSize({ o: { BOOL: false }, z: { NULL: true } })).toBe(4);
  expect(itemSize({ l: { L: [{ S: 'a' }, { N: '1' }] } })).toBe(1 + 3 + 2 + 3);
  expect(itemSize({ m: { M: { a: { S: 'b' } } } })).toBe(1 + 3 + 1 + 2);
});
