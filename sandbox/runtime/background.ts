import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MessagePort, Worker } from 'node:worker_threads';
import { queues, schedules, streams } from '#lib/topology';
import type { RunningAws } from '../aws/index.ts';
import { handlersOnDemand } from './handlers.ts';
import { consumeQueues } from './queues.ts';
import { createRush } from './rush.ts';
import { runSchedules } from './schedules.ts';
import { consumeStreams } from './streams.ts';

/** On a large machine V8 lets young objects grow to 192 MB, which takes memory and saves no time. */
const YOUNG_MB = 48;
/** How long a stop waits for work in hand. */
const PATIENCE_MS = 5_000;

export interface BackgroundOptions {
  /** The API gateway's counts of requests, shared with its thread. */
  requests: Int32Array<SharedArrayBuffer>;
  shortestPollSeconds: number;
  /** The share of queues worked here. The first share also has the schedules, the last one the table's stream. */
  share: number;
  shares: number;
  /** Remembers how far the table's stream has been handed on. */
  positionsFile: string;
}

export interface Background {
  stop(): Promise<void>;
}

/** Works queues and schedules: invocations that no caller waits for. */
export async function runBackground(options: BackgroundOptions): Promise<Background> {
  const { requests, shortestPollSeconds, share, shares, positionsFile } = options;
  const own = queues.filter((_, index) => index % shares === share);
  const clocks = share === 0 ? schedules : [];
  const followed = share === shares - 1 ? streams : [];
  const handlers = handlersOnDemand();
  const parts = [
    consumeQueues(handlers, { queues: own, rush: createRush(requests) }),
    runSchedules(handlers, shortestPollSeconds, clocks),
    consumeStreams(handlers, { streams: followed, positionsFile }),
  ];
  return {
    async stop() {
      // It is not waited for if a remote hangs, or if a poller waits for its slot: that work counts as lost.
      const patience = sleep(PATIENCE_MS, undefined, { ref: false });
      await Promise.race([Promise.all(parts.map((part) => part.stop())), patience]);
    },
  };
}

export interface WorkerOptions extends BackgroundOptions {
  logFile: string;
  /** How the thread reaches the emulators. */
  emulators: { port: MessagePort; endpoints: readonly string[] };
}

/** Runs a share in its own thread: at AWS, too, consumers do not share a processor with receivers. */
export async function startBackgroundWorker(
  options: Omit<WorkerOptions, 'emulators'>,
  { connect, emulated }: Pick<RunningAws, 'connect' | 'emulated'>,
): Promise<Background> {
  const emulators = { port: connect(), endpoints: emulated };
  const worker = new Worker(new URL('./background-worker.ts', import.meta.url), {
    name: 'background',
    workerData: { ...options, emulators } satisfies WorkerOptions,
    transferList: [emulators.port],
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  await once(worker, 'message');
  return {
    async stop() {
      const ended = once(worker, 'exit');
      worker.postMessage('stop');
      await ended;
    },
  };
}
