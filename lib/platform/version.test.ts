import { expect, it } from 'vitest';
import { isUnbounded } from './version.ts';

it('takes no version for one far ahead because what is read now came days ago', () => {
  const [came, version, now] = ['2026-11-20T10:00:00.000Z', '2026-11-30T10:00:00.000Z', '2026-11-30T11:00:00.000Z'];
  expect(isUnbounded(version, came, now)).toBe(false);
  expect(isUnbounded('2026-12-08T10:00:00.000Z', came, now)).toBe(true);
});
