import { expect, test } from 'vitest';
import { versionOfSecond } from './clock.ts';

test('of two reads in one second the later one is later, whatever the zone and a little which clock', () => {
  const changed = Date.parse('2026-11-20T08:15:02.000Z');
  const versions = (offsetMinutes: number, ages: readonly number[]) =>
    ages.map((age) => versionOfSecond(new Date(changed + offsetMinutes * 60_000).toISOString(), at(age)));
  const at = (age: number) => new Date(changed + age).toISOString();
  for (const offset of [0, -300, 330, 345, 780]) {
    const read = versions(offset, [-29_000, 0, 200, 900, 6_000, 29_000, 300_000]);
    expect(read).toEqual([...new Set(read)].sort());
    // No earlier than any change of the second before.
    const before = new Date(changed + offset * 60_000 - 1_000).toISOString();
    expect(read.every((version) => version > before)).toBe(true);
    expect(versions(offset, [31_000, 300_000, 600_000])).toEqual(Array(3).fill(versions(offset, [60_000])[0]));
  }
  expect(versionOfSecond('2026-11-20T08:15:02.170Z', at(0))).toBe('2026-11-20T08:15:02.170Z');
});
