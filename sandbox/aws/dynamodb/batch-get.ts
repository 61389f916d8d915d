import { validationError } from '../aws-error.ts';
import { tableNotFound } from './action-store.ts';
import { readUnits } from './capacity.ts';
import { type ActionStore, asAwsError, engine, type Input, type Item, type Table } from './dynalite.ts';
import { itemPrefix } from './key-space.ts';
import { check } from './operations.ts';
import { isPlainMap } from './prepare.ts';
import type { Store } from './store.ts';

const PAGE_BYTES = 16 * 1024 * 1024;
const MAX_KEYS = 100;

interface Wanted {
  Keys: Item[];
  ConsistentRead?: boolean;
  AttributesToGet?: unknown[];
  _projection?: { paths: unknown[]; nestedPaths?: unknown };
}

/** Checked requests, by everything but their keys. */
const known = new Map<string, Record<string, Wanted>>();

/** Reads many items, in an order of its own as AWS does; those that do not fit on a page are unprocessed. */
export function batchGetItem(store: Store, actions: ActionStore, input: Input): Input {
  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: Record<string, unknown> = {};
  let size = 0;
  for (const [name, wanted] of Object.entries(prepareBatch(input, actions))) {
    const table = store.tables.get(name);
    if (!table) throw tableNotFound(name);
    const found: Item[] = [];
    const left: Item[] = [];
    for (const [rowKey, Key] of keyed(table, wanted.Keys)) {
      const item = store.rows.get(rowKey) as Item | undefined;
      const bytes = item ? engine.itemSize(item) : 0;
      if (size + bytes > PAGE_BYTES) {
        left.push(Key);
        continue;
      }
      size += bytes;
      actions.charge?.({ table: name, units: readUnits(bytes, Boolean(wanted.ConsistentRead)), indexes: [] });
      const paths = wanted._projection?.paths ?? wanted.AttributesToGet;
      if (item) found.push(paths ? engine.mapPaths(paths, item) : item);
    }
    Responses[name] = found;
    const asked = (input.RequestItems as Record<string, object>)[name];
    if (left.length > 0) UnprocessedKeys[name] = { ...asked, Keys: left };
  }
  return { Responses, UnprocessedKeys };
}

function keyed(table: Table, keys: readonly Item[]): Map<string, Item> {
  const rows = new Map<string, Item>();
  for (const key of keys) {
    const invalid = engine.validateKey(key, table);
    if (invalid) throw asAwsError(invalid);
    rows.set(itemPrefix(table.TableName) + engine.createKey(key, table), key);
  }
  if (rows.size < keys.length) throw validationError('Provided list of item keys contains duplicates');
  return new Map([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Like `prepare`: dynalite checks one request of each kind, and every request that is not plainly right. */
function prepareBatch(input: Input, actions: ActionStore): Record<string, Wanted> {
  const wanted = Object.entries((input.RequestItems ?? {}) as Record<string, Wanted>);
  const count = wanted.reduce((sum, [, { Keys }]) => sum + (Array.isArray(Keys) ? Keys.length : MAX_KEYS + 1), 0);
  const isPlain = count <= MAX_KEYS && wanted.every(([, { Keys }]) => Keys.length > 0 && Keys.every(isPlainMap));
  const signature = JSON.stringify({
    ...input,
    RequestItems: wanted.map(([name, { Keys: _, ...rest }]) => [name, rest]),
  });
  const form = isPlain ? known.get(signature) : undefined;
  if (form) return Object.fromEntries(wanted.map(([name, { Keys }]) => [name, { ...form[name], Keys }]));
  const checked = check('BatchGetItem', structuredClone(input), actions).RequestItems as Record<string, Wanted>;
  if (known.size > MAX_KEYS) known.clear();
  if (isPlain) known.set(signature, checked);
  return checked;
}
