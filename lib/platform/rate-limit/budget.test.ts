import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFakeStore } from '#test/support/rate-limit-store';
import { BudgetSpentError } from '../errors.ts';
import { type Budget, createLimiter } from './budget.ts';
import { intervalOf, pollPaceOf } from './gcra.ts';
import { endWaitlist } from './reservations.ts';

/** Budgets over numbers in memory, at an hour that the test sets; nothing waits. */
function startLimiter() {
  let at = Date.UTC(2026, 10, 20, 8);
  const store = createFakeStore();
  const start = at;
  const waits: Array<() => unknown> = [];
  /** One process's budgets; it remembers what it last saw. */
  const startWorker = () =>
    createLimiter({
      store,
      clock: () => at,
      wait: async (ms) => {
        await waits.shift()?.();
        at += ms;
      },
      defaultPauseSeconds: () => 60,
    });
  return {
    /** Runs in the middle of the next wait. */
    duringWait: (act: () => unknown) => void waits.push(act),
    store,
    startWorker,
    createBudget: startWorker(),
    setSecond(second: number) {
      at = start + second * 1000;
    },
    second: () => (at - start) / 1000,
    now: () => at,
  };
}

/** Whether a request may leave now. */
const mayLeave = async (budget: Budget): Promise<boolean> => {
  try {
    await budget.take();
    return true;
  } catch (error) {
    if (error instanceof BudgetSpentError) return false;
    throw error;
  }
};

/** The most that left in any 60 seconds. */
const busiestMinute = (seconds: readonly number[]): number =>
  Math.max(...seconds.map((from) => seconds.filter((second) => second >= from && second < from + 60).length));

test.each([1, 7, 20, 600])(
  'a re-walk burnt the quota: no 60 seconds hold more than %i requests of four greedy workers',
  async (limit) => {
    const { createBudget, setSecond } = startLimiter();
    const workers = Array.from({ length: 4 }, () =>
      createBudget({ id: 'greedy', requestsPerMinute: limit }, { maxWaitMs: 0 }),
    );
    const left: number[] = [];
    for (let second = 0; second <= 150; second += limit > 100 ? 0.1 : 1.5) {
      setSecond(second);
      for (const worker of workers) if (await mayLeave(worker)) left.push(second);
    }
    expect(busiestMinute(left)).toBeLessThanOrEqual(limit);
    // Nor is much of the limit left unused.
    expect(left.length).toBeGreaterThanOrEqual(Math.floor(limit * 1.5));
  },
);

test.each([
  [2, 1],
  [30, 27],
  [120, 114],
  [600, 585],
])(
  'a backlog under a limit of %i leaves at %i a minute or more, and no 60 seconds hold more than the limit',
  async (limit, least) => {
    const { startWorker, setSecond } = startLimiter();
    // Each asks every five seconds, without having seen what the others did since.
    const workers = Array.from({ length: 20 }, startWorker);
    const left: number[] = [];
    for (let second = 0; second < 600; second += 0.25) {
      // Nobody asks for a while, as during a long batch; then everyone who waited asks at once.
      if (second % 200 > 150 && second % 200 < 151) continue;
      setSecond(second);
      const createBudget = workers[(second * 4) % workers.length];
      const budget = createBudget?.({ id: 'backlog', requestsPerMinute: limit }, { maxWaitMs: 0 });
      while (budget && (await mayLeave(budget))) left.push(second);
    }
    expect(busiestMinute(left)).toBeLessThanOrEqual(limit);
    expect(left.filter((second) => second >= 120).length / 8).toBeGreaterThanOrEqual(least);
  },
);

test('whoever comes when, no 60 seconds hold more than the limit', async () => {
  const gaps = fc.array(
    fc.record({ ms: fc.integer({ min: 0, max: 30_000 }), callers: fc.integer({ min: 1, max: 40 }) }),
    {
      maxLength: 60,
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 300 }), gaps, async (limit, coming) => {
      const { startWorker, setSecond } = startLimiter();
      const workers = [startWorker(), startWorker()] as const;
      const left: number[] = [];
      let second = 0;
      for (const { ms, callers } of coming) {
        second += ms / 1000;
        setSecond(second);
        for (let caller = 0; caller < callers; caller++) {
          const createBudget = workers[caller % 2 === 0 ? 0 : 1];
          if (await mayLeave(createBudget({ id: 'any', requestsPerMinute: limit }, { maxWaitMs: 0 })))
            left.push(second);
        }
      }
      expect(busiestMinute(left)).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 60 },
  );
});

test('two connections do not share a budget', async () => {
  const { createBudget } = startLimiter();
  const [one, other] = ['one', 'other'].map((id) => createBudget({ id, requestsPerMinute: 1 }, { maxWaitMs: 0 }));
  if (!one || !other) throw new Error('no budgets');
  expect([await mayLeave(one), await mayLeave(one), await mayLeave(other)]).toEqual([true, false, true]);
});

