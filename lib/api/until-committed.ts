import { setTimeout as sleep } from 'node:timers/promises';

const MAX_CONFLICTS = 10;

/** Reads, decides and writes again for as long as somebody else was faster (undefined). */
export async function untilCommitted<T>(decide: () => Promise<T | undefined>): Promise<T> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const done = await decide();
    if (done !== undefined) return done;
    await sleep(Math.random() * 20 * 2 ** Math.min(conflicts, 5));
  }
  throw new Error('what a request is about kept changing while it was applied');
}
