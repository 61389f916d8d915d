import { expect, test } from 'vitest';
import { withKnownLines } from './known-lines.ts';
import type { OrderSnapshot, SnapshotLine } from './snapshot-types.ts';

const line = (id: string, sku: string, quantity = 1, more: Partial<SnapshotLine> = {}) => ({
  ...{ id, sku, quantity, title: sku, unitPrice: 1 },
  ...more,
});
const told = (lines: SnapshotLine[], more: Partial<OrderSnapshot> = {}) => ({ lines, ...more }) as OrderSnapshot;
const assumed = (lines: SnapshotLine[]) => told(lines, { idsAssumed: true });
const ids = (snapshot: OrderSnapshot) => snapshot.lines.map(({ id }) => id);

test('lines keep the ids that the order has for the same goods, whichever reading had assumed its own', () => {
  const own = [line('li_1', 'A', 2), line('li_2', 'B')];
  const made = [line('A', 'A', 2), line('B', 'B')];
  expect(ids(withKnownLines(told(own), assumed(made)))).toEqual(['A', 'B']);
  expect(ids(withKnownLines(assumed(made), told(own)))).toEqual(['li_1', 'li_2']);
  // What is renamed once is renamed again, whatever comes after it.
  const renamed = withKnownLines(told(own), assumed(made));
  expect(ids(withKnownLines(told([...own, line('li_3', 'C')]), renamed))).toEqual(['A', 'B', 'li_3']);
});

test('goods are known by SKU or EAN, and of several lines of a SKU by how many', () => {
  const made = assumed([line('590', '590', 2, { ean: '590' }), line('590-2', '590', 1, { ean: '590' })]);
  const own = [line('li_2', 'A', 1, { ean: '590' }), line('li_1', 'A', 2, { ean: '590' })];
  expect(ids(withKnownLines(told(own), made))).toEqual(['590-2', '590']);
});

test('whatever names a line is renamed with it', () => {
  const lineItems = [{ id: 'li_1', quantity: 1 }];
  const events = [{ id: 'li_1', type: 'shipped', at: 'now', lineItems }];
  const child = line('li_2', 'B', 1, { parentId: 'li_1', attributes: { line: 'li_9' } });
  const { events: kept, lines } = withKnownLines(
    told([line('li_1', 'A'), child], { events }),
    assumed([line('A', 'A')]),
  );
  expect(kept).toEqual([{ ...events[0], lineItems: [{ id: 'A', quantity: 1 }] }]);
  expect(lines[1]).toEqual({ ...child, parentId: 'A' });
});

test('a source that names all lines may have others of the same goods', () => {
  const again = told([line('7', 'A')]);
  expect(withKnownLines(again, told([line('1', 'A')]))).toBe(again);
  expect(withKnownLines(again, undefined)).toBe(again);
  const other = told([line('7', 'C')]);
  expect(withKnownLines(other, assumed([line('1', 'A')]))).toBe(other);
});
