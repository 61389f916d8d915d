import { describe, expect, it } from 'vitest';
import { Refusal } from '../refusal.ts';
import { applyQuery } from './odata.ts';
import type { Fields } from './odata-filter.ts';

const fields: Fields = { Number: 'string', Status: 'number', Modified: 'date', Code: 'string' };
const rows = [
  { Number: '1', Status: 3, Modified: '2026-10-25T00:30:00', Code: null },
  { Number: '2', Status: 9, Modified: '2026-10-25T01:30:00', Code: "O'Neil" },
  { Number: '3', Status: 3, Modified: '2026-10-25T02:30:00.500', Code: 'A1' },
  { Number: '10', Status: 35, Modified: '2026-10-26T00:00:00', Code: 'A1' },
];
const find = (query: Record<string, unknown>) => applyQuery(rows, fields, query).map((row) => row.Number);
const filter = (text: string) => find({ $filter: text });

describe('OData queries', () => {
  it('finds a window of dates, both ends included or not', () => {
    const window = "Modified ge datetime'2026-10-25T01:30:00' and Modified le datetime'2026-10-26T00:00:00'";
    expect(filter(window)).toEqual(['2', '3', '10']);
    expect(filter(window.replace('ge', 'gt').replace('le', 'lt'))).toEqual(['3']);
    expect(filter("Modified ge datetime'2026-10-26'")).toEqual(['10']);
    expect(filter("Modified gt datetime'2026-10-25T02:30:00.4999999'")).toEqual(['3', '10']);
  });

  it('compares texts, numbers and null', () => {
    expect(filter("Code eq 'O''Neil'")).toEqual(['2']);
    expect(filter('Status ne 3')).toEqual(['2', '10']);
    expect(filter('Code eq null')).toEqual(['1']);
    expect(filter('Code ne null')).toEqual(['2', '3', '10']);
    expect(filter("Code ne 'A1'")).toEqual(['1', '2']);
    expect(filter("Code lt 'Z'")).toEqual(['2', '3', '10']);
  });

  it('binds and before or, and not before both', () => {
    expect(filter("Number eq '1' or Status eq 3 and Code eq 'A1'")).toEqual(['1', '3']);
    expect(filter("(Number eq '1' or Status eq 3) and Code eq 'A1'")).toEqual(['3']);
    expect(filter("not (Status eq 3) and not(Number eq '2')")).toEqual(['10']);
  });

  it('sorts by several properties, nulls first, and pages after that', () => {
    expect(find({ $orderby: 'Modified desc' })).toEqual(['10', '3', '2', '1']);
    expect(find({ $orderby: 'Status, Modified desc' })).toEqual(['3', '1', '2', '10']);
    expect(find({ $orderby: 'Code' })[0]).toBe('1');
    expect(find({ $orderby: 'Modified', $top: '2', $skip: '1' })).toEqual(['2', '3']);
    expect(find({ $top: '0' })).toEqual([]);
    expect(find({ $skip: '9' })).toEqual([]);
  });

  it.each([
    "substringof('A',Code)",
    'year(Modified) eq 2026',
    'Nothing eq 1',
    "Status eq '3'",
    'Number eq 1',
    'Modified ge 2026',
    "Modified ge '2026-10-25'",
    "Modified ge datetime'2026-02-30'",
    "Modified ge datetime'2026-10-25T00:00:00Z'",
    "Modified ge datetime'2026-10-25T00:00:00 02:00'",
    "Modified like datetime'2026-10-25'",
    "Number eq '1' and",
    "(Number eq '1'",
    "Number eq '1')",
    "Number eq '1' Status eq 3",
    "Number eq '1",
    '',
  ])('answers 400 to the filter %s', (text) => {
    expect(statusOf(() => filter(text))).toBe(400);
  });

  it('answers 400 to an option it does not have, to one given twice and to what is no number', () => {
    for (const query of [
      { $select: 'Number' },
      { $inlinecount: 'allpages' },
      { $top: '-1' },
      { $skip: 'x' },
      { $top: ['1', '2'] },
      { $orderby: 'Nothing' },
      { $orderby: 'Number down' },
      { $orderby: '' },
    ]) {
      expect(statusOf(() => find(query))).toBe(400);
    }
    expect(find({ other: 'passes' })).toHaveLength(4);
  });
});

function statusOf(run: () => unknown): number | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Refusal ? error.status : -1;
  }
}
