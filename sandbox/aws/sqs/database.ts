import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../sqlite/open-database.ts';
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

interface QueuesOptions {
  file: string;
  fsync: boolean;
  now: number;
}

/** Opens the queues' file. Messages in flight become visible, as whoever had them is gone too. */
export function openQueuesFile({ file, fsync, now }: QueuesOptions): DatabaseSync {
  const database = openDatabase({ file, schema: SCHEMA, fsync, lockWaitMs: 0 });
  database.prepare('UPDATE messages SET visible_at = ? WHERE received = 1 AND visible_at > ?').run(now, now);
  return database;
}
