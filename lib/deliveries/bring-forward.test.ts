import { expect, test } from 'vitest';
import { AWAY } from '#lib/platform/errors';
import { deliveryOf, NOW } from '#test/support/fake-hub';
import { bringForward } from './bring-forward.ts';
import type { Delivery } from './delivery.ts';

const later = (seconds: number): string => new Date(NOW.getTime() + seconds * 1000).toISOString();
const cause = { code: AWAY, description: 'it has failed at everything' };

/** Turned away by a remote that was away, due within the hour. */
const waiting = (id: string, shipBy?: string, more: Partial<Delivery> = {}): Delivery =>
  deliveryOf(
    { id, ...(shipBy && { shipBy }) },
    { turnedAway: 1, cause, nextAttemptAt: later(1_800), failures: 2, ...more },
  );

async function forward(found: readonly Delivery[], { lost = [] as readonly string[], requestsPerMinute = 120 } = {}) {
  const rung: string[] = [];
  const due: Array<[string, number]> = [];
  let endsAt = 0;
  const secondsFromNow = (instant: string | number | null) => (new Date(instant ?? 0).getTime() - NOW.getTime()) / 1000;
  // A burst of 30, then one every 2/3 s.
  await bringForward({ id: 'shed', requestsPerMinute }, NOW, {
    listWaiting: async () => [...found],
    async transition(_, now) {
      if (lost.includes(now.id)) return false;
      // All return to the place that they are given.
      expect(now).toMatchObject({ state: 'pending', cause: null, failures: 2, turnedAway: 1 });
      due.push([now.id, secondsFromNow(now.nextAttemptAt)]);
      return true;
    },
    ring: async (all) => void rung.push(...all.map(({ id }) => id)),
    async endWaitlist(_, instant) {
      endsAt = secondsFromNow(instant);
    },
  });
  return { rung, due, endsAt };
}

test('what waited for a remote that is back stands in a new line, the earliest ship-by first, with room for polls', async () => {
  const { rung, due, endsAt } = await forward([
    waiting('whenever'),
    // It already had a place in the waitlist, before all of these.
    waiting('turned-away', later(7_300), { cause: null, nextAttemptAt: later(1) }),
    waiting('next', later(7_200)),
    // It has just asked whether the remote is back, and is probed before it is pushed again: two requests.
    waiting('first', later(60), { turnedAway: 0, unknown: true }),
  ]);
  expect(due).toEqual([
    ['first', 0],
    ['next', expect.closeTo(1.48, 2)],
    ['turned-away', expect.closeTo(2.22, 2)],
    ['whenever', expect.closeTo(2.96, 2)],
  ]);
  expect(rung).toEqual(['first', 'next', 'turned-away', 'whenever']);
  expect(endsAt).toBeCloseTo(3.7, 2);
});

test('who keeps to the schedule of its attempts or is at work is left alone', async () => {
  const { rung } = await forward(
    [
      waiting('retried', undefined, { turnedAway: 0, cause: null }),
      waiting('done', undefined, { state: 'succeeded' }),
      waiting('leased', undefined, { state: 'leased' }),
      waiting('written-over'),
    ],
    { lost: ['written-over'] },
  );
  expect(rung).toEqual([]);
});

test('of a long backlog some hundreds are called, and the rest comes by itself, but nobody before they are through', async () => {
  const backlog = Array.from({ length: 1_500 }, (_, index) => waiting(`dlv_${index}`));
  const { rung, due } = await forward([waiting('soon', undefined, { nextAttemptAt: later(100) }), ...backlog]);
  expect(rung).toHaveLength(500);
  expect(due[0]).toEqual(['soon', 0]);
  const dated = backlog.map((each) => ({ ...each, shipBy: later(7_200) }));
  const last = await forward([waiting('soon', undefined, { nextAttemptAt: later(100) }), ...dated]);
  expect(last.due.at(-1)).toEqual(['soon', expect.closeTo(500 * 0.74, -1)]);
  expect(last.rung).toHaveLength(501);
});

test('nobody is put off for longer than an hour, however small the limit', async () => {
  const backlog = Array.from({ length: 300 }, (_, index) => waiting(`dlv_${index}`));
  const { due } = await forward(backlog, { requestsPerMinute: 2 });
  expect(due.length).toBeGreaterThan(50);
  expect(Math.max(...due.map(([, seconds]) => seconds))).toBeLessThanOrEqual(3_600);
});
