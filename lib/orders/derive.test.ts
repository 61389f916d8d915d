import { expect, it } from 'vitest';
import { orderOf } from '#test/support/orders';
import { storedOf, wholeOf } from './derive.ts';

it('is stored without what is derived of the rest, and is whole again when it is read', () => {
  const order = { ...orderOf(), note: 'kept' };
  const stored = storedOf(order);
  expect(stored).not.toHaveProperty('ucp');
  expect(stored).not.toHaveProperty('buyer');
  const read = JSON.parse(JSON.stringify(stored));
  expect(wholeOf(read)).toEqual(order);
  expect(wholeOf(read)).toBe(wholeOf(read));
});

it('is stored whole where something else stands than would be derived, as an earlier version derived it', () => {
  const order = orderOf();
  const older = { ...order, ucp: { ...order.ucp, label: 'as it was called' } };
  expect(storedOf(older)).toBe(older);
  expect(wholeOf(older)).toBe(older);
  expect(wholeOf(undefined)).toBeUndefined();
});
