import { expect, test } from 'vitest';
import type { HttpRequest } from '#lib/platform/http/client';
import { connectionOf, createRemote, pollContext } from '#test/conformance/kit';
import type { PollContext } from '../contract.ts';
import { info } from './manifest.ts';
import { poll } from './poll.ts';

const NOW = '2026-11-20T09:00:00.400Z';
type Row = { OrderNumber: string; OrderStatusId: number; ModifiedDate: string };
const row = (number: number, ModifiedDate: string): Row => ({
  OrderNumber: `${number}`,
  OrderStatusId: 3,
  ModifiedDate,
});
const second = (index: number): string => new Date(Date.UTC(2026, 10, 20, 8) + index * 1000).toISOString().slice(0, 19);

/** A store that filters, orders and pages; `meanwhile` happens after each page. */
function open(rows: Row[], { settings = {}, meanwhile = () => {} }: Options = {}) {
  const asked: Array<Record<string, string | number>> = [];
  const request = async ({ query = {} }: HttpRequest) => {
    asked.push(query);
    const [, from = '', to = ''] =
      /ge datetime'(.+)' and ModifiedDate le datetime'(.+)'$/.exec(`${query.$filter}`) ?? [];
    const found = rows
      .filter(({ ModifiedDate: at }) => at >= from && at.slice(0, 19) <= to)
      .sort((a, b) => (a.ModifiedDate < b.ModifiedDate ? -1 : a.ModifiedDate > b.ModifiedDate ? 1 : 0));
    const body = structuredClone(found.slice(Number(query.$skip), Number(query.$skip) + Number(query.$top)));
    meanwhile(asked.length);
    return { status: 200, headers: new Headers(), body };
  };
  const { http } = createRemote(info.name, []);
  const remote = { http: { ...http, request }, connection: connectionOf(info, settings), secrets: {} };
  const context: PollContext = { ...pollContext(remote), now: () => new Date(NOW) };
  return { asked, context };
}

interface Options {
  settings?: Record<string, unknown>;
  meanwhile?: (calls: number) => void;
}

async function read(context: PollContext) {
  const numbers: string[] = [];
  let watermark: string | undefined;
  for await (const page of poll(context)) {
    numbers.push(...page.items.map(({ body }) => (body as Row).OrderNumber));
    watermark = page.watermark;
  }
  return { numbers: new Set(numbers), watermark };
}

const filters = (asked: Array<Record<string, string | number>>) => asked.map(({ $filter }) => $filter);

test('asks from a little before the last poll to a moment ago, in UTC without a zone', async () => {
  const { asked, context } = open([]);
  const { watermark } = await read({ ...context, watermark: '2026-11-20T08:55:00.000Z' });
  expect(asked).toEqual([
    {
      $filter: "ModifiedDate ge datetime'2026-11-20T08:45:00' and ModifiedDate le datetime'2026-11-20T08:59:58'",
      $orderby: 'ModifiedDate',
      $top: 100,
      $skip: 0,
    },
  ]);
  expect(watermark).toBe('2026-11-20T08:59:58.000Z');
});

test('begins with everything, or with what a setting says', async () => {
  const all = open([]);
  await read(all.context);
  expect(filters(all.asked)[0]).toContain("ge datetime'1970-01-01T00:00:00'");
  const some = open([], { settings: { since: '2026-11-01T00:00:00+01:00' } });
  await read(some.context);
  expect(filters(some.asked)[0]).toContain("ge datetime'2026-10-31T23:00:00'");
});

test('asks in the clock of the store where it has another', async () => {
  const { asked, context } = open([], { settings: { timeZone: 'America/New_York', overlapMinutes: 5 } });
  await read({ ...context, watermark: '2026-11-20T08:55:00.000Z' });
  expect(filters(asked)).toEqual([
    "ModifiedDate ge datetime'2026-11-20T03:50:00' and ModifiedDate le datetime'2026-11-20T03:59:58'",
  ]);
});

test('misses nobody when orders are modified between the pages', async () => {
  const rows = Array.from({ length: 350 }, (_, index) => row(index, second(index)));
  const meanwhile = (calls: number) => {
    for (const each of rows.slice((calls - 1) * 100, calls * 100)) each.ModifiedDate = '2026-11-20T09:00:00';
  };
  const { numbers } = await read(open(rows, { meanwhile }).context);
  expect(numbers.size).toBe(350);
});

test('misses nobody of a second that holds more than a page, modified meanwhile or not', async () => {
  const at = (index: number) => second(index < 320 ? 1 : index);
  const rows = Array.from({ length: 340 }, (_, index) => row(index, at(index)));
  expect((await read(open(rows).context)).numbers.size).toBe(340);
  let moved = 0;
  const meanwhile = (calls: number) => {
    const first = rows[calls * 7];
    if (first && moved++ < 5) first.ModifiedDate = '2026-11-20T09:00:00';
  };
  expect((await read(open(rows, { meanwhile }).context)).numbers.size).toBe(340);
});

test('goes on where it broke off, with the window it had', async () => {
  const rows = Array.from({ length: 250 }, (_, index) => row(index, second(index)));
  const { asked, context } = open(rows);
  const first = await poll(context).next();
  const resume = first.value?.resume ?? null;
  const rest = await read({ ...context, now: () => new Date('2026-11-20T10:00:00Z'), resume });
  expect(rest.numbers.size).toBe(151);
  expect(rest.watermark).toBe('2026-11-20T08:59:58.000Z');
  expect(filters(asked).at(1)).toContain(
    `ge datetime'${second(99)}' and ModifiedDate le datetime'2026-11-20T08:59:58'`,
  );
});

test('does not run for ever where the store does not page', async () => {
  const { http } = createRemote(info.name, []);
  const rows = Array.from({ length: 100 }, (_, index) => row(index, second(1)));
  const request = async () => ({ status: 200, headers: new Headers(), body: { Results: rows } });
  const remote = { http: { ...http, request }, connection: connectionOf(info), secrets: {} };
  await expect(read(pollContext(remote))).rejects.toThrow('paging_unstable');
});

test('takes both forms of a list, leaves carts out, and says so where it is no list', async () => {
  const carts = [1, 2].map((OrderStatusId) => ({ ...row(OrderStatusId, second(1)), OrderStatusId }));
  for (const body of [[...carts, row(3, second(2))], { Results: [...carts, row(3, second(2))] }]) {
    const { http } = createRemote(info.name, [{ status: 200, body: JSON.stringify(body) }]);
    const { numbers } = await read(pollContext({ http, connection: connectionOf(info), secrets: {} }));
    expect([...numbers]).toEqual(['3']);
  }
  for (const body of ['null', '{"Results":null}', '"text"']) {
    const { http } = createRemote(info.name, [{ status: 200, body }]);
    await expect(read(pollContext({ http, connection: connectionOf(info), secrets: {} }))).rejects.toThrow('Results');
  }
});
