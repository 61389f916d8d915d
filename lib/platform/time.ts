import { ContractError } from './errors.ts';
import * as z from './zod.ts';

const WRITTEN =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?(Z|UTC|[+-]\d{2}(?::?\d{2})?))?)?$/i;

/** `2026/11/20`, with a time or without. */
const SLASHED = /^(\d{4})\/(\d{2})\/(\d{2})(?=$|[T ])/;

/** `20.11.2026`, with a time or without. */
const DOTTED = /^(\d{2})\.(\d{2})\.(\d{4})(?=$|[T ])/;
/** RFC 2822, as mails and HTTP write it: `Fri, 20 Nov 2026 18:00:00 GMT`. */
const MAILED = /^[a-z]{3}, \d{1,2} [a-z]{3} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|[+-]\d{4})$/i;

const UNIX = /^(?:\/Date\()?(\d{9,13})(?:[+-]\d{4})?(?:\)\/)?$/;

/** Numbers from here on are milliseconds: as seconds they would be the year 5138. */
const MILLISECONDS_FROM = 1e11;
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * An instant as ISO 8601 in UTC with milliseconds. Reads ISO 8601, `YYYY-MM-DD HH:MM:SS`, `YYYY/MM/DD`, `DD.MM.YYYY`,
 * RFC 2822, a bare date (its midnight) and Unix time in seconds or milliseconds, also as text and as .NET's
 * `/Date(…)/`.
 * An offset is honored; without one the time is in `zone` (IANA). An hour that clocks show twice is the first of the
 * two, so that a watermark reads twice rather than skips; one that they skip is read with the offset before the change.
 * Throws ContractError naming the field.
 */
export function toInstant(value: string | number, field: string, zone = 'UTC'): string {
  const unix = typeof value === 'number' ? value : UNIX.exec(value.trim())?.[1];
  const instant = unix === undefined ? readWritten(String(value).trim(), field, zone) : readUnix(Number(unix), field);
  if (!(instant >= 0 && instant <= LATEST)) throw unreadable(field, 'not between the years 1970 and 9999');
  return new Date(instant).toISOString();
}

const EARLIEST = Date.parse('0000-01-01T00:00:00Z');

const expected = 'expected an instant with its offset, such as 2026-11-20T08:15:00Z';
/** An instant as callers write it, whose year has four digits in UTC too: times are compared as texts. */
export const WrittenInstant = z.iso
  .datetime({ offset: true, error: expected })
  .check(z.refine((text) => !(Date.parse(text) < EARLIEST || Date.parse(text) > LATEST), expected));

/** An instant as the zone's clocks show it: `YYYY-MM-DDTHH:MM:SS`, without offset; fractions are cut off. */
export function toLocal(instant: string, zone = 'UTC'): string {
  const at = Date.parse(instant);
  return new Date(at + offsetAt(clockOf(zone, 'timeZone'), at)).toISOString().slice(0, 19);
}

function readUnix(value: number, field: string): number {
  if (!Number.isFinite(value)) throw unreadable(field, 'not a time');
  return Math.trunc(Math.abs(value) < MILLISECONDS_FROM ? value * 1000 : value);
}

function readWritten(text: string, field: string, zone: string): number {
  if (MAILED.test(text)) return Date.parse(text);
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset] =
    WRITTEN.exec(text.replace(DOTTED, '$3-$2-$1').replace(SLASHED, '$1-$2-$3')) ?? [];
  if (year === undefined) throw unreadable(field, 'not a date and time as ISO 8601 writes it');
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const wall = Date.parse(`${written}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // Date.parse turns February 30 into March 2 and 24:00 into the next day: only what comes back unchanged is real.
  if (Number.isNaN(wall) || year < '1000' || !new Date(wall).toISOString().startsWith(written))
    throw unreadable(field, 'no such date or time');
  return offset === undefined ? localToInstant(wall, zone, field) : wall - readOffset(offset, field);
}

function readOffset(offset: string, field: string): number {
  if (/^(z|utc)$/i.test(offset)) return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', '') || '0');
  if (hours > 18 || minutes > 59) throw unreadable(field, 'no such offset');
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

const DAY = 24 * 3600 * 1000;

function localToInstant(wall: number, zone: string, field: string): number {
  const clock = clockOf(zone, field);
  const [before, after] = [offsetAt(clock, wall - DAY), offsetAt(clock, wall + DAY)];
  const real = [wall - before, wall - after].filter((instant) => instant + offsetAt(clock, instant) === wall);
  return real.length > 0 ? Math.min(...real) : wall - before;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string, field: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  try {
    const clock = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
    clocks.set(zone, clock);
    return clock;
  } catch (cause) {
    const description = `${field}: not an IANA time zone to read it in`;
    throw new ContractError({ code: 'unknown_time_zone', description, field }, { cause });
  }
}

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds, read from `GMT-06:00` or `GMT`. */
function offsetAt(clock: Intl.DateTimeFormat, instant: number): number {
  const shown = clock.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes, seconds = 0] = /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(shown) ?? [];
  const ahead = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds);
  return (sign === '-' ? -1000 : 1000) * ahead;
}

const unreadable = (field: string, problem: string): ContractError =>
  new ContractError({ code: 'invalid_time', description: `${field}: ${problem}`, field });
