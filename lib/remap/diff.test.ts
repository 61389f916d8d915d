import { expect, it } from 'vitest';
import { MUGS, orderOf, PLATE } from '#test/support/orders';
import { changedMembers, diffOrders, maskBuyer } from './diff.ts';
import { decodePosition, encodePosition } from './run.ts';

const shippingAddress = { street_address: 'Reforma 1', address_country: 'MX' };

it('names each leaf that differs, lines by their id', () => {
  const changes = diffOrders(orderOf(), orderOf({ lines: [{ ...MUGS, quantity: 3 }, PLATE], number: 'SC-2' }));
  expect(changes).toContainEqual({ member: 'number', from: 'SC-1001', to: 'SC-2' });
  expect(changes).toContainEqual({ member: 'lines[li_1].quantity', from: 2, to: 3 });
  expect(changedMembers(changes)).toEqual(['lines', 'number', 'totals']);
  expect(diffOrders(orderOf(), orderOf())).toEqual([]);
});

it('tells all of an order that is new, and what a reading has no more', () => {
  expect(diffOrders(null, orderOf())).toContainEqual({ member: 'number', from: null, to: 'SC-1001' });
  const gone = diffOrders(orderOf(), orderOf({ shippingAddress }));
  expect(gone).toContainEqual({ member: 'shippingAddress.first_name', from: 'Ana', to: null });
});

it('hides what tells who bought it and where they live, and not that it changed', () => {
  const masked = maskBuyer(diffOrders(orderOf(), orderOf({ shippingAddress, number: 'SC-2' })));
  expect(masked).toContainEqual({ member: 'shippingAddress.first_name', from: '***', to: null });
  expect(masked).toContainEqual({ member: 'number', from: 'SC-1001', to: 'SC-2' });
  expect(JSON.stringify(masked)).not.toMatch(/Ana|Torres|Reforma|example\.com/);
});

it('goes on from where it stood, and from nowhere else', () => {
  const position = 'applied|2026-11-20T09:00:00.000Z#shop:a|b#c';
  expect(decodePosition(encodePosition(position))).toBe(position);
  for (const other of ['', 'applied|x', 'gone|2026-11-20T09:00:00.000Z#a', 'applied|2026-11-20T09:00:00.000Z#'])
    expect(decodePosition(encodePosition(other))).toBeUndefined();
});
