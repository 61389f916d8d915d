import { expect, test } from 'vitest';
import { MUGS, orderOf, PLATE } from '#test/support/orders';
import { changesOfOrder } from './derive.ts';

test('names what changed as callers know it, also what follows from what the sales channel said', () => {
  const before = orderOf({ note: 'Ring' });
  const told = (changes: Parameters<typeof orderOf>[0]) =>
    changesOfOrder(before, { ...orderOf({ note: 'Ring', ...changes }), revision: 2 }).map(({ type, changed }) => [
      type,
      changed.filter((name) => name !== 'ucp'),
    ]);
  expect(told({})).toEqual([['order.changed', []]]);
  expect(told({ note: 'Ring twice', billingAddress: { address_country: 'MX' } })).toEqual([
    ['order.changed', ['billingAddress', 'note']],
  ]);
  expect(told({ lines: [{ ...MUGS, quantity: 1 }, PLATE] })).toMatchObject([
    ['order.changed', expect.arrayContaining(['amounts', 'lines'])],
  ]);
  expect(told({ cancelled: true })).toMatchObject([['order.cancelled', expect.arrayContaining(['lines'])]]);
});
