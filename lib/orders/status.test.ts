import { expect, test } from 'vitest';
import { at, MUGS, snapshotOf } from '#test/support/orders';
import { historyOf, joinHistories } from './history.ts';
import type { Fulfillment, SnapshotLine } from './order.ts';
import { countLines } from './status.ts';

const line = (id: string, quantity: number, fulfilled = 0): SnapshotLine => ({
  ...{ ...MUGS, id, quantity },
  ...(fulfilled > 0 && { fulfilled, countedBySku: true as const }),
});
const told = (...lines: SnapshotLine[]) => historyOf(snapshotOf({ lines }), at(1));
const parcelOf = (id: string, quantity: number) => ({ lineItems: [{ id, quantity }] }) as Fulfillment;
const sent = (lines: SnapshotLine[], ...parcels: Fulfillment[]) =>
  countLines(told(...lines), parcels).map(({ fulfilled }) => fulfilled);

test('what a channel counts by SKU is of the lines whose parcels it was told of, not of the first as well', () => {
  expect(sent([line('1', 2, 1), line('2', 1)], parcelOf('2', 1))).toEqual([0, 1]);
  expect(sent([line('1', 2, 2), line('2', 1)], parcelOf('2', 1))).toEqual([1, 1]);
  expect(sent([line('1', 2, 2), line('2', 1, 1)], parcelOf('2', 1))).toEqual([2, 1]);
  expect(sent([line('1', 2, 1), line('2', 1)])).toEqual([1, 0]);
  expect(sent([line('1', 2), line('2', 1)], parcelOf('2', 1))).toEqual([0, 1]);
});

test('what left of a line that is gone is of no other line of its SKU', () => {
  const before = told(line('1', 1), line('2', 2));
  const after = historyOf(snapshotOf({ version: at(9), lines: [line('2', 2, 1)] }), at(9));
  const counted = countLines(joinHistories(before, after), [parcelOf('1', 1)]);
  expect(counted.map(({ line: { id }, fulfilled }) => [id, fulfilled])).toEqual([
    ['2', 0],
    ['1', 0],
  ]);
});

const whole = (id: string, quantity: number): SnapshotLine => ({
  ...{ ...MUGS, id, quantity },
  ...{ fulfilled: quantity, fulfilledWithAll: true as const },
});
const deliveredWith = (before: SnapshotLine[], after: SnapshotLine[], ...parcels: Fulfillment[]) => {
  const first = historyOf(snapshotOf({ version: at(1), lines: before }), at(1));
  const last = historyOf(snapshotOf({ version: at(9), lines: after }), at(9));
  const dated = parcels.map((parcel) => ({ ...parcel, shippedAt: at(5) }));
  return countLines(joinHistories(first, last), dated).map(({ fulfilled }) => fulfilled);
};

test('what was added after the hub’s own parcels had it called delivered has been shipped by nobody', () => {
  expect(deliveredWith([line('1', 2)], [whole('1', 5)], parcelOf('1', 2))).toEqual([2]);
  expect(deliveredWith([line('1', 2)], [whole('1', 2), whole('2', 1)], parcelOf('1', 2))).toEqual([2, 0]);
  expect(deliveredWith([line('1', 3)], [whole('1', 2), whole('2', 1)], parcelOf('1', 2))).toEqual([2, 0]);
});

test('a channel that calls all shipped at the first parcel tells nothing of what is in none', () => {
  const first = (...given: Parameters<typeof whole>) => ({
    ...whole(...given),
    fulfilledWithAll: 'at_first' as const,
  });
  const ordered = [line('1', 2), line('2', 1)];
  const delivered = [first('1', 2), first('2', 1)];
  expect(deliveredWith(ordered, delivered, parcelOf('1', 2))).toEqual([2, 0]);
  expect(deliveredWith([line('1', 2)], [first('1', 2)], parcelOf('1', 1))).toEqual([1]);
  expect(deliveredWith(ordered, delivered, parcelOf('1', 2), parcelOf('2', 1))).toEqual([2, 1]);
  expect(deliveredWith(ordered, delivered), 'shipped by somebody else').toEqual([2, 1]);
  const late = { ...parcelOf('1', 2), shippedAt: at(20) };
  const told = [ordered, delivered].map((lines, nth) =>
    historyOf(snapshotOf({ version: at(nth + 1), lines }), at(nth + 1)),
  );
  expect(countLines(told.reduce(joinHistories), [late]).map(({ fulfilled }) => fulfilled)).toEqual([2, 1]);
});

test('nor is it shipped by a later parcel of something else', () => {
  const told = (minute: number, ...lines: SnapshotLine[]) =>
    historyOf(snapshotOf({ version: at(minute), lines }), at(minute));
  const all = [
    told(1, line('1', 2)),
    told(6, whole('1', 2), whole('2', 1)),
    told(7, whole('1', 2), whole('2', 1), whole('3', 4)),
  ].reduce(joinHistories);
  const parcels = [
    { ...parcelOf('1', 2), shippedAt: at(5) },
    { ...parcelOf('2', 1), shippedAt: at(8) },
  ];
  expect(countLines(all, parcels).map(({ fulfilled }) => fulfilled)).toEqual([2, 1, 0]);
});

test('nor is what was added minutes before a parcel, as clocks differ; what stood longer was shipped by somebody', () => {
  const added = (minute: number) => {
    const all = [
      told(line('1', 2)),
      historyOf(snapshotOf({ version: at(minute), lines: [whole('1', 2), whole('2', 1)] }), at(minute)),
    ].reduce(joinHistories);
    return countLines(all, [{ ...parcelOf('1', 2), shippedAt: at(20) }]).map(({ fulfilled }) => fulfilled);
  };
  expect(added(16)).toEqual([2, 0]);
  expect(added(14)).toEqual([2, 1]);
});

test('an order that somebody else called delivered has been shipped, whatever the hub’s parcels hold of it', () => {
  expect(deliveredWith([line('1', 2)], [whole('1', 2)])).toEqual([2]);
  expect(deliveredWith([line('1', 2), line('2', 1)], [whole('1', 2), whole('2', 1)], parcelOf('1', 2))).toEqual([2, 1]);
  expect(deliveredWith([line('1', 2)], [whole('1', 2)], parcelOf('1', 1))).toEqual([2]);
});
