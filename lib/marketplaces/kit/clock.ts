import { toInstant, toLocal } from '#lib/platform/time';
import { member, textOf } from './json.ts';
import { unlessUnreadable } from './shape.ts';

/*
 * Times as vendors write them, and the clock of a remote whose times carry no zone.
 */

/** What databases and .NET write for a time that was never set: the first one that each of them has. */
const NEVER = /^$|^0$|^0000-00-00|^(?:0001|1753|1900|1970)-01-01|^\/Date\(-/;
export const isNoTime = (value: unknown): boolean =>
  typeof value === 'object' ? value === null || isEmptyList(value) : NEVER.test(String(value ?? ''));

/** PHP writes an empty map as an empty list. */
const isEmptyList = (value: object): boolean => Array.isArray(value) && value.length === 0;

/** An instant, in `zone` if it names none, or a PHP date object; null if it is missing or unreadable. */
export function instantIn(value: unknown, zone?: string): string | null {
  const time = typeof value === 'number' ? value : textOf(member(value, 'date') ?? value);
  const own = textOf(member(value, 'timezone')) || zone;
  return isNoTime(time) ? null : (unlessUnreadable(() => toInstant(time, '', own)) ?? null);
}

/** Zones are quarters of an hour apart, in minutes. */
const QUARTER = 15;

/**
 * When a remote last changed something, as shown at `readAt`. If its clock showed that time twice, the later occurrence
 * in the past counts: what is read later is never taken for older.
 */
export function modifiedAt(text: string, field: string, zone: string, readAt: string): string {
  const first = toInstant(text, field, zone);
  const second = new Date(Date.parse(first) + 3_600_000).toISOString();
  const isTwice =
    !/(?:z|utc|[+-]\d{2}(?::?\d{2})?)$/i.test(text.slice(10)) && toLocal(second, zone) === toLocal(first, zone);
  return versionOfSecond(isTwice && second <= readAt ? second : first, readAt);
}

/** Whether a date's day comes before its month, where either may: a setting. */
type DayOrder = { dayFirst?: boolean | undefined };

/** `modifiedAt` for a date in any form; null for none. */
export function latestReading(value: unknown, zone: string, readAt: string, order: DayOrder): string | null {
  const written = isoOfChange(value, readAt, order);
  if (isNoTime(written)) return null;
  return unlessUnreadable(() => modifiedAt(textOf(written), '', zone, readAt)) ?? null;
}

/**
 * `isoOf` for when something last changed. If that can be read in two ways, the later reading counts unless it is in the
 * future: so no change seems older than what it changes.
 */
export function isoOfChange(value: unknown, readAt: string, { dayFirst }: DayOrder = {}): unknown {
  const tomorrow = localAt(Date.parse(readAt) + 24 * 3_600_000);
  const [usual, other] = [dayFirst ?? false, dayFirst ?? true].map((first) => isoOf(value, { dayFirst: first }));
  const past = [usual, other].map(textOf).filter((at) => at < tomorrow);
  return usual === other ? usual : (past.sort().at(-1) ?? usual);
}

/** `11/20/2026 3:05:09 PM` or `Nov 20 2026  3:05PM`: a number or month's name first, then a number, the year, a time. */
const WRITTEN =
  /^(?:(\d{1,2})[/-]|([a-z]{3})[a-z]* +)(\d{1,2})(?:[/-]|,? +)(\d{4})(?:(?:,? +|T)(\d{1,2})(:\d\d(?::\d\d(?:\.\d+)?)?)(?: ?([ap])m)?( ?[+-]\d\d:\d\d)?)?$/i;
/** `25 Nov 2026`, `25-Nov-2026`. */
const DAY_AND_NAME = /^(\d{1,2})[ -]([a-z]{3})[a-z]*\.?[ -](?=\d{4})/i;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * Turns dates of .NET and SQL Server (`11/20/2026 3:05:09 PM`, `Nov 20 2026  3:05PM`) into ISO 8601; leaves others alone.
 * What can be no month is the day; if both numbers can, `dayFirst` decides.
 */
export function isoOf(value: unknown, { dayFirst }: DayOrder = {}): unknown {
  const [all, first, name = '', second = '', year, hour = '0', rest = ':00', half = '', offset = ''] =
    WRITTEN.exec(textOf(value).replace(DAY_AND_NAME, '$2 $1 ')) ?? [];
  if (all === undefined) return value;
  const isDayFirst = Number(first) > 12 || (dayFirst && Number(second) <= 12);
  const [month = MONTHS.indexOf(name.toLowerCase()) + 1, day] = first && isDayFirst ? [second, first] : [first, second];
  const two = (part: string | number): string => String(part).padStart(2, '0');
  const of24 = half === '' ? hour : (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0);
  return `${year}-${two(month)}-${two(day)}T${two(of24)}${rest}${offset}`;
}

/** Which of a date's first two numbers is its day: `either` if both may be and they differ; null for anything else. */
export function dayOf(value: unknown): 'first' | 'second' | 'either' | null {
  const [, first, second] = /^(\d{1,2})[/-](\d{1,2})[/-]\d{4}/.exec(textOf(value)) ?? [];
  if (first === undefined || first === second) return null;
  if (Number(first) > 12) return 'first';
  return Number(second) > 12 ? 'second' : 'either';
}

/** Whether something was never done, or at least this long ago. */
export const isPast = (then: string | undefined, ms: number, now: string): boolean =>
  then === undefined || Date.parse(now) - Date.parse(then) >= ms;

/** An instant as a clock this many minutes ahead of UTC shows it: without zone, in whole seconds. */
export const localAt = (ms: number, offset = 0): string => new Date(ms + offset * 60_000).toISOString().slice(0, 19);

/** The whole second of such a time; empty for any other format, and for none. */
export function secondIn(text: string): string {
  const [time = ''] = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(text.replace(' ', 'T')) ?? [];
  return Number.isNaN(msOf(time)) ? '' : time;
}

/**
 * The seconds of a list's times, and whether their day comes first. If no time shows that, one that has both readings
 * within the window is empty.
 */
export function secondsOf(list: readonly unknown[], { dayFirst }: DayOrder, [from, to]: [string, string]) {
  const days = new Set(list.map(dayOf));
  const isDayFirst = dayFirst ?? (days.has('first') || (days.has('second') ? false : undefined));
  const read = (value: unknown, first?: boolean): string => secondIn(textOf(isoOf(value, { dayFirst: first })));
  const times = list.map((value) => {
    if (isDayFirst !== undefined || dayOf(value) !== 'either') return read(value, isDayFirst);
    const [time = '', other] = [read(value, false), read(value, true)].filter((at) => at >= from && at < to);
    return other === undefined ? time : '';
  });
  return { times, isDayFirst };
}

const msOf = (time: string): number => Date.parse(`${time}Z`);

/** A time between two others with as many of these times before it as after; without any, the middle. */
export function middleOf(times: readonly string[], from: string, to: string): string {
  const [begin, end] = [msOf(from), msOf(to)];
  const within = times
    .map(msOf)
    .flatMap((time) => [time, time + 1000])
    .filter((time) => time > begin && time < end)
    .sort((a, b) => a - b);
  return localAt(within[within.length >> 1] ?? (begin + end) / 2);
}

/**
 * How many minutes a remote's clock is ahead of UTC, as far as one change tells: it was made between two answers of the
 * remote, and zones are quarters of an hour apart. Undefined if no value fits, or several do.
 */
export function learnOffset(changed: string, before: string, after: string): number | undefined {
  const since = (at: string): number => (Date.parse(`${changed}Z`) - Date.parse(at)) / 60_000;
  const [most, least] = [since(before), since(after)];
  const first = Math.ceil((least - SLACK) / QUARTER) * QUARTER;
  return first <= most + SLACK && first + QUARTER > most + SLACK && Math.abs(first) <= 14 * 60 ? first + 0 : undefined;
}

/** Minutes by which the clocks of a remote's database and of its web server may differ. */
const SLACK = 2;

/** How many minutes a zone is ahead of UTC at an instant. */
export const offsetOf = (zone: string, at: string): number =>
  Math.round((Date.parse(`${toLocal(at, zone)}Z`) - Date.parse(at)) / 60_000);

/** UTC-05:00 */
export function nameOffset(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

const QUARTER_MS = QUARTER * 60_000;
const UNSETTLED_MS = 30_000;

/**
 * The version of an order whose last change is dated to the second. Another change may follow in that second, so a read
 * within half a minute of it gets an earlier version than every later read. An unknown offset from UTC does not matter:
 * zones are quarters of an hour apart, and only the remainder is compared.
 */
export function versionOfSecond(changed: string, readAt: string): string {
  const left = Date.parse(changed) + UNSETTLED_MS - Date.parse(readAt);
  const wait = left - Math.floor(left / QUARTER_MS) * QUARTER_MS;
  if (wait > 2 * UNSETTLED_MS || !changed.endsWith('.000Z')) return changed;
  return new Date(Date.parse(changed) - (999 * wait) / (2 * UNSETTLED_MS)).toISOString();
}
