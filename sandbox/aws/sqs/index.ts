import { type Caller, type Handle, unknownOperation } from '../serve.ts';
import { groupCommits } from '../sqlite/group-commits.ts';
import { openQueuesFile } from './database.ts';
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
