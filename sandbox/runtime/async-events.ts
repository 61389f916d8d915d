import { TICK_MAX_AGE_SECONDS } from '#lib/topology';
import { type Handler, invoke, tellFailure } from './handlers.ts';

/** One machine is not a cloud: events beyond these wait, as they do at Lambda when an account has no more room. */
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
 * Lambda's asynchronous invocations: an event is taken at once and nobody waits for what comes of it. It runs when there
 * is room, is dropped where that takes longer than `TICK_MAX_AGE_SECONDS`, and is not repeated when it fails.
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
    /** Waits for what runs; what waited is gone. */
    async stop(): Promise<void> {
      for (const { waiting } of lanes.values()) waiting.length = 0;
      await Promise.all([...lanes.values()].flatMap(({ running }) => [...running]));
    },
  };
}
