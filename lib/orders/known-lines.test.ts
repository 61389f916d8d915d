import { expect, test } from 'vitest';
import {
  at,
  MUGS,
  orderOf,
  PLATE,
  quantitiesOf,
  shipmentOf,
  snapshotOf,
  sourceOf,
  ucpErrors,
} from '#test/support/orders';
import { withKnownLines } from './known-lines.ts';
import type { SnapshotHistory } from './order.ts';
import { applyShipment } from './shipment.ts';
import { applySnapshot } from './snapshot.ts';
import type { OrderSnapshot, SnapshotLine } from './snapshot-types.ts';

const line = (id: string, sku: string, quantity = 1, more: Partial<SnapshotLine> = {}) => ({
  ...{ id, sku, quantity, title: sku, unitPrice: 1 },
  ...more,
});
const told = (lines: SnapshotLine[], more: Partial<OrderSnapshot> = {}) => ({ lines, ...more }) as OrderSnapshot;
const assumed = (lines: SnapshotLine[]) => told(lines, { idsAssumed: true });
const renamed = (now: OrderSnapshot, known?: OrderSnapshot, gone: SnapshotLine[] = []) =>
  withKnownLines(
    now,
    known && ({ snapshot: known, vanished: gone.map((each) => ({ line: each })) } as SnapshotHistory),
  );
const ids = (snapshot: OrderSnapshot) => snapshot.lines.map(({ id }) => id);

test('lines keep the ids that the order has for the same goods, whichever reading had assumed its own', () => {
  const own = [line('li_1', 'A', 2), line('li_2', 'B')];
  const made = [line('A', 'A', 2), line('B', 'B')];
  expect(ids(renamed(told(own), assumed(made)))).toEqual(['A', 'B']);
  expect(ids(renamed(assumed(made), told(own)))).toEqual(['li_1', 'li_2']);
  // What is renamed once is renamed again, whatever comes after it.
  const again = renamed(told(own), assumed(made));
  expect(ids(renamed(told([...own, line('li_3', 'C')]), again))).toEqual(['A', 'B', 'li_3']);
  // What had gone is the same goods when it is back.
  const [first, ...gone] = own;
  expect(ids(renamed(assumed(made), told(first ? [first] : []), gone))).toEqual(['li_1', 'li_2']);
  expect(ids(renamed(assumed([line('A', 'A')]), told(own), [line('li_0', 'A')]))).toEqual(['li_1']);
  expect(ids(renamed(assumed([line('A', 'A'), line('A-2', 'A', 2)]), told(own), [line('li_0', 'A')]))).toEqual([
    'li_0',
    'li_1',
  ]);
});

test('goods are known by SKU or EAN, and of several lines of a SKU by how many', () => {
  const made = assumed([line('590', '590', 2, { ean: '590' }), line('590-2', '590', 1, { ean: '590' })]);
  const own = [line('li_2', 'A', 1, { ean: '590' }), line('li_1', 'A', 2, { ean: '590' })];
  expect(ids(renamed(told(own), made))).toEqual(['590-2', '590']);
  const skus = (now: OrderSnapshot, known: OrderSnapshot) => renamed(now, known).lines.map(({ sku }) => sku);
  expect(skus(made, told(own))).toEqual(['A', 'A']);
  expect(skus(told(own), made)).toEqual(['A', 'A']);
  expect(skus(made, renamed(told(own), made))).toEqual(['A', 'A']);
});

test('a SKU in other letters is the same goods, unless one has it to the letter', () => {
  const own = assumed([line('a', 'a'), line('B', 'B')]);
  expect(ids(renamed(assumed([line('A', 'A'), line('B', 'B')]), own))).toEqual(['a', 'B']);
  const both = told([line('li_1', 'A'), line('li_2', 'a', 2)]);
  expect(ids(renamed(assumed([line('a', 'a'), line('A', 'A', 2)]), both))).toEqual(['li_2', 'li_1']);
});

test('whatever names a line is renamed with it', () => {
  const lineItems = [{ id: 'li_1', quantity: 1 }];
  const events = [{ id: 'li_1', type: 'shipped', at: 'now', lineItems }];
  const child = line('li_2', 'B', 1, { parentId: 'li_1', attributes: { line: 'li_9' } });
  const { events: kept, lines } = renamed(told([line('li_1', 'A'), child], { events }), assumed([line('A', 'A')]));
  expect(kept).toEqual([{ ...events[0], lineItems: [{ id: 'A', quantity: 1 }] }]);
  expect(lines[1]).toEqual({ ...child, parentId: 'A' });
});

test('goods alike are told apart by the choices of their buyer, whatever these are called', () => {
  const [ana, bo] = ['Ana', 'Bo'].map((lines) => ({ attributes: { lines } }));
  const own = told([line('li_1', 'A', 1, ana), line('li_2', 'A', 1, bo)]);
  expect(ids(renamed(assumed([line('A', 'A', 1, bo), line('A-2', 'A', 1, ana)]), own))).toEqual(['li_2', 'li_1']);
  // However many are left of each.
  expect(
    ids(renamed(assumed([line('A', 'A', 1, bo)]), told([line('li_1', 'A', 1, ana), line('li_2', 'A', 2, bo)]))),
  ).toEqual(['li_2']);
});

