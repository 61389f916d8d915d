import { beforeEach, expect, test, vi } from 'vitest';
import * as items from '#lib/platform/table/items';
import { getItem } from '#lib/platform/table/table';
import { memoryTable } from '#test/support/memory-table';
import { addEndpoint, HUB, removeEndpoint, rotateEndpoint } from './endpoints.ts';
import type { SecretDocument } from './secrets.ts';
import { createConfigurationStore } from './store.ts';

const NOW = new Date('2026-11-20T08:00:00.000Z');
beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ['Date'] }));

const asked = { id: 'erp', url: 'https://erp.example/hooks' };

/** A hub with a shop, and what is on record of its endpoints. */
async function scene() {
  const table = memoryTable();
  const store = createConfigurationStore(table);
  await store.putConnection({
    ...{ id: 'shop', marketplace: 'scopio', baseUrl: 'https://shop.example', settings: {} },
    ...{ pollIntervalSeconds: 600, requestsPerMinute: 60 },
  });
  let document: SecretDocument = { connections: {} };
  const acts: unknown[] = [];
  const unblocked: unknown[] = [];
  const hub = {
    unblock: async (...of: unknown[]) => void unblocked.push(of),
    store,
    secrets: {
      read: async () => document,
      write: async (_name: string, next: SecretDocument) => {
        document = next;
      },
    },
    isLocal: () => false,
    resolve: async () => [{ address: '1.1.1.1' }],
    transact: async (writes: readonly object[]) => {
      acts.push(...writes.map((write) => (write as { Put: { Item: object } }).Put.Item));
      return true;
    },
  };
  return { hub, table, acts, unblocked, store, secretsOf: (id: string) => document.connections[id] };
}

test('an endpoint is added with a secret of its own beside those that stand, and is on record', async () => {
  const { hub, store, acts, secretsOf } = await scene();
  const secret = await addEndpoint(asked, 'ann', hub);
  expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
  await addEndpoint({ ...asked, id: 'wms', types: ['order.*'], payload: 'full' }, 'ann', hub);
  expect(secretsOf('erp')).toEqual({ secrets: { signingSecret: secret }, settings: {} });
  const { endpoints } = await store.getConfiguration();
  expect([...endpoints.values()]).toMatchObject([
    { ...asked, profile: 'standard-webhooks', types: [], payload: 'thin', secretsAt: NOW.toISOString() },
    { id: 'wms', types: ['order.*'], payload: 'full' },
  ]);
  expect(acts).toMatchObject([
    { act: 'endpoint.added', about: 'erp', by: 'ann' },
    { act: 'endpoint.added', about: 'wms', by: 'ann' },
  ]);
  expect(JSON.stringify(acts)).not.toContain('whsec_');
});

test('one of profile ucp has no secret to show or to replace', async () => {
  const { hub, secretsOf } = await scene();
  expect(await addEndpoint({ ...asked, profile: 'ucp' }, 'ann', hub)).toBeUndefined();
  expect(secretsOf('erp')).toBeUndefined();
  await expect(rotateEndpoint('erp', 'ann', hub)).rejects.toThrow('endpoint "erp": there is none with a secret');
});

test.each<[object, string]>([
  [{ id: 'shop' }, 'endpoint "shop": there is one of that name, or a connection'],
  [{ id: 'endpoint' }, 'endpoint "endpoint": there is one of that name, or a connection'],
  [{ id: 'erp' }, 'endpoint "erp": there is one of that name, or a connection'],
  [{ id: 'Wms' }, 'endpoint "Wms": id: must be lower-case letters, digits and dashes'],
  [{ id: 'wms', url: 'https://10.0.0.1' }, 'endpoint "wms": url: leads to an address inside'],
  [{ id: 'wms', profile: 'ucp', payload: 'full' }, 'endpoint "wms": payload: is not for the profile ucp'],
])('%j is refused, and nothing is written', async (more, words) => {
  const { hub, store, acts } = await scene();
  await addEndpoint(asked, 'ann', hub);
  await expect(addEndpoint({ ...asked, ...more }, 'ann', hub)).rejects.toThrow(words);
  expect([(await store.getConfiguration({ maxAgeMs: 0 })).endpoints.size, acts.length]).toEqual([1, 1]);
});

