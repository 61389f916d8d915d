import { expect, test } from 'vitest';
import { createFakeStore } from '#test/support/rate-limit-store';
import { retryPolicy } from '../settings.ts';
import { awaySince } from './breaker.ts';

const MINUTE_MS = 60_000;
const BEGAN = Date.parse('2026-11-20T10:00:00.000Z');
const at = (minutes: number) => BEGAN + minutes * MINUTE_MS;

test('a remote that nobody waits for is not away for ever: whoever waited has been cancelled, or closed', async () => {
  const store = createFakeStore();
  const away = (minutes: number) => awaySince('shop', retryPolicy(), store, at(minutes));
  for (let n = 0; n < 20; n++) await store.fail('shop', `dlv_${n}`, BEGAN, 20);
  expect(await away(9)).toBeNull();
  expect([await away(10), await away(20), await away(23)]).toEqual([at(0), at(0), null].map(isoOf));
  await store.ask('shop', at(30), at(29));
  expect([await away(30), await away(45), await away(48)]).toEqual([at(0), at(0), null].map(isoOf));
});

test('while deliveries wait it is away, however seldom they ask', async () => {
  const store = createFakeStore();
  for (let n = 0; n < 20; n++) await store.fail('shop', `dlv_${n}`, BEGAN, 20);
  for (const hour of [1, 2, 3, 4, 5, 6]) await store.ask('shop', at(hour * 60), at(hour * 60 - 1));
  expect(await awaySince('shop', retryPolicy(), store, at(7 * 60))).toBe(isoOf(BEGAN));
});

const isoOf = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
