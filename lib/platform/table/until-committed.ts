import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Optimistic concurrency: repeats `attempt` (read, decide, write on condition) while it returns undefined because
 * another writer was faster, after a growing random wait. `what` names the thing in the final error.
 */
export async function untilCommitted<T>(
  what: string,
  attempt: () => Promise<T | undefined>,
  { tries = 40, wait = sleep as (ms: number) => Promise<unknown>, random = Math.random } = {},
): Promise<T> {
  for (let lost = 0; lost < tries; lost++) {
    const done = await attempt();
    if (done !== undefined) return done;
    await wait(random() * 20 * 2 ** Math.min(lost, 5));
  }
  throw new Error(`${what} kept changing while it was being written`);
}
