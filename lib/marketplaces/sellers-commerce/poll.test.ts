import { describe, expect, test } from 'vitest';
import { RejectedError } from '#lib/platform/errors';
import type { HttpRequest } from '#lib/platform/http/client';
import { connectionOf, createRemote, pollContext } from '#test/conformance/kit';
import type { PollContext, PollPage } from '../contract.ts';
import { info } from './manifest.ts';
import { poll, rewind } from './poll.ts';

const NOW = '2026-11-20T09:00:00.400Z';
const MINUTE = 60_000;
interface Row extends Record<string, unknown> {
  OrderNumber: string;
  OrderStatusId: number;
  ModifiedDate: string | null;
}
const row = (number: number, ModifiedDate: string | null): Row => ({
  ...{ OrderNumber: `${number}`, OrderStatusId: 3, ModifiedDate },
});
const second = (index: number): string => new Date(Date.UTC(2026, 10, 20, 8) + index * 1000).toISOString().slice(0, 19);

interface Store {
  settings?: Record<string, unknown>;
  /** Called after each page of orders. */
  meanwhile?: (calls: number) => void;
  /** The most rows in a page, whatever `$top` asks for. */
  cap?: number;
  heedsSkip?: boolean;
  heedsTop?: boolean;
  heedsFilter?: boolean | 'ge';
  /** A column that it refuses to filter by. */
  refuses?: string;
  /** The column that rows are sorted by, whatever `$orderby` asks for. */
  sortedBy?: (row: Row) => string | number;
  /** How it writes a time. */
  write?: (time: string) => string;
  skus?: unknown[];
  returns?: unknown[] | number;
  /** What it answers where a list would be empty. */
  none?: unknown;
}

/** A store that filters, sorts and pages, as far as its options let it. */
function open(rows: Row[], store: Store = {}, clock = { now: Date.parse(NOW) }) {
  const {
    settings = {},
    meanwhile = () => {},
    cap = 1000,
    heedsSkip = true,
    heedsTop = true,
    heedsFilter = true,
    sortedBy,
    write = (time) => time,
    skus = [],
    returns = [],
  } = store;
  const asked: Array<Record<string, string | number>> = [];
  let calls = 0;
  const request = async ({ path, query = {} }: HttpRequest) => {
    const { $filter, $top = query.top, $skip = query.skip } = query;
    const headers = new Headers({ date: new Date(clock.now).toUTCString() });
    if (path.includes('return') && typeof returns === 'number') throw refusal(returns);
    if (store.refuses && `${$filter}`.includes(store.refuses)) throw refusal(400);
    const [, column = '', from = '', to = '9'] =
      /^(\w+) ge datetime'([^']+)'(?: and \w+ lt datetime'([^']+)')?$/.exec(`${$filter ?? ''}`) ?? [];
    const all = path.includes('order') ? rows : path.includes('return') ? (returns as Row[]) : (skus as Row[]);
    const at = (each: Row) => `${each[column] ?? ''}`;
    const by = sortedBy ?? at;
    const found = column
      ? all
          .filter((each) => !heedsFilter || (at(each) >= from && (heedsFilter === 'ge' || at(each) < to)))
          .sort((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0))
          .map((each) => ({ ...each, ModifiedDate: each.ModifiedDate && write(each.ModifiedDate) }))
      : all;
    const begin = heedsSkip ? Number($skip) : 0;
    const body = structuredClone(found.slice(begin, begin + Math.min(cap, heedsTop ? Number($top) : 100_000)));
    if (path.includes('order')) {
      asked.push(query);
      calls += 1;
      meanwhile(calls);
    }
    return { status: 200, headers, body: body.length === 0 && 'none' in store ? store.none : body };
  };
  const { http } = createRemote(info.name, []);
  const remote = { http: { ...http, request }, connection: connectionOf(info, settings), secrets: {} };
  const context: PollContext = { ...pollContext(remote), now: () => new Date(clock.now) };
  return { asked, context };
}

const refusal = (httpStatus: number) =>
  new RejectedError({ code: `http_${httpStatus}`, description: 'no such thing', httpStatus });

