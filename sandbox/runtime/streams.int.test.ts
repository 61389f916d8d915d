import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { queueUrl } from '#lib/platform/settings';
import { streams as all, type StreamSpec } from '#lib/topology';
import { awsEnvironment, type RunningAws, startAws } from '../aws/index.ts';
import { provision } from '../provision.ts';
import { offerTraces } from './lineage.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'streams-'));
let aws: RunningAws;
beforeAll(async () => {
  offerTraces();
  aws = await startAws({ dataDir, inProcess: true });
  Object.assign(process.env, awsEnvironment(aws));
  Object.assign(process.env, await provision());
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterAll(async () => {
  await aws.stop();
  rmSync(dataDir, { recursive: true });
});

const positionsFile = join(dataDir, 'positions.json');
const [spec] = all as [StreamSpec];

async function put(pk: string, n: number): Promise<void> {
  const { db } = await import('#lib/platform/table/table');
  await db.put({ Item: { pk, sk: 'ORDER', n } });
}

/** Follows the stream with this function, which gets what each record says. */
async function following(work: (seen: string[]) => unknown, changes: Partial<StreamSpec> = {}) {
  const { consumeStreams } = await import('./streams.ts');
  const handler = async (event: unknown) => {
    const { Records } = event as DynamoDBStreamEvent;
    return work(Records.map(({ dynamodb }) => `${dynamodb?.NewImage?.pk?.S}${dynamodb?.NewImage?.n?.N}`));
  };
  return consumeStreams(new Map([['publisher', handler]]), {
    streams: [{ ...spec, ...changes }],
    ...{ positionsFile, pause: () => 5 },
  });
}

const sequencesOf = (event: string[][]) => event.flat();

it('hands on each write once, in order for each item, and goes on where it stood when the process comes back', async () => {
  const seen: string[][] = [];
  for (const n of [1, 2, 3]) for (const pk of ['a', 'b']) await put(pk, n);
  await put('a', 3);
  const first = await following((batch) => void seen.push(batch));
  await vi.waitFor(() => expect(sequencesOf(seen)).toHaveLength(6));
  await first.stop();
  expect(sequencesOf(seen).filter((each) => each.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);

  await put('a', 4);
  const again: string[][] = [];
  const second = await following((batch) => void again.push(batch));
  await vi.waitFor(() => expect(sequencesOf(again)).toEqual(['a4']));
  await second.stop();
});

it('repeats what failed until it is done, and cuts a batch in two to find what fails', async () => {
  for (const n of [1, 2, 3, 4]) await put('c', n);
  let failures = 0;
  const done: string[][] = [];
  const running = await following((batch) => {
    if (batch.includes('c3') && failures++ < 4) throw new Error('no');
    done.push(batch);
  });
  await vi.waitFor(() => expect(sequencesOf(done)).toHaveLength(4));
  await running.stop();
  expect(sequencesOf(done)).toEqual(['c1', 'c2', 'c3', 'c4']);
});

it('goes on behind a record that is given up, and tells the on-failure queue where it stands', async () => {
  for (const n of [1, 2, 3]) await put('d', n);
  const done: string[][] = [];
  const running = await following(
    (batch) => {
      if (batch.includes('d2')) throw new Error('never');
      done.push(batch);
    },
    { maximumRetryAttempts: 6 },
  );
  await vi.waitFor(() => expect(sequencesOf(done)).toEqual(['d1', 'd3']));
  await running.stop();
  const { Messages } = await new SQSClient({}).send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl(spec.onFailureQueue) }),
  );
  expect(JSON.parse(Messages?.[0]?.Body ?? '')).toMatchObject({ DDBStreamBatchInfo: { batchSize: 1 } });
});

it('begins again at the record that the function reports', async () => {
  for (const n of [1, 2, 3]) await put('e', n);
  const seen: string[][] = [];
  const { consumeStreams } = await import('./streams.ts');
  let reports = 0;
  const handler = async (event: unknown) => {
    const { Records } = event as DynamoDBStreamEvent;
    seen.push(Records.map(({ dynamodb }) => `${dynamodb?.NewImage?.n?.N}`));
    const second = Records[1]?.dynamodb?.SequenceNumber;
    return { batchItemFailures: second && reports++ === 0 ? [{ itemIdentifier: second }] : [] };
  };
  const running = consumeStreams(new Map([['publisher', handler]]), { positionsFile, pause: () => 5 });
  await vi.waitFor(() => expect(seen.length).toBeGreaterThan(1));
  await running.stop();
  expect(seen).toEqual([
    ['1', '2', '3'],
    ['2', '3'],
  ]);
});

it('hands on all that the stream has where a power cut left the file of positions empty', async () => {
  writeFileSync(positionsFile, '');
  const seen: string[][] = [];
  const running = await following((batch) => void seen.push(batch));
  await vi.waitFor(() => expect(sequencesOf(seen)).toEqual(expect.arrayContaining(['a1', 'e3'])));
  await running.stop();
});
