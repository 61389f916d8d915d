import { Stream } from 'node:stream';
import { AwsError } from '../aws-error.ts';
import type { ActionStore, Callback, Item, Level, Range, StoreOptions, SubStore, Table } from './dynalite.ts';
import { indexPrefix, itemPrefix, TABLES, tagPrefix, within } from './key-space.ts';
import { type Plan, type PlanContext, planItem } from './plan.ts';

interface ActionStoreOptions extends PlanContext {
  storeOptions: StoreOptions;
  tables: ReadonlyMap<string, Table>;
  /** Where writes go; without it the action may only read. */
  plan?: Plan;
  /** Receives what breaks inside a stream, where a throw would end the process. */
  fail(error: unknown): void;
}

/**
 * The store a dynalite action works on: it reads the database synchronously and its writes only land in the plan, so
 * that an action is one step that nothing interleaves with, and takes effect as one batch or not at all.
 */
export function actionStore(options: ActionStoreOptions): ActionStore {
  const { level, plan, tables, storeOptions, fail } = options;
  const sub = (prefix: string) => subStore(level, prefix, plan, fail);

  function planned(name: string, key: string, after: Item | undefined, callback: Callback) {
    const table = tables.get(name);
    try {
      if (plan && table) planItem(plan, options, table, key, after);
    } catch (error) {
      return callback(error as Error);
    }
    callback(null);
  }

  async function planRange(range: Range, callback: Callback) {
    try {
      for await (const key of level.keys(range)) plan?.entries.push({ type: 'del', key });
      callback(null);
    } catch (error) {
      fail(error);
    }
  }

  return {
    options: storeOptions,
    tableDb: { ...sub(TABLES), awsAccountId: '000000000000', awsRegion: 'us-east-1' },
    getTable(name, checkStatus, callback) {
      const done = typeof checkStatus === 'function' ? checkStatus : callback;
      const table = tables.get(name);
      if (!table) return done?.(tableNotFound(name));
      // Actions on tables change what they are given.
      done?.(null, checkStatus === false ? structuredClone(table) : table);
    },
    getItemDb: (name) => ({
      ...sub(itemPrefix(name)),
      put: (key, item, callback) => planned(name, key, item as Item, callback),
      del: (key, callback) => planned(name, key, undefined, callback),
    }),
    // Index entries are planned with their item.
    getIndexDb: (type, name, index) => ({
      ...sub(indexPrefix(type, name, index)),
      put: (_key, _item, callback) => callback(null),
      del: (_key, callback) => callback(null),
    }),
    getTagDb: (name) => sub(tagPrefix(name)),
    deleteItemDb: (name, callback) => void planRange(within(itemPrefix(name)), callback),
    deleteIndexDb: (type, name, index, callback) => void planRange(within(indexPrefix(type, name, index)), callback),
    deleteTagDb: (name, callback) => void planRange(within(tagPrefix(name)), callback),
  };
}

export function tableNotFound(name: string): AwsError {
  return new AwsError(
    'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
    `Requested resource not found: Table: ${name} not found`,
  );
}

function subStore(level: Level, prefix: string, plan: Plan | undefined, fail: (error: unknown) => void): SubStore {
  return {
    lock: (_key, run) => run((callback) => callback),
    get: (key, callback) => callback(null, level.getSync(prefix + key)),
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
    createKeyStream: (range) => new RowStream(stripped(level.keys(within(prefix, range)), prefix.length), fail),
    createValueStream: (range) => new RowStream(level.values(within(prefix, range)), fail),
  };
}

async function* stripped(keys: AsyncIterable<string>, length: number) {
  for await (const key of keys) yield key.slice(length);
}

/** An old-style stream of rows that closes its iterator, unlike dynalite's own, and reports what its reader throws. */
class RowStream extends Stream {
  #stopped = false;

  constructor(rows: AsyncIterable<unknown>, fail: (error: unknown) => void) {
    super();
    queueMicrotask(() => this.#read(rows).catch(fail));
  }

  async #read(rows: AsyncIterable<unknown>) {
    for await (const row of rows) {
      this.emit('data', row);
      if (this.#stopped) return;
    }
    this.emit('end');
  }

  destroy() {
    this.#stopped = true;
  }
}
