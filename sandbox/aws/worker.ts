import { flushCompileCache } from 'node:module';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { serveNearby } from './nearby.ts';
import { type AwsOptions, type Reachable, runAws } from './run-aws.ts';

/** What a worker is told: to stop, or the port of a thread that sends requests. */
export type ToWorker = 'stop' | MessagePort;

/** The one message a worker sends: where it listens, or why it does not. */
export type FromWorker = Reachable | { error: string };

try {
  const { stop, listeners, ...reachable } = await runAws(workerData as AwsOptions);
  parentPort?.on('message', (told: ToWorker) => {
    if (told === 'stop') void stop().then(() => process.exit());
    else serveNearby(told, listeners);
  });
  flushCompileCache();
  parentPort?.postMessage(reachable satisfies FromWorker);
} catch (error) {
  parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies FromWorker);
}
