import { expect, test } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import type { Route } from './connection.ts';
import type { ConnectionsFile } from './file.ts';
import { putConnections, untilInForce } from './put.ts';
import type { SecretDocument } from './secrets.ts';
import { createConfigurationStore } from './store.ts';

/** A hub of two marketplaces, one of which keeps a token, with what it wrote and unblocked. */
function startHub() {
  const store = createConfigurationStore(memoryTable());
  const documents = new Map<string, SecretDocument>();
  const written: string[] = [];
  const unblocked: string[] = [];
  const hub = {
    marketplaces: [{ name: 'bazaar', keepsToken: true }, { name: 'shed' }],
    unblock: async (waitsFor: string) => void unblocked.push(waitsFor),
    store,
    secrets: {
      read: async (name: string) => documents.get(name) ?? { connections: {} },
      write: async (name: string, document: SecretDocument) => {
        written.push(name);
        documents.set(name, document);
      },
    },
  };
  return { store, documents, written, unblocked, put: (file: ConnectionsFile) => putConnections(file, hub) };
}

const entry = (id: string, marketplace: string, secret = 's', settings = {}) => ({
  connection: {
    ...{ id, marketplace, baseUrl: 'https://x.test', settings },
    ...{ pollIntervalSeconds: 60, requestsPerMinute: 60 },
  },
  secrets: { apiKey: secret },
  webhookSettings: {},
});
const fileOf = (connections: ConnectionsFile['connections'], routes: Route[] = []): ConnectionsFile => ({
  ...{ connections, routes, warnings: [] },
});

test('settings go to the table, secrets to Secrets Manager, and nothing is written that is there already', async () => {
  const { put, store, documents, written, unblocked } = startHub();
  const file = fileOf([entry('shop', 'bazaar', 'key'), entry('shed-1', 'shed')], [{ from: '*', to: 'shed-1' }]);
  expect(await put(file)).toEqual(['shop', 'shed-1', 'routes']);
  const { connections, routes } = await store.getConfiguration();
  expect([...connections.values()]).toEqual(expect.arrayContaining(file.connections.map((each) => each.connection)));
  expect(JSON.stringify([...connections.values()])).not.toContain('key');
  expect(routes).toEqual(file.routes);
  expect(documents.get('bazaar')?.connections).toEqual({ shop: { secrets: { apiKey: 'key' }, settings: {} } });
  expect(unblocked).toEqual(['connection', 'routes']);
  written.length = 0;
  unblocked.length = 0;
  expect(await put(file)).toEqual([]);
  expect([...written, ...unblocked]).toEqual([]);
});

test('a marketplace that keeps tokens has a key beside its secrets, which stays when they change', async () => {
  const { put, documents } = startHub();
  await put(fileOf([entry('shop', 'bazaar', 'one'), entry('shed-1', 'shed')]));
  const tokenKey = documents.get('bazaar')?.tokenKey;
  expect(Buffer.from(tokenKey ?? '', 'base64')).toHaveLength(32);
  expect(documents.get('shed')).not.toHaveProperty('tokenKey');
  await put(fileOf([entry('shop', 'bazaar', 'two')]));
  expect(documents.get('bazaar')).toMatchObject({ tokenKey, connections: { shop: { secrets: { apiKey: 'two' } } } });
});

test('a key that is missing is made though nothing else changed', async () => {
  const { put, documents } = startHub();
  documents.set('bazaar', { connections: { shop: { secrets: { apiKey: 's' }, settings: {} } } });
  await put(fileOf([entry('shop', 'bazaar')]));
  expect(documents.get('bazaar')?.tokenKey).toBeDefined();
});

test('a connection that the file does not have is removed, and is whole again when it comes back', async () => {
  const { put, store, documents } = startHub();
  await put(fileOf([entry('shop', 'bazaar'), entry('shed-1', 'shed')]));
  expect(await put(fileOf([entry('shop', 'bazaar')]))).toEqual(['shed-1']);
  const without = await store.getConfiguration();
  expect([...without.connections.keys()]).toEqual(['shop']);
  expect(without.removed.get('shed-1')).toEqual({
    ...{ id: 'shed-1', marketplace: 'shed', removedAt: expect.any(String) },
  });
  expect(documents.get('shed')?.connections).toEqual({});
  await put(fileOf([entry('shop', 'bazaar'), entry('shed-1', 'shed')]));
  expect((await store.getConfiguration()).removed.size).toBe(0);
});

test('nothing of a file is written of which an endpoint is refused', async () => {
  const { put, store, documents, written } = startHub();
  await put(fileOf([entry('shop', 'bazaar'), entry('shed-1', 'shed')], [{ from: '*', to: 'shed-1' }]));
  const before = [structuredClone(documents), await store.getConfiguration()];
  written.length = 0;
  const endpoint = {
    ...{ id: 'erp', url: 'https://10.0.0.7/hooks', types: [] },
    ...{ profile: 'standard-webhooks' as const, payload: 'thin' as const },
  };
  const next = { ...fileOf([entry('shop', 'bazaar', 'other')]), endpoints: [{ endpoint }] };
  await expect(put(next)).rejects.toThrow('endpoint "erp": url: ');
  expect(written).toEqual([]);
  expect([documents, await store.getConfiguration({ maxAgeMs: 0 })]).toEqual(before);
});

test('changed routes alone wake what waits for routes', async () => {
  const { put, unblocked } = startHub();
  await put(fileOf([entry('shop', 'bazaar')]));
  unblocked.length = 0;
  expect(await put(fileOf([entry('shop', 'bazaar')], [{ from: '*', to: 'erp' }]))).toEqual(['routes']);
  expect(unblocked).toEqual(['routes']);
});

test('what was put is in force once every cache has run out, and then what was refused meanwhile runs again', async () => {
  const done: unknown[] = [];
  await untilInForce(
    async (waitsFor) => void done.push(waitsFor),
    async (ms) => void done.push(ms),
  );
  expect(done).toEqual([8_000, 'connection', 'routes']);
});
