import { tableName } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { queryIndex } from '#lib/platform/table/sharded-index';
import { db, getItem, type Key } from '#lib/platform/table/table';
import type { ApiKey } from './keys.ts';

/** A key as it may be shown; `createdAt` is UTC. */
export type ListedKey = ApiKey & { createdAt: string };

const MAX_KEYS = 1_000;

/** All keys, the oldest first. */
export async function listApiKeys(): Promise<ListedKey[]> {
  const keys = await readKeys();
  return keys.map(({ name, scopes, createdAt }) => ({ name, scopes, createdAt }));
}

/** Ends every key of a name; warm instances take it for another 30 seconds. Returns how many there were. */
export async function revokeApiKeys(name: string): Promise<number> {
  const named = (await readKeys()).filter((key) => key.name === name);
  for (const { at } of named) await db.delete({ TableName: tableName(), Key: at });
  return named.length;
}

async function readKeys(): Promise<Array<ListedKey & { at: Key }>> {
  const rows = await queryIndex({
    index: 'byTime',
    partition: items.apiKey.byTime.partition(),
    limit: MAX_KEYS,
    newestFirst: false,
  });
  const found = await Promise.all(
    rows.map(async ({ pk, sk }) => {
      const key = await getItem<ListedKey>({ pk, sk });
      return key ? [{ ...key, at: { pk, sk } }] : [];
    }),
  );
  return found.flat();
}
