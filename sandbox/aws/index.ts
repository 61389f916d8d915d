import { once } from 'node:events';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { EMULATED_VARIABLE, ENDPOINT_VARIABLES, type Endpoints, endpointsElsewhere } from './endpoints.ts';
import type { AwsOptions, Reachable, RunningAws } from './run-aws.ts';
import type { FromWorker, ToWorker } from './worker.ts';

export type { AwsOptions, Endpoints, Reachable, RunningAws };

/**
 * Starts DynamoDB, SQS and Secrets Manager on loopback with their state in `dataDir`, in a worker thread, so that the
 * caller's thread keeps a core. They end with the process; after a kill the same `dataDir` can be used again at once.
 * An endpoint in the environment (such as AWS_ENDPOINT_URL_DYNAMODB) replaces an emulator. If the worker dies while
 * running, that is an uncaught error of the process.
 */
export async function startAws({ inProcess = false, ...options }: AwsOptions & { inProcess?: boolean }) {
  const placed = { elsewhere: endpointsElsewhere(), ...options };
  return inProcess ? startHere(placed) : startWorker(placed);
}

async function startHere(options: AwsOptions): Promise<RunningAws> {
  // Imported only here: with a worker thread, this one need not load them.
  const [{ runAws }, { serveNearby }] = await Promise.all([import('./run-aws.ts'), import('./nearby.ts')]);
  const { listeners, stop, ...reachable } = await runAws(options);
  const ports: MessagePort[] = [];
  return {
    ...reachable,
    connect() {
      const { port1, port2 } = new MessageChannel();
      serveNearby(port2, listeners);
      ports.push(port2);
      return port1;
    },
    async stop() {
      for (const port of ports) port.close();
      await stop();
    },
  };
}

async function startWorker(options: AwsOptions): Promise<RunningAws> {
  // Not inherited: with flags such as --input-type a worker would not start.
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    name: 'emulators',
    workerData: options,
    execArgv: [],
    // Requests and answers are short-lived; by default V8 would let them grow to 192 MB.
    resourceLimits: { maxYoungGenerationSizeMb: 32 },
  });
  const exited = once(worker, 'exit');
  const [message]: [FromWorker] = (await once(worker, 'message')) as [FromWorker];
  if ('error' in message) {
    await worker.terminate();
    throw new Error(message.error);
  }
  return {
    ...message,
    connect() {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage(port2 satisfies ToWorker, [port2]);
      return port1;
    },
    async stop() {
      worker.postMessage('stop' satisfies ToWorker);
      await exited;
    },
  };
}

/** The variables that point ordinary AWS SDK clients at the emulators and give them access. */
export const awsEnvironment = ({ endpoints, accessKeyId, emulated }: Reachable): Record<string, string> => ({
  [ENDPOINT_VARIABLES.dynamodb]: endpoints.dynamodb,
  [ENDPOINT_VARIABLES.sqs]: endpoints.sqs,
  [ENDPOINT_VARIABLES.secretsManager]: endpoints.secretsManager,
  [EMULATED_VARIABLE]: emulated.join(' '),
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: 'local',
});
