import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Order, OrderSnapshot, SnapshotLine } from './order.ts';
import { applyPart, applySnapshot } from './snapshot.ts';
import { externalIdsOf } from './split.ts';

const line = (id: string, quantity: number, unitPrice: number): SnapshotLine => ({
  ...{ id, sku: id.toUpperCase(), title: id, quantity, unitPrice },
});
const LINES = [line('a', 2, 999), line('b', 3, 1234), line('c', 1, 5)];
const SHIPPING = 4900;
const worth = (lines: readonly SnapshotLine[]) => lines.reduce((sum, each) => sum + each.quantity * each.unitPrice, 0);

function snapshot(externalId: string, minute: number, ids: string, more: Partial<OrderSnapshot> = {}): OrderSnapshot {
  const lines = LINES.filter(({ id }) => ids.includes(id));
  const fulfillment = externalId === '1' ? SHIPPING : 0;
  return {
    externalId,
    number: externalId,
    placedAt: '2026-11-20T08:00:00.000Z',
    paidAt: '2026-11-20T08:00:00.000Z',
    version: `2026-11-20T08:0${minute}:00.000Z`,
    cancelled: false,
    currency: 'SEK',
    taxIncluded: true,
    buyer: {},
    shippingAddress: {},
    shippingMethod: null,
    lines,
    amounts: { fulfillment, tax: 0, discount: 0, total: worth(lines) + fulfillment },
    ...more,
  };
}

const source = (minute: number) => ({
  connection: 'sello-se',
  event: `in_${minute}`,
  receivedAt: `2026-11-20T09:0${minute}:00.000Z`,
});

function apply(snapshots: readonly OrderSnapshot[]): Order {
  const first = applySnapshot(null, snapshot('1', 0, 'abc'), source(0)).order;
  return snapshots.reduce(
    (order, told, index) =>
      told.externalId === '1'
        ? applySnapshot(order, told, source(index)).order
        : applyPart(order, told, source(index)).order,
    first,
  );
}

// b moves to order 2, c to order 3, and c comes back.
const STORY = [
  snapshot('2', 1, 'b'),
  snapshot('1', 1, 'ac'),
  snapshot('3', 2, 'c'),
  snapshot('1', 2, 'a'),
  snapshot('3', 3, ''),
  snapshot('1', 4, 'ac'),
];
const total = ({ ucp }: Order, type: string) => ucp.totals.find((each) => each.type === type)?.amount;

test('a sale whose rows are moved keeps every line and every cent, whatever is heard first and however often', () => {
  const seen = fc.array(fc.constantFrom(...STORY), { maxLength: 12 });
  fc.assert(
    fc.property(seen, (told) => {
      const order = apply(told);
      // A line may have left the original order before the other order is seen, whose snapshot is on its way.
      const shown = LINES.filter(({ id }) =>
        order.ucp.line_items.some((item) => item.id === id && item.quantity.total > 0),
      );
      expect(total(order, 'total')).toBe(worth(shown) + SHIPPING);
      expect(order.ucp.totals.some(({ type }) => type === 'adjustment')).toBe(false);
      expect(new Set(order.ucp.line_items.map(({ id }) => id)).size).toBe(LINES.length);
    }),
  );
});

