import type { Caller } from '../serve.ts';
import type { Commits } from '../sqlite/group-commits.ts';
import { type BatchRequest, refuseLongBatch, runBatch } from './batch.ts';
import { messageNotInFlight, outOfRange } from './errors.ts';
import type { Message } from './message.ts';
import { type MessageAttributes, md5, md5OfAttributes, pickAttributes } from './message-attributes.ts';
import type { MessageStore } from './messages.ts';
import type { createMoveTasks } from './move-tasks.ts';
import { type Attributes, describeAttributes, numberOf } from './queue-attributes.ts';
import type { Queue, QueueStore } from './queues.ts';
import { readHandle, writeHandle } from './receipt-handle.ts';
import type { Receiver } from './receive.ts';
import { type Outgoing, sendMessage } from './send.ts';

interface Parts {
  commits: Commits;
  queues: QueueStore;
  messages: MessageStore;
  receiver: Receiver;
  moveTasks: ReturnType<typeof createMoveTasks>;
  urlOf(queue: Queue): string;
}

interface OfQueue {
  QueueUrl?: string;
}

interface ReceiveRequest extends OfQueue {
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
  WaitTimeSeconds?: number;
  AttributeNames?: string[];
  MessageSystemAttributeNames?: string[];
  MessageAttributeNames?: string[];
}

interface Received {
  ReceiptHandle?: string;
  VisibilityTimeout?: number;
}

