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
  expect(consistency()).toEqual([true]);
  expect((await writer.getConfiguration()).routes).toHaveLength(1);
  expect(consistency()).toEqual([]);
  now = 5_000;
  await writer.getConfiguration();
  expect(consistency()).toEqual([false]);
});

test('routes stand beside the connections, and also where functions of the version before look for them', async () => {
  const table = memoryTable();
  const [ours, erp] = [createConfigurationStore(table), [{ from: '*', to: 'erp' }] as const];
  await table.put({ Item: { pk: 'ROUTES', sk: 'ROUTES', routes: erp } });
  expect(await ours.getConfiguration({ maxAgeMs: 0 })).toMatchObject({ routes: erp });
  await ours.putRoutes([]);
  const { routes, connections, removed, endpoints } = await ours.getConfiguration({ maxAgeMs: 0 });
  expect([routes, connections.size, removed.size, endpoints.size]).toEqual([[], 0, 0, 0]);
  expect(await table.get({ Key: { pk: 'ROUTES', sk: 'ROUTES' } })).toMatchObject({ routes: [] });
});
