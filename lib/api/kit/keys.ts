import { createHash, randomBytes } from 'node:crypto';
import { putAct } from '#lib/platform/audit';
import { cached } from '#lib/platform/cache';
import * as items from '#lib/platform/table/items';
import { keysIn, queryIndex } from '#lib/platform/table/sharded-index';
import { db, getItem, type Key, put, transact } from '#lib/platform/table/table';

export type Scope = 'orders:read' | 'fulfillments:write' | 'changes:read' | 'ops' | 'privacy';

/** Who calls. Timelines and replays show the name; the key itself is stored nowhere. */
export interface ApiKey {
  name: string;
  scopes: readonly Scope[];
}

/** A key as it may be shown; `createdAt` is UTC. */
export type ListedKey = ApiKey & { createdAt: string };

export const KEY_NAME = /^[a-z0-9-]{1,64}$/;

/** The key that a local hub makes anew at each start. */
export const LOCAL_KEY_NAME = 'local';

/** SHA-256 in hex. Keys are long and random, so no salt or stretching is needed. */
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex');

const CACHE_MS = 30_000;
/** Strangers must not fill a warm instance's memory with keys they made up. */
const CACHE_ENTRIES = 1_000;
const MAX_KEYS = 1_000;

/** The API keys of a table. Changes reach other warm instances within 30 seconds. */
export function openKeys(table = db) {
  const load = (hash: string) => getItem<ApiKey>(items.apiKey.key({ hash }), table);
  const known = cached(CACHE_MS, load, { maxEntries: CACHE_ENTRIES });

  /** The key with this hash; undefined for one that was never issued, or was revoked. */
  const findKeyByHash = (hash: string, now = Date.now()): Promise<ApiKey | undefined> => known.get(hash, { now });

  const findApiKey = (key: string, now?: number): Promise<ApiKey | undefined> => findKeyByHash(hashKey(key), now);

  /** Makes a key valid, or changes what it may do. */
  async function putApiKey(key: string, name: string, scopes: readonly Scope[]): Promise<void> {
    await table.put({ Item: itemOf(key, { name, scopes }, new Date()) });
    known.forget(hashKey(key));
  }

  /** Creates the key of a new name, or one more for a name that has some, and records who did. */
  async function createApiKey({ name, scopes, by }: ApiKey & { by: string }, now = new Date()): Promise<string> {
    const key = `lsk_${randomBytes(24).toString('base64url')}`;
    const act = putAct({ act: 'key.created', about: name, by, at: now.toISOString(), detail: { scopes } });
    await transact([put(itemOf(key, { name, scopes }, now)), act], table);
    return key;
  }

  /** All keys, the oldest first. */
  async function listApiKeys(): Promise<ListedKey[]> {
    return (await readKeys()).map(({ name, scopes, createdAt }) => ({ name, scopes, createdAt }));
  }

  /** Revokes every key of a name, or all but the newest, and records who did, if anybody. Returns how many there were. */
  async function revokeApiKeys(
    name: string,
    { by, keepNewest = false, now = new Date() }: { by?: string; keepNewest?: boolean; now?: Date } = {},
  ): Promise<number> {
    const named = (await readKeys()).filter((key) => key.name === name);
    const ended = keepNewest ? named.slice(0, -1) : named;
    for (const { at: Key, scopes, createdAt } of ended) {
      const detail = { scopes, createdAt };
      const act = by ? [putAct({ act: 'key.revoked', about: name, by, at: now.toISOString(), detail })] : [];
      await transact([{ Delete: { Key } }, ...act], table);
    }
    return ended.length;
  }

  async function readKeys(): Promise<Array<ListedKey & { at: Key }>> {
    const partition = items.apiKey.byTime.partition();
    const rows = await queryIndex({ index: 'byTime', partition, limit: MAX_KEYS, newestFirst: false }, table);
    const found = await Promise.all(
      rows.map(async ({ pk, sk }) => {
        const key = await getItem<ListedKey>({ pk, sk }, table);
        return key ? [{ ...key, at: { pk, sk } }] : [];
      }),
    );
    return found.flat();
  }

  return { findApiKey, findKeyByHash, putApiKey, createApiKey, listApiKeys, revokeApiKeys };
}

function itemOf(key: string, { name, scopes }: ApiKey, now: Date) {
  const hash = hashKey(key);
  const createdAt = now.toISOString();
  const indexKeys = keysIn(items.apiKey.byTime, { createdAt, hash });
  return { ...items.apiKey.key({ hash }), name, scopes, createdAt, ...indexKeys };
}

export const { findApiKey, findKeyByHash, putApiKey, createApiKey, listApiKeys, revokeApiKeys } = openKeys();