test('polls have their tenth while three hundred pushes wait, and no minute holds more than the limit', async () => {
  const { createBudget, setSecond } = startLimiter();
  const connection = { id: 'backlog', requestsPerMinute: 120 };
  const left: number[] = [];
  const polls: number[] = [];
  const waiting = Array.from({ length: 300 }, () => ({ second: 0, tries: 0 }));
  for (let second = 0; second < 150; second++) {
    setSecond(second);
    const poll = createBudget(connection, { maxWaitMs: 0, isPoll: true });
    for (const push of waiting.filter((each) => each.second <= second)) {
      try {
        await createBudget(connection, { maxWaitMs: 0, waitlist: push.tries > 0 ? 'return' : 'join' }).take();
        left.push(second);
        waiting.splice(waiting.indexOf(push), 1);
      } catch (error) {
        if (!(error instanceof BudgetSpentError)) throw error;
        Object.assign(push, { second: second + Math.ceil(error.waitMs / 1000), tries: push.tries + 1 });
      }
    }
    if (await mayLeave(poll)) polls.push(second);
  }
  expect(busiestMinute([...left, ...polls])).toBeLessThanOrEqual(120);
  expect(polls.filter((second) => second < 60).length).toBeGreaterThanOrEqual(9);
  expect(left.filter((second) => second < 60).length).toBeGreaterThanOrEqual(80);
});

test.each([2, 3, 6])('a limit of %i a minute leaves polls a request a minute, too, whatever waits', async (limit) => {
  const { createBudget, second } = startLimiter();
  const connection = { id: 'small', requestsPerMinute: limit };
  for (let push = 0; push < 20; push++)
    await mayLeave(createBudget(connection, { maxWaitMs: 2_000, waitlist: 'join' }));
  const poll = createBudget(connection, { maxWaitMs: 0, patienceMs: 60_000, isPoll: true });
  expect(await mayLeave(poll)).toBe(true);
  expect(second()).toBeLessThanOrEqual(60);
});

test.each([20, 30, 60, 120, 600])('of a limit of %i polls have a tenth', (limit) => {
  const pace = pollPaceOf(limit);
  expect(pace && 60_000 / intervalOf(pace)).toBeGreaterThan(limit * 0.096);
});

test('a pause holds polls, too, and a poll of an idle connection has nearly the whole limit', async () => {
  const { createBudget, setSecond } = startLimiter();
  const budget = createBudget({ id: 'idle', requestsPerMinute: 120 }, { maxWaitMs: 0, isPoll: true });
  const left: number[] = [];
  for (let second = 0; second < 120; second += 0.5) {
    setSecond(second);
    if (await mayLeave(budget)) left.push(second);
  }
  expect(left.length).toBeGreaterThan(180);
  await budget.pause(30);
  setSecond(135);
  expect(await mayLeave(budget)).toBe(false);
});

test('requests of the same moment share a write', async () => {
  const { createBudget, store } = startLimiter();
  const connection = { id: 'crowded', requestsPerMinute: 600 };
  await Promise.all(Array.from({ length: 10 }, () => createBudget(connection, { maxWaitMs: 0 }).take()));
  expect(store.changes()).toBeLessThanOrEqual(2);
});

test('who is turned away joins the waitlist and returns once, in order, while who comes later queues behind', async () => {
  const { createBudget, setSecond } = startLimiter();
  const connection = { id: 'queued', requestsPerMinute: 20 };
  const left: Array<{ name: number; second: number; tries: number }> = [];
  // Sixty at once, then one every six seconds: together they use the whole pace.
  const coming = Array.from({ length: 80 }, (_, name) => ({ name, second: Math.max(0, name - 59) * 6, tries: 0 }));
  for (let next = coming.shift(); next; next = coming.shift()) {
    const { name, second, tries } = next;
    setSecond(second);
    try {
      await createBudget(connection, { maxWaitMs: 0, waitlist: tries > 0 ? 'return' : 'join' }).take();
      left.push({ name, second, tries: tries + 1 });
    } catch (error) {
      if (!(error instanceof BudgetSpentError)) throw error;
      // SQS only knows whole seconds.
      coming.push({ name, second: second + Math.ceil(error.waitMs / 1000), tries: tries + 1 });
      coming.sort((a, b) => a.second - b.second || a.name - b.name);
    }
  }
  expect(left).toHaveLength(80);
  expect(left.map(({ name }) => name)).toEqual(left.map(({ name }) => name).toSorted((a, b) => a - b));
  expect(busiestMinute(left.map(({ second }) => second))).toBeLessThanOrEqual(20);
  expect(left.reduce((sum, { tries }) => sum + tries, 0) / left.length).toBeLessThan(2.5);
  // Fifteen a minute pass.
  expect(left.at(-1)?.second).toBeLessThan((80 / 15) * 60 * 1.1);
});

