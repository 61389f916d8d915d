import { expect, it } from 'vitest';
import { createRateLimit } from './rate-limit.ts';

it('lets the limit pass in any minute and says how long to wait', () => {
  let at = 0;
  const limit = createRateLimit({ limit: 2, now: () => new Date(at) });
  expect(limit.take('a')).toEqual({ allowed: true, limit: 2, remaining: 1, retryAfterMs: 0 });
  at = 20_000;
  expect(limit.take('a').allowed).toBe(true);
  at = 30_000;
  expect(limit.take('a')).toEqual({ allowed: false, limit: 2, remaining: 0, retryAfterMs: 30_000 });
  expect(limit.take('b').allowed).toBe(true);
  at = 60_000;
  expect(limit.take('a').allowed).toBe(true);
  expect(limit.take('a').allowed).toBe(false);
});
