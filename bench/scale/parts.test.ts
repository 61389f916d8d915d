import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { paceOf } from '#lib/platform/rate-limit/gcra';
import { createBucket } from './bucket.ts';
import { batchSeconds, createConsumer } from './consumer.ts';
import { createPool, sum } from './pool.ts';
import { share } from './share.ts';
import { arrivals, createGate, createRandom } from './simulate.ts';

describe('a capacity is shared', () => {
  test('so that who asks for little gets it all, and the others the same each', () => {
    const wishes = [
      { count: 1, amount: 1_000 },
      { count: 20, amount: 40 },
      { count: 4, amount: 400 },
    ];
    expect(share(wishes, 340, true)).toEqual([60, 40, 240]);
    expect(share(wishes, 5_000, true)).toEqual([1_000, 40, 400]);
    expect(share(wishes, 720, false)).toEqual([500, 20, 200]);
  });

  test('wholly, and to nobody more than is asked for', () => {
    const wish = fc.record({
      count: fc.integer({ min: 1, max: 50 }),
      amount: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(wish, { maxLength: 9 }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (wishes, capacity) => {
          const got = share(wishes, capacity, true);
          for (const [index, { amount }] of wishes.entries()) expect(got[index]).toBeLessThanOrEqual(amount * 1.000001);
          const asked = sum(wishes.map(({ amount }) => amount));
          expect(sum(got)).toBeCloseTo(Math.min(asked, capacity), 3);
        },
      ),
    );
  });
});

test('a bucket lets no sixty seconds have more than the limit, whoever asks when, and nearly all of it in the long run', () => {
  const asked = fc.array(fc.double({ min: 0, max: 3_000, noNaN: true }), { minLength: 60, maxLength: 300 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60_000 }), asked, (requestsPerMinute, turns) => {
      const bucket = createBucket(paceOf(requestsPerMinute));
      const taken = turns.map((each) => bucket.take(each));
      for (let from = 0; from + 60 <= taken.length; from++)
        expect(sum(taken.slice(from, from + 60))).toBeLessThanOrEqual(requestsPerMinute + 1);
    }),
  );
  const greedy = createBucket(paceOf(60_000));
  expect(sum(Array.from({ length: 3_600 }, () => greedy.take(1e9)))).toBeGreaterThan(60 * 60_000 * 0.94);
});

test('a delivery that always fails is tried at 0, 5, 10 and 15 minutes, and never again', () => {
  const pool = createPool(4);
  pool.open(8);
  const tried: number[] = [];
  for (let second = 0; second < 3_600; second++) {
    pool.fallDue(second);
    const taken = pool.take(sum(pool.due));
    if (sum(taken) > 0) tried.push(second);
    pool.postpone(taken, 1, 300, true);
  }
  expect(tried).toEqual([0, 300, 600, 900]);
  expect(pool.waiting + sum(pool.due)).toBe(0);
});

test('of what is read for a later webhook, too, only one read is left, and what is done is not open any more', () => {
  const pool = createPool(4);
  pool.open(80);
  pool.fallDue(0);
  pool.take(20);
  pool.fallDue(1);
  expect(pool.stillOpen(1)).toBeCloseTo(60 / 80);
  pool.openLater(20, 5);
  pool.drop(30);
  for (let second = 2; second < 10; second++) pool.fallDue(second);
  expect([pool.ready, pool.waiting]).toEqual([expect.closeTo(50), expect.closeTo(0)]);
  expect(pool.stillOpen(0)).toBe(1);
});

test('what was taken and put back is neither more nor less than before', () => {
  const steps = fc.array(
    fc.record({
      open: fc.nat(100),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      wait: fc.integer({ min: 1, max: 900 }),
    }),
  );
  fc.assert(
    fc.property(steps, (all) => {
      const pool = createPool(4);
      for (const [second, { open, part, wait }] of all.entries()) {
        pool.fallDue(second);
        pool.open(open);
        pool.postpone(pool.take(sum(pool.due) * part), 1, wait, false);
      }
      expect(pool.waiting + sum(pool.due)).toBeCloseTo(pool.opened, 6);
    }),
  );
});

describe('a batch takes', () => {
  test('as long as its slowest message waits, and its CPU time one after another', () => {
    expect(batchSeconds([{ count: 5, waits: 0.3, cpu: 0.01 }], 10, 0.5)).toBeCloseTo(0.3 + 10 * 0.02);
  });

  test('ten seconds nearly always where one in ten never answers', () => {
    const sorts = [
      { count: 90, waits: 0, cpu: 0 },
      { count: 10, waits: 10, cpu: 0 },
    ];
    expect(batchSeconds(sorts, 10, 1)).toBeCloseTo(10 * (1 - 0.9 ** 10));
    expect(batchSeconds(sorts, 1, 1)).toBeCloseTo(1);
  });
});

test('an event source mapping begins with five invocations, adds five a second and stops at its limit', () => {
  const consumer = createConsumer({ batchSize: 10, maximumConcurrency: 12, memoryMb: 1_769 });
  const busy = Array.from({ length: 4 }, () => {
    const count = consumer.capacity();
    return consumer.work([{ count, waits: 1, cpu: 0 }], 1e6);
  });
  // The first second is worked before it is known how long a batch takes.
  expect(busy.slice(1)).toEqual([10, 12, 12]);
});

test('deliveries of one message are worked together: fewer messages, each for longer by their CPU time', () => {
  const work = (messages: number) => {
    const consumer = createConsumer({ batchSize: 10, maximumConcurrency: 5, memoryMb: 1_769 });
    consumer.work([{ count: 1_000, waits: 0.3, cpu: 0.01 }], 1e6, messages);
    return consumer.capacity();
  };
  expect(work(1_000)).toBeCloseTo((5 * 10) / (0.3 + 0.1));
  expect(work(100)).toBeCloseTo((5 * 10) / (0.3 + 1));
});

test('a route lets in its rate, and once its burst besides', () => {
  const gate = createGate({ rate: 100, burst: 50 });
  expect([500, 500, 0, 500].map((requests) => gate.admit(requests))).toEqual([150, 100, 0, 150]);
});

test('the same seed is the same day, and as many come as should', () => {
  const day = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 5_000 }, () => arrivals(278, random));
  };
  expect(day(1)).toEqual(day(1));
  expect(day(1)).not.toEqual(day(2));
  expect(sum(day(3)) / 5_000).toBeCloseTo(278, 0);
});
