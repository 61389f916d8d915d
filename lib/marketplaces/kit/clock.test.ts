import { expect, test } from 'vitest';
import {
  dayOf,
  isoOf,
  learnOffset,
  middleOf,
  modifiedAt,
  nameOffset,
  offsetOf,
  secondIn,
  versionOfSecond,
} from './clock.ts';

test('a change between two answers of the store tells its clock, where it leaves no choice', () => {
  const learn = (changed: string, minutes = 5) => learnOffset(changed, at('10:00'), at(`10:0${minutes}`));
  const at = (time: string) => `2026-11-20T${time}:00.000Z`;
  expect(learn('2026-11-20T05:03:00')).toBe(-300);
  expect(learn('2026-11-20T10:00:30')).toBe(0);
  expect(learn('2026-11-20T15:32:00')).toBe(330);
  expect(learn('2026-11-21T00:04:59')).toBe(840);
  // The offset lies between quarters of an hour, or beyond any zone.
  expect(learn('2026-11-20T05:10:00')).toBeUndefined();
  expect(learn('2026-11-21T03:02:00')).toBeUndefined();
  expect(learnOffset('2026-11-20T05:10:00', at('10:00'), at('10:30'))).toBeUndefined();
});

test('a time as it is written in the US has its month first, and all else stays', () => {
  const read = ['11/20/2026 3:05:09 PM', '1/5/2026 12:00:01 am', '11/20/2026 15:05', '11/20/2026 3:05:09 PM -05:00'];
  expect(read.map((one) => isoOf(one))).toEqual([
    ...['2026-11-20T15:05:09', '2026-01-05T00:00:01', '2026-11-20T15:05', '2026-11-20T15:05:09 -05:00'],
  ]);
  const words = ['Nov 20 2026  3:05PM', 'November 5, 2026', '11/20/2026', '5/11/2026'];
  expect(words.map((one) => isoOf(one))).toEqual([
    '2026-11-20T15:05',
    '2026-11-05T00:00',
    '2026-11-20T00:00',
    '2026-05-11T00:00',
  ]);
  const others = ['2026-11-20', '/Date(1)/', 'soon', 5, null, { toString: null }];
  expect(others.map((one) => isoOf(one))).toEqual(others);
});

test('what can be no month is the day, and where both can a setting says', () => {
  const written = [
    '20/11/2026 15:05:09',
    '20-11-2026T00:00',
    '20 Nov 2026 3:05 PM',
    '20-Nov-2026',
    '5/11/2026',
    '11/20/2026',
  ];
  const dayFirst = ['2026-11-20T15:05:09', '2026-11-20T00:00', '2026-11-20T15:05', '2026-11-20T00:00'];
  expect(written.map((one) => isoOf(one, { dayFirst: true }))).toEqual([
    ...dayFirst,
    '2026-11-05T00:00',
    '2026-11-20T00:00',
  ]);
  expect(written.map((one) => isoOf(one))).toEqual([...dayFirst, '2026-05-11T00:00', '2026-11-20T00:00']);
  const days = ['20/11/2026', '11-20-2026', '5/11/2026', '5/5/2026', '2026-11-20', null].map(dayOf);
  expect(days).toEqual(['first', 'second', 'either', null, null, null]);
});

test('an offset has a name, and a zone an offset', () => {
  expect([-300, 0, 330, -210].map(nameOffset)).toEqual(['UTC-05:00', 'UTC+00:00', 'UTC+05:30', 'UTC-03:30']);
  expect(offsetOf('America/New_York', '2026-11-20T10:00:00.000Z')).toBe(-300);
  expect(offsetOf('America/New_York', '2026-07-20T10:00:00.400Z')).toBe(-240);
});

test('a time that the clock showed twice is the later one once that has been', () => {
  const read = (text: string, readAt: string, zone = 'America/New_York') =>
    modifiedAt(text, 'ModifiedDate', zone, readAt);
  expect(read('2026-11-01T01:50:00', '2026-11-01T05:51:00.000Z')).toBe('2026-11-01T05:50:00.000Z');
  expect(read('2026-11-01T01:10:00', '2026-11-01T06:12:00.000Z')).toBe('2026-11-01T06:10:00.000Z');
  expect(read('2026-11-01T01:10:00', '2026-11-01T06:12:00.000Z', 'UTC')).toBe('2026-11-01T01:10:00.000Z');
  expect(read('2026-11-01T01:10:00-04:00', '2026-11-01T09:00:00.000Z')).toBe('2026-11-01T05:10:00.000Z');
  expect(read('2026-07-01T12:00:00', '2026-07-02T00:05:00.000Z')).toBe('2026-07-01T16:00:00.000Z');
});

test('a second is read of a time without zone, and of nothing else', () => {
  const read = ['2026-11-20 08:00:00.123', '2026-11-20T08:00:00', '9999-99-99T00:00:00', '/Date(1)/', ''].map(secondIn);
  expect(read).toEqual(['2026-11-20T08:00:00', '2026-11-20T08:00:00', '', '', '']);
});

test('a window is cut where half of what it shows is, within it', () => {
  const at = (second: string) => `2026-11-20T08:00:${second}`;
  const middle = (...times: string[]) => middleOf(times, at('10'), at('30')).slice(-2);
  expect([middle(), middle(''), middle(at('09'), at('30'))]).toEqual(['20', '20', '20']);
  expect(middle(at('12'), at('14'), at('28'))).toBe('15');
  // All in one second: right after it, even if it is the first of the window.
  expect([middle(at('12'), at('12')), middle(at('10'), at('10'))]).toEqual(['13', '11']);
});

test('of two reads in one second the later one is later, whatever the zone and a little which clock', () => {
  const changed = Date.parse('2026-11-20T08:15:02.000Z');
  const versions = (offsetMinutes: number, ages: readonly number[]) =>
    ages.map((age) => versionOfSecond(new Date(changed + offsetMinutes * 60_000).toISOString(), at(age)));
  const at = (age: number) => new Date(changed + age).toISOString();
  for (const offset of [0, -300, 330, 345, 780]) {
    const read = versions(offset, [-29_000, 0, 200, 900, 6_000, 29_000, 300_000]);
    expect(read).toEqual([...new Set(read)].sort());
    // Later than any change of the previous second.
    const before = new Date(changed + offset * 60_000 - 1_000).toISOString();
    expect(read.every((version) => version > before)).toBe(true);
    expect(versions(offset, [31_000, 300_000, 600_000])).toEqual(Array(3).fill(versions(offset, [60_000])[0]));
  }
  expect(versionOfSecond('2026-11-20T08:15:02.170Z', at(0))).toBe('2026-11-20T08:15:02.170Z');
});
