import type { MiddlewareObj } from '@middy/core';

type Task = () => unknown;

/** Invocations of this process: one at a time on Lambda, several in the local runtime. */
let running = 0;
const tasks = new Set<Task>();

/** Does something once the invocation has done its work, and once however often it is asked for; outside of one, at once. */
export function atEndOfInvocation(task: Task): void {
  if (running > 0) tasks.add(task);
  else task();
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
  const due = [...tasks];
  tasks.clear();
  await Promise.all(due.map((task) => task()));
}