test('a waitlist that is ended sooner has its end where it was put: who joins then is not behind a line that has gone', async () => {
  const { createBudget, store, now } = startLimiter();
  const connection = { id: 'anew', requestsPerMinute: 20 };
  const join = () => createBudget(connection, { maxWaitMs: 0, waitlist: 'join' }).take();
  const waitOf = async () =>
    (await Promise.allSettled([join()])).map((each) => each.status === 'rejected' && each.reason.waitMs);
  await Promise.allSettled(Array.from({ length: 60 }, join));
  await endWaitlist(connection.id, now() + 10_000, store);
  expect(await waitOf()).toEqual([10_000]);
});

test('what has begun gets the slot of its next request, though nobody else gets one', async () => {
  const { createBudget } = startLimiter();
  const connection = { id: 'begun', requestsPerMinute: 600 };
  const begun = createBudget(connection, { maxWaitMs: 0, waitlist: 'join' });
  await begun.take();
  while (await mayLeave(createBudget(connection, { maxWaitMs: 0 })));
  await expect(createBudget(connection, { maxWaitMs: 0, waitlist: 'join' }).take()).rejects.toThrow(BudgetSpentError);
  await begun.take();
});

test('a caller with patience asks again until a slot is free, and no longer', async () => {
  const { createBudget, second } = startLimiter();
  const connection = { id: 'patient', requestsPerMinute: 2 };
  await createBudget(connection, { maxWaitMs: 0 }).take();
  await createBudget(connection, { maxWaitMs: 0, patienceMs: 120_000 }).take();
  expect(second()).toBeGreaterThan(0);
  await expect(createBudget(connection, { maxWaitMs: 0, patienceMs: 1_000 }).take()).rejects.toThrow(BudgetSpentError);
});

test('a pause holds everybody for as long as was asked, between a second and an hour', async () => {
  const { createBudget, setSecond } = startLimiter();
  const budget = createBudget({ id: 'paused', requestsPerMinute: 600 }, { maxWaitMs: 0 });
  await budget.pause(30);
  setSecond(29);
  expect(await mayLeave(budget)).toBe(false);
  setSecond(31);
  expect(await mayLeave(budget)).toBe(true);
  await budget.pause(null);
  setSecond(90);
  expect(await mayLeave(budget)).toBe(false);
  await budget.pause(86_400);
  setSecond(90 + 3_600);
  expect(await mayLeave(budget)).toBe(true);
});

test('no waitlist is longer than about an hour, so that a raised limit is soon found out', async () => {
  const { createBudget } = startLimiter();
  const slow = { id: 'raised', requestsPerMinute: 1 };
  const waits: number[] = [];
  for (let n = 0; n < 200; n++)
    await createBudget(slow, { maxWaitMs: 0, waitlist: 'join' })
      .take()
      .catch(({ waitMs }: BudgetSpentError) => waits.push(waitMs));
  expect(waits).toHaveLength(199);
  expect(Math.max(...waits)).toBeLessThan(62 * 60_000);
  // Those for whom the waitlist was too long come back at different times.
  expect(new Set(waits.slice(100).map(Math.round)).size).toBeGreaterThan(50);
});

