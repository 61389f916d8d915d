import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { functions, queues } from '#lib/topology';
import { awsEnvironment, startAws } from './aws/index.ts';
import { startMarketplaces } from './marketplaces/start.ts';

/** Where the simulated marketplaces call a hub that is not there: the discard port. */
const NO_HUB = 'http://127.0.0.1:9';

export type Alone = Awaited<ReturnType<typeof startAlone>>;

/** Runs one function at a time with everything behind it, but without queues or clocks that call others. */
export async function startAlone(data: string) {
  const aws = await startAws({ dataDir: `${data}/aws` });
  Object.assign(process.env, awsEnvironment(aws), { PUBLIC_URL: NO_HUB });
  const { provision } = await import('./provision.ts');
  Object.assign(process.env, await provision());
  const marketplaces = await startMarketplaces({ data, hub: NO_HUB, port: 0 });
  const { readConnections } = await import('#lib/marketplaces/read-connections');
  const { configure } = await import('#lib/marketplaces/configure');
  const { LOCAL_KEY_NAME, putApiKey } = await import('#lib/api/kit/keys');
  const { handlersOnDemand, invoke } = await import('./runtime/handlers.ts');
  await configure(await readConnections(JSON.stringify(marketplaces.connections)));
  await putApiKey('local-dev-key', LOCAL_KEY_NAME, ['ops', 'privacy']);
  return {
    /** Invokes the function whose handler is in this file. */
    async invoke(file: string, event: unknown): Promise<unknown> {
      const name = functions.find(({ handler }) => `${handler.split('.')[0]}.ts` === file)?.name;
      if (!name) throw new Error(`no function has its handler in ${file}`);
      return invoke(handlersOnDemand(), name, event);
    },
    /** Takes the messages that wait in the queues. */
    async take(): Promise<Array<{ queue: string; body: string }>> {
      const taken = await Promise.all(queues.map(({ name }) => takeAll(name)));
      return taken.flat();
    },
    async stop(): Promise<void> {
      await marketplaces.stop();
      await aws.stop();
    },
  };
}

async function takeAll(queue: string): Promise<Array<{ queue: string; body: string }>> {
  const { queueUrl } = await import('#lib/platform/settings');
  const sqs = new SQSClient({});
  const QueueUrl = queueUrl(queue);
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return Messages.map(({ Body = '' }) => ({ queue, body: Body }));
}
