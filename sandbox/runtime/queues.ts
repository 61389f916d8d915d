import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { queueUrl } from '#lib/settings';
import { type QueueSpec, queues } from '#lib/topology';
import { type Handler, invoke } from './handlers.ts';

const LONG_POLL_SECONDS = 20;
/** Batches of one queue in hand at once. */
const CONCURRENCY = 4;

/** SQS event source mappings: batches to the consuming function, deleting what it did not report as failed. */
export function consumeQueues(handlers: ReadonlyMap<string, Handler>): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const sqs = new SQSClient({});
  const loops = queues.flatMap((queue) =>
    Array.from({ length: CONCURRENCY }, () => consume(queue, sqs, handlers, stopping.signal)),
  );
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function consume(
  queue: QueueSpec,
  sqs: SQSClient,
  handlers: ReadonlyMap<string, Handler>,
  stopping: AbortSignal,
): Promise<void> {
  const QueueUrl = queueUrl(queue.name);
  while (!stopping.aborted) {
    try {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: queue.batchSize,
          WaitTimeSeconds: LONG_POLL_SECONDS,
          MessageSystemAttributeNames: ['All'],
        }),
        { abortSignal: stopping },
      );
      if (Messages.length > 0) await work(queue, QueueUrl, Messages, sqs, handlers);
    } catch (error) {
      if (stopping.aborted) return;
      console.error(
        JSON.stringify({
          level: 'error',
          message: 'a queue could not be read',
          queue: queue.name,
          error: (error as Error).name,
        }),
      );
      await sleep(1000);
    }
  }
}

async function work(
  { name, consumer }: QueueSpec,
  QueueUrl: string,
  messages: Message[],
  sqs: SQSClient,
  handlers: ReadonlyMap<string, Handler>,
): Promise<void> {
  const failed = await runBatch(consumer, toEvent(name, messages), handlers);
  const done = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
  if (done.length === 0) return;
  const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
}

/** The message ids that failed: those reported, or all of them when the function itself failed. */
async function runBatch(
  consumer: string,
  event: SQSEvent,
  handlers: ReadonlyMap<string, Handler>,
): Promise<Set<string>> {
  try {
    const response = (await invoke(handlers, consumer, event)) as SQSBatchResponse | undefined;
    return new Set(response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  } catch (error) {
    console.error(
      JSON.stringify({
        level: 'error',
        message: 'a function failed',
        function: consumer,
        error: (error as Error).name,
      }),
    );
    return new Set(event.Records.map(({ messageId }) => messageId));
  }
}

const toEvent = (queue: string, messages: readonly Message[]): SQSEvent => ({
  Records: messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MD5OfBody = '' }) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes as unknown as SQSEvent['Records'][number]['attributes'],
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
    awsRegion: 'us-east-1',
  })),
});
