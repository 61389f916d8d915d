import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { MAX_DELAY_SECONDS } from '../names.ts';
import { slim, slimConfig } from '../sdk-tuning/slim.ts';
import { queueUrl } from '../settings.ts';

const sqs = slim(new SQSClient(slimConfig));

const MAX_BATCH = 10;
const MAX_BATCH_BYTES = 1_000_000;
const MAX_TRIES = 5;

export interface Outgoing {
  message: object;
  delaySeconds?: number;
  /** Whose message it is: SQS serves the groups of a queue fairly, so that a burst of one does not hold up the others. */
  group?: string;
}

/** Resolves once SQS has it. Messages of the same moment share a request, and each fails alone. */
export const sendMessage = (queue: string, { message, ...how }: Outgoing): Promise<void> =>
  send(queue, { body: JSON.stringify(message), ...how });

/** Sends all of them; what SQS keeps refusing throws. */
export async function sendMessages(queue: string, messages: readonly Outgoing[]): Promise<void> {
  await Promise.all(messages.map((message) => sendMessage(queue, message)));
}

type Body = Omit<Outgoing, 'message'> & { body: string };

/** The same for messages that go on exactly as they came. */
export async function sendBodies(queue: string, messages: readonly Body[]): Promise<void> {
  await Promise.all(messages.map((message) => send(queue, message)));
}

interface Waiting {
  entry: Omit<SendMessageBatchRequestEntry, 'Id'> & { MessageBody: string };
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** What waits for the request before it to come back, by queue. */
const outboxes = new Map<string, Waiting[]>();

function send(queue: string, { body, delaySeconds = 0, group }: Body): Promise<void> {
  const entry = {
    MessageBody: body,
    ...(delaySeconds > 0 && { DelaySeconds: Math.min(MAX_DELAY_SECONDS, Math.ceil(delaySeconds)) }),
    ...(group !== undefined && { MessageGroupId: group }),
  };
  return new Promise((resolve, reject) => {
    const outbox = outboxes.get(queue);
    if (outbox) outbox.push({ entry, resolve, reject });
    else {
      outboxes.set(queue, [{ entry, resolve, reject }]);
      setImmediate(() => empty(queue));
    }
  });
}

/** One request at a time: whatever is sent meanwhile goes with the next. */
async function empty(queue: string): Promise<void> {
  for (let outbox = outboxes.get(queue); outbox?.length; outbox = outboxes.get(queue)) {
    const batch = outbox.splice(0, countThatFit(outbox));
    try {
      await sendBatch(queue, batch);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
  outboxes.delete(queue);
}

function countThatFit(waiting: readonly Waiting[]): number {
  let bytes = 0;
  const tooMany = waiting.slice(0, MAX_BATCH).findIndex(({ entry }, index) => {
    bytes += Buffer.byteLength(entry.MessageBody);
    return index > 0 && bytes > MAX_BATCH_BYTES;
  });
  return tooMany === -1 ? MAX_BATCH : tooMany;
}

/** Entries that SQS reports as failed are sent again. */
async function sendBatch(queue: string, batch: readonly Waiting[]): Promise<void> {
  const QueueUrl = queueUrl(queue);
  const [only] = batch;
  if (only && batch.length === 1) {
    await sqs.send(new SendMessageCommand({ QueueUrl, ...only.entry }));
    return only.resolve();
  }
  let pending = batch.map((waiting, index) => ({ ...waiting, Id: String(index) }));
  for (let tries = 1; pending.length > 0; tries++) {
    const Entries = pending.map(({ Id, entry }) => ({ Id, ...entry }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const failed = new Map(Failed.map(({ Id, Code }) => [Id, Code]));
    for (const { Id, resolve } of pending) if (!failed.has(Id)) resolve();
    pending = pending.filter(({ Id }) => failed.has(Id));
    if (tries < MAX_TRIES) continue;
    for (const { Id, reject } of pending)
      reject(new Error(`SQS kept refusing a message for ${queue} (${failed.get(Id)})`));
    return;
  }
}
