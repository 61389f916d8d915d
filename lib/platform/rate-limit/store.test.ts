import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { createFakeStore } from './fake-store.ts';
import { type Change, type State, tableStore } from './store.ts';

const member = fc.constantFrom<keyof State>('arrival', 'lineEnds');
const instant = fc.integer({ min: 1, max: 5 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ raise: member, to: instant, whenBelow: instant }),
  // DynamoDB refuses a range that ends before it begins.
  fc
    .record({ add: member, by: instant, from: instant, upTo: instant, lineEndsBy: instant })
    .filter(({ from, upTo }) => from <= upTo),
);

test('the table keeps the numbers as the fake does', async () => {
  const table = tableStore(memoryTable());
  let connection = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const fake = createFakeStore();
      connection += 1;
      for (const each of changes)
        expect(await table.change(`c${connection}`, each)).toEqual(await fake.change(`c${connection}`, each));
    }),
    { numRuns: 40 },
  );
});
