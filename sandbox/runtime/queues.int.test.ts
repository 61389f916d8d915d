import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { envName, type QueueSpec } from '#lib/topology';
import { awsEnvironment, type RunningAws, startAws } from '../aws/index.ts';
import type { Handler } from './handlers.ts';
import { MOST_HOPS, offerTraces } from './lineage.ts';
import { consumeQueues } from './queues.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'queues-'));
let aws: RunningAws;
let sqs: SQSClient;
const logged: string[] = [];
beforeAll(async () => {
  offerTraces();
  aws = await startAws({ dataDir, inProcess: true });
  Object.assign(process.env, awsEnvironment(aws));
  sqs = new SQSClient({});
  vi.spyOn(console, 'error').mockImplementation((line) => void logged.push(String(line)));
});
afterAll(async () => {
  vi.restoreAllMocks();
  await aws.stop();
  rmSync(dataDir, { recursive: true });
});

const specOf = (name: string, consumer: string): QueueSpec => ({
  ...{ name, consumer, deadLetterQueue: '', batchSize: 10, maximumConcurrency: 2 },
  ...{ visibilityTimeoutSeconds: 30, maxReceiveCount: 5 },
});

/** A queue with this function as its consumer; messages that failed stay hidden. */
async function consuming(name: string, consumer: string, handler: (event: SQSEvent) => Promise<unknown>) {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  process.env[envName.queueUrl(name)] = QueueUrl;
  const handlers = new Map([[consumer, handler as Handler]]);
  const running = consumeQueues(handlers, { queues: [specOf(name, consumer)] });
  return {
    send: async (body: string) => (await import('#lib/platform/queue/queue')).sendBodies(name, [{ body }]),
    /** How many messages are in flight: neither waiting nor deleted. */
    async kept() {
      const AttributeNames = ['All' as const];
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
      expect(Attributes.ApproximateNumberOfMessages).toBe('0');
      return Number(Attributes.ApproximateNumberOfMessagesNotVisible);
    },
    stop: () => running.stop(),
  };
}

it.each([
  ['sweeper', MOST_HOPS, 1],
  ['pusher-scopio', 20, 0],
])('a chain of messages invokes %s %i times', async (consumer, times, kept) => {
  logged.length = 0;
  let calls = 0;
  const queue = await consuming(`chain-${consumer}`, consumer, async () => {
    calls += 1;
    if (calls < 20) await queue.send('again');
  });
  await queue.send('begin');
  await vi.waitFor(async () => expect([calls, await queue.kept()]).toEqual([times, kept]));
  expect(logged.filter((line) => line.includes('RecursiveInvocationException'))).toHaveLength(kept);
  await queue.stop();
});

it.each([
  ['nothing', undefined, 0],
  ['null', { batchItemFailures: null }, 0],
  ['no failures', { batchItemFailures: [] }, 0],
  ['a name that is no message of it', { batchItemFailures: [{ itemIdentifier: 'other' }] }, 2],
  ['an empty name', { batchItemFailures: [{ itemIdentifier: '' }] }, 2],
  ['another key', { batchItemFailures: [{ messageId: 'a' }] }, 2],
])('a batch whose function reports %s keeps as many messages as Lambda would', async (what, response, kept) => {
  let seen = 0;
  const queue = await consuming(`report-${what.replaceAll(' ', '-')}`, 'sweeper', async ({ Records }) => {
    seen += Records.length;
    return response;
  });
  await Promise.all([queue.send('a'), queue.send('b')]);
  await vi.waitFor(async () => expect([seen, await queue.kept()]).toEqual([2, kept]));
  await queue.stop();
});

it('a failure that is reported is no failure of the function', async () => {
  logged.length = 0;
  let seen = 0;
  const queue = await consuming('partly', 'sweeper', async ({ Records }) => {
    seen += Records.length;
    const failed = Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId }));
    return { batchItemFailures: failed };
  });
  await Promise.all([queue.send('bad'), queue.send('good')]);
  await vi.waitFor(async () => expect([seen, await queue.kept()]).toEqual([2, 1]));
  expect(logged).toEqual([]);
  await queue.stop();
});
