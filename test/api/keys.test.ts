import { afterAll, beforeAll, expect, type MockInstance, test, vi } from 'vitest';
import { findApiKey, hashKey, putApiKey } from '#lib/api/kit/keys';
import { client } from '#lib/platform/table/document';
import { startApi } from './hub-api.ts';

let asked: MockInstance<typeof client.send>;
let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
  asked = vi.spyOn(client, 'send');
});
afterAll(() => api.stop());

test('a key is known by its hash only', async () => {
  await putApiKey('a-long-key', 'erp', ['orders:read']);
  expect(await findApiKey('a-long-key')).toMatchObject({ name: 'erp', scopes: ['orders:read'] });
  expect(await findApiKey(hashKey('a-long-key'))).toBeUndefined();
  const { queryPartition } = await import('#lib/platform/table/table');
  expect(JSON.stringify(await queryPartition(`APIKEY#${hashKey('a-long-key')}`))).not.toContain('a-long-key');
});

test('an answer holds for 30 seconds, also that a key is unknown', async () => {
  const now = Date.now();
  await findApiKey('nobody', now);
  const before = asked.mock.calls.length;
  await Promise.all([findApiKey('nobody', now + 29_000), findApiKey('nobody', now + 29_999)]);
  expect(asked.mock.calls.length).toBe(before);
  await findApiKey('nobody', now + 30_000);
  expect(asked.mock.calls.length).toBe(before + 1);
});

test('a key that is put is valid at once where it was put', async () => {
  expect(await findApiKey('soon')).toBeUndefined();
  await putApiKey('soon', 'erp', ['ops']);
  expect(await findApiKey('soon')).toMatchObject({ scopes: ['ops'] });
});

test('made-up keys push out the oldest answers instead of filling the memory', async () => {
  const now = Date.now();
  await findApiKey('first', now);
  for (let i = 0; i < 1_000; i += 50)
    await Promise.all(Array.from({ length: 50 }, (_, n) => findApiKey(`made-up-${i + n}`, now)));
  const before = asked.mock.calls.length;
  await findApiKey('made-up-999', now);
  expect(asked.mock.calls.length).toBe(before);
  await findApiKey('first', now);
  expect(asked.mock.calls.length).toBe(before + 1);
});

test('a failed read is not remembered', async () => {
  const table = process.env.TABLE_NAME;
  process.env.TABLE_NAME = 'gone';
  await expect(findApiKey('unlucky')).rejects.toThrow();
  process.env.TABLE_NAME = table;
  expect(await findApiKey('unlucky')).toBeUndefined();
});