async function read(context: PollContext) {
  const found: string[] = [];
  let last: PollPage | undefined;
  for await (const page of poll(context)) {
    found.push(...page.items.map(({ topic, body }) => `${topic} ${idOf(body)}`));
    last = page;
  }
  const numbers = new Set(found.filter((each) => each.startsWith('order ')).map((each) => each.slice(6)));
  return { found, numbers, watermark: last?.watermark, remark: last?.remark };
}
const idOf = (body: unknown) =>
  ['ReturnNumber', 'OrderNumber', 'SkuCode'].map((key) => (body as Record<string, unknown>)[key]).find(Boolean);

const filters = (asked: Array<Record<string, string | number>>) => asked.map(({ $filter }) => $filter);

test('asks for a day before the last poll, by each of the three times, without an end', async () => {
  const { asked, context } = open([], { settings: { query: '$expand=OrderItems' } });
  const { watermark } = await read({ ...context, watermark: '2026-11-20T08:55:00.000Z' });
  expect(asked[0]).toEqual({
    $filter: "ModifiedDate ge datetime'2026-11-19T08:45:00'",
    $orderby: 'ModifiedDate',
    $top: 100,
    $skip: 0,
  });
  expect(filters(asked).map((filter) => `${filter}`.split(' ')[0])).toEqual([
    'ModifiedDate',
    'OrderPlacedDate',
    'CreatedDate',
  ]);
  expect(JSON.parse(watermark ?? '').at).toBe(NOW);
});

test('null in place of a list is an empty one once the store has shown rows, and SKUs may be bare numbers', async () => {
  const none = { Results: null, StatusCode: 20 };
  const { context } = open([row(1, second(0))], { none, skus: [1001, 1002] });
  const first = await read(context);
  expect(first).toMatchObject({ numbers: new Set(['1']), remark: undefined });
  expect(first.found.filter((each) => each.startsWith('sku'))).toHaveLength(2);
  const later = open([], { none });
  expect(await read({ ...later.context, watermark: first.watermark ?? null })).toMatchObject({ found: [] });
  // A store that never showed any may lack its "additional query line".
  await expect(read(later.context)).rejects.toThrow('settings.query');
});

test('begins with everything, or with what a setting says: a day earlier while the zone is not set', async () => {
  const begins = async (settings: Record<string, unknown>) => {
    const { asked, context } = open([], { settings });
    await read(context);
    return /'(.+)'/.exec(`${filters(asked)[0]}`)?.[1];
  };
  const since = '2026-11-01T00:00:00+01:00';
  expect(await begins({})).toBe('1970-01-01T00:00:00');
  expect(await begins({ since })).toBe('2026-10-30T23:00:00');
  expect(await begins({ since, timeZone: 'America/New_York' })).toBe('2026-10-31T19:00:00');
});

test('a first poll of a store with years of orders reads the new ones first, then all, and the SKUs', async () => {
  const old = Array.from({ length: 350 }, (_, index) => row(index, second(index - 400 * 24 * 3600)));
  const [today, placed] = [row(1000, second(0)), { ...row(1001, null), OrderPlacedDate: second(5) }];
  const clock = { now: Date.parse(NOW) };
  const returns = [{ ReturnNumber: 'R', OrderNumber: '7', ModifiedDate: second(9) }];
  const { context } = open([...old, today, placed], { skus: [{ SkuCode: 'A' }], returns }, clock);
  const pages = await Array.fromAsync(poll(context));
  const numbersOf = (from: readonly PollPage[]) =>
    from.flatMap(({ items }) => items.map(({ body }) => (body as Row).OrderNumber ?? 'sku'));
  const marked = pages.findIndex(({ watermark }) => watermark !== undefined);
  expect(numbersOf(pages.slice(1, marked + 1))).toEqual(['1000', '1001']);
  expect(pages.slice(0, marked).some(({ canWait }) => canWait)).toBe(false);
  const rest = pages.slice(marked);
  expect(rest.slice(0, -1).every(({ canWait }) => canWait)).toBe(true);
  expect(new Set(numbersOf(pages)).size).toBe(353);
  // Whatever came back today may be of the oldest order.
  const topics = pages.flatMap(({ items }) => items.map(({ topic }) => topic));
  expect(topics.slice(topics.lastIndexOf('order') + 1)).toEqual(['return', 'sku']);
  // Wherever the poll broke off, its position says what is left to read.
  for (const [index, { resume = null }] of pages.entries()) {
    if (resume === null) continue;
    const onwards = await Array.fromAsync(poll({ ...context, resume }));
    expect(new Set(numbersOf([...pages.slice(0, index + 1), ...onwards])).size).toBe(353);
  }
  // Meanwhile orders are polled from their mark on.
  old.push(row(2000, second(600)));
  clock.now += 10 * MINUTE;
  const next = open([...old, today, placed], {}, clock);
  const later = await Array.fromAsync(poll({ ...next.context, watermark: pages[marked]?.watermark ?? null }));
  expect(numbersOf(later)).toContain('2000');
  expect(filters(next.asked).every((filter) => `${filter}`.includes("'2026-11-19"))).toBe(true);
  // Returns that it may not read are all read once it may.
  const early = await Array.fromAsync(poll(open([...old, today], { returns: 404 }, clock).context));
  const { watermark = null } = early.find((page) => page.watermark !== undefined) ?? {};
  const granted = open([], { returns: [{ ...returns[0], ModifiedDate: second(-300 * 24 * 3600) }] }, clock);
  expect((await read({ ...granted.context, watermark })).found).toEqual(['return R']);
});

