import { describe, expect, test } from 'vitest';
import { connectionOf, createRemote, pollContext, RECEIVED_AT } from '#test/conformance/kit';
import type { PollPage } from '../contract.ts';
import { info } from './manifest.ts';
import { poll } from './poll.ts';

const MINUTE = 60_000;
const at = (minutes: number) => new Date(Date.parse('2026-11-20T08:00:00.000Z') - minutes * MINUTE).toISOString();
const order = (id: number, minutes: number) => ({ id, created_at: at(1000), updated_at: at(minutes) });
const orders = (rows: unknown[]) => ({
  status: 200,
  body: JSON.stringify({ meta: { total: rows.length }, orders: rows }),
});
const products = (rows: unknown[]) => ({
  status: 200,
  body: JSON.stringify({ statusCode: 200, data: { meta: { total: rows.length }, products: rows } }),
});

function open(script: Array<{ status: number; body: string }>, from: { watermark?: string; resume?: string } = {}) {
  const { calls, http } = createRemote('sello', script);
  const remote = { http, connection: connectionOf(info), secrets: { apiKey: 'key' } };
  const pages = poll({ ...pollContext(remote), watermark: from.watermark ?? null, resume: from.resume ?? null });
  return { calls, pages: Array.fromAsync(pages) };
}

const idsOf = (pages: PollPage[]) =>
  pages.flatMap(({ items }) => items.map(({ topic, body }) => `${topic} ${(body as { id: number }).id}`));

test('ends where a poll stood in a list that an earlier version read', async () => {
  const { pages } = open([orders([])], { resume: JSON.stringify({ walk: 4, offset: 0, marks: {} }) });
  expect(await pages).toMatchObject([{ resume: null }]);
});

test('reads newest first down to the watermark with some overlap, each list by itself', async () => {
  const marks = { orders: at(10), placed: at(10), created: at(10), whole: RECEIVED_AT, updated: at(10) };
  const watermark = JSON.stringify(marks);
  const script = [
    orders([order(1, 0), order(2, 14), order(3, 16), order(4, 99)]),
    orders([
      { ...order(1, 0), created_at: at(0) },
      { id: 9, created_at: at(3), updated_at: null },
      { id: 10, created_at: at(4), updated_at: '0000-00-00 00:00:00' },
      // Imported late, by whoever set this time.
      { id: 11, created_at: at(55), updated_at: null },
      { id: 12, created_at: at(75), updated_at: null },
    ]),
    products([
      { id: 5, created_at: at(2), updated_at: null },
      { id: 6, created_at: at(50) },
    ]),
    products([{ id: 6, created_at: at(50), updated_at: at(1) }]),
  ];
  const { calls, pages } = open(script, { watermark });
  expect(idsOf(await pages)).toEqual([
    'order-listed 1',
    'order-listed 2',
    'order-listed 9',
    'order-listed 10',
    'order-listed 11',
    'product 5',
    'product 6',
  ]);
  expect((await pages).at(-1)?.resume).toBeNull();
  expect(JSON.parse((await pages).at(-1)?.watermark ?? '')).toEqual({
    ...{ orders: at(0), placed: at(0), created: at(2), whole: RECEIVED_AT, updated: at(1) },
  });
  expect(calls.map(({ url }) => url.search)).toEqual([
    '?size=300&offset=0&sort=updated_at&sort_direction=desc',
    '?size=300&offset=0&sort=created_at&sort_direction=desc',
    '?size=100&offset=0&sort=created_at&sort_direction=desc',
    '?size=100&offset=0&sort=updated_at&sort_direction=desc',
  ]);
});

test('is led past no change by a time that is yet to come', async () => {
  const before = { orders: '2099-01-01T00:00:00.000Z', placed: at(10), created: at(10), whole: RECEIVED_AT };
  const shown = [orders([order(1, -9_999_999), order(2, -13)]), orders([]), products([]), products([])];
  const { pages } = open(shown, { watermark: JSON.stringify({ ...before, updated: at(10) }) });
  expect(idsOf(await pages)).toEqual(['order-listed 1', 'order-listed 2']);
  expect(JSON.parse((await pages).at(-1)?.watermark ?? '')).toMatchObject({ orders: RECEIVED_AT });
});

