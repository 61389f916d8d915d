import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toLocal } from '#lib/platform/time';
import { modifiedAt, windowOf } from './window.ts';

const instant = (ms: number): string => new Date(ms).toISOString();

test('is in UTC what it is in instants, whatever the night', () => {
  expect(windowOf('2026-11-01T05:30:00.000Z', '2026-11-01T06:10:00.000Z', 'UTC')).toEqual({
    from: '2026-11-01T05:30:00',
    to: '2026-11-01T06:10:00',
  });
});

test('is not empty in a night whose clock is put back', () => {
  // 01:30 in summer time to 01:10 in winter time.
  const window = windowOf('2026-11-01T05:30:00.000Z', '2026-11-01T06:10:00.000Z', 'America/New_York');
  expect(window).toEqual({ from: '2026-11-01T00:30:00', to: '2026-11-01T02:10:00' });
});

test('holds the clock time of every moment between its ends, in any zone', () => {
  const zone = fc.constantFrom('America/New_York', 'Europe/Stockholm', 'Australia/Sydney', 'Asia/Kolkata', 'UTC');
  const start = fc.integer({ min: Date.UTC(2026, 8, 1), max: Date.UTC(2027, 4, 1) });
  const length = fc.integer({ min: 0, max: 40 * 24 * 3600_000 });
  fc.assert(
    fc.property(zone, start, length, fc.double({ min: 0, max: 1, noNaN: true }), (timeZone, from, span, share) => {
      const window = windowOf(instant(from), instant(from + span), timeZone);
      const shown = toLocal(instant(from + Math.floor(span * share)), timeZone);
      expect([window.from <= shown, shown <= window.to]).toEqual([true, true]);
    }),
  );
});

test('a time that the clock showed twice is the later one once that has been', () => {
  const read = (text: string, readAt: string, zone = 'America/New_York') =>
    modifiedAt(text, 'ModifiedDate', zone, readAt);
  expect(read('2026-11-01T01:50:00', '2026-11-01T05:51:00.000Z')).toBe('2026-11-01T05:50:00.000Z');
  expect(read('2026-11-01T01:10:00', '2026-11-01T06:12:00.000Z')).toBe('2026-11-01T06:10:00.000Z');
  expect(read('2026-11-01T01:10:00', '2026-11-01T06:12:00.000Z', 'UTC')).toBe('2026-11-01T01:10:00.000Z');
  expect(read('2026-11-01T01:10:00-04:00', '2026-11-01T09:00:00.000Z')).toBe('2026-11-01T05:10:00.000Z');
  expect(read('2026-07-01T12:00:00', '2026-07-02T00:00:00.000Z')).toBe('2026-07-01T16:00:00.000Z');
});
