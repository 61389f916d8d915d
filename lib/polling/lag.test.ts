import { expect, it } from 'vitest';
import { lagSeconds } from './poll.ts';

const caughtUpAt = '2026-11-21T12:00:00.000Z';
const after = (seconds: number) => new Date(Date.parse(caughtUpAt) + seconds * 1000);

it('a connection that is not yet due again is on time', () => {
  expect(lagSeconds({ caughtUpAt }, 600, after(599))).toBe(0);
});

it('a connection is late by what has passed since it was due, however long its interval', () => {
  expect(lagSeconds({ caughtUpAt }, 600, after(900))).toBe(300);
  expect(lagSeconds({ caughtUpAt }, 3600, after(900))).toBe(0);
});

it('a connection that nobody has begun to poll is not late yet', () => {
  expect(lagSeconds(undefined, 600, after(0))).toBe(0);
});
