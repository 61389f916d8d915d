import { AwsError } from '../aws-error.ts';
import type { Charge } from './capacity.ts';
import type { ActionStore, Callback, Item, Range, StoreOptions, SubStore, Table } from './dynalite.ts';
import { indexPrefix, itemPrefix, TABLES, tagPrefix, within } from './key-space.ts';
import { type Plan, planItem } from './plan.ts';
import type { Rows } from './rows.ts';

interface ActionStoreOptions {
  rows: Rows;
  storeOptions: StoreOptions;
  tables: ReadonlyMap<string, Table>;
  timeToLive: ReadonlyMap<string, string>;
  /** Where writes go; without it the action may only read. */
  plan?: Plan | undefined;
  charge?: ((charge: Charge) => void) | undefined;
}

/**
 * The store that a dynalite action works on. It answers at once, and its writes go only into the plan, so an action is
 * one step: nothing interleaves with it, and it takes effect as a whole or not at all.
 */
export function actionStore(options: ActionStoreOptions): ActionStore {
  const { rows, plan, tables, storeOptions, charge } = options;
  const sub = (prefix: string) => subStore(rows, prefix, plan);

  function itemStore(name: string): SubStore {
    const store = sub(itemPrefix(name));
    // dynalite reads an item right before it writes it, so the item last read is the one that the write replaces.
    let last: { key: string; item: Item | undefined } | undefined;
    const read = (key: string) => {
      last = { key, item: store.read(key) };
      return last.item;
    };
    const planned = (key: string, after: Item | undefined, callback: Callback) => {
      const table = tables.get(name);
      const before = last?.key === key ? last.item : store.read(key);
      try {
        if (plan && table) planItem(plan, options.timeToLive, table, { key, before, after });
      } catch (error) {
        return callback(error as Error);
      }
      callback(null);
    };
    return {
      ...store,
      read,
      get: (key, callback) => callback(null, read(key)),
      put: (key, item, callback) => planned(key, item as Item, callback),
      del: (key, callback) => planned(key, undefined, callback),
    };
  }

  function planRange(range: Range, callback: Callback): void {
    for (const [key] of rows.list(range)) plan?.entries.push({ type: 'del', key });
    callback(null);
  }

  return {
    charge,
    options: storeOptions,
    tableDb: { ...sub(TABLES), awsAccountId: '000000000000', awsRegion: 'us-east-1' },
    getTable(name, checkStatus, callback) {
      const done = typeof checkStatus === 'function' ? checkStatus : callback;
      const table = tables.get(name);
      if (!table) return done?.(tableNotFound(name));
      // Actions on tables modify the table that they are given, so they get a copy.
      done?.(null, checkStatus === false ? structuredClone(table) : table);
    },
    getItemDb: itemStore,
    getIndexDb: (type, name, index) => sub(indexPrefix(type, name, index)),
    getTagDb: (name) => sub(tagPrefix(name)),
    deleteItemDb: (name, callback) => planRange(within(itemPrefix(name)), callback),
    deleteIndexDb: (type, name, index, callback) => planRange(within(indexPrefix(type, name, index)), callback),
    deleteTagDb: (name, callback) => planRange(within(tagPrefix(name)), callback),
  };
}

export const tableNotFound = (name: string): AwsError =>
  new AwsError(
    'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
    `Requested resource not found: Table: ${name} not found`,
  );

function subStore(rows: Rows, prefix: string, plan: Plan | undefined): SubStore {
  const read = (key: string) => rows.get(prefix + key) as Item | undefined;
  return {
    lock: (_key, run) => run((callback) => callback),
    read,
    get: (key, callback) => callback(null, read(key)),
    put: (key, value, callback) => {
      plan?.entries.push({ type: 'put', key: prefix + key, value });
      callback(null);
    },
    del: (key, callback) => {
      plan?.entries.push({ type: 'del', key: prefix + key });
      callback(null);
    },
    batch: (entries, callback) => {
      for (const entry of entries) plan?.entries.push({ ...entry, key: prefix + entry.key });
      callback(null);
    },
    *list(range) {
      for (const [, value] of rows.list(within(prefix, range))) yield value as Item;
    },
  };
}
