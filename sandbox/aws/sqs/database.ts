import { DatabaseSync } from 'node:sqlite';
import { GROUP } from './fair-share.ts';

// `seq` orders messages and is never used twice; `received` says that the message was handed out since it came to
// this queue, which is what tells a message in flight from a delayed one.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS queues (
    name TEXT PRIMARY KEY, attributes TEXT NOT NULL, tags TEXT NOT NULL, created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY, queue TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, attributes TEXT NOT NULL,
    system_attributes TEXT NOT NULL, sent_at INTEGER NOT NULL, visible_at INTEGER NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0, received INTEGER NOT NULL DEFAULT 0, first_received_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue, visible_at);
  CREATE INDEX IF NOT EXISTS messages_by_group ON messages (queue, ${GROUP}, visible_at, seq);
  CREATE INDEX IF NOT EXISTS messages_in_hand ON messages (queue, ${GROUP}, visible_at) WHERE received = 1;
`;

/**
 * Opens the queues' file. What is answered has been handed to the operating system and outlives the process; only a
 * power cut could lose the last moments. Messages in flight become visible, as whoever had them is gone too.
 */
export function openDatabase(file: string, now: number): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;');
  database.exec(SCHEMA);
  database.prepare('UPDATE messages SET visible_at = ? WHERE received = 1 AND visible_at > ?').run(now, now);
  return database;
}

/** Runs a function as one transaction. */
export function inTransaction<T>(database: DatabaseSync, run: () => T): T {
  database.exec('BEGIN');
  try {
    const result = run();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
