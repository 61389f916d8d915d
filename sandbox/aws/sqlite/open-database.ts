import { DatabaseSync } from 'node:sqlite';

interface DatabaseOptions {
  file: string;
  schema: string;
  /** Every commit waits for the disk, and so survives a power cut, not only the process's end. */
  fsync: boolean;
  /** How long to wait for another process to release the file. */
  lockWaitMs: number;
}

const BUSY = 5;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/** Opens a file for this process alone. What is committed survives the process, however it ends. */
export function openDatabase({ file, schema, fsync, lockWaitMs }: DatabaseOptions): DatabaseSync {
  const deadline = performance.now() + lockWaitMs;
  for (;;) {
    const database = new DatabaseSync(file);
    try {
      database.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = ${fsync ? 'FULL' : 'NORMAL'};
        PRAGMA wal_autocheckpoint = 16000;
        PRAGMA secure_delete = ON;
        PRAGMA cache_size = -16384;
        BEGIN IMMEDIATE; ${schema} COMMIT;
      `);
      return database;
    } catch (error) {
      database.close();
      if ((error as { errcode?: number }).errcode !== BUSY) throw error;
      if (performance.now() > deadline)
        throw new Error(`Another process is using ${file}. Stop it, or choose another data directory.`);
      Atomics.wait(PAUSE, 0, 0, 50);
    }
  }
}
