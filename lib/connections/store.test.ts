import { expect, test, vi } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { createConfigurationStore } from './store.ts';

test('settings are read with eventual consistency where they may be a little old, and else as they stand', async () => {
  const table = memoryTable();
  const reads = [vi.spyOn(table, 'query'), vi.spyOn(table, 'get')];
  const consistency = () =>
    reads.flatMap((read) => read.mock.calls.splice(0).map(([{ ConsistentRead }]) => ConsistentRead));
  const { getConfiguration, putRoutes } = createConfigurationStore(table);
  await putRoutes([{ from: '*', to: 'erp' }]);
  expect((await getConfiguration()).routes).toEqual([{ from: '*', to: 'erp' }]);
  expect(consistency()).toEqual([false, false]);
  await getConfiguration();
  expect(consistency()).toEqual([]);
  await getConfiguration({ maxAgeMs: 0 });
  expect(consistency()).toEqual([true, true]);
});