test('a secret is replaced by another, beside which the one before signs for a day', async () => {
  const { hub, store, acts, secretsOf } = await scene();
  const previousSigningSecret = await addEndpoint(asked, 'ann', hub);
  vi.setSystemTime('2026-11-20T09:00:00.000Z');
  const signingSecret = await rotateEndpoint('erp', 'bob', hub);
  expect(signingSecret).not.toBe(previousSigningSecret);
  expect(secretsOf('erp')).toEqual({
    secrets: { signingSecret, previousSigningSecret },
    settings: { previousUntil: '2026-11-21T09:00:00.000Z' },
  });
  expect((await store.getEndpoints()).get('erp')).toMatchObject({
    ...{ since: NOW.toISOString(), secretsAt: '2026-11-20T09:00:00.000Z' },
  });
  expect(acts.at(-1)).toMatchObject({ act: 'endpoint.rotated', about: 'erp', by: 'bob' });
});

test('whoever lost the new secret makes another, and the one that receivers know signs until its day is over', async () => {
  const { hub, secretsOf } = await scene();
  const first = await addEndpoint(asked, 'ann', hub);
  vi.setSystemTime('2026-11-20T09:00:00.000Z');
  const lost = await rotateEndpoint('erp', 'ann', hub);
  vi.setSystemTime('2026-11-20T09:01:00.000Z');
  const second = await rotateEndpoint('erp', 'ann', hub);
  expect(secretsOf('erp')).toEqual({
    secrets: { signingSecret: second, previousSigningSecret: `${lost} ${first}` },
    settings: { previousUntil: '2026-11-21T09:01:00.000Z 2026-11-21T09:00:00.000Z' },
  });
  vi.setSystemTime('2026-11-21T09:00:30.000Z');
  await rotateEndpoint('erp', 'ann', hub);
  expect(secretsOf('erp')?.secrets.previousSigningSecret).toBe(`${second} ${lost}`);
});

test('one is removed with its secret, the others stay, and what is not there is refused', async () => {
  const { hub, store, acts, secretsOf } = await scene();
  await addEndpoint(asked, 'ann', hub);
  await addEndpoint({ ...asked, id: 'wms' }, 'ann', hub);
  await removeEndpoint('erp', 'bob', hub);
  expect([...(await store.getEndpoints()).keys()]).toEqual(['wms']);
  expect([secretsOf('erp'), secretsOf('wms')]).toEqual([undefined, expect.anything()]);
  expect(acts.at(-1)).toMatchObject({ act: 'endpoint.removed', about: 'erp', by: 'bob' });
  await expect(removeEndpoint('erp', 'bob', hub)).rejects.toThrow('endpoint "erp": there is none');
});

test('one that is added begins anew under a name that another had, and one that is there keeps where it stands', async () => {
  const { hub, table, unblocked } = await scene();
  const Key = items.endpointState.key({ id: 'erp' });
  await table.put({ Item: { ...Key, committed: 'MA', paused: { why: 'gone' } } });
  await addEndpoint(asked, 'ann', hub);
  const begun = { since: NOW.toISOString() };
  expect(await getItem(Key, table)).toEqual(begun);
  await table.put({ Item: { ...Key, ...begun, committed: 'MQ' } });
  await expect(addEndpoint(asked, 'ann', hub)).rejects.toThrow('there is one of that name');
  await rotateEndpoint('erp', 'ann', { ...HUB, ...hub });
  expect(await getItem(Key, table)).toEqual({ ...begun, committed: 'MQ' });
  expect(unblocked).toEqual([['connection', { connection: 'erp' }]]);
});