test('dates that have their day first are read so, and a person is told of the setting', async () => {
  const write = (time: string) => time.replace(/(\d+)-(\d+)-(\d+)T/, '$3/$2/$1 ');
  const rows = Array.from({ length: 250 }, (_, index) => row(index, second(index)));
  const unset = await read(open(rows, { write }).context);
  expect([unset.numbers.size, unset.remark]).toEqual([250, expect.stringContaining('set settings.dayFirst')]);
  const { context, asked } = open(rows, { write, settings: { dayFirst: true, timeZone: 'UTC' } });
  const set = await read(context);
  expect([set.numbers.size, set.remark]).toEqual([250, undefined]);
  expect(filters(asked)).toContainEqual("ModifiedDate ge datetime'2026-11-20T08:01:39'");
});

test('a page of dates whose days and months cannot be told apart does not lead past others', async () => {
  const hour = (index: number) => new Date(Date.UTC(2026, 9, 1) + index * 3_600_000).toISOString().slice(0, 19);
  const rows = Array.from({ length: 1_100 }, (_, index) => row(index, hour(index)));
  for (const order of ['$3/$2/$1 ', '$2/$3/$1 ']) {
    const write = (time: string) => time.replace(/(\d+)-(\d+)-(\d+)T/, order);
    expect((await read(open(rows, { write }).context)).numbers.size).toBe(1_100);
  }
});

test('of two readings of a date only one lies between the time asked from and tomorrow', async () => {
  const rows = Array.from({ length: 250 }, (_, index) => row(index, second(index - 15 * 24 * 3600)));
  const clock = { now: Date.parse('2026-11-05T09:00:00.400Z') };
  for (const order of ['$3/$2/$1 ', '$2/$3/$1 ']) {
    const write = (time: string) => time.replace(/(\d+)-(\d+)-(\d+)T/, order);
    const { context } = open(rows, { write, heedsSkip: false, heedsFilter: 'ge' }, clock);
    const { numbers, watermark } = await read({ ...context, watermark: '2026-11-05T06:00:00.000Z' });
    expect([numbers.size, JSON.parse(watermark ?? '').newest]).toEqual([250, '2026-11-05T08:04:09']);
  }
});

test('a store that caps its pages at a few rows is read in as many calls as it has to be', async () => {
  const rows = Array.from({ length: 40 }, (_, index) => row(index, second(index)));
  const { asked, context } = open(rows, { cap: 8 });
  expect((await read(context)).numbers.size).toBe(40);
  expect(asked.filter(({ $orderby }) => $orderby === 'ModifiedDate').length).toBeLessThan(15);
});

test.each([
  ['/Date(1763626500000)/', '/Date(1763626500001)/'],
  ['20.11.2026 08:15', '20.11.2026 08:16'],
])('times such as %s go into no filter', async (first, later) => {
  const rows = Array.from({ length: 150 }, (_, index) => row(index, index < 100 ? first : later));
  const { asked, context } = open([]);
  const request = async ({ query = {} }: HttpRequest) => {
    asked.push(query as (typeof asked)[number]);
    const begin = Number(query.$skip ?? query.skip);
    return { status: 200, headers: new Headers(), body: query.$filter ? rows.slice(begin, begin + 100) : [] };
  };
  const { numbers } = await read({ ...context, http: { ...context.http, request } });
  expect(numbers.size).toBe(150);
  for (const { $filter } of asked.filter(({ $filter }) => $filter)) expect($filter).toMatch(/'1970-01-01T00:00:00'$/);
});

