import { expect, test } from 'vitest';
import { RetryableError, type ThrottledError } from '../errors.ts';
import { createHttp } from './client.ts';
import { secondsUntilReset } from './rate-limit.ts';

async function pausesAfter(status: number, headers: Record<string, string>) {
  const pauses: Array<number | null> = [];
  const budget = { take: async () => {}, pause: async (seconds: number | null) => void pauses.push(seconds) };
  const fetch = async () => new Response('{}', { status, headers });
  const http = createHttp({ baseUrl: 'http://remote.test', budget, timeoutMs: 50, fetch });
  const error = await http.request({ method: 'GET', path: '/' }).catch((thrown: unknown) => thrown);
  return { pauses, error };
}

test('a reset is seconds where it is small, an instant where it is large, and nothing where it is neither', () => {
  const now = Date.parse('2026-11-20T08:00:00Z');
  const read = (value: string) => secondsUntilReset(new Headers({ 'x-ratelimit-reset': value }), now);
  expect(read('42')).toBe(42);
  expect(read(String(now / 1000 + 30))).toBe(30);
  expect(read(String(now + 30_000))).toBe(30);
  expect(read(String(now / 1000 - 30))).toBe(0);
  expect(read('soon')).toBeNull();
  expect(secondsUntilReset(new Headers(), now)).toBeNull();
});

test('the last call of a window pauses the connection until the next, and is a success all the same', async () => {
  const { pauses, error } = await pausesAfter(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '17' });
  expect(pauses).toEqual([17]);
  expect(error).toMatchObject({ status: 200 });
  expect((await pausesAfter(200, { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '17' })).pauses).toEqual([]);
});

test('a 429 waits for the reset, a 503 is none of its business', async () => {
  const headers = { 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '17' };
  const limited = await pausesAfter(429, headers);
  expect(limited.pauses).toEqual([17]);
  expect((limited.error as ThrottledError).retryAfterSeconds).toBe(17);
  expect((await pausesAfter(429, { ...headers, 'retry-after': '5' })).pauses).toEqual([5]);
  expect((await pausesAfter(503, headers)).error).toBeInstanceOf(RetryableError);
});
