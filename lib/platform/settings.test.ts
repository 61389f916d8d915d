import { afterEach, expect, test, vi } from 'vitest';
import { notifyPolicy, retryPolicy } from './settings.ts';

afterEach(() => vi.unstubAllEnvs());

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const waits = (random: number) => {
  const { limit, waitSeconds } = notifyPolicy(() => random);
  return Array.from({ length: limit }, (_, failures) => waitSeconds?.(failures + 1));
};

test('an endpoint is told again after seconds, minutes, hours and a day, nine times, and never a tenth', () => {
  vi.stubEnv('NOTIFY_SCHEDULE_SECONDS', '');
  const gaps = [4, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR];
  expect(waits(0)).toEqual(gaps);
  // Many that failed together come back spread out: up to a tenth later, from the third attempt on.
  expect(waits(1)).toEqual(gaps.map((gap, index) => (index === 0 ? gap : expect.closeTo(gap * 1.1))));
});

test('a schedule that is none is refused', () => {
  vi.stubEnv('NOTIFY_SCHEDULE_SECONDS', '0,4,soon');
  expect(() => notifyPolicy()).toThrow('NOTIFY_SCHEDULE_SECONDS');
});

test('a delivery is tried three times more, five minutes apart', () => {
  vi.stubEnv('RETRY_LIMIT', undefined);
  vi.stubEnv('RETRY_INTERVAL_SECONDS', undefined);
  expect(retryPolicy()).toEqual({ limit: 3, intervalSeconds: 300 });
});
