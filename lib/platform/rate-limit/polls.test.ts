import { expect, test } from 'vitest';
import { createFakeStore } from '#test/support/rate-limit-store';
import { BudgetSpentError } from '../errors.ts';
import { type BudgetOptions, createLimiter } from './budget.ts';

const MINUTES = 20;
const PUSHES = 300;

/** A clock that jumps to whatever is due next, as soon as nobody has anything left to do. */
function startClock() {
  let now = 0;
  const timers: Array<{ at: number; go: () => void }> = [];
  return {
    now: () => Date.UTC(2026, 10, 20, 8) + now,
    second: () => now / 1000,
    sleep: (ms: number) => new Promise<void>((go) => void timers.push({ at: now + Math.max(0, Math.ceil(ms)), go })),
    async runFor(ms: number) {
      for (;;) {
        // A budget asks its store in a later turn of the event loop.
        for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
        const [next] = timers.sort((a, b) => a.at - b.at);
        if (!next || next.at > ms) return;
        timers.shift();
        now = Math.max(now, next.at);
        next.go();
      }
    },
  };
}

/** Three hundred pushes that want to leave, each as late as a ring may be, and a poll that asks for page after page. */
async function compete(limitAt: (second: number) => number, latenessMs: number, patienceMs: number, first = 7) {
  const { now, second, sleep, runFor } = startClock();
  let seed = first;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const store = createFakeStore();
  const startWorker = () => {
    const createBudget = createLimiter({ store, clock: now, wait: sleep, random });
    return (options: BudgetOptions) => createBudget({ id: 'small', requestsPerMinute: limitAt(second()) }, options);
  };
  const workers = [startWorker(), startWorker(), startWorker()];
  const [polls, pushes]: [number[], number[]] = [[], []];
  /** How long to wait; 0: it has left. */
  const waitOf = async (taken: Promise<unknown> | undefined) => {
    try {
      await taken;
      return 0;
    } catch (error) {
      if (!(error instanceof BudgetSpentError)) throw error;
      return error.waitMs;
    }
  };
  const push = async (index: number) => {
    for (let waitlist: BudgetOptions['waitlist'] = 'join'; ; waitlist = 'return') {
      const waitMs = await waitOf(workers[index % 3]?.({ maxWaitMs: 2_000, waitlist }).take());
      if (waitMs === 0) return void pushes.push(second());
      await sleep(1000 * Math.ceil(waitMs / 1000) + random() * latenessMs);
    }
  };
  const poll = async () => {
    for (const startPoll = startWorker(); ; ) {
      const budget = startPoll({ maxWaitMs: 0, patienceMs, isPoll: true });
      const until = second() + 230;
      let waitMs = 0;
      while (waitMs === 0 && second() < until) {
        await sleep(200);
        waitMs = await waitOf(budget.take());
        if (waitMs === 0) polls.push(second());
      }
      // Without patience it asks every second; else at the tick of a minute, as pollers do.
      await sleep(patienceMs === 0 ? 1_000 : Math.ceil(Math.min(300_000, waitMs) / 60_000) * 60_000);
    }
  };
  for (let index = 0; index < PUSHES; index++) void push(index);
  void poll();
  await runFor(MINUTES * 60_000);
  const longestGap = (seconds: number[]) =>
    Math.max(...[...seconds, MINUTES * 60].map((at, index) => at - (seconds[index - 1] ?? 0)));
  const all = [...polls, ...pushes];
  const busiest = Math.max(...all.map((from) => all.filter((at) => at >= from && at < from + 59.999).length));
  return { polls, pushes, pollGap: longestGap(polls), pushGap: longestGap(pushes), busiest };
}

/** What each has of twenty minutes at least, where a limit of so many lets one, two or four a minute leave. */
const LEAST = { 1: [10, 4], 2: [10, 4], 3: [20, 9], 5: [20, 30] } as const;
const LATE = [1, 60];
const PATIENT = [0, 60];
const SEEDS = [7, 4242, 99991];

test.each(
  ([1, 2, 3, 5] as const).flatMap((limit) =>
    LATE.flatMap((late) => PATIENT.map((patience) => ({ limit, late, patience }))),
  ),
)(
  'a limit of $limit a minute goes to polls with $patience s of patience and to a backlog that comes up to $late s late',
  async ({ limit, late, patience }) => {
    const [leastPolls, leastPushes] = LEAST[limit];
    for (const seed of SEEDS) {
      const { polls, pushes, ...seen } = await compete(() => limit, late * 1000, patience * 1000, seed);
      expect(polls.length).toBeGreaterThanOrEqual(leastPolls);
      expect(pushes.length).toBeGreaterThanOrEqual(leastPushes);
      expect(seen.pollGap).toBeLessThanOrEqual(limit < 3 ? 181 : 98);
      expect(seen.pushGap).toBeLessThanOrEqual(limit < 3 ? 500 : 240);
      expect(seen.busiest).toBeLessThanOrEqual(limit);
      // Whose polls take more than their share shuts out pushes that are late.
      expect(polls.length).toBeLessThanOrEqual(leastPolls + 4);
    }
  },
);

test.each(PATIENT)('nor do polls with %i s of patience starve when a limit of 5 is raised to 120', async (patience) => {
  const { polls, pollGap } = await compete((second) => (second < 300 ? 5 : 120), 1_000, patience * 1000);
  expect(pollGap).toBeLessThanOrEqual(121);
  expect(polls.length).toBeGreaterThan(180);
});
