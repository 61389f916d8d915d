import { expect, test, vi } from 'vitest';
import { listActs } from '#lib/platform/audit';
import * as items from '#lib/platform/table/items';
import { queryPartition, type Table } from '#lib/platform/table/table';
import { memoryTable } from '#test/support/memory-table';
import { hashKey, KEY_NAME, openKeys } from './keys.ts';

const memory = memoryTable();
let asked = 0;
/** Counts what is asked of the table. */
const table: Table = {
  ...memory,
  get: (input) => {
    asked += 1;
    return memory.get(input);
  },
};
const { findApiKey, putApiKey } = openKeys(table);

test('a key is known by its hash only', async () => {
  await putApiKey('a-long-key', 'erp', ['orders:read']);
  expect(await findApiKey('a-long-key')).toMatchObject({ name: 'erp', scopes: ['orders:read'] });
  expect(await findApiKey(hashKey('a-long-key'))).toBeUndefined();
  const stored = await queryPartition(items.apiKey.key({ hash: hashKey('a-long-key') }).pk, { table });
  expect(JSON.stringify(stored)).not.toContain('a-long-key');
});

test('an answer holds for 30 seconds, also that a key is unknown', async () => {
  const now = Date.now();
  await findApiKey('nobody', now);
  const before = asked;
  await Promise.all([findApiKey('nobody', now + 29_000), findApiKey('nobody', now + 29_999)]);
  expect(asked).toBe(before);
  await findApiKey('nobody', now + 30_000);
  expect(asked).toBe(before + 1);
});

test('a key that is put is valid at once where it was put', async () => {
  expect(await findApiKey('soon')).toBeUndefined();
  await putApiKey('soon', 'erp', ['ops']);
  expect(await findApiKey('soon')).toMatchObject({ scopes: ['ops'] });
});

test('made-up keys push out the oldest answers instead of filling the memory', async () => {
  const now = Date.now();
  const get = vi.fn(async () => undefined);
  const keys = openKeys({ ...table, get, batchGet: async () => ({ items: [], unprocessed: [] }) });
  await keys.findApiKey('first', now);
  await Promise.all(Array.from({ length: 1_000 }, (_, n) => keys.findApiKey(`made-up-${n}`, now)));
  get.mockClear();
  await keys.findApiKey('made-up-999', now);
  expect(get).not.toHaveBeenCalled();
  await keys.findApiKey('first', now);
  expect(get).toHaveBeenCalledOnce();
});

test('a failed read is not remembered', async () => {
  let fails = true;
  const get: Table['get'] = async (input) => {
    if (fails) throw new Error('throttled');
    return memory.get(input);
  };
  const keys = openKeys({ ...table, get });
  await expect(keys.findApiKey('unlucky')).rejects.toThrow('throttled');
  fails = false;
  expect(await keys.findApiKey('unlucky')).toBeUndefined();
});

test('a rotation: one more key of a name, then the older ones end, and the audit trail says who did it', async () => {
  const own = memoryTable();
  const keys = openKeys(own);
  const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 8, 0, second));
  const make = (second: number) =>
    keys.createApiKey({ name: 'wms', scopes: ['orders:read'], by: 'cli:eva' }, at(second));
  const [old, fresh] = [await make(0), await make(1)];
  expect([old, fresh]).toEqual([expect.stringMatching(/^lsk_[\w-]{32}$/), expect.stringMatching(/^lsk_[\w-]{32}$/)]);
  const made = (await keys.listApiKeys()).map(({ createdAt }) => createdAt);
  expect(made).toEqual([at(0), at(1)].map((each) => each.toISOString()));

  expect(await keys.revokeApiKeys('wms', { by: 'cli:eva', keepNewest: true, now: at(2) })).toBe(1);
  expect(await keys.findApiKey(old)).toBeUndefined();
  expect(await keys.findApiKey(fresh)).toMatchObject({ name: 'wms' });
  expect(await keys.revokeApiKeys('wms', { by: 'cli:eva', now: at(3) })).toBe(1);
  expect(await keys.listApiKeys()).toEqual([]);

  const { items: acts } = await listActs({ limit: 10 }, own);
  expect(acts.map(({ act, by, about }) => [act, by, about])).toEqual([
    ['key.revoked', 'cli:eva', 'wms'],
    ['key.revoked', 'cli:eva', 'wms'],
    ['key.created', 'cli:eva', 'wms'],
    ['key.created', 'cli:eva', 'wms'],
  ]);
  expect(JSON.stringify(acts)).not.toMatch(/lsk_/);
});

test('a key of an odd name, as there were some, is listed and revoked', async () => {
  const keys = openKeys(memoryTable());
  await keys.putApiKey('odd', 'Night shift #1', ['ops']);
  expect(KEY_NAME.test('Night shift #1')).toBe(false);
  expect(await keys.listApiKeys()).toMatchObject([{ name: 'Night shift #1' }]);
  expect(await keys.revokeApiKeys('Night shift #1')).toBe(1);
});