test('a list may end in an answer without content', async () => {
  const { context } = open([]);
  const request = async ({ query = {} }: HttpRequest) =>
    Number(query.$skip ?? query.skip) > 0 || !`${query.$filter}`.startsWith('Modified')
      ? { status: 204, headers: new Headers(), body: '' }
      : { status: 200, headers: new Headers(), body: [row(1, second(0))] };
  expect((await read({ ...context, http: { ...context.http, request } })).found).toEqual(['order 1']);
});

describe('a store whose clock nobody told of', () => {
  /** Polls for almost seven hours, with some orders every five minutes: how many were found, and what was asked for. */
  async function watch(
    offset: number,
    store: Store = {},
    dates: (local: string) => Partial<Row> = () => ({}),
    ordersEach = 1,
  ) {
    const rows: Row[] = [];
    const clock = { now: Date.parse(NOW) };
    const { asked, context } = open(rows, store, clock);
    const found = new Set<string>();
    let watermark: string | null = null;
    let remark: string | undefined;
    for (let index = 0; index < 81; index += 1) {
      const polled = await read({ ...context, watermark });
      for (const number of polled.numbers) found.add(number);
      watermark = polled.watermark ?? null;
      remark = polled.remark;
      const local = new Date(clock.now + 2 * MINUTE + offset * MINUTE).toISOString().slice(0, 19);
      const times = { OrderPlacedDate: local, CreatedDate: local, ...dates(local) };
      for (let nth = 0; index < 80 && nth < ordersEach; nth += 1)
        rows.push({ ...row(index * ordersEach + nth, local), ...times } as Row);
      clock.now += 5 * MINUTE;
    }
    return { found: found.size, remark, back: clock.now - 5 * MINUTE + offset * MINUTE, asked };
  }

  test.each([-5 * 60, 0, 5.5 * 60, 13 * 60, -12 * 60])('%i minutes ahead of UTC: all are found', async (offset) => {
    const { found, remark, asked } = await watch(offset);
    expect(found).toBe(80);
    const hours = `${offset < 0 ? '-' : '+'}${String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')}`;
    expect(remark).toContain(`UTC${hours}:`);
    // Once the clock is known, a poll goes back two hours, not a day.
    const read = asked.map(({ $filter }) => `${$filter}`).filter((filter) => filter.startsWith('ModifiedDate'));
    expect(read.at(-1)?.slice(-21, -2)).not.toBe(read[1]?.slice(-21, -2));
  });

  test('is told apart from what settings.timeZone says, and agrees with it in silence', async () => {
    expect((await watch(-300, { settings: { timeZone: 'Europe/Stockholm' } })).remark).toContain(
      'which settings.timeZone Europe/Stockholm is not',
    );
    const right = await watch(-300, { settings: { timeZone: 'America/New_York' } });
    expect([right.found, right.remark]).toEqual([80, undefined]);
  });

  test('may leave ModifiedDate, or any one of the others, empty until an order changes', async () => {
    for (const name of ['ModifiedDate', 'OrderPlacedDate', 'CreatedDate'])
      expect((await watch(-300, {}, () => ({ [name]: null }))).found).toBe(80);
    const only = { ModifiedDate: null, OrderPlacedDate: null };
    expect((await watch(-300, {}, () => only)).found).toBe(80);
  });

  const night = Date.parse(NOW) + 3 * 3_600_000 - 300 * MINUTE;
  const back = (local: string) => {
    const at = Date.parse(`${local}Z`);
    const put = at >= night ? new Date(at - 3_600_000).toISOString().slice(0, 19) : local;
    return { ModifiedDate: put, OrderPlacedDate: put, CreatedDate: put };
  };

  test('may be put back an hour', async () => {
    expect((await watch(-300, {}, back)).found).toBe(80);
  });

  test('and that sells much is read back two hours every quarter of an hour, and misses nobody', async () => {
    const quiet = await watch(-300);
    const busy = await watch(-300, {}, undefined, 12);
    expect(busy.found).toBe(960);
    // It would be more if each poll read two hours.
    expect(busy.asked.length).toBeLessThan(2 * quiet.asked.length);
    const put = await watch(-300, {}, back, 12);
    expect(put.found).toBe(960);
    expect(put.remark).toContain('UTC-06:00');
  });
});

