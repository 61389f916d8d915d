import { flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { type AwsOptions, type Reachable, runAws } from './run-aws.ts';

/** The one message a worker sends: where it listens, or why it does not. */
export type FromWorker = Reachable | { error: string };

try {
  const { stop, ...reachable } = await runAws(workerData as AwsOptions);
  parentPort?.once('message', () => void stop().then(() => process.exit()));
  flushCompileCache();
  parentPort?.postMessage(reachable satisfies FromWorker);
} catch (error) {
  parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies FromWorker);
}