describe('a remote that is away', () => {
  const connection = { id: 'away', requestsPerMinute: 6_000 };
  const callers = (createBudget: ReturnType<typeof createLimiter>, from: number, count: number) =>
    Array.from({ length: count }, (_, index) =>
      createBudget(connection, { maxWaitMs: 0, waitlist: 'join', caller: `dlv_${from + index}` }),
    );
  const fail = async (budget: Budget) => {
    await budget.take();
    await budget.failed();
  };

  test('holds all callers back but one a minute, and nobody once it did something', async () => {
    const { createBudget, setSecond, store } = startLimiter();
    for (const budget of callers(createBudget, 0, 20)) await fail(budget);
    setSecond(599);
    for (const budget of callers(createBudget, 20, 1)) await fail(budget);
    setSecond(601);
    const [asking, ...others] = callers(createBudget, 30, 5);
    await asking?.take();
    expect(asking?.isAsking()).toBe(true);
    const before = await store.read(connection.id);
    for (const budget of others)
      await expect(budget.take()).rejects.toMatchObject({ code: 'connection_away', waitMs: expect.any(Number) });
    const { arrival, lineEnds } = await store.read(connection.id);
    expect([arrival, lineEnds], 'who is held back takes no slot').toEqual([before.arrival, before.lineEnds]);
    // Its next request belongs to the same question.
    await asking?.take();
    await asking?.failed();
    setSecond(662);
    const [next] = callers(createBudget, 40, 1);
    await next?.take();
    // One of all that succeed finds that it is back.
    expect(await next?.succeeded()).toBe(true);
    expect(await next?.succeeded()).toBe(false);
    for (const budget of callers(createBudget, 50, 5)) await budget.take();
  });

  test('is away again at once when all fail soon after it came back', async () => {
    const { createBudget, setSecond } = startLimiter();
    for (const budget of callers(createBudget, 0, 20)) await fail(budget);
    setSecond(700);
    const [asking] = callers(createBudget, 20, 1);
    await asking?.take();
    await asking?.succeeded();
    setSecond(760);
    for (const budget of callers(createBudget, 30, 20)) await fail(budget);
    const [again, held] = callers(createBudget, 60, 2);
    await again?.take();
    expect(again?.isAsking()).toBe(true);
    await expect(held?.take()).rejects.toMatchObject({ code: 'connection_away' });
    // It has been well for longer than that.
    setSecond(900);
    const [well] = callers(createBudget, 70, 1);
    await well?.take();
    await well?.succeeded();
    setSecond(1_501);
    for (const budget of callers(createBudget, 80, 20)) await fail(budget);
    for (const budget of callers(createBudget, 110, 3)) await budget.take();
  });

  test('lets in whoever is held back in the moment that it comes back', async () => {
    const { createBudget, setSecond, duringWait, store } = startLimiter();
    for (const budget of callers(createBudget, 0, 20)) await fail(budget);
    setSecond(601);
    const [asking, held] = callers(createBudget, 30, 2);
    await asking?.take();
    duringWait(() => store.recover(connection.id));
    await held?.take();
    expect(held?.isAsking()).toBe(false);
  });

  test.each([
    ['fewer than twenty callers', 19, 601],
    ['less than ten minutes', 20, 599],
  ])('is not one that failed for %s', async (_, failures, second) => {
    const { createBudget, setSecond } = startLimiter();
    for (const budget of callers(createBudget, 0, failures)) await fail(budget);
    setSecond(second);
    const [caller] = callers(createBudget, 30, 1);
    await caller?.take();
    expect(caller?.isAsking()).toBe(false);
  });

  test('is not one that a single caller fails at again and again, or that did something in between', async () => {
    const { createBudget, setSecond } = startLimiter();
    for (let n = 0; n < 30; n++) for (const budget of callers(createBudget, 0, 1)) await fail(budget);
    setSecond(700);
    for (const budget of callers(createBudget, 1, 18)) await fail(budget);
    const [well] = callers(createBudget, 19, 1);
    await well?.take();
    expect(await well?.succeeded()).toBe(false);
    for (const budget of callers(createBudget, 20, 19)) await fail(budget);
    setSecond(1_400);
    for (const budget of callers(createBudget, 60, 3)) await budget.take();
  });

  test('is asked although a waitlist is long and polls have just had the slot', async () => {
    const { createBudget, setSecond } = startLimiter();
    const slow = { ...connection, requestsPerMinute: 5 };
    for (const budget of callers(createBudget, 0, 20)) await fail(budget);
    for (let n = 0; n < 100; n++) await mayLeave(createBudget(slow, { maxWaitMs: 0, waitlist: 'join' }));
    setSecond(700);
    await createBudget(slow, { maxWaitMs: 0, patienceMs: 60_000, isPoll: true }).take();
    const asking = createBudget(slow, { maxWaitMs: 2_000, waitlist: 'join', caller: 'dlv_99' });
    await asking.take();
    expect(asking.isAsking()).toBe(true);
  });

  test('is asked as soon as there is a slot where a small limit had none in time', async () => {
    const { createBudget, setSecond } = startLimiter();
    const slow = { ...connection, requestsPerMinute: 2 };
    const asks = (caller: string) => createBudget(slow, { maxWaitMs: 2_000, waitlist: 'join', caller });
    for (const budget of callers(createBudget, 0, 20)) await fail(budget);
    setSecond(700);
    await createBudget(slow, { maxWaitMs: 0, isPoll: true }).take();
    // The next slot is a minute away, and a worker waits 20 seconds for it.
    await expect(asks('dlv_98').take()).rejects.toMatchObject({ code: 'budget_spent', waitMs: 40_000 });
    setSecond(741);
    const next = asks('dlv_99');
    await next.take();
    expect(next.isAsking()).toBe(true);
  });

  test('is polled all the same', async () => {
    const { createBudget, setSecond } = startLimiter();
    for (const budget of callers(createBudget, 0, 20)) await fail(budget);
    setSecond(700);
    await createBudget(connection, { maxWaitMs: 0, isPoll: true }).take();
  });
});