describe('pages', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, index) => row(index, second(index)));

  test.each<[string, Store]>([
    ['as asked', {}],
    ['of 50 at most', { cap: 50 }],
    ['of 7 at most', { cap: 7 }],
    ['all at once', { heedsTop: false }],
    ['that do not heed skip', { heedsSkip: false }],
    ['of 50 that do not heed skip', { heedsSkip: false, cap: 50 }],
    ['all at once, whatever is skipped', { heedsSkip: false, heedsTop: false }],
  ])('%s: nobody is missed', async (_how, store) => {
    for (const count of [0, 1, 11, 100, 250]) {
      const { context } = open(rows(count), store);
      expect((await read(context)).numbers.size).toBe(count);
    }
  });

  test('of a store that heeds skip, but no filter: no order and no return is missed, with few calls', async () => {
    const all = rows(350).map((each) => ({
      ...each,
      OrderPlacedDate: each.ModifiedDate,
      CreatedDate: each.ModifiedDate,
    }));
    const returns = rows(350).map((each) => ({ ...each, ReturnNumber: `R${each.OrderNumber}` }));
    const { context, asked } = open(all, { heedsFilter: false, returns });
    const { found, numbers } = await read({ ...context, watermark: NOW });
    expect([numbers.size, new Set(found).size]).toEqual([350, 700]);
    expect(asked.length).toBeLessThan(20);
  });

  const mixed = ({ OrderNumber }: Row) => (Number(OrderNumber) * 7919) % 257;
  describe.each<[string, Store]>([
    ['sorted otherwise', { sortedBy: mixed }],
    ['newest first', { sortedBy: ({ OrderNumber }) => -Number(OrderNumber) }],
    ['in times that go into no filter', { write: (time) => `/Date(${Date.parse(`${time}Z`)})/` }],
    ['sorted otherwise and in such times', { sortedBy: mixed, write: (time) => time.slice(8).replace('T', ' ') }],
  ])('%s', (_how, store) => {
    test.each([2, 7, 50, 100, 1000])(
      'of %i at most that do not heed skip: nobody is missed, with few calls',
      async (cap) => {
        for (const count of [0, 1, 2, 11, 100, 250]) {
          const { context, asked } = open(rows(count), { ...store, cap, heedsSkip: false });
          const { numbers, remark = '' } = await read({ ...context, watermark: NOW });
          expect(numbers.size).toBe(count);
          expect(remark).not.toContain('at a time');
          expect(asked.length).toBeLessThan(40 + (4 * 250) / cap);
        }
      },
    );
  });

  test.each(
    [2, 7, 50, 1000].flatMap((cap) => [
      [cap, 'not heeded', { heedsFilter: 'ge' }] as const,
      [cap, 'refused', { refuses: ' and ' }] as const,
    ]),
  )(
    'of %i at most, where skip is not heeded and the end of a window %s, are read on from the last time',
    async (cap, _how, store) => {
      for (const count of [0, 1, 2, 11, 100]) {
        const { context, asked } = open(rows(count), { ...store, cap, heedsSkip: false });
        const { numbers, remark = '' } = await read({ ...context, watermark: NOW });
        expect(numbers.size).toBe(count);
        expect(remark).not.toContain('at a time');
        expect(asked.length).toBeLessThan(12 + (2 * count) / (cap - 1));
      }
    },
  );

  test.each<[Store]>([[{}], [{ heedsSkip: false }], [{ heedsSkip: false, heedsFilter: 'ge', cap: 7 }]])(
    'come to an end where a poll breaks off behind each of them: %o',
    async (store) => {
      const { context, asked } = open(rows(20), store);
      const numbers = new Set<unknown>();
      for (let resume: string | null | undefined; resume !== null && asked.length < 100; )
        for await (const page of poll({ ...context, resume: resume ?? null })) {
          for (const { topic, body } of page.items) if (topic === 'order') numbers.add(idOf(body));
          resume = page.resume;
          break;
        }
      expect(numbers.size).toBe(20);
      expect(asked.length).toBeLessThan(40);
    },
  );

  test.each([true, 'ge', false] as const)(
    'of few orders are few where skip is not heeded (filter: %s)',
    async (how) => {
      const { context, asked } = open(rows(5), { heedsSkip: false, heedsFilter: how });
      await read(context);
      expect(asked.length).toBeLessThan(12);
    },
  );

  test.each<[string, Store, (index: number) => string]>([
    ['more of one second than a page holds', {}, (index) => second(index < 60 ? 1 : index)],
    ['a store that heeds no filter', { heedsFilter: false }, second],
    ['no filter, and no order', { heedsFilter: false, sortedBy: mixed }, second],
  ])('that do not heed skip, and %s: it is said', async (_how, store, at) => {
    const all = Array.from({ length: 120 }, (_, index) => row(index, at(index)));
    const { context, asked } = open(all, { ...store, cap: 50, heedsSkip: false });
    const { numbers, remark } = await read(context);
    expect(numbers.size).toBe(store.heedsFilter === false ? 50 : 110);
    expect(remark).toContain('shows only 50 rows at a time, whatever is skipped');
    expect(asked.length).toBeLessThan(150);
  });

  test('miss nobody when orders are modified between them', async () => {
    const all = rows(350);
    const meanwhile = (calls: number) => {
      for (const each of all.slice((calls - 1) * 100, calls * 100)) each.ModifiedDate = '2026-11-20T09:00:00';
    };
    expect((await read(open(all, { meanwhile }).context)).numbers.size).toBe(350);
  });

  test('miss nobody of a second that holds more than one, modified meanwhile or not', async () => {
    const at = (index: number) => second(index < 320 ? 1 : index);
    const all = Array.from({ length: 340 }, (_, index) => row(index, at(index)));
    expect((await read(open(all).context)).numbers.size).toBe(340);
    let moved = 0;
    const meanwhile = (calls: number) => {
      const first = all[calls * 7];
      if (first && moved++ < 5) first.ModifiedDate = '2026-11-20T09:00:00';
    };
    expect((await read(open(all, { meanwhile }).context)).numbers.size).toBe(340);
  });

  test('go on where they broke off, and leave the mark of the poll that began', async () => {
    const { context } = open(rows(250));
    const first = await poll(context).next();
    const resume = first.value?.resume ?? null;
    const rest = await read({ ...context, now: () => new Date('2026-11-20T10:00:00Z'), resume });
    const before = first.value?.items.map(({ body }: { body: unknown }) => (body as Row).OrderNumber) ?? [];
    expect(new Set([...before, ...rest.numbers]).size).toBe(250);
    expect(JSON.parse(rest.watermark ?? '').at).toBe('2026-11-20T09:00:00.400Z');
  });
});

