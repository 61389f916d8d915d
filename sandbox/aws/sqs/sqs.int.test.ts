import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  type Message,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../serve.ts';
import { openSqs } from './index.ts';

const directory = mkdtempSync(join(tmpdir(), 'sqs-'));
let client: SQSClient;
let stop: () => Promise<void>;
let count = 0;

beforeAll(async () => {
  const sqs = openSqs({ file: join(directory, 'sqs.sqlite') });
  const service = { targets: ['AmazonSQS'], contentType: 'application/x-amz-json-1.0', accessKeyId: 'local' } as const;
  const listener = await serve({ ...service, handle: sqs.handle });
  sqs.setBaseUrl(listener.endpoint);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new SQSClient({ endpoint: listener.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  stop = async () => {
    await listener.close();
    sqs.close();
  };
});

afterAll(async () => {
  await stop();
  rmSync(directory, { recursive: true });
});

async function createQueue(Attributes: Record<string, string> = {}): Promise<string> {
  count += 1;
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: `queue-${count}`, Attributes }));
  return QueueUrl;
}

const send = (QueueUrl: string, MessageBody: string, more = {}) =>
  client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));

async function receive(QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
  const wanted = { MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] };
  const command = new ReceiveMessageCommand({ QueueUrl, ...wanted, ...more } as ReceiveMessageCommandInput);
  return (await client.send(command)).Messages ?? [];
}

async function arnOf(QueueUrl: string): Promise<string> {
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return Attributes?.QueueArn ?? '';
}

async function depth(QueueUrl: string) {
  const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
  };
}

describe('queues', () => {
  it('have URLs on loopback and are created once', async () => {
    const url = await createQueue({ VisibilityTimeout: '60' });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
    const QueueName = url.split('/').at(-1) ?? '';
    expect((await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl).toBe(url);
    const other = client.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '61' } }));
    await expect(other).rejects.toMatchObject({ name: 'QueueNameExists' });
  });

  it('are refused as FIFO', async () => {
    const fifo = client.send(new CreateQueueCommand({ QueueName: 'a.fifo', Attributes: { FifoQueue: 'true' } }));
    await expect(fifo).rejects.toMatchObject({ name: 'UnsupportedOperation' });
  });

  it('that do not exist are named so', async () => {
    const unknown = client.send(new GetQueueUrlCommand({ QueueName: 'nowhere' }));
    await expect(unknown).rejects.toBeInstanceOf(QueueDoesNotExist);
  });
});