test('a source that names all lines may have others of the same goods', () => {
  const again = told([line('7', 'A')]);
  expect(renamed(again, told([line('1', 'A')]))).toBe(again);
  expect(renamed(again, undefined)).toBe(again);
  const other = told([line('7', 'C')]);
  expect(renamed(other, assumed([line('1', 'A')]))).toBe(other);
});

const MUG = { ...MUGS, quantity: 1 };
const listed = (lines: SnapshotLine[], more: Partial<OrderSnapshot> = {}) =>
  snapshotOf({ version: null, number: 'X', lines, ...more });

test('a list asked for later takes units from an order that an event dated, and changes nothing else of it', () => {
  const paid = orderOf({ lines: [MUGS, PLATE], note: 'Ring twice' });
  const asked = (minute: number) => sourceOf(minute, { askedAt: at(minute) });
  const less = applySnapshot(paid, listed([MUG, PLATE]), asked(5));
  expect(less).toMatchObject({ result: 'updated', order: { number: paid.number } });
  expect(less.order.history.snapshot.note).toBe('Ring twice');
  expect(quantitiesOf(less.order)).toMatchObject({ li_1: { original: 2, total: 1 }, li_2: { total: 1 } });
  expect(ucpErrors(less.order)).toEqual([]);
  // The same list again writes nothing, and the event that is sent again is older.
  expect(applySnapshot(less.order, listed([MUG, PLATE]), asked(6)).order).toBe(less.order);
  expect(applySnapshot(less.order, snapshotOf({ lines: [MUGS, PLATE] }), sourceOf(7)).result).toBe('older');
  // What a list took away it may give back.
  const gone = applySnapshot(less.order, listed([MUG]), asked(8)).order;
  expect(quantitiesOf(gone)).toMatchObject({ li_1: { total: 1 }, li_2: { total: 0 } });
  const back = applySnapshot({ ...gone, updatedAt: at(8) }, listed([MUGS, PLATE]), asked(9)).order;
  expect(quantitiesOf(back)).toMatchObject({ li_1: { total: 2 }, li_2: { total: 1 } });
  // Also when a part has shipped meanwhile.
  const parcels = [
    { carrier: 'DHL', trackingNumber: 'JD1', shippedAt: at(7), lineItems: [{ id: 'li_2', quantity: 1 }] },
  ];
  const part = applyShipment(less.order, shipmentOf({ parcels }), { connection: 'shed', placed: [] }).order;
  const whole = applySnapshot(part, listed([MUGS, PLATE]), asked(8)).order;
  expect(quantitiesOf(whole)).toMatchObject({ li_1: { total: 2 }, li_2: { total: 1, fulfilled: 1 } });
  expect(applySnapshot(part, listed([MUGS]), asked(8)).order.ucp).toEqual(part.ucp);
});

test('an undated list counts nothing that was told after it was asked for, or that is only in another form', () => {
  const paid = orderOf({ lines: [MUGS, PLATE] });
  for (const asked of [{ askedAt: paid.updatedAt }, {}]) {
    const { order } = applySnapshot(paid, listed([MUG, PLATE]), sourceOf(5, asked));
    expect(quantitiesOf(order)).toMatchObject({ li_1: { total: 2 } });
  }
  const split = [MUG, PLATE, { ...MUG, id: 'li_9' }];
  for (const lines of [split, [{ ...MUG, id: '7', sku: '590' }]]) {
    const { order } = applySnapshot(paid, listed(lines), sourceOf(5, { askedAt: at(5) }));
    expect(quantitiesOf(order)).toMatchObject({ li_1: { total: 2 } });
  }
  // More may be what was bought first, and less what has not shipped yet.
  const more = orderOf({ lines: [MUG, { ...PLATE, cancelled: true }] });
  const all = applySnapshot(more, listed([MUGS, PLATE]), sourceOf(5, { askedAt: at(5) })).order;
  expect(quantitiesOf(all)).toEqual(quantitiesOf(more));
  const part = orderOf({ lines: [{ ...MUGS, fulfilled: 1 }, PLATE] });
  const rest = applySnapshot(part, listed([MUG, PLATE]), sourceOf(5, { askedAt: at(5) })).order;
  expect(quantitiesOf(rest)).toEqual(quantitiesOf(part));
  // Of two readings of one time the one that stands may not be the one that was cancelled.
  for (const note of ['a', 'b', 'c', 'd']) {
    const ended = applySnapshot(orderOf({ note }), snapshotOf({ note, cancelled: true }), sourceOf(1)).order;
    expect(applySnapshot(ended, listed([MUG]), sourceOf(5, { askedAt: at(5) })).order.cancelled).toBe(true);
  }
  const cancelled = orderOf({ cancelled: true });
  const again = applySnapshot(cancelled, listed([MUG]), sourceOf(5, { askedAt: at(5) })).order;
  expect([again.number, again.cancelled]).toEqual([cancelled.number, true]);
});
