import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContractError } from './errors.ts';
import { toInstant } from './time.ts';

describe('toInstant', () => {
  it.each([
    ['2026-11-20T09:12:00+01:00', '2026-11-20T08:12:00.000Z'],
    ['2026-11-20T18:00:00-06:00', '2026-11-21T00:00:00.000Z'],
    ['2026-11-20T18:00:00.123456Z', '2026-11-20T18:00:00.123Z'],
    ['2026-11-20 18:00:00', '2026-11-20T18:00:00.000Z'],
    ['2026-11-20 18:00:00 UTC', '2026-11-20T18:00:00.000Z'],
    ['2026-11-20 18:00:00 -0600', '2026-11-21T00:00:00.000Z'],
    ['2026-11-20T18:00:00+05:30', '2026-11-20T12:30:00.000Z'],
    ['2026-11-20T18:00+02', '2026-11-20T16:00:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2026/11/20 18:00:00', '2026-11-20T18:00:00.000Z'],
    ['20.11.2026', '2026-11-20T00:00:00.000Z'],
    ['20.11.2026 18:00', '2026-11-20T18:00:00.000Z'],
    ['Fri, 20 Nov 2026 18:00:00 GMT', '2026-11-20T18:00:00.000Z'],
    ['Fri, 20 Nov 2026 18:00:00 -0600', '2026-11-21T00:00:00.000Z'],
    [1763629200, '2025-11-20T09:00:00.000Z'],
    [1763629200123, '2025-11-20T09:00:00.123Z'],
  ])('reads %s', (value, instant) => {
    expect(toInstant(value, 'created_at')).toBe(instant);
  });

  it.each([
    '',
    'yesterday',
    '1763629200abc',
    '2026-02-30T00:00:00Z',
    '2025-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-11-20T24:00:00Z',
    '2026-11-20T23:60:00Z',
    '2026-11-20T23:59:60Z',
    '2026-11-20T18:00:00+25:00',
    '0000-00-00 00:00:00',
    '0001-01-01T00:00:00',
    '20/11/2026',
    '31.02.2026',
    '20.11.26',
    'Fri, 20 Foo 2026 18:00:00 GMT',
    Number.NaN,
    -1,
    1e17,
  ])('refuses %s and names the field', (value) => {
    expect(() => toInstant(value, 'orders[2].created_at')).toThrow(ContractError);
    expect(() => toInstant(value, 'orders[2].created_at')).toThrow('orders[2].created_at');
  });

  it('refuses a zone nobody knows', () => {
    expect(() => toInstant('2026-11-20 18:00:00', 'created_at', 'Mars/Olympus')).toThrow('unknown_time_zone');
  });

  it('reads a time without a zone in the zone it is told, and an offset before that zone', () => {
    expect(toInstant('2026-07-01 12:00:00', 'at', 'Europe/Stockholm')).toBe('2026-07-01T10:00:00.000Z');
    expect(toInstant('2026-12-01 12:00:00', 'at', 'Europe/Stockholm')).toBe('2026-12-01T11:00:00.000Z');
    expect(toInstant('2026-12-01 12:00:00', 'at', 'Asia/Kathmandu')).toBe('2026-12-01T06:15:00.000Z');
    expect(toInstant('2026-12-01T12:00:00Z', 'at', 'Europe/Stockholm')).toBe('2026-12-01T12:00:00.000Z');
    expect(toInstant('2026-12-01', 'at', 'Pacific/Kiritimati')).toBe('2026-11-30T10:00:00.000Z');
  });

  it.each([
    // Spring: 02:00 becomes 03:00.
    ['2026-03-29 01:59:59', 'Europe/Stockholm', '2026-03-29T00:59:59.000Z'],
    ['2026-03-29 02:30:00', 'Europe/Stockholm', '2026-03-29T01:30:00.000Z'],
    ['2026-03-29 03:00:00', 'Europe/Stockholm', '2026-03-29T01:00:00.000Z'],
    // Autumn: 03:00 becomes 02:00, so 02:30 is twice and the first counts.
    ['2026-10-25 02:30:00', 'Europe/Stockholm', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25 03:00:00', 'Europe/Stockholm', '2026-10-25T02:00:00.000Z'],
    ['2026-03-08 02:30:00', 'America/New_York', '2026-03-08T07:30:00.000Z'],
    ['2026-11-01 01:30:00', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['2026-11-01 02:00:00', 'America/New_York', '2026-11-01T07:00:00.000Z'],
    // Half an hour of change, south of the equator.
    ['2026-04-05 01:45:00', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
  ])('reads %s in a night of change in %s', (value, zone, instant) => {
    expect(toInstant(value, 'at', zone)).toBe(instant);
  });

  it('reads its own answer back, and any local time as an instant that shows that time', () => {
    const zones = fc.constantFrom('Europe/Stockholm', 'America/Mexico_City', 'America/St_Johns', 'Pacific/Apia', 'UTC');
    const day = { min: new Date('1971-01-01T00:00:00Z'), max: new Date('2037-12-31T00:00:00Z'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(day), zones, (date, zone) => {
        expect(toInstant(date.toISOString(), 'at', zone)).toBe(date.toISOString());
        const local = date.toLocaleString('sv-SE', { timeZone: zone });
        const again = new Date(toInstant(local, 'at', zone));
        expect(again.toLocaleString('sv-SE', { timeZone: zone })).toBe(local);
        expect(again.getTime()).toBeLessThanOrEqual(date.getTime());
      }),
    );
  });
});
