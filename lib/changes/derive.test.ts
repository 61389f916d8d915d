import { expect, test } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import { derive, withExpectations } from '#lib/orders/derive';
import { deliveryOf } from '#test/support/fake-hub';
import { MUGS, orderOf, PLATE } from '#test/support/orders';
import { changeOfDelivery, changesOfOrder } from './derive.ts';

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
  expect(told({ held: 'on hold' })).toEqual([['order.changed', ['unreleased']]]);
  expect(told({ lines: [{ ...MUGS, quantity: 1 }, PLATE] })).toMatchObject([
    ['order.changed', expect.arrayContaining(['amounts', 'lines'])],
  ]);
  expect(told({ cancelled: true })).toMatchObject([['order.cancelled', expect.arrayContaining(['lines', 'status'])]]);
});

test('a parcel that changes the order’s status says so, and is one change', () => {
  const before = orderOf();
  const [{ id = '' } = {}] = before.ucp.line_items;
  const parcel = { id: 'ful_1', by: 'erp', carrier: 'dhl', trackingNumber: 'JD01', lineItems: [{ id, quantity: 1 }] };
  const sent = derive({ ...before, fulfillments: [{ ...parcel, shippedAt: '2026-11-20T09:00:00.000Z' }], revision: 2 });
  expect(changesOfOrder(before, sent)).toMatchObject([
    { type: 'fulfillment.added', changed: expect.arrayContaining(['fulfillments', 'status']) },
  ]);
});

test('a release that splits what the buyer expects is told once', () => {
  const before = orderOf({ paidAt: null });
  const paid = { ...orderOf(), releasedAt: '2026-11-20T09:00:00.000Z', revision: 2 };
  const [units] = paid.ucp.line_items;
  const own = [{ id: units?.id ?? '', quantity: 1 }];
  const after = withExpectations({ ...paid, own, routed: ['li_1'] });
  expect(changesOfOrder(before, after).map(({ type, changed }) => [type, changed.includes('ucp')])).toEqual([
    ['order.released', true],
  ]);
});

const cause = { code: 'cancelled_by_supplier', description: 'shed cancelled 1 MUG-RED' };
const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: '2026-11-20T10:00:00.000Z' };
const report = { action: 'fulfillment', connection: 'scopio-main', subject: { fulfillment: 'ful_1' } };

test('tells nothing of a commit that is no revision: a poll found what it had found before', () => {
  const before = { ...orderOf(), revision: 7 };
  expect(changesOfOrder(before, { ...before, sourceVersion: '2026-11-20T09:00:00.000Z' })).toEqual([]);
  expect(changesOfOrder(before, { ...before, revision: 8 })).toMatchObject([{ type: 'order.changed', revision: 8 }]);
});

test.each<[string, Delivery, Delivery, string | undefined]>([
  [
    'cancelled by whoever ships, the channel is not told: it waits for a person',
    deliveryOf({}, { state: 'succeeded', placed }),
    deliveryOf({}, { state: 'blocked', cause, placed }),
    'order.blocked',
  ],
  ['it is placed', deliveryOf({}, { state: 'leased' }), deliveryOf({}, { state: 'succeeded', placed }), 'order.placed'],
  ['a parcel is reported', deliveryOf(report), deliveryOf(report, { state: 'succeeded' }), 'fulfillment.reported'],
  ['it is dead', deliveryOf({}, { state: 'leased' }), deliveryOf({}, { state: 'dead', cause }), 'delivery.dead'],
  ['it is tried again', deliveryOf({}, { state: 'leased' }), deliveryOf({}), undefined],
  ['it is blocked still', deliveryOf({}, { state: 'blocked' }), deliveryOf({}, { state: 'blocked', cause }), undefined],
  [
    'nothing of it is wanted any more',
    deliveryOf({}),
    deliveryOf({}, { state: 'dead', cause: { ...cause, code: 'order_cancelled' } }),
    undefined,
  ],
])('the feed tells of a delivery: %s', (_what, before, after, type) => {
  const change = changeOfDelivery(before, after);
  expect(change?.type).toBe(type);
  if (change) expect(change).toMatchObject({ order: 'scopio-main:ord_8f3a', connection: 'scopio-main' });
});
