import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { transition } from '#lib/deliveries/ledger';
import { reopen } from '#lib/deliveries/reopen';
import { connector as marketful } from '#lib/marketplaces/marketful/index';
import { RetryableError } from '#lib/platform/errors';
import type { InProcess } from './support/in-process.ts';
import { open, outcomes, read, startWorkers, workDelivery } from './support/workers.ts';

let hub: InProcess;
beforeAll(async () => {
  vi.stubEnv('RETRY_INTERVAL_SECONDS', '0');
  hub = await startWorkers();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
});

test('a replayed fetch reads at each of its attempts and is answered by no reading of before', async () => {
  const id = await open({ kind: 'fetch', action: 'order', subject: { resource: '5021', askedBy: 'poll' } });
  const answers = ['read', 'busy', 'busy', 'read'];
  const calls: string[] = [];
  const push = async () => {
    const answer = answers[calls.length] ?? 'too many';
    calls.push(answer);
    if (answer === 'busy') throw new RetryableError({ code: 'http_503', description: 'busy' });
    return { topic: 'orden', body: {} };
  };
  const connector = { ...marketful, actions: { ...marketful.actions, fetches: { order: { push } } } };
  await workDelivery(id, connector);
  const done = await read(id);
  expect(done.state).toBe('succeeded');
  const now = new Date().toISOString();
  await transition(done, reopen(done, now, now));
  for (let ring = 0; ring < 4; ring++) await workDelivery(id, connector);
  expect(calls).toEqual(answers);
  expect(await outcomes(id)).toEqual(['succeeded', 'http_503', 'http_503', 'succeeded']);
});
