import { TICK_MAX_AGE_SECONDS } from '#lib/topology';
import { type Handler, invoke, tellFailure } from './handlers.ts';

/** More events than these wait, as they do at Lambda when an account has used up its concurrency. */
const AT_ONCE = 10;

interface Waiting {
  event: { source: string; name: string };
  since: number;
}

interface Lane {
  waiting: Waiting[];
  running: Set<Promise<void>>;
}

/**
 * Lambda's asynchronous invocations: an event is accepted at once, and nobody waits for the result. It runs when there
 * is room, is dropped if that takes longer than `TICK_MAX_AGE_SECONDS`, and is not retried if it fails.
 */
export function createAsyncEvents(handlers: ReadonlyMap<string, Handler>, now: () => number = Date.now) {
  const lanes = new Map<string, Lane>();

  function begin(functionName: string, { waiting, running }: Lane): void {
    while (running.size < AT_ONCE) {
      const next = waiting.shift();
      if (!next) return;
      const { event, since } = next;
      if (now() - since > TICK_MAX_AGE_SECONDS * 1000) {
        console.error(JSON.stringify({ level: 'error', message: 'a tick was dropped', schedule: event.name }));
        continue;
      }
      const run = invoke(handlers, functionName, event)
        .then(
          () => undefined,
          (error) => tellFailure('a schedule failed', { schedule: event.name }, error),
        )
        .finally(() => {
          running.delete(run);
          begin(functionName, { waiting, running });
        });
      running.add(run);
    }
  }

  return {
    take(functionName: string, event: Waiting['event']): void {
      const lane = lanes.get(functionName) ?? { waiting: [], running: new Set() };
      lanes.set(functionName, lane);
      lane.waiting.push({ event, since: now() });
      begin(functionName, lane);
    },
    /** Waits for what is running; what was waiting is dropped. */
    async stop(): Promise<void> {
      for (const { waiting } of lanes.values()) waiting.length = 0;
      await Promise.all([...lanes.values()].flatMap(({ running }) => [...running]));
    },
  };
}
