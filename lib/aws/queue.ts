import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { queueUrl } from '#lib/settings';

const sqs = new SQSClient({});
const MAX_BATCH = 10;
const MAX_BATCH_BYTES = 1_000_000;
const MAX_TRIES = 5;
/** SQS holds a message back for 15 minutes at most; the sweeper rings for what is due later. */
export const MAX_DELAY_SECONDS = 900;

export async function sendMessage(queue: string, message: object, delaySeconds = 0): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl(queue),
      MessageBody: JSON.stringify(message),
      ...(delaySeconds > 0 && { DelaySeconds: Math.min(MAX_DELAY_SECONDS, Math.ceil(delaySeconds)) }),
    }),
  );
}

/** Sends all of them; entries that SQS reports as failed are sent again, and what still fails throws. */
export async function sendMessages(
  queue: string,
  messages: ReadonlyArray<{ message: object; delaySeconds?: number }>,
): Promise<void> {
  await sendBodies(
    queue,
    messages.map(({ message, delaySeconds = 0 }) => ({ body: JSON.stringify(message), delaySeconds })),
  );
}

/** The same for messages that go on exactly as they came. */
export async function sendBodies(
  queue: string,
  messages: ReadonlyArray<{ body: string; delaySeconds?: number }>,
): Promise<void> {
  const entries = messages.map(({ body, delaySeconds = 0 }, index) => ({
    Id: String(index),
    MessageBody: body,
    ...(delaySeconds > 0 && { DelaySeconds: Math.min(MAX_DELAY_SECONDS, Math.ceil(delaySeconds)) }),
  }));
  for (const batch of inBatches(entries)) {
    let pending = batch;
    for (let tries = 1; pending.length > 0; tries++) {
      const { Failed = [] } = await sqs.send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl(queue), Entries: pending }),
      );
      const failed = new Set(Failed.map(({ Id }) => Id));
      pending = pending.filter(({ Id }) => failed.has(Id));
      if (pending.length > 0 && tries === MAX_TRIES)
        throw new Error(`SQS kept refusing ${pending.length} messages for ${queue} (${Failed[0]?.Code})`);
    }
  }
}

function inBatches<T extends { MessageBody: string }>(entries: readonly T[]): T[][] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.MessageBody);
    const last = batches.at(-1);
    if (!last || last.length === MAX_BATCH || bytes + size > MAX_BATCH_BYTES) {
      batches.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return batches;
}
