import { beforeEach, expect, test } from 'vitest';
import { type Table, transact } from '#lib/platform/table/table';
import { memoryTable } from '#test/support/memory-table';
import { idempotency } from './idempotency.ts';

let table: Table;
beforeEach(() => {
  table = memoryTable();
});

const at = (hours: number) => new Date(Date.UTC(2026, 10, 20) + hours * 3600_000);
const asked = (request: unknown, { name = 'erp', key = 'once', hours = 0 } = {}) =>
  idempotency<string>(name, key, request, { now: at(hours), table });
const remember = (request: unknown, answer: string, of = {}) => transact(asked(request, of).remember(answer), table);

test('the same request is answered as before for 24 hours', async () => {
  expect(await asked({ a: 1 }).find()).toBeUndefined();
  expect(await remember({ a: 1 }, 'first')).toBe(true);
  expect(await asked({ a: 1 }, { hours: 23 }).find()).toBe('first');
  expect(await asked({ a: 1 }, { hours: 25 }).find()).toBeUndefined();
  expect(await remember({ a: 2 }, 'second', { hours: 25 })).toBe(true);
  expect(await asked({ a: 2 }, { hours: 26 }).find()).toBe('second');
});

test('of two that are under way at once, one is remembered', async () => {
  expect(await Promise.all([remember({ a: 1 }, 'one'), remember({ a: 1 }, 'two')])).toEqual(
    expect.arrayContaining([true, false]),
  );
});

test('another request under the same key is refused, another caller’s key is another one', async () => {
  await remember({ a: 1 }, 'first');
  await expect(asked({ a: 2 }).find()).rejects.toMatchObject({
    status: 422,
    detail: { code: 'idempotency_key_reused' },
  });
  expect(await asked({ a: 2 }, { name: 'wms' }).find()).toBeUndefined();
});

test('without a key nothing is found or remembered', async () => {
  const once = idempotency<string>('erp', undefined, {}, { table });
  expect(await once.find()).toBeUndefined();
  expect(once.remember('answer')).toEqual([]);
});
