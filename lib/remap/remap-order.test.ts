import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutBuyerIn } from '#lib/orders/erasure';
import type { OrderSnapshot } from '#lib/orders/order';
import { applySnapshot } from '#lib/orders/snapshot';
import {
  at,
  contentOf,
  MUGS,
  orderOf,
  PLATE,
  quantitiesOf,
  snapshotOf,
  sourceOf,
  ucpErrors,
} from '#test/support/orders';
import { maskBuyer } from './diff.ts';
import { rereadOrder } from './remap-order.ts';

const version = snapshotOf().version;
const later = '2026-11-20T09:30:00.000Z';
const reread = (misread: Partial<OrderSnapshot>, right: Partial<OrderSnapshot> = {}) =>
  rereadOrder(orderOf(misread), snapshotOf(right), at(0));

describe('an order read once more', () => {
  it('by a mapper that says the same is the very order', () => {
    const order = orderOf();
    expect(rereadOrder(order, snapshotOf(), at(0))).toBe(order);
    const { order: moved } = applySnapshot(order, snapshotOf({ version: later }), sourceOf(30));
    expect(rereadOrder(moved, snapshotOf(), at(0))).toBe(moved);
    // An undated list that took units says nothing else of the order.
    const listed = snapshotOf({ version: null, number: 'X', lines: [{ ...MUGS, quantity: 1 }] });
    const { order: less } = applySnapshot(order, listed, sourceOf(40, { askedAt: at(40) }));
    expect([rereadOrder(less, listed, at(40)), less.ucp.line_items.length]).toEqual([less, 2]);
  });

  it('is what the order would be, had it been read right from the start', () => {
    const misreadings: Array<Partial<OrderSnapshot>> = [
      { lines: [{ ...MUGS, quantity: 1 }, PLATE] },
      { lines: [MUGS] },
      { shippingAddress: {}, shippingMethod: null },
      { paidAt: null },
      { cancelled: true },
      { placedAt: at(0), number: '', currency: 'EUR' },
    ];
    for (const misread of misreadings) {
      expect(contentOf(reread(misread))).toEqual(contentOf(orderOf()));
      expect(ucpErrors(reread(misread))).toEqual([]);
    }
  });

  it('keeps what other snapshots said: their quantities, their lines, and the version that copies moved on', () => {
    const first = orderOf({ version: '2026-11-20T08:00:00.000Z', lines: [{ ...MUGS, quantity: 3 }, PLATE] });
    const { order } = applySnapshot(first, snapshotOf({ lines: [{ ...MUGS, quantity: 1 }] }), sourceOf(1));
    const { order: moved } = applySnapshot(
      order,
      snapshotOf({ lines: [{ ...MUGS, quantity: 1 }], version: later }),
      sourceOf(30),
    );
    const next = rereadOrder(moved, snapshotOf({ lines: [MUGS] }), at(1));
    expect(next.sourceVersion).toBe(later);
    expect(quantitiesOf(next)).toMatchObject({
      li_1: { original: 3, total: 2 },
      li_2: { total: 0, status: 'removed' },
    });
  });

  it('stays without its buyer, where a body outlived the erasure', () => {
    const misread = { ...orderOf({ number: '' }), erased: { at: at(1), by: 'dpo', email: null } };
    const next = rereadOrder(withoutBuyerIn(misread), snapshotOf(), at(0));
    expect(next).toMatchObject({ number: snapshotOf().number, buyer: {}, history: { snapshot: { buyer: {} } } });
    expect(rereadOrder(next, snapshotOf(), at(0))).toBe(next);
  });

  it('never forgets a payment, and forgets a cancellation that was a misreading', () => {
    expect(reread({}, { paidAt: null }).paidAt).toBe(snapshotOf().paidAt);
    expect(reread({ cancelled: true }).history.cancelledAt).toBeNull();
    expect(reread({}, { cancelled: true }).history.cancelledAt).toBe(version);
  });

  it('keeps a line that the right reading does not have, as one that was removed', () => {
    const next = reread({}, { lines: [MUGS] });
    expect(quantitiesOf(next)).toMatchObject({ li_2: { original: 1, total: 0, status: 'removed' } });
  });

  it('does not take lines in a shipper’s hands for new ones under another id', () => {
    const order = { ...orderOf({ lines: [{ ...MUGS, id: 'old' }, PLATE] }), routed: ['old', 'li_2'] };
    expect(() => rereadOrder(order, snapshotOf(), at(0))).toThrow('lines_renamed');
    expect(quantitiesOf(rereadOrder({ ...order, routed: [] }, snapshotOf(), at(0)))).toHaveProperty('li_1');
  });

  it('refuses a snapshot that makes no valid order', () => {
    expect(() => reread({}, { currency: 'nonsense' })).toThrow('currency');
  });

  const line = fc.record({ quantity: fc.integer({ min: 1, max: 4 }), unitPrice: fc.constantFrom(100, 250) });
  const reading = fc
    .record({ mugs: line, plate: fc.option(line), paid: fc.boolean(), cancelled: fc.boolean() })
    .map(({ mugs, plate, paid, cancelled }) => ({
      lines: [{ ...MUGS, ...mugs }, ...(plate ? [{ ...PLATE, ...plate }] : [])],
      paidAt: paid ? snapshotOf().paidAt : null,
      cancelled,
    }));

  it('is changed no more by the same body, however often it comes', () => {
    fc.assert(
      fc.property(reading, reading, reading, (earlier, misread, right) => {
        const old = orderOf({ ...earlier, version: '2026-11-20T08:00:00.000Z' });
        const { order } = applySnapshot(old, snapshotOf(misread), sourceOf(1));
        const next = rereadOrder(order, snapshotOf(right), at(1));
        expect(rereadOrder(next, snapshotOf(right), at(1))).toBe(next);
        const again = applySnapshot(next, snapshotOf(right), sourceOf(2));
        expect(contentOf(again.order)).toEqual(contentOf(next));
        expect(ucpErrors(next)).toEqual([]);
      }),
    );
  });
});

it('a masked difference still says that there is one', () => {
  const changes = [
    { member: 'buyer.email', from: null, to: 'ana@example.com' },
    { member: 'number', from: 'a', to: 'b' },
  ];
  expect(maskBuyer(changes)).toEqual([{ member: 'buyer.email', from: null, to: '***' }, changes[1]]);
});

it('assumes no time anew that was assumed before', () => {
  const seen = (minute: number, note: string) =>
    snapshotOf({ placedAt: at(minute), paidAt: at(minute), timesAssumed: true, note, version: at(minute) });
  const [first, second] = [seen(1, 'a'), seen(2, 'b')];
  const { order } = applySnapshot(applySnapshot(null, first, sourceOf(1)).order, second, sourceOf(2));
  expect(rereadOrder(order, seen(2, 'c'), at(2))).toMatchObject({ placedAt: at(1), paidAt: at(1) });
});
