import { AsyncLocalStorage } from 'node:async_hooks';
import type { MiddlewareObj } from '@middy/core';

type Task = () => unknown;

/** Invocations of this process: one at a time on Lambda, several in the local runtime. */
let running = 0;
/** Each bound to the function that registered it: in the local runtime another function's invocation may end first. */
const tasks = new Map<Task, Task>();

/** Runs a task once when the invocation has done its work, however often it is registered; outside of one, at once. */
export function atEndOfInvocation(task: Task): void {
  if (running === 0) task();
  else if (!tasks.has(task)) tasks.set(task, AsyncLocalStorage.bind(task));
}

/** Runs the tasks of `atEndOfInvocation`, whether or not the work succeeded. The first middleware acts last. */
export const invocation = (): MiddlewareObj => ({
  before: () => {
    running += 1;
  },
  after: end,
  onError: end,
});

async function end(): Promise<void> {
  running -= 1;
  const due = [...tasks.values()];
  tasks.clear();
  await Promise.all(due.map((task) => task()));
}
