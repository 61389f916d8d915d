import { setTimeout as sleep } from 'node:timers/promises';
import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { MAX_DELAY_SECONDS } from '../names.ts';
import { slim, slimConfig } from '../sdk-tuning/slim.ts';
import { queueUrl } from '../settings.ts';

const MAX_BATCH = 10;
const MAX_BATCH_BYTES = 1_000_000;
const MAX_TRIES = 5;
const MAX_WAIT_MS = 200;

export interface Outgoing {
  message: object;
  delaySeconds?: number;
  /** Whose message it is: SQS serves the groups of a queue fairly, so that a burst of one does not delay the others. */
  group?: string;
}

type Body = Omit<Outgoing, 'message'> & { body: string };

interface Waiting {
  entry: Omit<SendMessageBatchRequestEntry, 'Id'> & { MessageBody: string };
  resolve: () => void;
  reject: (error: unknown) => void;
}

interface Here {
  sqs?: Pick<SQSClient, 'send'>;
  urlOf?: (queue: string) => string;
  wait?: (ms: number) => Promise<unknown>;
}

/** Sends to queues; messages of the same moment share a request, and each fails on its own. */
export function createSender({ sqs = slim(new SQSClient(slimConfig)), urlOf = queueUrl, wait = sleep }: Here = {}) {
  /** What waits for the previous request to return, by queue. */
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

  /** Sends entries again that SQS reports as failed, unless it will never accept them. */
  async function sendBatch(queue: string, batch: readonly Waiting[]): Promise<void> {
    const QueueUrl = urlOf(queue);
    const [only] = batch;
    if (only && batch.length === 1) {
      await sqs.send(new SendMessageCommand({ QueueUrl, ...only.entry }));
      return only.resolve();
    }
    let pending = batch.map((waiting, index) => ({ ...waiting, Id: String(index) }));
    for (let tries = 1; pending.length > 0; tries++) {
      const Entries = pending.map(({ Id, entry }) => ({ Id, ...entry }));
      const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      const failures = new Map(Failed.map((failure) => [failure.Id, failure]));
      const refused = pending.filter(({ Id }) => failures.has(Id));
      for (const { Id, resolve } of pending) if (!failures.has(Id)) resolve();
      const isLost = ({ Id }: { Id: string }) => tries === MAX_TRIES || failures.get(Id)?.SenderFault;
      for (const { Id, reject } of refused.filter(isLost))
        reject(new Error(`SQS kept refusing a message for ${queue} (${failures.get(Id)?.Code})`));
      pending = refused.filter((waiting) => !isLost(waiting));
      if (pending.length > 0) await wait((Math.random() * MAX_WAIT_MS * tries) / MAX_TRIES);
    }
  }

  /** Resolves once SQS has it. */
  const sendMessage = (queue: string, { message, ...how }: Outgoing): Promise<void> =>
    send(queue, { body: textOf(message), ...how });

  return {
    sendMessage,
    /** Sends all of them; throws for what SQS keeps refusing. */
    async sendMessages(queue: string, messages: readonly Outgoing[]): Promise<void> {
      await Promise.all(messages.map((message) => sendMessage(queue, message)));
    },
    /** Sends bodies unchanged, for messages that are passed on as they came. */
    async sendBodies(queue: string, messages: readonly Body[]): Promise<void> {
      await Promise.all(messages.map((message) => send(queue, message)));
    },
  };
}

const NOT_ALLOWED = /[\ufffe\uffff]/g;

/** JSON that SQS accepts: it refuses just two of the characters that JSON does not escape. */
export const textOf = (message: object): string =>
  JSON.stringify(message).replace(NOT_ALLOWED, (character) => `\\u${character.charCodeAt(0).toString(16)}`);

function countThatFit(waiting: readonly Waiting[]): number {
  let bytes = 0;
  const tooMany = waiting.slice(0, MAX_BATCH).findIndex(({ entry }, index) => {
    bytes += Buffer.byteLength(entry.MessageBody);
    return index > 0 && bytes > MAX_BATCH_BYTES;
  });
  return tooMany === -1 ? MAX_BATCH : tooMany;
}

export const { sendMessage, sendMessages, sendBodies } = createSender();