test('takes both forms of a list, leaves carts out, and takes an empty store for one', async () => {
  const carts = [1, 2].map((OrderStatusId) => ({ ...row(OrderStatusId, second(1)), OrderStatusId }));
  const none = { status: 404, body: JSON.stringify({ Results: 'OrderNotExist', StatusCode: 24 }) };
  const list = [...carts, row(3, second(2))];
  const each = list.map((Order) => ({ Order }));
  const wrapped = [{ Results: { ...list } }, { ...each }, { OrderList: each }, { Orders: { Order: list[2] } }];
  for (const body of [
    list,
    { Results: list },
    { value: list },
    { d: { results: list } },
    { Data: { Orders: list } },
    ...wrapped,
  ]) {
    const script = [{ status: 200, body: JSON.stringify(body) }, none, none, none, none, none];
    const { http } = createRemote(info.name, script);
    const { numbers } = await read(pollContext({ http, connection: connectionOf(info), secrets: {} }));
    expect([...numbers]).toEqual(['3']);
  }
});

test.each(['null', '{"Results":null}', '"text"', '[null]', '[{"OrderNumber":null,"OrderStatusId":null}]'])(
  'does not go past %s, and says what the document demands',
  async (body) => {
    const { http } = createRemote(info.name, [{ status: 200, body }]);
    const context = pollContext({ http, connection: connectionOf(info), secrets: {} });
    await expect(read(context)).rejects.toThrow(/Results.*settings\.query/);
  },
);

