import { setImmediate as nextTurn } from 'node:timers/promises';
import { validationError } from '../aws-error.ts';
import { tableNotFound } from './action-store.ts';
import type { Input, Item, Table } from './dynalite.ts';
import { allExpiries, expiresAt, expiryKey, takeDue } from './expiry.ts';
import { itemPrefix, TIME_TO_LIVE, within } from './key-space.ts';
import { type Plan, planItem } from './plan.ts';
import { forgetTokens } from './request-tokens.ts';
import type { Store } from './store.ts';

const SWEEP_BATCH = 100;

function findTable(store: Store, name: unknown): Table {
  const table = store.tables.get(String(name));
  if (table) return table;
  throw tableNotFound(String(name));
}

/** Switches expiry on or off; switching on finds the items that are already there. */
export function updateTimeToLive(store: Store, input: Input): Input {
  const { TableName: name } = findTable(store, input.TableName);
  const wanted = input.TimeToLiveSpecification as { AttributeName?: string; Enabled?: boolean } | undefined;
  if (!wanted?.AttributeName || typeof wanted.Enabled !== 'boolean') {
    throw validationError('TimeToLiveSpecification needs AttributeName and Enabled');
  }
  const attribute = wanted.AttributeName;
  store.write((plan) => {
    const current = store.timeToLive.get(name);
    if (Boolean(current) === wanted.Enabled) {
      throw validationError(`TimeToLive is already ${wanted.Enabled ? 'enabled' : 'disabled'}`);
    }
    if (current && current !== attribute) {
      throw validationError(`TimeToLive is active on a different AttributeName: current AttributeName is ${current}`);
    }
    if (!wanted.Enabled) {
      plan.entries.push({ type: 'del', key: TIME_TO_LIVE + name });
      for (const [key] of store.rows.list(allExpiries(name))) plan.entries.push({ type: 'del', key });
      store.timeToLive.delete(name);
      return;
    }
    plan.entries.push({ type: 'put', key: TIME_TO_LIVE + name, value: attribute });
    const prefix = itemPrefix(name);
    for (const [key, item] of store.rows.list(within(prefix))) {
      const due = expiresAt(item as Item, attribute);
      const itemKey = key.slice(prefix.length);
      if (due !== undefined) plan.entries.push({ type: 'put', key: expiryKey(name, due, itemKey), value: itemKey });
    }
    store.timeToLive.set(name, attribute);
  });
  return { TimeToLiveSpecification: wanted };
}

export function describeTimeToLive(store: Store, input: Input): Input {
  const attribute = store.timeToLive.get(findTable(store, input.TableName).TableName);
  const description = attribute
    ? { TimeToLiveStatus: 'ENABLED', AttributeName: attribute }
    : { TimeToLiveStatus: 'DISABLED' };
  return { TimeToLiveDescription: description };
}

/** Deletes what is past its time, in small batches so that requests get their turn. */
async function sweep(store: Store): Promise<void> {
  const now = Date.now() / 1000;
  for (const name of store.timeToLive.keys()) await repeat(store, (plan) => deleteDue(store, plan, name, now));
  await repeat(store, (plan) => forgetTokens(store, plan, now, SWEEP_BATCH));
  store.trimStream();
}

async function repeat(store: Store, run: (plan: Plan) => number): Promise<void> {
  while (store.write(run) === SWEEP_BATCH) await nextTurn();
}

/** Sweeps at intervals; the returned function stops that and waits for a sweep under way. */
export function startSweeper(store: Store, intervalMs: number): () => Promise<void> {
  let sweeping: Promise<void> | undefined;
  const timer = setInterval(() => {
    sweeping ??= sweep(store).finally(() => {
      sweeping = undefined;
    });
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await sweeping;
  };
}

function deleteDue(store: Store, plan: Plan, name: string, nowSeconds: number): number {
  const table = store.tables.get(name);
  if (!table) return 0;
  const keys = takeDue(store, plan, { table: name, nowSeconds, limit: SWEEP_BATCH });
  for (const key of keys) {
    const before = store.rows.get(itemPrefix(name) + key) as Item | undefined;
    planItem(plan, store.timeToLive, table, { key, before, after: undefined });
  }
  return keys.length;
}
