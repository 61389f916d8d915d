import fc from 'fast-check';
import { expect, test } from 'vitest';
import { at, orderOf, shipmentOf } from '#test/support/orders';
import { withoutBuyerIn } from './erasure.ts';
import type { ReturnSnapshot } from './order.ts';
import { applyReturns, readReturn, returnedUnits } from './returns.ts';
import { applyShipment } from './shipment.ts';

const SHED = { connection: 'shed', placed: [{ id: 'li_1', quantity: 2 }] };
const parcel = { carrier: 'DHL', trackingNumber: 'JD1', shippedAt: at(1) };
const shipped = applyShipment(orderOf(), shipmentOf({ parcels: [parcel] }), SHED).order;
const WORD = { externalId: 'ord_8f3a', id: 'R1', at: at(5) };
const told = (changes: Partial<ReturnSnapshot> = {}) => readReturn(shipped, { ...WORD, ...changes }, 'store', at(6));

test('a parcel that goes back to its sender is a return of what was in it, once', () => {
  const back = (id: string) => ({ id, type: 'returned_to_sender', at: at(3), trackingNumber: 'JD1' });
  const order = applyShipment(shipped, shipmentOf({ parcels: [parcel], events: [back('1'), back('2')] }), SHED).order;
  expect(order.returns).toMatchObject([{ by: 'shed', at: at(3), lineItems: [{ id: 'li_1', quantity: 2 }] }]);
  expect(order.returns).toHaveLength(1);
  expect(returnedUnits(order).get('li_1')).toBe(2);
  const { trackingNumber: _, ...ofAll } = back('3');
  for (const events of [[[ofAll], [back('4')]], [[back('4')], [ofAll]], [[ofAll, back('4')]]]) {
    const tell = (now: typeof shipped, each: typeof order.shipmentEvents) =>
      applyShipment(now, shipmentOf({ parcels: [parcel], events: each }), SHED).order;
    const { returns } = (events as (typeof order.shipmentEvents)[]).reduce(tell, shipped);
    expect(returns, 'of all parcels, or of this one').toHaveLength(1);
  }
});

test('a channel tells of it by line, by SKU, or without either', () => {
  expect(told({ items: [{ line: 'li_1', quantity: 1 }] }).lineItems).toEqual([{ id: 'li_1', quantity: 1 }]);
  expect(told({ items: [{ sku: 'MUG-RED', quantity: 9 }] }).lineItems).toEqual([{ id: 'li_1', quantity: 2 }]);
  expect(told({ items: [{ sku: 'mug-red ', quantity: 1 }] }).lineItems).toEqual([{ id: 'li_1', quantity: 1 }]);
  expect(told().lineItems).toEqual([{ id: 'li_1', quantity: 2 }]);
  const one = { sku: 'MUG-RED', quantity: 1 };
  const [mug] = shipped.ucp.line_items;
  if (!mug) throw new Error('no line');
  const twice = [1, 2].map((n) => ({ ...mug, id: `li_${n}`, quantity: { original: 1, total: 1, fulfilled: 1 } }));
  const two = { ...shipped, ucp: { ...shipped.ucp, line_items: twice } };
  expect(readReturn(two, { ...WORD, items: [one, one] }, 'store', at(6)).lineItems).toEqual([
    { id: 'li_1', quantity: 1 },
    { id: 'li_2', quantity: 1 },
  ]);
});

test('by SKU it is of the units that have left, each of them once, and those of before when it is told again', () => {
  const [mug] = shipped.ucp.line_items;
  if (!mug) throw new Error('no line');
  const lineOf = (id: string, fulfilled: number) => ({ ...mug, id, quantity: { original: 1, total: 1, fulfilled } });
  const withLines = (...sent: number[]) => ({
    ...shipped,
    ucp: { ...shipped.ucp, line_items: sent.map((units, index) => lineOf(`li_${index + 1}`, units)) },
  });
  const tell = (order: typeof shipped, id: string) =>
    readReturn(order, { ...WORD, id, items: [{ sku: 'MUG-RED', quantity: 1 }] }, 'store', at(6));
  const first = tell(withLines(0, 1), 'R1');
  expect(first.lineItems).toEqual([{ id: 'li_2', quantity: 1 }]);
  const both = { ...withLines(1, 1), returns: [first] };
  expect(tell(both, 'R1').lineItems).toEqual([{ id: 'li_2', quantity: 1 }]);
  expect(tell(both, 'R2').lineItems).toEqual([{ id: 'li_1', quantity: 1 }]);
  expect(tell(withLines(0, 0), 'R1').lineItems).toEqual([{ id: 'li_1', quantity: 1 }]);
});

test('however often, in whatever order and by whomever it is told, no more comes back than went out', () => {
  const words = [
    told({ items: [{ line: 'li_1', quantity: 1 }] }),
    told({ items: [{ line: 'li_1', quantity: 2 }], refund: { amount: 3000 }, at: at(4), reason: 'Broken' }),
    told({ id: 'R2', items: [{ line: 'li_1', quantity: 2 }] }),
  ];
  const after = (some: typeof words) => some.reduce((order, word) => applyReturns(order, [word]).order, shipped);
  const all = after(words);
  expect(all.returns).toHaveLength(2);
  expect(all.returns?.[0]).toMatchObject({ at: at(4), refund: { amount: 3000 }, reason: 'Broken' });
  expect(returnedUnits(all).get('li_1')).toBe(2);
  expect(all.ucp.adjustments.map((each) => each.line_items)).toEqual([[{ id: 'li_1', quantity: -2 }], []]);
  fc.assert(
    fc.property(fc.shuffledSubarray([...words, ...words], { minLength: 6 }), (some) => {
      expect(after(some).returns).toEqual(all.returns);
    }),
  );
  expect(applyReturns(all, words).order).toBe(all);
});

test('of an erased buyer no reason is kept', () => {
  const reason = 'Ana did not like it';
  const erased = withoutBuyerIn(applyReturns(shipped, [told({ reason })]).order);
  expect(erased.returns).toMatchObject([{ reason: null }]);
  const later = readReturn(
    { ...erased, erased: { at: at(9), by: 'ops', email: null } },
    { ...told(), externalId: 'x', id: 'R3', reason, items: [] } as ReturnSnapshot,
    'store',
    at(9),
  );
  expect(later.reason).toBeNull();
});
