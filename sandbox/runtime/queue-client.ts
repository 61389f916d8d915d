import { callAws } from './call-aws.ts';

export interface Message {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  MD5OfBody: string;
  Attributes?: Record<string, string>;
}

export type QueueClient = ReturnType<typeof createQueueClient>;

const LONG_POLL_SECONDS = 20;
const MAX_TRIES = 3;

/** SQS as Lambda's own pollers call it: they are not part of the hub and need none of its SDK. */
export function createQueueClient(queueUrl: string, signal: AbortSignal) {
  const call = (operation: string, input: object) =>
    callAws(queueUrl, `AmazonSQS.${operation}`, { QueueUrl: queueUrl, ...input }, signal);
  return {
    /** Up to `max` messages as soon as there is one; empty after a long poll without any. */
    async receive(MaxNumberOfMessages: number) {
      const input = { MaxNumberOfMessages, WaitTimeSeconds: LONG_POLL_SECONDS, MessageSystemAttributeNames: ['All'] };
      const { Messages = [] } = (await call('ReceiveMessage', input)) as { Messages?: Message[] };
      return Messages;
    },
    async delete(receiptHandles: readonly string[]) {
      const Entries = receiptHandles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
      for (let tries = 1; ; tries++) {
        try {
          // Not aborted when the hub stops: messages that were worked must be deleted.
          await callAws(queueUrl, 'AmazonSQS.DeleteMessageBatch', { QueueUrl: queueUrl, Entries });
          return;
        } catch (error) {
          if (tries === MAX_TRIES) throw error;
        }
      }
    },
  };
}
