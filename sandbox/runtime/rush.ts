import { setTimeout as sleep } from 'node:timers/promises';

/** More requests in hand than this are a rush. */
const FEW = 6;
const LOOK_EVERY_MS = 5;
/** Queues wait for the end of a rush this long at most. */
const PATIENCE_MS = 200;

/**
 * Receivers and consumers do not share a processor at AWS, and here they do: in a rush of requests the queues, which
 * hold what was accepted, wait for those that still want an answer. `inHand` is shared between their threads.
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
