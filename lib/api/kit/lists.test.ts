import { expect, test } from 'vitest';
import { encodeCursor } from '#lib/platform/table/sharded-index';
import * as z from '#lib/platform/zod';
import { cursorOf, late, paging, requireFilter, since, upToAnswer } from './lists.ts';

const Query = z.strictObject({ since, late, ...paging });
const read = (query: Record<string, unknown>) => {
  const result = Query.safeParse(query);
  return result.success ? result.data : result.error.issues[0]?.path.join('.');
};

test('a page has 50 unless told otherwise, and empty parameters are absent ones', () => {
  expect(read({})).toEqual({ limit: 50 });
  expect(read({ limit: '', cursor: '', since: '', late: '' })).toMatchObject({ limit: 50 });
  expect(read({ limit: '200' })).toMatchObject({ limit: 200 });
  for (const limit of ['0', '201', '1.5', 'ten', '-1']) expect(read({ limit })).toBe('limit');
});

test('instants have an offset, whose plus may have arrived as a space', () => {
  expect(read({ since: '2026-11-20T09:15:00+01:00' })).toMatchObject({ since: '2026-11-20T08:15:00.000Z' });
  expect(read({ since: '2026-11-20T09:15:00 01:00' })).toMatchObject({ since: '2026-11-20T08:15:00.000Z' });
  for (const text of ['yesterday', '2026-11-20', '2026-11-20T08:15:00']) expect(read({ since: text })).toBe('since');
});

test('late is true or false', () => {
  expect([read({ late: 'true' }), read({ late: 'false' })]).toMatchObject([{ late: true }, { late: false }]);
  expect(read({ late: 'yes' })).toBe('late');
});

const ofSort = (sort: string | Buffer) => read({ cursor: Buffer.from(sort).toString('base64url') });

test('a cursor holds any sort key that the table can, and nothing else', () => {
  const head = '2026-11-20T08:15:00.000Z#';
  const longest = head + 'ø'.repeat((1024 - head.length - 1) / 2);
  const cursor = encodeCursor(longest);
  expect(read({ cursor })).toMatchObject({ cursor });
  expect(ofSort(`${longest}øø`)).toBe('cursor');
  // Each broken byte would be read as three.
  expect(ofSort(Buffer.concat([Buffer.from(head), Buffer.alloc(900, 0xff)]))).toBe('cursor');
  for (const sort of ['MUG#shop', head, '2026-11-20#x']) expect(ofSort(sort)).toBe('cursor');
  expect(cursorOf(/^[^#]*#/).safeParse(encodeCursor('MUG-RED#shop:MUG-RED')).success).toBe(true);
});

test('an answer holds as much as Lambda lets through, and one thing at least', () => {
  const megabytes = (n: number) => 'x'.repeat(n * 1_000_000);
  expect(upToAnswer([1, 2, 1].map(megabytes)).map(({ length }) => length / 1_000_000)).toEqual([1, 2]);
  expect(upToAnswer([megabytes(5), 'y'])).toHaveLength(1);
});

test('a filter of a change names something, and nothing in it is empty, as a variable that nobody has set', () => {
  const refusal = (filter: object) => {
    try {
      requireFilter(JSON.stringify({ filter }));
    } catch (error) {
      return error;
    }
  };
  expect(refusal({ state: 'dead', connection: 'shop' })).toBeUndefined();
  for (const filter of [{}, { state: 'dead', connection: '' }, { order: '' }])
    expect(refusal(filter), JSON.stringify(filter)).toMatchObject({ status: 400, detail: { code: 'empty_filter' } });
});
