import { Agent, request } from 'node:http';

export interface Message {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  MD5OfBody: string;
  Attributes?: Record<string, string>;
}

export interface QueueClient {
  /** Up to `max` messages as soon as there is one; an empty list after a long poll without any. */
  receive(max: number): Promise<Message[]>;
  delete(receiptHandles: readonly string[]): Promise<void>;
}

const LONG_POLL_SECONDS = 20;
const MAX_TRIES = 3;

const agent = new Agent({ keepAlive: true });

/** SQS as Lambda's own pollers call it: they are no part of the hub, and need none of its SDK. */
export function createQueueClient(queueUrl: string, signal: AbortSignal): QueueClient {
  const call = (operation: string, input: object) =>
    post(queueUrl, operation, { QueueUrl: queueUrl, ...input }, signal);
  return {
    async receive(MaxNumberOfMessages) {
      const input = { MaxNumberOfMessages, WaitTimeSeconds: LONG_POLL_SECONDS, MessageSystemAttributeNames: ['All'] };
      const { Messages = [] } = (await call('ReceiveMessage', input)) as { Messages?: Message[] };
      return Messages;
    },
    async delete(receiptHandles) {
      const Entries = receiptHandles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
      for (let tries = 1; ; tries++) {
        try {
          // Not aborted when the hub stops: worked messages are deleted.
          await post(queueUrl, 'DeleteMessageBatch', { QueueUrl: queueUrl, Entries });
          return;
        } catch (error) {
          if (tries === MAX_TRIES) throw error;
        }
      }
    },
  };
}

class SqsError extends Error {
  override name = 'SqsError';
}

function post(url: string, operation: string, input: object, signal?: AbortSignal): Promise<unknown> {
  const body = JSON.stringify(input);
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(body),
    'x-amz-target': `AmazonSQS.${operation}`,
    // The emulator knows the key of the moment and asks for no signature.
    authorization: `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/`,
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers, ...(signal && { signal }) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new SqsError(`${operation} was answered ${response.statusCode}`));
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
