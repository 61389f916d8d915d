import { DeleteMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { queueUrl } from '../settings.ts';

const client = new SQSClient({});

/** Deletes a message that its function has done, ahead of Lambda, which deletes when the invocation returns. */
export async function settle(queue: string, receiptHandle: string): Promise<void> {
  await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl(queue), ReceiptHandle: receiptHandle }));
}
