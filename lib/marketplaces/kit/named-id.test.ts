import { expect, test } from 'vitest';
import { findNamedId } from './named-id.ts';

const PATHS = [['order_id'], ['order', 'id'], ['id'], []];

test.each<[unknown, string | undefined]>([
  [5, '5'],
  ['5', '5'],
  [{ id: 5 }, '5'],
  [[{ id: 5 }], '5'],
  [{ event: 'order', data: { order: { id: 5 } } }, '5'],
  [{ id: 991, payload: { order_id: 5 } }, '5'],
  [{ account: { id: 9 }, data: { id: 5 } }, undefined],
  [{ number: 'N-1', customer: { id: 9 } }, undefined],
  [{ data: { number: 'N-1', customer: { id: 9 } } }, undefined],
  [{ data: { id: 5 } }, '5'],
  [{ id: 'evt_5' }, undefined],
  [{ order_id: 0, id: 5 }, '5'],
  [{ id: '0' }, undefined],
  [{ orderId: 5 }, '5'],
  [{ Order: { ID: '5' } }, '5'],
  [{ object: { id: 5 } }, '5'],
  [{ orderIds: 5, customerId: 9 }, undefined],
  [null, undefined],
])('the id in %j is %j', (body, id) => {
  expect(findNamedId(body, PATHS)).toBe(id);
});

test('a number that JSON has rounded is refused by its path, and nothing is taken in its place', () => {
  expect(() => findNamedId({ data: { order_id: 2 ** 60 }, id: 5 }, PATHS)).toThrow(/order_id/);
});