/** The operations by name; inputs have the shapes of the SQS API reference. */
export function createOperations({ commits, queues, messages, receiver, moveTasks, urlOf }: Parts) {
  function changeVisibility(queue: Queue, { ReceiptHandle, VisibilityTimeout: seconds = -1 }: Received): void {
    refuseVisibility(seconds);
    const { seq, receives } = readHandle(ReceiptHandle);
    const now = Date.now();
    if (!messages.hide(queue.name, seq, receives, now + seconds * 1000, now))
      throw messageNotInFlight(String(ReceiptHandle));
  }

  function deleteMessage(queue: Queue, { ReceiptHandle }: Received): void {
    const { seq, receives } = readHandle(ReceiptHandle);
    messages.removeReceived(queue.name, seq, receives);
  }

  function count(queue: Queue): Attributes {
    const { visible, inFlight, delayed } = messages.count(queue.name, Date.now());
    return {
      QueueArn: queue.arn,
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: String(delayed),
      CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
      LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    };
  }

  return {
    CreateQueue: (input: { QueueName?: string; Attributes?: Attributes; tags?: Record<string, string> }) => ({
      QueueUrl: urlOf(queues.create(input.QueueName, input.Attributes, input.tags)),
    }),
    GetQueueUrl: (input: { QueueName?: string }) => ({ QueueUrl: urlOf(queues.find(input.QueueName)) }),
    ListQueues(input: { QueueNamePrefix?: string; MaxResults?: number; NextToken?: string }) {
      const start = Number(input.NextToken ?? 0);
      const end = start + (input.MaxResults ?? 1000);
      const urls = queues
        .all()
        .filter((queue) => queue.name.startsWith(input.QueueNamePrefix ?? ''))
        .map(urlOf);
      return { QueueUrls: urls.slice(start, end), ...(end < urls.length ? { NextToken: String(end) } : {}) };
    },
    DeleteQueue(input: OfQueue) {
      const queue = queues.byUrl(input.QueueUrl);
      messages.removeAll(queue.name);
      queues.remove(queue);
      receiver.dismiss(queue);
    },
    PurgeQueue: (input: OfQueue) => messages.removeAll(queues.byUrl(input.QueueUrl).name),
    GetQueueAttributes(input: OfQueue & { AttributeNames?: string[] }) {
      const queue = queues.byUrl(input.QueueUrl);
      return { Attributes: describeAttributes(queue.attributes, () => count(queue), input.AttributeNames) };
    },
    SetQueueAttributes: (input: OfQueue & { Attributes?: Attributes }) =>
      queues.setAttributes(queues.byUrl(input.QueueUrl), input.Attributes),
    ListQueueTags: (input: OfQueue) => ({ Tags: queues.byUrl(input.QueueUrl).tags }),
    TagQueue(input: OfQueue & { Tags?: Record<string, string> }) {
      const queue = queues.byUrl(input.QueueUrl);
      queues.setTags(queue, { ...queue.tags, ...input.Tags });
    },
    UntagQueue(input: OfQueue & { TagKeys?: string[] }) {
      const queue = queues.byUrl(input.QueueUrl);
      const kept = Object.entries(queue.tags).filter(([key]) => !input.TagKeys?.includes(key));
      queues.setTags(queue, Object.fromEntries(kept));
    },
    ListDeadLetterSourceQueues: (input: OfQueue) => ({
      queueUrls: queues.sourcesOf(queues.byUrl(input.QueueUrl)).map(urlOf),
    }),

    SendMessage(input: OfQueue & Outgoing, caller: Caller) {
      const queue = queues.byUrl(input.QueueUrl);
      const sent = commits.write(() => sendMessage(messages, queue, input, caller));
      receiver.wake(queue);
      return sent;
    },
    SendMessageBatch(input: BatchRequest<Outgoing>, caller: Caller) {
      const queue = queues.byUrl(input.QueueUrl);
      refuseLongBatch(input.Entries);
      const output = commits.write(() => runBatch(input, (entry) => sendMessage(messages, queue, entry, caller)));
      receiver.wake(queue);
      return output;
    },
    async ReceiveMessage(input: ReceiveRequest, caller: Caller) {
      const queue = queues.byUrl(input.QueueUrl);
      const max = input.MaxNumberOfMessages ?? 1;
      if (max < 1 || max > 10) throw outOfRange('MaxNumberOfMessages', max, 'Must be between 1 and 10, if provided');
      const waitSeconds = input.WaitTimeSeconds ?? numberOf(queue.attributes, 'ReceiveMessageWaitTimeSeconds');
      if (waitSeconds < 0 || waitSeconds > 20)
        throw outOfRange('WaitTimeSeconds', waitSeconds, 'Must be >= 0 and <= 20, if provided');
      const visibilitySeconds = input.VisibilityTimeout ?? numberOf(queue.attributes, 'VisibilityTimeout');
      refuseVisibility(visibilitySeconds);
      const taken = await receiver.receive(queue, { max, visibilitySeconds, waitSeconds }, caller);
      return { Messages: taken.map((message) => describeMessage(message, input)) };
    },
    DeleteMessage: (input: OfQueue & Received) => deleteMessage(queues.byUrl(input.QueueUrl), input),
    DeleteMessageBatch(input: BatchRequest<Received>) {
      const queue = queues.byUrl(input.QueueUrl);
      return commits.write(() => runBatch(input, (entry) => void deleteMessage(queue, entry)));
    },
    ChangeMessageVisibility(input: OfQueue & Received) {
      const queue = queues.byUrl(input.QueueUrl);
      changeVisibility(queue, input);
      receiver.wake(queue);
    },
    ChangeMessageVisibilityBatch(input: BatchRequest<Received>) {
      const queue = queues.byUrl(input.QueueUrl);
      const output = commits.write(() => runBatch(input, (entry) => void changeVisibility(queue, entry)));
      receiver.wake(queue);
      return output;
    },

    StartMessageMoveTask: moveTasks.start,
    ListMessageMoveTasks: moveTasks.list,
    CancelMessageMoveTask: moveTasks.cancel,
  };
}

function refuseVisibility(seconds: number): void {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 43_200)
    throw outOfRange('VisibilityTimeout', seconds, 'Must be between 0 and 43200');
}

function describeMessage(message: Message, input: ReceiveRequest) {
  const wanted = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
  const system: Record<string, string> = {
    ...JSON.parse(message.system_attributes),
    SentTimestamp: String(message.sent_at),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.first_received_at),
  };
  const shown = Object.entries(system).filter(([name]) => wanted.includes('All') || wanted.includes(name));
  const own = pickAttributes(JSON.parse(message.attributes) as MessageAttributes, input.MessageAttributeNames);
  return {
    MessageId: message.id,
    ReceiptHandle: writeHandle(message),
    Body: message.body,
    MD5OfBody: md5(message.body),
    ...(shown.length > 0 ? { Attributes: Object.fromEntries(shown) } : {}),
    ...(Object.keys(own).length > 0 ? { MessageAttributes: own, MD5OfMessageAttributes: md5OfAttributes(own) } : {}),
  };
}
