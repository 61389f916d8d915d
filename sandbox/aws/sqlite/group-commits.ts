import type { DatabaseSync } from 'node:sqlite';

/** The transaction shared by all requests of one turn of the event loop. */
export type Commits = ReturnType<typeof groupCommits>;

/** After this long without writes, the log is emptied into the database, so that deleted data leaves the disk. */
const QUIET_MS = 1_000;
const LOCKED = 6;

/** Gathers the writes of a turn into one transaction: many requests share the cost of one commit. */
export function groupCommits(database: DatabaseSync) {
  const [begin, commit] = [database.prepare('BEGIN'), database.prepare('COMMIT')];
  const [keep, release] = [database.prepare('SAVEPOINT request'), database.prepare('RELEASE request')];
  let quiet: NodeJS.Timeout | undefined;
  let open: { done: Promise<void>; resolve: () => void; timer: NodeJS.Immediate } | undefined;

  function emptyLog(): void {
    if (!database.isOpen || database.isTransaction) return;
    try {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // Somebody is reading: the log is emptied later.
      if ((error as { errcode?: number }).errcode !== LOCKED) throw error;
      quiet?.refresh();
    }
  }

  function flush(): void {
    if (!open) return;
    const { resolve, timer } = open;
    clearImmediate(timer);
    // A failed commit ends the process, and with it the state in memory that the disk does not have.
    commit.run();
    open = undefined;
    resolve();
    if (quiet) quiet.refresh();
    else quiet = setTimeout(emptyLog, QUIET_MS).unref();
  }

  function join(): void {
    if (open) return;
    begin.run();
    const { promise: done, resolve } = Promise.withResolvers<void>();
    open = { done, resolve, timer: setImmediate(flush) };
  }

  return {
    /** Runs a function whose writes are undone together if it throws; they are committed with the turn's others. */
    write<T>(run: () => T) {
      join();
      keep.run();
      try {
        const result = run();
        release.run();
        return result;
      } catch (error) {
        database.exec('ROLLBACK TO request; RELEASE request');
        throw error;
      }
    },
    /**
     * Runs writes that only a failing disk can stop. If it does, the process ends and nothing of the turn is committed.
     * So no savepoint is needed, for which SQLite would copy every page that a request writes.
     */
    writeSure(run: () => void) {
      join();
      try {
        run();
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        clearImmediate(open?.timer);
        setImmediate(() => {
          throw error;
        });
        throw error;
      }
    },
    /** Resolves once all writes so far are committed, for answers to wait for; undefined if there are none. */
    committed: () => open?.done,
    /** Commits at once. */
    flush,
  };
}