test('every order of the same words ends in the same sale', () => {
  const end = apply(STORY);
  expect(Object.fromEntries(externalIdsOf(end))).toEqual({ a: '1', b: '2', c: '1' });
  expect(total(end, 'total')).toBe(worth(LINES) + SHIPPING);
  fc.assert(
    fc.property(fc.shuffledSubarray([...STORY, ...STORY], { minLength: STORY.length * 2 }), (told) => {
      const { ucp, paidAt, cancelled } = apply(told);
      const sorted = { ...ucp, line_items: ucp.line_items.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
      const expected = { ...end.ucp, line_items: end.ucp.line_items.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
      expect({ ...sorted, paidAt, cancelled }).toEqual({ ...expected, paidAt: end.paidAt, cancelled: end.cancelled });
    }),
  );
});

test('a part that is cancelled takes its lines with it, and the sale is cancelled with the last of them', () => {
  const part = snapshot('2', 5, 'b', { cancelled: true });
  const order = apply([snapshot('1', 4, 'ac'), part]);
  expect(order.cancelled).toBe(false);
  expect(order.ucp.line_items.map(({ id, quantity }) => [id, quantity.total])).toEqual([
    ['a', 2],
    ['c', 1],
    ['b', 0],
  ]);
  const adjusted = ({ ucp }: Order) =>
    ucp.adjustments.map(({ occurred_at, status, line_items = [] }) => [
      ...[occurred_at.slice(14, 16), status],
      line_items.map(({ id, quantity }) => `${id}${quantity}`).join(),
    ]);
  expect(adjusted(order)).toEqual([['05', 'completed', 'b-3']]);
  const whole = apply([snapshot('1', 6, 'ac', { cancelled: true }), part]);
  expect(whole.cancelled).toBe(true);
  expect(adjusted(whole)).toEqual([
    ['05', 'completed', 'b-3'],
    ['06', 'completed', 'a-2,c-1'],
  ]);
  expect(adjusted(apply([snapshot('1', 4, 'ac'), part, snapshot('2', 7, 'b')]))).toEqual([['05', 'failed', '']]);
});

test('the adjustments of a split sale add up, each with an id of its own, whichever of its orders told a quantity', () => {
  const b = (quantity: number, more: Partial<SnapshotLine> = {}) => ({
    lines: [{ ...line('b', quantity, 1234), ...more }],
  });
  const part = [snapshot('2', 2, 'b', b(2)), snapshot('2', 3, 'b', b(1))];
  const unitsOf = ({ ucp }: Order) => {
    expect(new Set(ucp.adjustments.map(({ id }) => id)).size).toBe(ucp.adjustments.length);
    const units = ucp.adjustments.flatMap(({ line_items = [] }) => line_items);
    return units.map(({ id, quantity }) => `${id}${quantity}`).sort();
  };
  expect(unitsOf(apply(part))).toEqual(['b-1', 'b-1']);
  expect(unitsOf(apply([snapshot('1', 1, 'b', b(2)), ...part]))).toEqual(['a-2', 'b-1', 'b-1', 'c-1']);
  const stopped = snapshot('2', 4, 'b', { ...b(1), cancelled: true });
  expect(unitsOf(apply([...part, stopped]))).toEqual(['b-1', 'b-1', 'b-1']);
});

test('the same part twice is one word', () => {
  const order = apply([snapshot('2', 1, 'b')]);
  expect(applyPart(order, snapshot('2', 1, 'b'), source(9)).order).toBe(order);
});

test.each(['constructor', '__proto__', 'toString'])('a part may be called %s', (externalId) => {
  const whole = applySnapshot(null, snapshot('1', 0, 'ab'), source(0)).order;
  const split = applyPart(whole, snapshot(externalId, 1, 'b'), source(1)).order;
  expect(externalIdsOf(split).get('b')).toBe(externalId);
  const stored = JSON.parse(JSON.stringify(split));
  expect(applyPart(stored, snapshot(externalId, 1, 'b'), source(2)).order).toBe(stored);
});

test('an answer about a part is as old as its question, however late it came', () => {
  const tell = (order: Order, number: string, when: object) =>
    applyPart(order, snapshot('2', 1, 'b', { version: null, number }), { ...source(0), ...when }).order;
  const stands = tell(apply([]), 'stands', source(5));
  const slow = tell(stands, 'late', { ...source(9), askedAt: source(3).receivedAt });
  expect(slow.parts?.['2']?.snapshot.number).toBe('stands');
});

test('a line that two orders of the channel show at one moment is the part’s', () => {
  expect(externalIdsOf(apply([snapshot('2', 0, 'b')])).get('b')).toBe('2');
});

test('a part that is not paid holds back all, as lines are placed together', () => {
  const unpaid = { paidAt: null };
  const whole = applySnapshot(null, snapshot('1', 0, 'abc', unpaid), source(0)).order;
  const parts = [snapshot('2', 1, 'ab'), snapshot('3', 1, 'c', unpaid)];
  const order = parts.reduce((now, part) => applyPart(now, part, source(1)).order, whole);
  expect(order.paidAt).toBeNull();
  expect(applyPart(order, snapshot('3', 2, 'c'), source(2)).order.paidAt).not.toBeNull();
});
