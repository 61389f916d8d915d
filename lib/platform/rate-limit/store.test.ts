import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { createFakeStore } from '#test/support/rate-limit-store';
import { BudgetSpentError } from '../errors.ts';
import { createLimiter } from './budget.ts';
import { type Change, type Store, tableStore } from './store.ts';

const member = fc.constantFrom('arrival' as const, 'lineEnds' as const);
const instant = fc.integer({ min: 1, max: 5 });
const headStart = fc.constantFrom({ ms: 3_000, at: 1 }, { ms: 2_500, at: 2 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record(
    { raise: member, to: instant, whenBelow: instant, headStart },
    { requiredKeys: ['raise', 'to', 'whenBelow'] },
  ),
  // DynamoDB refuses a range that ends before it begins.
  fc
    .record(
      { add: member, by: instant, from: instant, upTo: instant, lineEndsBy: instant, headStart, known: headStart },
      { requiredKeys: ['add', 'by', 'from', 'upTo', 'lineEndsBy'] },
    )
    .filter(({ from, upTo }) => from <= upTo),
);

type Step = (store: Store, connection: string) => Promise<unknown>;

const step: fc.Arbitrary<Step> = fc.oneof(
  change.map(
    (each): Step =>
      (store, id) =>
        store.change(id, each),
  ),
  fc.record({ caller: fc.constantFrom('a', 'b', 'c'), now: instant }).map(
    ({ caller, now }): Step =>
      (store, id) =>
        store.fail(id, caller, now, 2),
  ),
  fc.constant<Step>((store, id) => store.recover(id)),
  fc.record({ now: instant, before: instant }).map(
    ({ now, before }): Step =>
      (store, id) =>
        store.ask(id, now, before),
  ),
);

test('a number that the table keeps with more digits than we can holds nobody up', async () => {
  const store = tableStore(memoryTable());
  const now = 1_795_753_051_000;
  const set = async (name: 'arrival' | 'lineEnds', to: number, by: number) => {
    await store.change('shed', { raise: name, to, whenBelow: to });
    await store.change('shed', { add: name, by, from: to, upTo: to, lineEndsBy: to + 1e6 });
  };
  await set('arrival', 1_795_753_072_000, 6_334.3332222222225);
  await set('lineEnds', 1_795_753_071_000, 778.7774666666667);
  let asked = 0;
  const createBudget = createLimiter({
    clock: () => now,
    store: {
      ...store,
      async change(...given) {
        asked += 1;
        if (asked > 20) throw new Error('it asks the same again and again');
        return store.change(...given);
      },
    },
  });
  const budget = createBudget({ id: 'shed', requestsPerMinute: 600 }, { maxWaitMs: 0, waitlist: 'join' });
  // Not known, then known.
  for (let times = 0; times < 2; times++) await expect(budget.take()).rejects.toThrow(BudgetSpentError);
});

test('a slot is reserved by the head starts that are known, and not where somebody noted another meanwhile', async () => {
  const store = tableStore(memoryTable());
  const headStart = { ms: 3_000, at: 1_795_753_051_000 };
  await store.change('shed', { raise: 'arrival', to: 10, whenBelow: 10, headStart });
  const add = (known: typeof headStart) =>
    store.change('shed', { add: 'arrival', by: 5, from: 0, upTo: 100, lineEndsBy: 1, headStart, known });
  expect(await add({ ms: 0, at: 0 })).toMatchObject({ isChanged: false, state: { arrival: 10, headStart } });
  expect(await add(headStart)).toMatchObject({ isChanged: true, state: { arrival: 15 } });
});

test('the table keeps the numbers as the fake does', async () => {
  const table = tableStore(memoryTable());
  let connection = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const fake = createFakeStore();
      connection += 1;
      const id = `c${connection}`;
      for (const each of steps) expect(await each(table, id)).toEqual(await each(fake, id));
    }),
    { numRuns: 100 },
  );
});
