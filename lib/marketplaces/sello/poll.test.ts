import { expect, test } from 'vitest';
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
  body: JSON.stringify({ statusCode: 200, data: { meta: {}, products: rows } }),
});

function open(script: Array<{ status: number; body: string }>, from: { watermark?: string; resume?: string } = {}) {
  const { calls, http } = createRemote('sello', script);
  const remote = { http, connection: connectionOf(info), secrets: { apiKey: 'key' } };
  const pages = poll({ ...pollContext(remote), watermark: from.watermark ?? null, resume: from.resume ?? null });
  return { calls, pages: Array.fromAsync(pages) };
}

const idsOf = (pages: PollPage[]) =>
  pages.flatMap(({ items }) => items.map(({ topic, body }) => `${topic} ${(body as { id: number }).id}`));

test('reads newest first down to the watermark with some overlap, each list by itself', async () => {
  const watermark = JSON.stringify({ orders: at(10), created: at(10), updated: at(10) });
  const script = [
    orders([order(1, 0), order(2, 14), order(3, 16), order(4, 99)]),
    products([
      { id: 5, created_at: at(2), updated_at: null },
      { id: 6, created_at: at(50) },
    ]),
    products([{ id: 6, created_at: at(50), updated_at: at(1) }]),
  ];
  const { calls, pages } = open(script, { watermark });
  expect(idsOf(await pages)).toEqual(['order-listed 1', 'order-listed 2', 'product 5', 'product 6']);
  expect((await pages).at(-1)).toMatchObject({
    resume: null,
    watermark: JSON.stringify({ orders: at(0), created: at(2), updated: at(1) }),
  });
  expect(calls.map(({ url }) => url.search)).toEqual([
    '?size=300&offset=0&sort=updated_at&sort_direction=desc',
    '?size=100&offset=0&sort=created_at&sort_direction=desc',
    '?size=100&offset=0&sort=updated_at&sort_direction=desc',
  ]);
});

test('begins with what is active, and with an empty account at the present', async () => {
  const { calls, pages } = open([orders([]), products([])]);
  const marks = JSON.stringify({ orders: RECEIVED_AT, created: RECEIVED_AT, updated: RECEIVED_AT });
  expect((await pages).at(-1)).toMatchObject({ items: [], resume: null, watermark: marks });
  expect(calls[0]?.url.searchParams.get('filter[is_active]')).toBe('true');
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
