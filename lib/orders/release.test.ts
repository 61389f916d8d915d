import { describe, expect, it } from 'vitest';
import type { Connection } from '#lib/connections/connection';
import { orderOf } from '#test/support/orders';
import type { OrderSnapshot } from './order.ts';
import type { PaymentState } from './payment-state.ts';
import { isReleased, paymentOf, wasReleased } from './release.ts';

const network = (settings: object = {}, releases?: readonly PaymentState[]) => ({
  connections: new Map([
    ['scopio-main', { id: 'scopio-main', marketplace: 'scopio', baseUrl: '', settings } as unknown as Connection],
  ]),
  roleOf: () => (releases ? { releases } : {}),
});
const unpaid = (state: PaymentState): Partial<OrderSnapshot> => ({ paidAt: null, payment: { method: 'x', state } });

describe('isReleased', () => {
  it.each<[string, Partial<OrderSnapshot>, boolean]>([
    ['paid', {}, true],
    ['not paid', { paidAt: null }, false],
    ['on account', unpaid('on_account'), false],
    ['paid and paid back', { payment: { method: null, state: 'refunded' } }, false],
    ['paid and paid back in part', { payment: { method: null, state: 'partly_refunded' } }, true],
  ])('by default: %s', (_, changes, expected) => {
    expect(isReleased(orderOf(changes), network())).toBe(expected);
  });

  it("goes by the marketplace's list, and by the connection's before it", () => {
    const order = orderOf(unpaid('on_account'));
    expect(isReleased(order, network({}, ['paid', 'on_account']))).toBe(true);
    expect(isReleased(order, network({ release: ['paid'] }, ['paid', 'on_account']))).toBe(false);
    expect(isReleased(orderOf(unpaid('on_delivery')), network({ release: ['on_delivery'] }))).toBe(true);
  });

  it('does not forget a payment that a later word calls pending', () => {
    expect(paymentOf(orderOf({ payment: { method: 'card', state: 'pending' } }))).toEqual({
      ...{ method: 'card', state: 'paid' },
    });
  });
});

it('was released since it could ship, or since it was paid where only that is kept', () => {
  const paidAt = '2026-11-20T08:15:00.000Z';
  expect(wasReleased({ paidAt })).toBe(true);
  expect(wasReleased({ paidAt, releasedAt: null })).toBe(false);
  expect(wasReleased({ paidAt: null, releasedAt: paidAt })).toBe(true);
});
