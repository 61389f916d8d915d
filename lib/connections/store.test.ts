import { expect, test, vi } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { createConfigurationStore } from './store.ts';

test('settings are read with eventual consistency where they may be a little old, and else as they stand', async () => {
  const table = memoryTable();
  const reads = [vi.spyOn(table, 'query'), vi.spyOn(table, 'get')];
  const consistency = () =>
    reads.flatMap((read) => read.mock.calls.splice(0).map(([{ ConsistentRead }]) => ConsistentRead));
  let now = 0;
  const clock = () => now;
  const [worker, writer] = [createConfigurationStore(table, clock), createConfigurationStore(table, clock)];
  await worker.getConfiguration();
  expect(consistency()).toEqual([false, false]);
  await worker.getConfiguration({ maxAgeMs: 0 });
  expect(consistency()).toEqual([true, true]);
  await writer.putRoutes([{ from: '*', to: 'erp' }]);
  expect((await writer.getConfiguration()).routes).toEqual([{ from: '*', to: 'erp' }]);
  expect(consistency()).toEqual([true, true]);
  expect((await writer.getConfiguration()).routes).toHaveLength(1);
  expect(consistency()).toEqual([]);
  now = 5_000;
  await writer.getConfiguration();
  expect(consistency()).toEqual([false, false]);
});
