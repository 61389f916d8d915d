import { setTimeout as sleep } from 'node:timers/promises';
import { actionStore } from './action-store.ts';
import { type ActionStore, engine, type Level, type StoreOptions, type Table } from './dynalite.ts';
import { TABLES, TIME_TO_LIVE, within } from './key-space.ts';
import type { Plan } from './plan.ts';

/** The open database: its tables in memory, reads at any time, writes one after the other. */
export interface Store {
  level: Level;
  tables: Map<string, Table>;
  /** Table name to the attribute that holds the time to live. */
  timeToLive: Map<string, string>;
  reader(fail: (error: unknown) => void): ActionStore;
  writer(plan: Plan, fail?: (error: unknown) => void): ActionStore;
  /** Runs one writer at a time, then writes its whole plan as one batch; if it throws, nothing is written. */
  write<T>(run: (plan: Plan) => T | Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens the database in `directory`, waiting for a process that is still letting go of it. */
export async function openStore({ directory, lockWaitMs }: { directory: string; lockWaitMs: number }): Promise<Store> {
  const { level, storeOptions } = await openLevel(directory, lockWaitMs);
  const tables = new Map<string, Table>();
  for await (const table of level.values(within(TABLES))) tables.set((table as Table).TableName, table as Table);
  const timeToLive = new Map<string, string>();
  for await (const [key, attribute] of level.iterator(within(TIME_TO_LIVE))) {
    timeToLive.set(key.slice(TIME_TO_LIVE.length), String(attribute));
  }

  const shared = { level, tables, timeToLive, storeOptions };
  let last: Promise<unknown> = Promise.resolve();
  return {
    level,
    tables,
    timeToLive,
    reader: (fail) => actionStore({ ...shared, fail }),
    writer: (plan, fail = rethrow) => actionStore({ ...shared, plan, fail }),
    write(run) {
      const turn = last.then(async () => {
        const plan: Plan = { entries: [] };
        const result = await run(plan);
        if (plan.entries.length) await level.batch(plan.entries);
        return result;
      });
      last = turn.catch(() => undefined);
      return turn;
    },
    async close() {
      await last;
      await level.close();
    },
  };
}

function rethrow(error: unknown): never {
  throw error;
}

async function openLevel(directory: string, lockWaitMs: number): Promise<{ level: Level; storeOptions: StoreOptions }> {
  const deadline = Date.now() + lockWaitMs;
  for (;;) {
    const { db, options } = engine.create({ path: directory, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    try {
      await db.open();
      return { level: db, storeOptions: options };
    } catch (error) {
      const cause = (error as { cause?: { code?: string; message?: string } }).cause;
      if (cause?.code !== 'LEVEL_LOCKED') throw new Error(`Cannot open ${directory}: ${cause?.message ?? error}`);
      if (Date.now() > deadline) {
        throw new Error(`Another process is using ${directory}. Stop it, or choose another data directory.`);
      }
      await sleep(100);
    }
  }
}
