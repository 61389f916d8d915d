import { flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { type AwsOptions, type Reachable, runAws } from './run-aws.ts';

/** The one message a worker sends: where it listens, or why it does not. */
export type FromWorker = Reachable | { error: string };

try {
  const { endpoints, accessKeyId, ...aws } = await runAws(workerData as AwsOptions);
  parentPort?.once('message', () => void aws.stop().then(() => process.exit()));
  flushCompileCache();
  parentPort?.postMessage({ endpoints, accessKeyId } satisfies FromWorker);
} catch (error) {
  parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies FromWorker);
}
