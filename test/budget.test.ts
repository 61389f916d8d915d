import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { BudgetSpentError } from '#lib/errors';
import { type InProcess, startInProcess } from './support/in-process.ts';

let hub: InProcess;
let createBudget: typeof import('#lib/connections/dynamo-budget').createBudget;
beforeAll(async () => {
  hub = await startInProcess({ connections: [] });
  ({ createBudget } = await import('#lib/connections/dynamo-budget'));
});
afterAll(async () => {
  vi.useRealTimers();
  await hub.stop();
});

/** Whether a request may leave now. */
const mayLeave = async (budget: ReturnType<typeof createBudget>): Promise<boolean> => {
  try {
    await budget.take();
    return true;
  } catch (error) {
    if (error instanceof BudgetSpentError) return false;
    throw error;
  }
};

test.each([1, 7, 20])(
  'a re-walk burnt the quota: no 60 seconds hold more than %i requests of four greedy workers',
  async (limit) => {
    const connection = { id: `greedy-${limit}`, requestsPerMinute: limit };
    const workers = Array.from({ length: 4 }, () => createBudget(connection, { maxWaitMs: 0 }));
    const start = Date.now();
    const left: number[] = [];
    for (let second = 0; second <= 150; second += 1.5) {
      vi.useFakeTimers({ toFake: ['Date'], now: start + second * 1000 });
      for (const worker of workers) if (await mayLeave(worker)) left.push(second);
    }
    vi.useRealTimers();
    const windows = left.map((from) => left.filter((second) => second >= from && second < from + 60).length);
    expect(Math.max(...windows)).toBeLessThanOrEqual(limit);
    // Nor is the quota left lying about.
    expect(left.length).toBeGreaterThanOrEqual(Math.floor(limit * 1.5));
  },
);

test('two connections do not share a budget', async () => {
  const [one, other] = ['one', 'other'].map((id) => createBudget({ id, requestsPerMinute: 1 }, { maxWaitMs: 0 }));
  if (!one || !other) throw new Error('no budgets');
  expect([await mayLeave(one), await mayLeave(one), await mayLeave(other)]).toEqual([true, false, true]);
});
