import { groupCommits } from '../sqlite/group-commits.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import { actionStore } from './action-store.ts';
import type { Charge } from './capacity.ts';
import type { StoreOptions, Table } from './dynalite.ts';
import { TABLES, TIME_TO_LIVE, within } from './key-space.ts';
import type { Plan } from './plan.ts';
import { openRows, SCHEMA } from './rows.ts';
import { openStream, STREAM_SCHEMA } from './stream.ts';

/** The open database: its tables are in memory, requests run one after the other. */
export type Store = ReturnType<typeof openStore>;

/** dynalite's defaults, but tables are active at once. */
const OPTIONS: StoreOptions = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0, maxItemSize: 409_600 };

interface OpenOptions {
  file: string;
  fsync: boolean;
  lockWaitMs: number;
  /** How long a stream keeps its records. */
  streamMs?: number | undefined;
}

/** Opens the database, waiting if another process is about to release it. */
export function openStore({ streamMs, ...options }: OpenOptions) {
  const database = openDatabase({ ...options, schema: SCHEMA + STREAM_SCHEMA });
  const rows = openRows(database);
  const stream = openStream(database, streamMs);
  const commits = groupCommits(database);
  const tables = new Map<string, Table>();
  for (const [, table] of rows.list(within(TABLES))) tables.set((table as Table).TableName, table as Table);
  const timeToLive = new Map<string, string>();
  for (const [key, attribute] of rows.list(within(TIME_TO_LIVE)))
    timeToLive.set(key.slice(TIME_TO_LIVE.length), String(attribute));

  const shared = { rows, tables, timeToLive, storeOptions: OPTIONS };
  return {
    rows,
    stream,
    tables,
    /** Table name to the attribute that holds the time to live. */
    timeToLive,
    reader: (charge?: (charge: Charge) => void) => actionStore({ ...shared, charge }),
    writer: (plan: Plan) => actionStore({ ...shared, plan }),
    /** Runs a writer, then carries out its whole plan; if it throws, nothing is written. */
    write<T>(run: (plan: Plan) => T, charges?: Charge[]) {
      const plan: Plan = { entries: [], charges, told: [] };
      const result = run(plan);
      if (plan.entries.length > 0)
        commits.writeSure(() => {
          rows.apply(plan.entries);
          stream.append(plan.told);
        });
      return result;
    },
    trimStream() {
      if (stream.isOverdue()) commits.write(stream.trim);
    },
    committed: commits.committed,
    close() {
      commits.flush();
      database.close();
    },
  };
}
