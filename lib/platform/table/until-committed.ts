import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** How often a lost race is run again. */
  tries?: number;
  wait?: (ms: number) => Promise<unknown>;
  random?: () => number;
}

/**
 * Optimistic concurrency: repeats `attempt` (read, decide, write on condition) while it returns undefined because
 * another writer was faster, after a growing random wait. `what` names the thing in the final error.
 */
export async function untilCommitted<T>(
  what: string,
  attempt: () => Promise<T | undefined>,
  { tries = 10, wait = sleep, random = Math.random }: Patience = {},
): Promise<T> {
  for (let lost = 0; lost < tries; lost++) {
    const done = await attempt();
    if (done !== undefined) return done;
    await wait(random() * 20 * 2 ** Math.min(lost, 5));
  }
  throw new Error(`${what} kept changing while it was being written`);
}