test('begins with what is active, and with an empty account a day back, as nothing has shown its clock', async () => {
  const { calls, pages } = open([orders([]), products([])]);
  const last = (await pages).at(-1);
  expect(last).toMatchObject({ items: [], resume: null });
  const { whole, ...marks } = JSON.parse(last?.watermark ?? '');
  expect(whole).toBe(RECEIVED_AT);
  const dayBefore = new Date(Date.parse(RECEIVED_AT) - 24 * 60 * MINUTE).toISOString();
  expect(new Set(Object.values(marks))).toEqual(new Set([dayBefore]));
  expect(calls[0]?.url.searchParams.get('filter[is_active]')).toBe('true');
});

test('of an account that was empty no order is lost to a clock that is slow', async () => {
  const first = open([orders([]), products([])]);
  const watermark = (await first.pages).at(-1)?.watermark ?? '';
  const late = [orders([order(1, 10)]), orders([order(1, 10)]), products([]), products([])];
  expect(idsOf(await open(late, { watermark }).pages)).toEqual(['order-listed 1']);
});

test('the products can wait, the orders cannot', async () => {
  const { pages } = open([orders([order(1, 5)]), products([{ id: 5, created_at: at(9) }])]);
  expect((await pages).map(({ canWait = false }) => canWait)).toEqual([false, true, true, false]);
});

test('goes on with the next page, some rows of the last again, and takes its mark from the first', async () => {
  const full = Array.from({ length: 300 }, (_, index) => order(index, index));
  const first = open([orders(full), orders([order(300, 300)]), products([]), products([])]);
  const [page] = await first.pages;
  expect(page?.items).toHaveLength(300);
  const rest = open([orders([order(299, 299), order(300, 300)]), products([])], { resume: page?.resume ?? '' });
  const pages = await rest.pages;
  expect(rest.calls[0]?.url.searchParams.get('offset')).toBe('290');
  expect(JSON.parse(pages.at(-1)?.watermark ?? '{}')).toMatchObject({ orders: at(0) });
});

test('rows wrapped in their name, and lists in none, lose no order; a row without an id becomes unreadable', async () => {
  const script = [[{ order: order(1, 0) }, { updated_at: at(0) }], [order(2, 0)], [], []].map((rows) => ({
    status: 200,
    body: JSON.stringify(rows),
  }));
  const marks = { orders: at(10), placed: at(10), created: at(10), whole: RECEIVED_AT, updated: at(10) };
  const again = script.flatMap((page) => [page, page]);
  const { pages } = open(again, { watermark: JSON.stringify(marks) });
  const ids = idsOf(await pages);
  expect(ids).toContain('order-listed 1');
  expect(ids).toContain('order-listed undefined');
});

test('204 is an empty list', async () => {
  const none = { status: 204, body: '' };
  const { pages } = open([none, none, none, none]);
  expect(idsOf(await pages)).toEqual([]);
});

test('pages that are capped, or the same whatever is asked for, lose nothing and come to an end', async () => {
  const all = Array.from({ length: 25 }, (_, index) => order(index, index));
  const account = (pageOf: (offset: number) => unknown[], told?: object) => {
    let calls = 0;
    const request = async ({ path, query = {} }: { path: string; query?: Record<string, string | number> }) => {
      calls += 1;
      const page = pageOf(Number(query.offset));
      const meta = told ?? { total: page.length };
      const body = path === '/orders' ? { meta, orders: page } : { products: [] };
      return { status: 200, headers: new Headers(), body };
    };
    const remote = { http: { request }, connection: connectionOf(info), secrets: { apiKey: 'key' } };
    return { read: () => Array.fromAsync(poll(pollContext(remote as never))), calls: () => calls };
  };
  for (const meta of [{ total: 25 }, {}, undefined]) {
    const capped = account((offset) => all.slice(offset, offset + 10), meta);
    expect(new Set(idsOf(await capped.read())).size).toBe(25);
    const deaf = account(() => all.slice(0, 10), meta);
    await deaf.read();
    expect(deaf.calls()).toBeLessThan(15);
  }
});

