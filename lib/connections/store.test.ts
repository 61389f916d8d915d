import { expect, test, vi } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { CONFIG_TTL_MS, createConfigurationStore } from './store.ts';

test('settings are read with eventual consistency where they may be a little old, and else as they stand', async () => {
  const table = memoryTable();
  const reads = [vi.spyOn(table, 'query'), vi.spyOn(table, 'get')];
  const consistency = () =>
    reads.flatMap((read) => read.mock.calls.splice(0).map(([{ ConsistentRead }]) => ConsistentRead));
  let now = 0;
  const clock = () => now;
  const [worker, writer] = [createConfigurationStore(table, clock), createConfigurationStore(table, clock)];
  await worker.getConfiguration();
  // Routes are held for long: from a replica that is behind, the former ones would be.
  expect(consistency()).toEqual([false, true]);
  await worker.getConfiguration({ maxAgeMs: 0 });
  expect(consistency()).toEqual([true, true]);
  await writer.putRoutes([{ from: '*', to: 'erp' }]);
  expect((await writer.getConfiguration()).routes).toEqual([{ from: '*', to: 'erp' }]);
  expect(consistency()).toEqual([true, true]);
  expect((await writer.getConfiguration()).routes).toHaveLength(1);
  expect(consistency()).toEqual([]);
  now = 5_000;
  await writer.getConfiguration();
  expect(consistency()).toEqual([false]);
});

test('routes are held while their version stands, and read where versions before and after ours have them', async () => {
  const table = memoryTable();
  let now = 0;
  const ours = createConfigurationStore(table, () => now);
  const get = vi.spyOn(table, 'get');
  const to = (id: string) => [{ from: '*', to: id }];
  const older = (id: string) => table.put({ Item: { pk: 'ROUTES', sk: 'ROUTES', routes: to(id) } });
  await older('erp');
  expect(await ours.getConfiguration()).toMatchObject({ routes: to('erp') });
  await createConfigurationStore(table).putRoutes(to('shed'));
  now += CONFIG_TTL_MS;
  expect(await ours.getConfiguration()).toMatchObject({ routes: to('shed') });
  now += 10 * CONFIG_TTL_MS;
  const { routes, connections, removed, endpoints } = await ours.getConfiguration();
  expect([routes, connections.size, removed.size, endpoints.size]).toEqual([to('shed'), 0, 0, 0]);
  expect(get).toHaveBeenCalledTimes(2);
  // After a rollback, or by a command line that was not upgraded: it names no version.
  await older('barn');
  expect(await createConfigurationStore(table).getConfiguration()).toMatchObject({ routes: to('barn') });
  expect(await ours.getConfiguration({ maxAgeMs: 0 })).toMatchObject({ routes: to('barn') });
  await older('loft');
  now += 3_600_000;
  expect(await ours.getConfiguration()).toMatchObject({ routes: to('loft') });
});
