import { expect, it } from 'vitest';
import { at, orderOf, snapshotOf, sourceOf, ucpErrors } from '#test/support/orders';
import { correctAddress, lift } from './by-hand.ts';
import type { Order } from './order.ts';
import { applySnapshot } from './snapshot.ts';

const correct = (...args: Parameters<typeof correctAddress>) => {
  const corrected = correctAddress(...args);
  if (!corrected) throw new Error('nothing was corrected');
  return corrected;
};

it('corrects the members it is given and names them without their values', () => {
  const patch = { street_address: 'Reforma 1', postal_code: '44100', company: undefined };
  const { order, timeline } = correct(orderOf(), patch);
  expect(order).toMatchObject({
    correctedAddress: { street_address: 'Reforma 1', postal_code: '44100' },
    shippingAddress: { first_name: 'Ana', street_address: 'Reforma 1', postal_code: '44100', address_country: 'MX' },
  });
  expect(order.ucp.fulfillment.expectations[0]?.destination).toMatchObject({ street_address: 'Reforma 1' });
  expect(timeline).toEqual([{ type: 'address.corrected', detail: { members: ['postal_code', 'street_address'] } }]);
  expect(ucpErrors(order)).toEqual([]);
});

it('adds to an earlier correction, clears a blank member, and does nothing twice', () => {
  const first = correct(orderOf(), { postal_code: '44100' }).order;
  const second = correct(first, { last_name: '' });
  expect(second.order.shippingAddress).toMatchObject({ postal_code: '44100' });
  expect(second.order.shippingAddress).not.toHaveProperty('last_name');
  expect(correctAddress(second.order, { last_name: '', postal_code: '44100' })).toBeNull();
  expect(correctAddress(second.order, {})).toBeNull();
});

it.each([
  ['dates nothing', () => null],
  ['dates everything', at],
])('takes up again what a channel cancelled that %s, until it cancels it once more', (_what, versionAt) => {
  const tell = (cancelled: boolean, minute: number, before: Order | null = null) =>
    applySnapshot(before, snapshotOf({ cancelled, version: versionAt(minute) }), sourceOf(minute)).order;
  const cancelled = tell(true, 1, tell(false, 0));
  const restored = lift(cancelled);
  expect([cancelled.cancelled, restored.cancelled]).toEqual([true, false]);
  expect(restored.ucp.line_items.map(({ quantity }) => quantity.total)).toEqual([2, 1]);
  expect(tell(true, 1, restored).cancelled).toBe(false);
  expect(tell(false, 2, restored).cancelled).toBe(false);
  expect(tell(true, 3, tell(false, 2, restored)).cancelled).toBe(true);
});
