import { createHash } from 'node:crypto';
import { cached } from '#lib/platform/cache';
import * as items from '#lib/platform/table/items';
import { keysIn, queryIndex } from '#lib/platform/table/sharded-index';
import { db, getItem, type Key } from '#lib/platform/table/table';

export const SCOPES = ['orders:read', 'fulfillments:write', 'ops', 'privacy'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who calls. The name stands on timelines and replays; the key itself is kept nowhere. */
export interface ApiKey {
  name: string;
  scopes: readonly Scope[];
}

const CACHE_MS = 30_000;
/** Strangers must not fill the memory of a warm instance with keys they made up. */
const CACHE_ENTRIES = 1_000;

const known = cached(CACHE_MS, (hash) => getItem<ApiKey>(items.apiKey.key({ hash })), { maxEntries: CACHE_ENTRIES });

/** SHA-256 in hex. Keys are long and random, so no salt or stretching is needed. */
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Makes a key valid, or changes what it may do; other warm instances learn of it within 30 seconds. */
export async function putApiKey(key: string, name: string, scopes: readonly Scope[]): Promise<void> {
  const hash = hashKey(key);
  const createdAt = new Date().toISOString();
  const item = {
    ...items.apiKey.key({ hash }),
    ...{ name, scopes, createdAt },
    ...keysIn(items.apiKey.byTime, { createdAt, hash }),
  };
  await db.put({ Item: item });
  known.forget(hash);
}

/** Whose key this is; undefined for one nobody was given. */
export const findApiKey = (key: string, now = Date.now()): Promise<ApiKey | undefined> =>
  known.get(hashKey(key), { now });

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
  for (const { at } of named) await db.delete({ Key: at });
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
