import { expect, it } from 'vitest';
import { zonedTime } from './zoned-time.ts';

it('writes an instant in its zone, summer and winter, east and west', () => {
  expect(zonedTime(new Date('2026-11-20T08:12:00.123Z'), 'Europe/Warsaw')).toBe('2026-11-20T09:12:00+01:00');
  expect(zonedTime(new Date('2026-07-01T22:30:00Z'), 'Europe/Warsaw')).toBe('2026-07-02T00:30:00+02:00');
  expect(zonedTime(new Date('2026-11-21T00:00:00Z'), 'America/Mexico_City')).toBe('2026-11-20T18:00:00-06:00');
  expect(zonedTime(new Date('2026-11-21T00:00:00Z'), 'UTC')).toBe('2026-11-21T00:00:00+00:00');
});
