import { AsyncLocalStorage } from 'node:async_hooks';
import type { MiddlewareObj } from '@middy/core';

type Task = () => unknown;

/** Invocations of this process: one at a time on Lambda, several in the local runtime. */
let running = 0;
/** Each bound to the function that asked for it: in the local runtime it may be another's invocation that ends first. */
const tasks = new Map<Task, Task>();

/** Does something once the invocation has done its work, and once however often it is asked for; outside of one, at once. */
export function atEndOfInvocation(task: Task): void {
  if (running === 0) task();
  else if (!tasks.has(task)) tasks.set(task, AsyncLocalStorage.bind(task));
}

/** Runs the tasks of `atEndOfInvocation`, whether the work succeeded or not. The first middleware acts last. */
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
