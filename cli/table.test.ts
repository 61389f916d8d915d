import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Delivery } from '#lib/api/delivery-schema';
import { deliveryColumns } from './describe-delivery.ts';
import { type Column, renderFacts, renderTable } from './table.ts';

type Row = { id: string; what: string; note: string };
const columns: Column<Row>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'WHAT', value: ({ what }) => what, flexible: true },
  { title: 'NOTE', value: ({ note }) => note, minor: true },
];
const row = { id: 'dlv_1', what: 'a carrier that nobody knows', note: '3 min ago' };

test('a table is as wide as its cells where nothing limits it', () => {
  expect(renderTable([row], columns)).toBe(
    ['ID     WHAT                         NOTE', 'dlv_1  a carrier that nobody knows  3 min ago'].join('\n'),
  );
});

test('flexible columns are cut before minor ones go, and ids stay whole', () => {
  expect(renderTable([row], columns, 30).split('\n')[1]).toBe('dlv_1  a carrier t…  3 min ago');
  expect(renderTable([row], columns, 20)).toBe(['ID     WHAT', 'dlv_1  a carrier th…'].join('\n'));
  expect(renderTable([row], columns, 10)).toBe(['ID', 'dlv_1'].join('\n'));
});

test('why deliveries stopped is told on sixty columns, as of a phone, whatever else has to go', () => {
  const delivery = {
    ...{ id: 'dlv_5be1f6c2a93d70418f26', kind: 'push', action: 'fulfillment', state: 'blocked', attemptCount: 1 },
    ...{ connection: 'scopio-main', order: 'scopio-main:ord_8f3a2c', updatedAt: '2026-11-20T08:15:00.000Z' },
    cause: { code: 'carrier_unmapped', description: 'no carrier is called so' },
  } as unknown as Delivery;
  const [, told] = renderTable([delivery], deliveryColumns(new Date('2026-11-20T09:15:00.000Z')), 60).split('\n');
  expect(told).toBe('dlv_5be1f6c2a93d70418f26  blocked  push fulfi…  carrier_unm…');
});

test('a column without any value is left out', () => {
  expect(renderTable([{ ...row, what: '' }], columns)).toBe(['ID     NOTE', 'dlv_1  3 min ago'].join('\n'));
});

test('whatever a remote said, a row is one line and fits', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(fc.record({ id: fc.constant('dlv_1'), what: cell, note: cell }), { minLength: 1 }),
      fc.integer({ min: 5, max: 200 }),
      (rows, width) => {
        const lines = renderTable(rows, columns, width).split('\n');
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(width);
      },
    ),
    { numRuns: 50 },
  );
  expect(renderTable([{ ...row, what: 'a\n\u001b[31mb' }], columns)).toContain('dlv_1  a [31mb');
});

test('facts without a value are not told', () => {
  expect(
    renderFacts([
      ['id', 'a'],
      ['cause', null],
      ['longer', 'b'],
    ]),
  ).toBe('id      a\nlonger  b');
});
