import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { BudgetSpentError } from '#lib/platform/errors';
import { type InProcess, startInProcess } from './support/in-process.ts';

let hub: InProcess;
let createBudget: typeof import('#lib/platform/rate-limit/dynamo-budget').createBudget;
beforeAll(async () => {
  hub = await startInProcess({ connections: [] });
  ({ createBudget } = await import('#lib/platform/rate-limit/dynamo-budget'));
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

test('requests of the same moment share a write', async () => {
  const { watchers } = await import('#lib/platform/table/document');
  let writes = 0;
  const count = () => {
    writes += 1;
  };
  watchers.add(count);
  const connection = { id: 'crowded', requestsPerMinute: 600 };
  await Promise.all(Array.from({ length: 10 }, () => createBudget(connection, { maxWaitMs: 0 }).take()));
  watchers.delete(count);
  expect(writes).toBeLessThanOrEqual(2);
});

test('who is turned away gets a place in line and comes back once, in order, while who comes later waits behind', async () => {
  const connection = { id: 'queued', requestsPerMinute: 20 };
  const start = Date.now();
  const left: Array<{ name: number; second: number; tries: number }> = [];
  // Sixty at once, and then one every six seconds: together they fill the pace.
  const coming = Array.from({ length: 80 }, (_, name) => ({ name, second: Math.max(0, name - 59) * 6, tries: 0 }));
  for (let next = coming.shift(); next; next = coming.shift()) {
    const { name, second, tries } = next;
    vi.useFakeTimers({ toFake: ['Date'], now: start + second * 1000 });
    const line = tries > 0 ? 'comes back' : 'joins';
    try {
      await createBudget(connection, { maxWaitMs: 0, line }).take();
      left.push({ name, second, tries: tries + 1 });
    } catch (error) {
      if (!(error instanceof BudgetSpentError)) throw error;
      // SQS knows whole seconds only.
      coming.push({ name, second: second + Math.ceil(error.waitMs / 1000), tries: tries + 1 });
      coming.sort((a, b) => a.second - b.second || a.name - b.name);
    }
  }
  vi.useRealTimers();
  expect(left).toHaveLength(80);
  expect(left.map(({ name }) => name)).toEqual(left.map(({ name }) => name).toSorted((a, b) => a - b));
  const windows = left.map(({ second }) => left.filter((each) => each.second >= second && each.second < second + 60));
  expect(Math.max(...windows.map(({ length }) => length))).toBeLessThanOrEqual(20);
  expect(left.reduce((sum, { tries }) => sum + tries, 0) / left.length).toBeLessThan(2.5);
  // Fifteen a minute flow.
  expect(left.at(-1)?.second).toBeLessThan((80 / 15) * 60 * 1.1);
});

test('what has begun gets the turn of its next request, though nobody else gets one', async () => {
  const connection = { id: 'begun', requestsPerMinute: 600 };
  const begun = createBudget(connection, { maxWaitMs: 0, line: 'joins' });
  await begun.take();
  while (await mayLeave(createBudget(connection, { maxWaitMs: 0 })));
  await expect(createBudget(connection, { maxWaitMs: 0, line: 'joins' }).take()).rejects.toThrow(BudgetSpentError);
  await begun.take();
});

test('no line is longer than about an hour, so that a raised limit is soon found out', async () => {
  const slow = { id: 'raised', requestsPerMinute: 1 };
  const waits: number[] = [];
  for (let n = 0; n < 200; n++)
    await createBudget(slow, { maxWaitMs: 0, line: 'joins' })
      .take()
      .catch(({ waitMs }: BudgetSpentError) => waits.push(waitMs));
  expect(waits).toHaveLength(199);
  expect(Math.max(...waits)).toBeLessThan(62 * 60_000);
  // Those for whom the line was too long come back at different times.
  expect(new Set(waits.slice(100).map(Math.round)).size).toBeGreaterThan(50);
});
