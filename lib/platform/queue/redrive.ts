import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { chunksOf } from '../chunks.ts';
import { queueUrl } from '../settings.ts';

const client = new SQSClient({});
type Sqs = Pick<SQSClient, 'send'>;
const MAX_BATCH = 10;

/** A message that is hidden from everybody else until it is deleted, given back or its time is over. */
export interface Taken {
  id: string;
  handle: string;
  body: string;
  sentAt: string;
  /** How often it has been received, this time included. */
  receives: number;
}

/** Takes up to ten messages. Long polling asks all of SQS's servers, so an empty answer means empty. */
export async function takeMessages(queue: string, hideSeconds: number, sqs: Sqs = client): Promise<Taken[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl(queue),
      MaxNumberOfMessages: MAX_BATCH,
      VisibilityTimeout: hideSeconds,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
    }),
  );
  return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {} }) => ({
    id: MessageId,
    handle: ReceiptHandle,
    body: Body,
    sentAt: new Date(Number(Attributes.SentTimestamp)).toISOString(),
    receives: Number(Attributes.ApproximateReceiveCount),
  }));
}

/** Deletes for good. A message that SQS keeps nevertheless comes back by itself, which is harmless. */
export async function deleteMessages(queue: string, messages: readonly Taken[], sqs: Sqs = client): Promise<void> {
  for (const Entries of entriesOf(messages))
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl(queue), Entries }));
}

/** Makes them visible to everybody again at once. */
export async function giveBackMessages(queue: string, messages: readonly Taken[], sqs: Sqs = client): Promise<void> {
  for (const each of entriesOf(messages)) {
    const Entries = each.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl(queue), Entries }));
  }
}

/** About how many messages a queue holds, including those in somebody's hands. */
export async function countMessages(queue: string, sqs: Sqs = client): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl(queue), AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}

const entriesOf = (messages: readonly Taken[]) =>
  chunksOf(messages, MAX_BATCH).map((batch) =>
    batch.map(({ handle }, index) => ({ Id: String(index), ReceiptHandle: handle })),
  );
