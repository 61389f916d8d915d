import { expect, test } from 'vitest';
import { AWAY } from '#lib/platform/errors';
import { deliveryOf, NOW } from '#test/support/fake-hub';
import { bringForward } from './bring-forward.ts';
import type { Delivery } from './delivery.ts';

const later = (seconds: number): string => new Date(NOW.getTime() + seconds * 1000).toISOString();
const cause = { code: AWAY, description: 'it has failed at everything' };

/** Turned away at a remote that was away, due within the hour. */
const waiting = (id: string, shipBy?: string, more: Partial<Delivery> = {}): Delivery =>
  deliveryOf(
    { id, ...(shipBy && { shipBy }) },
    { turnedAway: 1, cause, nextAttemptAt: later(1_800), failures: 2, ...more },
  );

async function forward(found: readonly Delivery[], lost: readonly string[] = []) {
  const rung: string[] = [];
  const due: Array<[string, Delivery['nextAttemptAt']]> = [];
  await bringForward({ id: 'shed', requestsPerMinute: 120 }, NOW, {
    listWaiting: async () => [...found],
    async transition(_, now) {
      if (lost.includes(now.id)) return false;
      expect(now).toMatchObject({ state: 'pending', cause: null, failures: 2 });
      due.push([now.id, now.nextAttemptAt]);
      return true;
    },
    ring: async (all) => void rung.push(...all.map(({ id }) => id)),
  });
  return { rung, due };
}

test('what waited for a remote that is back is due at the pace of its limit, the earliest ship-by first', async () => {
  const { rung, due } = await forward([
    waiting('whenever'),
    waiting('next', later(7_200)),
    // It has just asked whether the remote is back.
    waiting('first', later(60), { turnedAway: 0 }),
  ]);
  expect(due).toEqual([
    ['first', later(0)],
    ['next', later(0.5)],
    ['whenever', later(1)],
  ]);
  expect(rung).toEqual(['first', 'next', 'whenever']);
});

test('who keeps to the schedule of its attempts, is due before, or is at work is left alone', async () => {
  const { rung } = await forward(
    [
      waiting('retried', undefined, { turnedAway: 0, cause: null }),
      waiting('done', undefined, { state: 'succeeded' }),
      waiting('due', undefined, { nextAttemptAt: later(0) }),
      waiting('leased', undefined, { state: 'leased' }),
      waiting('written-over'),
    ],
    ['written-over'],
  );
  expect(rung).toEqual([]);
});

test('of a long backlog some hundreds are called, and the rest comes by itself', async () => {
  const { rung } = await forward(Array.from({ length: 2_000 }, (_, index) => waiting(`dlv_${index}`)));
  expect(rung).toHaveLength(500);
});
