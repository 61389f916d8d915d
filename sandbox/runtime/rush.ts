import { setTimeout as sleep } from 'node:timers/promises';

/** More open requests than this are a rush. */
const FEW = 6;
const LOOK_EVERY_MS = 5;
/** For how long, at most, queues wait for the end of a rush. */
const PATIENCE_MS = 200;

/**
 * Here, unlike at AWS, receivers and consumers share a processor: in a rush of requests, queues (whose messages are
 * safe) wait for the requests that still need an answer. `inHand` is shared between the threads.
 */
export const createRush = (inHand = new Int32Array(new SharedArrayBuffer(4))) => ({
  async during<T>(request: Promise<T>): Promise<T> {
    Atomics.add(inHand, 0, 1);
    try {
      return await request;
    } finally {
      Atomics.sub(inHand, 0, 1);
    }
  },
  async isOver(): Promise<void> {
    for (let waited = 0; Atomics.load(inHand, 0) > FEW && waited < PATIENCE_MS; waited += LOOK_EVERY_MS)
      await sleep(LOOK_EVERY_MS);
  },
});

export type Rush = ReturnType<typeof createRush>;
