import { expect, test } from 'vitest';
import type { PollPage } from '#lib/marketplaces/contract';
import { connector as marketful } from '#lib/marketplaces/marketful/index';
import type { Remote } from '#lib/marketplaces/remote';
import { RetryableError } from '#lib/platform/errors';
import { connectionOf } from '../../test/support/fake-hub.ts';
import { type Cursor, NEVER_POLLED } from './cursor.ts';
import { lagSeconds, pollConnection } from './poll.ts';

const SECOND_MS = 1000;
const INTERVAL_MS = 600_000;
const lease = { owner: 'me', until: '' };
const shed = connectionOf('shed', 'marketful');

interface Account {
  /** What an order's page and one of the catalog take. */
  secondsEach?: number;
  catalog?: number;
  failing?: () => boolean;
  every?: number;
}

/** An account with two pages of orders and a long catalog, read tick by tick. */
function account(
  { secondsEach = 5, catalog = 300, failing = () => false, every }: Account,
  begun: Partial<Cursor> = {},
) {
  let now = Date.parse('2026-11-20T10:00:00Z');
  let cursor = { ...NEVER_POLLED, watermark: 'w0', lease, ...begun } as Cursor & { lease: typeof lease };
  /** When the orders were read, and which pages of the catalog. */
  const orders: number[] = [];
  const read: number[] = [];
  const from: Array<string | null> = [];
  async function* pages({
    resume,
    watermark,
  }: {
    resume: string | null;
    watermark: string | null;
  }): AsyncGenerator<PollPage> {
    if (resume === null) from.push(watermark);
    for (let n = resume === null ? -2 : Number(resume); n < catalog; n++) {
      now += secondsEach * SECOND_MS;
      if (n >= 0 && failing()) throw new RetryableError({ code: 'http_503', description: 'later' });
      if (n < 0) orders.push(now);
      else read.push(n);
      const isLast = n === catalog - 1;
      yield { items: [], resume: isLast ? null : `${n + 1}`, canWait: n >= -1, ...(isLast && { watermark: 'w1' }) };
    }
  }
  const tick = () =>
    pollConnection(
      { ...shed, ...(every && { pollIntervalSeconds: every }) },
      { ...marketful, poll: pages },
      {
        handedOn: new Map(),
        leaseCursor: async () => (Date.parse(cursor.nextPollAt ?? '') > now ? undefined : cursor),
        saveCursor: async (_connection, _lease, change) => {
          cursor = { ...cursor, ...change, lease };
          return true;
        },
        withRemote: (connection, _patience, run) => run({ connection } as Remote),
        sendMessages: async () => {},
        async *listOpenPlacements() {},
        async *listSkus() {},
        watchWebhooks: async () => null,
        now: () => new Date(now),
        wait: async () => undefined,
      },
    );
  /** Ticks a minute apart. */
  async function run(minutes: number) {
    for (const until = now + minutes * 60_000; now < until; now += 60_000 - (now % 60_000)) await tick();
  }
  const gaps = () => orders.slice(1).map((at, index) => at - (orders[index] ?? 0));
  return { run, tick, read, orders, from, gaps, cursor: () => cursor };
}

test('a catalog longer than an interval is read once, and the orders at each interval meanwhile', async () => {
  const { run, read, gaps, cursor } = account({});
  await run(40);
  expect(read.slice(0, 300)).toEqual(Array.from({ length: 300 }, (_, n) => n));
  expect(cursor().watermark).toBe('w1');
  expect(Math.max(...gaps())).toBeLessThan(INTERVAL_MS + 120_000);
  expect(lagSeconds(cursor(), 600, new Date('2026-11-20T10:40:00Z'))).toBeLessThan(120);
});

test('a poller lets go before it is ended, and the next goes on where it stood', async () => {
  const { tick, read, cursor } = account({});
  await tick();
  expect(cursor()).toMatchObject({
    resume: null,
    aside: { watermark: 'w0', resume: String(read.length) },
    lastError: null,
  });
  expect(Date.parse(cursor().nextPollAt ?? '')).toBe(Date.parse('2026-11-20T10:00:00Z'));
  const before = read.length;
  await tick();
  expect(read[before]).toBe(before);
});

test('orders that take longer than an interval leave the catalog its turn', async () => {
  const { run, read } = account({ secondsEach: 400 });
  await run(200);
  expect(read.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
});

test('orders that take longer than their interval and than a poller may run leave the catalog its turn', async () => {
  const { run, read } = account({ secondsEach: 120, every: 60 });
  await run(60);
  expect(read.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
});

test('a catalog that cannot be read holds up no orders, and the poll lags', async () => {
  const { run, read, gaps, cursor } = account({ failing: () => true });
  await run(60);
  expect(read).toEqual([]);
  expect(gaps().length).toBeGreaterThan(8);
  expect(Math.max(...gaps())).toBeLessThan(INTERVAL_MS + 120_000);
  expect(cursor()).toMatchObject({ lastError: 'http_503', watermark: 'w0' });
  expect(lagSeconds(cursor(), 600, new Date('2026-11-20T11:00:00Z'))).toBeGreaterThan(1800);
});

test('a catalog that cannot be read lags also where the orders take several polls', async () => {
  const { run, read, cursor } = account({ secondsEach: 240, failing: () => true });
  await run(120);
  expect(read).toEqual([]);
  expect(lagSeconds(cursor(), 600, new Date('2026-11-20T12:00:00Z'))).toBeGreaterThan(1800);
});

test('a backfill goes on between the polls, and leaves a watermark that moved meanwhile', async () => {
  const { run, from, cursor } = account(
    { secondsEach: 1, catalog: 4 },
    { aside: { watermark: 'long ago', resume: null }, backfill: { since: '', askedAt: '', by: 'ops', reason: null } },
  );
  await run(1);
  expect(from).toEqual(['w0', 'long ago']);
  expect(cursor()).toMatchObject({ watermark: 'w0', aside: null, backfill: null });
  await run(11);
  expect(from).toEqual(['w0', 'long ago', 'w0']);
  expect(cursor()).toMatchObject({ watermark: 'w1', aside: null });
});

test('an interval shorter than a run is kept while a catalog is read', async () => {
  const { run, gaps } = account({ secondsEach: 2, every: 60, catalog: 3_000 });
  await run(60);
  expect(Math.max(...gaps())).toBeLessThan(130_000);
});
