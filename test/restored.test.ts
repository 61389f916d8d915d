import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { InProcess } from './support/in-process.ts';
import { emptyQueues, fake, open, outcomes, read, refused, startWorkers, workDelivery } from './support/workers.ts';

let hub: InProcess;
beforeAll(async () => {
  hub = await startWorkers();
});
afterAll(() => hub.stop());
beforeEach(() => emptyQueues(hub));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

/** Orders of these tests were placed in 2026 at the latest. */
const restoreAt = (instant: string) => vi.stubEnv('RESTORED_AT', instant);
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

test('what the lost part of the ledger placed is found at the remote and not placed again', async () => {
  restoreAt(inAnHour());
  const { connector, calls } = fake({ probe: async () => ({ remoteId: 'r-1' }) });
  const id = await open();
  await workDelivery(id, connector);
  expect(calls).toEqual(['probe']);
  expect(await read(id)).toMatchObject({ state: 'succeeded' });
});

test('what it did not place is placed after a look', async () => {
  restoreAt(inAnHour());
  const { connector, calls } = fake();
  const id = await open();
  await workDelivery(id, connector);
  expect(calls).toEqual(['probe', 'push']);
  expect(await read(id)).toMatchObject({ state: 'succeeded' });
});

test('an attempt on record from before says nothing, one from after says all', async () => {
  const failing = fake({ push: refused });
  const id = await open();
  await workDelivery(id, failing.connector);
  expect(await outcomes(id)).toEqual(['http_503']);
  restoreAt(inAnHour());
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7_200_000 });
  await workDelivery(id, failing.connector);
  vi.setSystemTime(Date.now() + 7_200_000);
  await workDelivery(id, failing.connector);
  expect(failing.calls).toEqual(['push', 'probe', 'push', 'push']);
});

test('orders placed since then are pushed as ever', async () => {
  restoreAt('2000-01-01T00:00:00Z');
  const { connector, calls } = fake();
  await workDelivery(await open(), connector);
  expect(calls).toEqual(['push']);
});