describe('sending', () => {
  it('keeps attributes, group and digests, which the SDK checks', async () => {
    const url = await createQueue();
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: 'é' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
    };
    const sent = await send(url, '{"ok":true}', { MessageAttributes, MessageGroupId: 'tenant' });
    const [message] = await receive(url);
    expect(message).toMatchObject({ MessageId: sent.MessageId, Body: '{"ok":true}', MessageAttributes });
    expect(message?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    expect(message?.Attributes).toMatchObject({ ApproximateReceiveCount: '1', MessageGroupId: 'tenant' });
    expect(Number(message?.Attributes?.SentTimestamp)).toBeGreaterThan(Date.now() - 10_000);
  });

  it('fails only the bad entries of a batch', async () => {
    const url = await createQueue();
    const Entries = [
      { Id: 'good', MessageBody: 'x' },
      { Id: 'late', MessageBody: 'x', DelaySeconds: 901 },
      { Id: 'control', MessageBody: 'a\u0000b' },
    ];
    const { Successful, Failed } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    expect(Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([
      ['late', 'InvalidParameterValue'],
      ['control', 'InvalidMessageContents'],
    ]);
    expect(await depth(url)).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  });

  it('takes a message of 1 MiB and refuses a longer one', async () => {
    const url = await createQueue();
    await send(url, 'x'.repeat(1_048_576));
    await expect(send(url, 'x'.repeat(1_048_577))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});

describe('receiving', () => {
  it('hides a message until its visibility timeout, and only the latest receipt deletes it', async () => {
    const url = await createQueue();
    await send(url, 'x');
    const [first] = await receive(url, { VisibilityTimeout: 1 });
    expect(await receive(url)).toEqual([]);
    expect(await depth(url)).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    const [second] = await receive(url, { WaitTimeSeconds: 3 });
    expect(second?.Attributes?.ApproximateReceiveCount).toBe('2');
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }));
    expect((await depth(url)).inFlight).toBe(1);
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: second?.ReceiptHandle }));
    expect((await depth(url)).inFlight).toBe(0);
  });

  it('wakes a waiting receiver on arrival, after a delay and after a change of visibility', async () => {
    const url = await createQueue();
    const arrival = receive(url, { WaitTimeSeconds: 5 });
    await send(url, 'now');
    const [message] = await arrival;
    expect(message?.Body).toBe('now');

    const again = receive(url, { WaitTimeSeconds: 5 });
    const ReceiptHandle = message?.ReceiptHandle;
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }));
    expect((await again)[0]?.Body).toBe('now');

    const started = Date.now();
    await send(url, 'later', { DelaySeconds: 1 });
    expect((await receive(url, { WaitTimeSeconds: 5 }))[0]?.Body).toBe('later');
    expect(Date.now() - started).toBeGreaterThan(900);
  });

  it('gives nothing to a receiver that hung up', async () => {
    const url = await createQueue();
    const aborter = new AbortController();
    const command = new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 10 });
    const abandoned = client.send(command, { abortSignal: aborter.signal }).catch(() => 'aborted');
    await new Promise((resolve) => setTimeout(resolve, 100));
    aborter.abort();
    await abandoned;
    await new Promise((resolve) => setTimeout(resolve, 100));
    await send(url, 'x');
    expect(await receive(url)).toHaveLength(1);
  });

  it('hands each message to one of several receivers', async () => {
    const url = await createQueue();
    const receivers = Array.from({ length: 4 }, () => receive(url, { WaitTimeSeconds: 2, MaxNumberOfMessages: 1 }));
    await Promise.all(['a', 'b', 'c', 'd'].map((body) => send(url, body)));
    const bodies = (await Promise.all(receivers)).flat().map(({ Body }) => Body);
    expect(bodies.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('fair queues', () => {
  const bodies = (messages: Message[]) => messages.map(({ Body }) => Body);
  const sendMany = async (url: string, count: number, name: string, more: object) => {
    for (let start = 0; start < count; start += 10) {
      const Entries = Array.from({ length: Math.min(10, count - start) }, (_, index) => ({
        Id: String(index),
        MessageBody: `${name}${start + index}`,
        ...more,
      }));
      await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    }
  };

  it('serve a quiet group first, whatever another has waiting and in hand', async () => {
    const url = await createQueue();
    await sendMany(url, 60, 'noisy', { MessageGroupId: 'noisy' });
    for (let batch = 0; batch < 3; batch++) expect(await receive(url)).toHaveLength(10);
    await sendMany(url, 2, 'quiet', { MessageGroupId: 'quiet' });
    const next = bodies(await receive(url));
    expect(next.slice(0, 2)).toEqual(['quiet0', 'quiet1']);
    expect(next.slice(2)).toEqual(Array.from({ length: 8 }, (_, index) => `noisy${30 + index}`));
  });

  it('share what is handed out evenly between groups that all have a backlog', async () => {
    const url = await createQueue();
    for (const group of ['a', 'b', 'c']) await sendMany(url, 30, group, { MessageGroupId: group });
    const shares = { a: 0, b: 0, c: 0 };
    for (let batch = 0; batch < 3; batch++)
      for (const body of bodies(await receive(url))) shares[body?.charAt(0) as 'a'] += 1;
    expect(shares).toEqual({ a: 10, b: 10, c: 10 });
  });

  it('count what is in hand, not what was: a group that is done with its work is quiet again', async () => {
    const url = await createQueue();
    await sendMany(url, 40, 'a', { MessageGroupId: 'a' });
    const Entries = (await receive(url)).map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    await sendMany(url, 20, 'b', { MessageGroupId: 'b' });
    const next = bodies(await receive(url)).map((body) => body?.charAt(0));
    expect(next.filter((group) => group === 'a')).toHaveLength(5);
  });

  it('take a message without a group as a group of its own', async () => {
    const url = await createQueue();
    await sendMany(url, 30, 'noisy', { MessageGroupId: 'noisy' });
    await receive(url);
    await sendMany(url, 3, 'alone', {});
    expect(bodies(await receive(url)).slice(0, 3)).toEqual(['alone0', 'alone1', 'alone2']);
  });

  it('refuse a group that SQS would refuse', async () => {
    const url = await createQueue();
    for (const MessageGroupId of ['with blank', 'é', 'x'.repeat(129)])
      await expect(send(url, 'x', { MessageGroupId })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await send(url, 'x', { MessageGroupId: 'scopio-main_1!~' });
  });
});

describe('dead letters', () => {
  it('move after maxReceiveCount and come back by a move task', async () => {
    const dead = await createQueue();
    const policy = { deadLetterTargetArn: await arnOf(dead), maxReceiveCount: 2 };
    const url = await createQueue({ VisibilityTimeout: '0', RedrivePolicy: JSON.stringify(policy) });
    const { MessageId } = await send(url, 'poison');
    expect(await receive(url)).toHaveLength(1);
    expect(await receive(url)).toHaveLength(1);
    expect(await receive(url)).toHaveLength(0);
    expect(await depth(dead)).toEqual({ visible: 1, inFlight: 0, delayed: 0 });

    const [message] = await receive(dead, { VisibilityTimeout: 0 });
    expect(message).toMatchObject({ MessageId, Body: 'poison' });
    expect(message?.Attributes?.DeadLetterQueueSourceArn).toBe(await arnOf(url));

    const SourceArn = await arnOf(dead);
    await client.send(new StartMessageMoveTaskCommand({ SourceArn }));
    const [back] = await receive(url, { WaitTimeSeconds: 3 });
    expect(back?.Attributes?.ApproximateReceiveCount).toBe('1');
    const { Results } = await client.send(new ListMessageMoveTasksCommand({ SourceArn }));
    expect(Results?.[0]).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 });
  });

  it('need a queue that exists', async () => {
    const policy = { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:nowhere', maxReceiveCount: 3 };
    const queue = createQueue({ RedrivePolicy: JSON.stringify(policy) });
    await expect(queue).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});
