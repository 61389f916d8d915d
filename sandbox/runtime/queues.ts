import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { queueUrl } from '#lib/platform/settings';
import { queues as all, functions, type QueueSpec } from '#lib/topology';
import { type Handler, invoke, tellFailure } from './handlers.ts';
import { type Hop, MOST_HOPS, nextHop } from './lineage.ts';
import { createQueueClient, type Message, type QueueClient } from './queue-client.ts';
import { createRush, type Rush } from './rush.ts';

/** Milliseconds until the next receive: messages gather meanwhile, and a larger batch costs less for each. */
const GATHER_MS = 20;
/** On one machine, more batches of a queue at once would only wait for each other. */
const MOST_BATCHES = 32;

/** SQS event source mappings: batches to the consuming function, deleting what it did not report as failed. */
export function consumeQueues(
  handlers: ReadonlyMap<string, Handler>,
  { queues = all, rush = createRush() }: { queues?: readonly QueueSpec[]; rush?: Pick<Rush, 'isOver'> } = {},
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loops = queues.map((queue) => {
    const client = createQueueClient(queueUrl(queue.name), stopping.signal);
    return consume(queue, client, handlers, rush, stopping.signal);
  });
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function consume(
  queue: QueueSpec,
  client: QueueClient,
  handlers: ReadonlyMap<string, Handler>,
  rush: Pick<Rush, 'isOver'>,
  stopping: AbortSignal,
): Promise<void> {
  const inHand = new Set<Promise<void>>();
  while (!stopping.aborted) {
    try {
      await rush.isOver();
      const messages = await client.receive(queue.batchSize);
      if (messages.length === 0) continue;
      const batch = work(queue, messages, client, handlers).finally(() => inHand.delete(batch));
      inHand.add(batch);
      await Promise.race([batch, sleep(GATHER_MS)]);
      if (inHand.size >= Math.min(MOST_BATCHES, queue.maximumConcurrency)) await Promise.race(inHand);
    } catch (error) {
      if (stopping.aborted) break;
      tellFailure('a queue could not be read', { queue: queue.name }, error);
      await sleep(1000);
    }
  }
  await Promise.all(inHand);
}

async function work(
  { name, consumer }: QueueSpec,
  messages: readonly Message[],
  client: QueueClient,
  handlers: ReadonlyMap<string, Handler>,
): Promise<void> {
  const hop = nextHop(
    consumer,
    messages.map(({ Attributes }) => Attributes?.AWSTraceHeader),
  );
  const failed = await runBatch(consumer, toEvent(name, messages), handlers, hop);
  const done = messages.filter(({ MessageId }) => !failed.has(MessageId));
  if (done.length === 0) return;
  try {
    await client.delete(done.map(({ ReceiptHandle }) => ReceiptHandle));
  } catch (error) {
    // Messages that were not deleted come again, and the ledger recognizes them.
    tellFailure('messages could not be deleted', { queue: name }, error);
  }
}

/** The ids of the messages that failed: those reported, or all if the function itself failed or was not run. */
async function runBatch(
  consumer: string,
  event: SQSEvent,
  handlers: ReadonlyMap<string, Handler>,
  hop: Hop,
): Promise<Set<string>> {
  const all = new Set(event.Records.map(({ messageId }) => messageId));
  try {
    refuseRunaway(consumer, hop);
    return failuresOf(await invoke(handlers, consumer, event, hop), all);
  } catch (error) {
    tellFailure('a function failed', { function: consumer }, error);
    return all;
  }
}

function refuseRunaway(consumer: string, { count }: Hop): void {
  const mayRecur = functions.find(({ name }) => name === consumer)?.recursion === 'allow';
  if (count > MOST_HOPS && !mayRecur)
    throw Object.assign(new Error(`hop ${count} of a chain`), { name: 'RecursiveInvocationException' });
}

/**
 * The messages that an invocation reported as failed; the invocation itself succeeded, so Lambda's metrics do not count
 * it. A report that names anything but messages of the batch fails all of them.
 */
function failuresOf(response: unknown, all: ReadonlySet<string>): Set<string> {
  const reported = (response as Partial<SQSBatchResponse> | null | undefined)?.batchItemFailures ?? [];
  const failed = new Set(reported.map(({ itemIdentifier }) => itemIdentifier));
  if ([...failed].some((id) => !all.has(id))) throw new Error('the report names no message of the batch');
  return failed;
}

/** Messages as Lambda hands them to a function. */
export const toEvent = (queue: string, messages: readonly Message[]): SQSEvent => ({
  Records: messages.map(({ MessageId, ReceiptHandle, Body, Attributes = {}, MD5OfBody }) => ({
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
