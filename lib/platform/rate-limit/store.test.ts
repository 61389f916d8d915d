import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { createFakeStore } from './fake-store.ts';
import { type Change, type Store, tableStore } from './store.ts';

const member = fc.constantFrom('arrival' as const, 'lineEnds' as const);
const instant = fc.integer({ min: 1, max: 5 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ raise: member, to: instant, whenBelow: instant }),
  // DynamoDB refuses a range that ends before it begins.
  fc
    .record({ add: member, by: instant, from: instant, upTo: instant, lineEndsBy: instant })
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
