import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { vi } from 'vitest';
import { type AwsOptions, awsEnvironment, startAws } from '#sandbox/aws/index';
import { askNearby } from '#sandbox/aws/nearby';
import { temporaryFolder } from './hub.ts';

export interface InProcess {
  /** Makes a connections file the configuration. */
  put(file: unknown): Promise<void>;
  /** Takes every message that is visible in a queue now. */
  drain(queue: string): Promise<string[]>;
  stop(): Promise<void>;
}

/** The emulators, provisioned and with the environment set, for handlers and lib/ called in this process. */
export async function startInProcess(
  file: unknown,
  dataDir = temporaryFolder(),
  options: Partial<AwsOptions> = {},
): Promise<InProcess> {
  // What lib/ logs of failures that tests cause would hide the tests' own.
  for (const level of ['info', 'warn', 'error'] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
  const aws = await startAws({ dataDir, ...options });
  askNearby(aws.connect(), aws.emulated);
  Object.assign(process.env, awsEnvironment(aws), { PUBLIC_URL: 'https://hub.example' });
  const { provision } = await import('#sandbox/provision');
  Object.assign(process.env, await provision());
  const { configure } = await import('#lib/marketplaces/configure');
  const { readConnections } = await import('#lib/marketplaces/read-connections');
  const { queueUrl } = await import('#lib/platform/settings');
  const sqs = new SQSClient({});
  const put: InProcess['put'] = async (content) => {
    await configure(await readConnections(JSON.stringify(content)));
  };
  await put(file);
  return {
    put,
    async drain(queue) {
      const bodies: string[] = [];
      for (;;) {
        const QueueUrl = queueUrl(queue);
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        if (Messages.length === 0) return bodies;
        bodies.push(...Messages.map(({ Body = '' }) => Body));
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
    stop: () => aws.stop(),
  };
}
