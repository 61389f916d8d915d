import { setTimeout as sleep } from 'node:timers/promises';

/** More open requests than this are a rush, and so are more new ones a millisecond than one. */
const FEW = 6;
const LOOK_EVERY_MS = 5;
/** For how long, at most, queues wait for the end of a rush. */
const PATIENCE_MS = 200;

/** Counted by the thread that answers requests, for those that work queues. */
const [IN_HAND, CAME] = [0, 1];
export const requestCounts = () => new Int32Array(new SharedArrayBuffer(8));

/**
 * Here, unlike at AWS, receivers and consumers share a processor: in a rush of requests, queues (whose messages are
 * safe) wait for the requests that still need an answer.
 */
export function createRush(counts = requestCounts()) {
  let last = { at: performance.now(), came: 0 };
  let isRising = false;

  /** Requests come in waves, as one commit answers many: between two of them none may be in hand. */
  function isRush(): boolean {
    const elapsed = performance.now() - last.at;
    if (elapsed >= LOOK_EVERY_MS) {
      const came = Atomics.load(counts, CAME);
      isRising = came - last.came > elapsed;
      last = { at: last.at + elapsed, came };
    }
    return isRising || Atomics.load(counts, IN_HAND) > FEW;
  }

  return {
    async during<T>(request: Promise<T>): Promise<T> {
      Atomics.add(counts, CAME, 1);
      Atomics.add(counts, IN_HAND, 1);
      try {
        return await request;
      } finally {
        Atomics.sub(counts, IN_HAND, 1);
      }
    },
    async isOver(): Promise<void> {
      for (let waited = 0; isRush() && waited < PATIENCE_MS; waited += LOOK_EVERY_MS) await sleep(LOOK_EVERY_MS);
    },
  };
}

export type Rush = ReturnType<typeof createRush>;
