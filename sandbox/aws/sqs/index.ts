import type { DatabaseSync } from 'node:sqlite';
import { type Caller, type Handle, unknownOperation } from '../serve.ts';
import { groupCommits } from '../sqlite/group-commits.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import { GROUP } from './fair-share.ts';
import { openMessages } from './messages.ts';
import { createMoveTasks } from './move-tasks.ts';
import { createOperations } from './operations.ts';
import { openQueues } from './queues.ts';
import { createReceiver } from './receive.ts';

/** SQS with standard queues in one SQLite file. */
export function openSqs({ file, fsync = false }: { file: string; fsync?: boolean }) {
  const database = openQueuesFile({ file, fsync, now: Date.now() });
  const commits = groupCommits(database);
  const queues = openQueues(database);
  const messages = openMessages(database);
  const receiver = createReceiver(commits, queues, messages);
  const moveTasks = createMoveTasks(commits, queues, messages, receiver);
  let baseUrl = '';
  const operations = createOperations({
    commits,
    queues,
    messages,
    receiver,
    moveTasks,
    urlOf: (queue) => `${baseUrl}/000000000000/${queue.name}`,
  });

  const handle: Handle = (operation, input, caller) => {
    if (!Object.hasOwn(operations, operation)) throw unknownOperation(operation);
    // The SDK is trusted to send the shape that the operation declares.
    const run = operations[operation as keyof typeof operations] as (input: unknown, caller: Caller) => unknown;
    return run(input, caller);
  };

  return {
    handle,
    committed: commits.committed,
    /** Queue URLs start with this. */
    setBaseUrl(url: string): void {
      baseUrl = url;
    },
    close(): void {
      moveTasks.close();
      receiver.close();
      commits.flush();
      database.close();
    },
  };
}

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

/** Opens the queues' file. Messages in flight become visible, as their receivers are gone, too. */
function openQueuesFile({ file, fsync, now }: QueuesOptions): DatabaseSync {
  const database = openDatabase({ file, schema: SCHEMA, fsync, lockWaitMs: 0 });
  database.prepare('UPDATE messages SET visible_at = ? WHERE received = 1 AND visible_at > ?').run(now, now);
  return database;
}
