import { expect, test, vi } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import type { FileEndpoint } from './endpoint-file.ts';
import { putEndpoints } from './endpoints.ts';
import type { SecretDocument } from './secrets.ts';
import { createConfigurationStore } from './store.ts';

const secrets = { signingSecret: `whsec_${'A'.repeat(32)}` };
const erp: FileEndpoint['endpoint'] = {
  ...{ id: 'erp', url: 'https://erp.example/hooks', profile: 'standard-webhooks', types: [], payload: 'thin' },
};

/** A hub without endpoints, whose secret has a key for UCP. */
function scene(address = '1.1.1.1') {
  const store = createConfigurationStore(memoryTable());
  const written: SecretDocument[] = [{ connections: {}, ucpKeys: ['key'] }];
  const hub = {
    store,
    secrets: {
      read: async () => written.at(-1) as SecretDocument,
      write: async (_name: string, document: SecretDocument) => void written.push(document),
    },
    isLocal: () => false,
    resolve: async () => [{ address }],
  };
  return { put: (...wanted: FileEndpoint[]) => putEndpoints(wanted, hub), store, written };
}

test('an endpoint is put once, keeps its secret where none is given, and is forgotten with it', async () => {
  const { put, store, written } = scene();
  expect(await put({ endpoint: erp, secrets })).toEqual(['erp']);
  expect(written.at(-1)).toEqual({ connections: { erp: { secrets, settings: {} } }, ucpKeys: ['key'] });
  const { since, secretsAt } = (await store.getEndpoints()).get('erp') ?? {};
  expect(secretsAt).toBe(since);
  expect(await put({ endpoint: erp })).toEqual([]);
  expect(await put({ endpoint: { ...erp, types: ['order.*'] } })).toEqual(['erp']);
  expect((await store.getEndpoints()).get('erp')).toEqual({ ...erp, types: ['order.*'], since, secretsAt });
  expect(written).toHaveLength(2);
  expect(await put()).toEqual(['erp']);
  expect(written.at(-1)).toEqual({ connections: {}, ucpKeys: ['key'] });
  const { endpoints, removed } = await store.getConfiguration();
  expect([endpoints.size, removed.get('erp')?.marketplace]).toEqual([0, 'endpoint']);
});

test('when a secret was replaced stands beside the endpoint, so that nobody signs with an older one', async () => {
  vi.useFakeTimers({ now: new Date('2026-11-20T08:00:00.000Z'), toFake: ['Date'] });
  const { put, store } = scene();
  await put({ endpoint: erp, secrets });
  vi.setSystemTime('2026-11-20T09:00:00.000Z');
  expect(await put({ endpoint: erp, secrets })).toEqual([]);
  expect(await put({ endpoint: erp, secrets: { signingSecret: `whsec_${'B'.repeat(32)}` } })).toEqual(['erp']);
  expect((await store.getEndpoints()).get('erp')).toMatchObject({
    ...{ since: '2026-11-20T08:00:00.000Z', secretsAt: '2026-11-20T09:00:00.000Z' },
  });
  vi.useRealTimers();
});

test('of one that stands and has lost its secret it is said how it gets one, as no other can be added before', async () => {
  const { put, written } = scene();
  await put({ endpoint: erp, secrets });
  written.push({ connections: {} });
  const wms = { endpoint: { ...erp, id: 'wms' }, secrets };
  await expect(put({ endpoint: erp }, wms)).rejects.toThrow(
    'longshore endpoints remove erp, and then add erp makes one',
  );
});

test('one without a secret, or whose name leads inside, is refused, and nothing is written', async () => {
  const { put, written } = scene();
  await expect(put({ endpoint: erp })).rejects.toThrow('endpoint "erp": secrets.signingSecret: is missing');
  const inside = scene('10.0.0.1');
  await expect(inside.put({ endpoint: erp, secrets })).rejects.toThrow(
    'endpoint "erp": url: leads to an address inside',
  );
  expect([...written, ...inside.written]).toHaveLength(2);
  const agent = { endpoint: { ...erp, id: 'agent', profile: 'ucp' as const } };
  expect(await put(agent)).toEqual(['agent']);
});