test('a list that is the same whatever is asked for comes to an end also where nothing of it has a time', async () => {
  const undated = Array.from({ length: 10 }, (_, id) => ({ ...order(id, 0), created_at: null, updated_at: null }));
  const page = { status: 200, body: JSON.stringify({ meta: {}, orders: undated }) };
  const marks = { orders: at(0), placed: at(0), created: at(0), updated: at(0), whole: at(0) };
  const watermark = JSON.stringify(marks);
  const { pages } = open([page, page, page, page, products([]), products([])], { watermark });
  expect((await pages).at(-1)?.resume).toBeNull();
});

describe('rows without a time', () => {
  const NOW = Date.parse(RECEIVED_AT);
  const ago = (minutes: number) => new Date(NOW - minutes * MINUTE).toISOString();
  const marks = { orders: ago(10), placed: ago(10), created: ago(10), whole: RECEIVED_AT, updated: ago(10) };

  /** An account with so many products that were never updated, before or behind those that were. */
  function account(undated: number, dated: string[], where: 'first' | 'last', cap = 100) {
    const without = Array.from({ length: undated }, (_, id) => ({
      id: id + 1,
      created_at: ago(9999),
      updated_at: null,
    }));
    const withTime = dated.map((updated_at, index) => ({ id: 1_000_000 + index, created_at: ago(9999), updated_at }));
    const all = where === 'first' ? [...without, ...withTime] : [...withTime, ...without];
    const calls: string[] = [];
    const request = async ({ path, query = {} }: { path: string; query?: Record<string, string | number> }) => {
      calls.push(`${path} ${query.sort} ${query.offset}`);
      const [offset, size] = [Number(query.offset), Number(query.size)];
      const page = query.sort === 'updated_at' ? all.slice(offset, offset + Math.min(cap, size)) : [];
      const meta = { total: all.length };
      const body = path === '/products' ? { data: { meta, products: page } } : { orders: [] };
      return { status: 200, headers: new Headers(), body };
    };
    const remote = { http: { request }, connection: connectionOf(info), secrets: { apiKey: 'key' } };
    const pages = () =>
      Array.fromAsync(poll({ ...pollContext(remote as never), watermark: JSON.stringify(marks), resume: null }));
    return { calls, pages };
  }

  test.each([
    [0, 'first'],
    [40, 'first'],
    [100, 'first'],
    [950, 'first'],
    [20_000, 'first'],
    [20_000, 'last'],
  ] as const)('%i of them, %s: the changed ones are found, and the poll ends soon', async (undated, where) => {
    const { calls, pages } = account(undated, [ago(0), ago(3), ...Array.from({ length: 250 }, () => ago(99))], where);
    expect(idsOf(await pages())).toEqual(['product 1000000', 'product 1000001']);
    expect(calls.length).toBeLessThan(25);
  });

  test('hide no change behind pages that are capped, either', async () => {
    for (const undated of [5, 40, 45, 950]) {
      const { calls, pages } = account(undated, [ago(0), ago(3), ago(99)], 'first', 20);
      expect(new Set(idsOf(await pages()))).toEqual(new Set(['product 1000000', 'product 1000001']));
      expect(calls.length).toBeLessThan(25);
    }
  });

  test('alone are no changes', async () => {
    for (const [undated, most] of [
      [20_000, 25],
      [90, 6],
      [100, 6],
    ] as const) {
      const { calls, pages } = account(undated, [], 'first');
      expect(idsOf(await pages())).toEqual([]);
      expect(calls.length).toBeLessThan(most);
    }
  });
});

test('all products are read once a day, as a quantity may change without a time', async () => {
  const marks = { orders: at(10), placed: at(10), created: at(10), whole: at(25 * 60), updated: at(10) };
  const old = [
    { id: 1, created_at: at(5000), updated_at: null },
    { id: 2, created_at: at(9000), updated_at: null },
  ];
  const { pages } = open([orders([]), orders([]), products(old), products([])], { watermark: JSON.stringify(marks) });
  expect(idsOf(await pages)).toEqual(['product 1', 'product 2']);
  expect(JSON.parse((await pages).at(-1)?.watermark ?? '')).toMatchObject({ whole: RECEIVED_AT, created: at(10) });
});