test('lists every SKU once a day, and returns; a store without them has orders all the same', async () => {
  const skus = Array.from({ length: 230 }, (_, index) => ({ SkuCode: `S${index}`, Inventory: 5 }));
  const returns = [{ ReturnNumber: '5001', OrderNumber: '1', ReturnStatusId: 98, ModifiedDate: second(3) }];
  const { context } = open([row(1, second(1))], { skus, returns });
  const first = await read(context);
  expect(first.found.filter((each) => each.startsWith('sku '))).toHaveLength(230);
  expect(first.found).toContain('return 5001');
  const again = await read({ ...context, watermark: first.watermark ?? null });
  expect(again.found.filter((each) => each.startsWith('sku '))).toEqual([]);
  const without = await read(open([row(1, second(1))], { returns: 404 }).context);
  expect([...without.numbers]).toEqual(['1']);
  expect(without.remark).toContain('/api/return/getall cannot be read');
});

test('SKUs can wait: before them the orders are read, with a mark from which they are read meanwhile', async () => {
  const { context } = open([row(1, second(0))], { skus: [{ SkuCode: 'A' }] });
  const pages = await Array.fromAsync(poll(context));
  const first = pages.findIndex(({ canWait }) => canWait);
  expect(pages.slice(first).flatMap(({ items }) => items)).toMatchObject([{ body: { SkuCode: 'A' } }]);
  const meanwhile = await Array.fromAsync(poll({ ...context, watermark: pages[first]?.watermark ?? null }));
  expect(meanwhile.flatMap(({ items }) => items)).toEqual([]);
  expect(meanwhile.some(({ canWait }) => canWait)).toBe(false);
});

test('a store that cannot be asked by one of the dates has orders by the others, and says so', async () => {
  const { context } = open([row(1, second(1))], { refuses: 'CreatedDate' });
  const { numbers, watermark, remark } = await read(context);
  expect([[...numbers], typeof watermark]).toEqual([['1'], 'string']);
  expect(remark).toContain('/api/order/getall cannot be read: CreatedDate, http_400');
});

test.each([0, 1])('what could not be read by a date is read from there once it can, after %i pages', async (pages) => {
  const rows = Array.from({ length: 150 }, (_, index) => ({ ...row(index, null), OrderPlacedDate: second(index) }));
  const clock = { now: Date.parse(NOW) };
  const store: Store = {
    meanwhile: (calls) => void (calls > pages && Object.assign(store, { refuses: 'PlacedDate' })),
  };
  const first = await read(open(rows, store, clock).context);
  expect(first.numbers.size).toBe(pages * 100);
  clock.now += 30 * 24 * 60 * MINUTE;
  const { context, asked } = open(rows, {}, clock);
  const then = await read({ ...context, watermark: first.watermark ?? null });
  expect(new Set([...first.numbers, ...then.numbers]).size).toBe(150);
  const last = await read({ ...context, watermark: then.watermark ?? null });
  expect([last.found, filters(asked).at(-2)]).toEqual([
    [],
    filters(asked).at(-1)?.toString().replaceAll('Created', 'OrderPlaced'),
  ]);
});

test('sends again what the last poll has shown only where something of it is other', async () => {
  const rows = [row(1, second(1)), row(2, second(2))];
  const { context } = open(rows);
  const first = await read(context);
  const again = (watermark = first.watermark ?? null) => read({ ...context, watermark });
  expect((await again()).found).toEqual([]);
  Object.assign(rows[0] ?? {}, { Email: 'new@example.com' });
  expect((await again()).found).toEqual(['order 1']);
  expect((await again(rewind(first.watermark ?? '', '2026-01-01T00:00:00.000Z'))).numbers.size).toBe(2);
});

test('is read again from an instant on, never from a later one', () => {
  const since = '2026-11-01T00:00:00.000Z';
  expect(JSON.parse(rewind(JSON.stringify({ at: NOW, offset: -300 }), since))).toEqual({ at: since, offset: -300 });
  expect(JSON.parse(rewind('2026-10-01T00:00:00.000Z', since)).at).toBe('2026-10-01T00:00:00.000Z');
});
