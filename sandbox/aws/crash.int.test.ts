import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Endpoints, type Reachable, startAws } from './index.ts';

const TableName = 'counters';
const PUTS = 50;
const LANES = 4;
const running = new Set<ChildProcess>();
let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'aws-'));
});

afterEach(async () => {
  for (const child of running) await kill(child);
  rmSync(dataDir, { recursive: true });
});

interface Started {
  child: ChildProcess;
  endpoints: Endpoints;
  config: ReturnType<typeof configOf>;
  stderr(): string;
}

async function start(): Promise<Started> {
  const program = `
    const { startAws } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
    console.log(JSON.stringify(await startAws({ dataDir: ${JSON.stringify(dataDir)} })));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  running.add(child);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (!Buffer.isBuffer(line)) throw new Error(`exited with ${line}: ${stderr}`);
  const { endpoints, accessKeyId } = JSON.parse(String(line)) as Reachable;
  return { child, endpoints, config: configOf(accessKeyId), stderr: () => stderr };
}

const configOf = (accessKeyId: string) => ({
  region: 'us-east-1',
  credentials: { accessKeyId, secretAccessKey: 'x' },
  maxAttempts: 1,
});

async function kill(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Calls in several lanes; after `enough` answers kills the server, with calls under way. Returns what was answered. */
async function callUntilKilled(
  child: ChildProcess,
  enough: number,
  call: (n: number) => Promise<unknown>,
): Promise<number[]> {
  const answered: number[] = [];
  let next = 0;
  const lane = async () => {
    for (;;) {
      const n = next++;
      await call(n);
      if (answered.push(n) === enough) await kill(child);
    }
  };
  await Promise.allSettled(Array.from({ length: LANES }, lane));
  return answered;
}

function database({ config, endpoints }: Started) {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ ...config, endpoint: endpoints.dynamodb }));
}

interface Told {
  Streams: Array<{ StreamArn: string }>;
  ShardIterator: string;
  NextShardIterator: string;
  Records: Array<{ eventName: string }>;
}

/** How many puts the stream shows, from its beginning. */
async function insertsInStream({ config, endpoints }: Started): Promise<number> {
  const call = async (operation: string, input: object) => {
    const headers = {
      'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
      authorization: `Credential=${config.credentials.accessKeyId}/`,
    };
    const answer = await fetch(endpoints.dynamodb, { method: 'POST', headers, body: JSON.stringify(input) });
    return (await answer.json()) as Told;
  };
  const { Streams } = await call('ListStreams', {});
  const from = { StreamArn: Streams[0]?.StreamArn, ShardId: '', ShardIteratorType: 'TRIM_HORIZON' };
  let { ShardIterator } = await call('GetShardIterator', from);
  for (let count = 0; ; ) {
    const { Records, NextShardIterator } = await call('GetRecords', { ShardIterator });
    if (Records.length === 0) return count;
    count += Records.filter(({ eventName }) => eventName === 'INSERT').length;
    ShardIterator = NextShardIterator;
  }
}

it('leaves no half of a transaction behind when killed in the middle, again and again', async () => {
  let started = await start();
  await database(started).send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      AttributeDefinitions: ['pk', 'group'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-group',
          KeySchema: [{ AttributeName: 'group', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  const add = (pk: string) => ({
    Update: { TableName, Key: { pk }, UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': 1 } },
  });
  let acknowledged = 0;

  for (const round of [1, 2, 3]) {
    const client = database(started);
    // Many writes each, so that a kill is likely to find one half done.
    const puts = (n: number) =>
      Array.from({ length: PUTS }, (_, i) => ({
        Put: { TableName, Item: { pk: `${round}-${n}-${i}`, group: 'all' } },
      }));
    const answered = await callUntilKilled(started.child, 3 * round, (n) =>
      client.send(new TransactWriteCommand({ TransactItems: [add('left'), ...puts(n), add('right')] })),
    );
    acknowledged += answered.length;

    started = await start();
    const after = database(started);
    const read = async (pk: string) => (await after.send(new GetCommand({ TableName, Key: { pk } }))).Item?.n;
    const [left, right] = [await read('left'), await read('right')];
    const { Count } = await after.send(
      new QueryCommand({
        TableName,
        IndexName: 'by-group',
        KeyConditionExpression: '#group = :all',
        ExpressionAttributeNames: { '#group': 'group' },
        ExpressionAttributeValues: { ':all': 'all' },
        Select: 'COUNT',
      }),
    );
    expect([right, Count]).toEqual([left, Number(left) * PUTS]);
    // Each of the two counters was put once.
    expect(await insertsInStream(started)).toBe(Number(left) * PUTS + 2);
    expect(left).toBeGreaterThanOrEqual(acknowledged);
    acknowledged = Number(left);
  }
  expect(acknowledged).toBeGreaterThan(3);
});

it('keeps every message it answered for, those in flight too, and every secret', async () => {
  const first = await start();
  const secrets = new SecretsManagerClient({ ...first.config, endpoint: first.endpoints.secretsManager });
  await secrets.send(new CreateSecretCommand({ Name: 'key', SecretString: 'value' }));
  const before = new SQSClient({ ...first.config, endpoint: first.endpoints.sqs });
  const { QueueUrl } = await before.send(new CreateQueueCommand({ QueueName: 'inbound' }));
  await before.send(new SendMessageCommand({ QueueUrl, MessageBody: 'in flight' }));
  await before.send(new ReceiveMessageCommand({ QueueUrl }));
  await before.send(new SendMessageCommand({ QueueUrl, MessageBody: 'delayed', DelaySeconds: 900 }));
  const answered = await callUntilKilled(first.child, 100, (n) =>
    before.send(new SendMessageCommand({ QueueUrl, MessageBody: String(n) })),
  );

  const second = await start();
  const again = new SecretsManagerClient({ ...second.config, endpoint: second.endpoints.secretsManager });
  expect((await again.send(new GetSecretValueCommand({ SecretId: 'key' }))).SecretString).toBe('value');
  const after = new SQSClient({ ...second.config, endpoint: second.endpoints.sqs });
  const counts = new Map<string, string>();
  for (;;) {
    const wanted = { MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['ApproximateReceiveCount' as const] };
    const { Messages = [] } = await after.send(new ReceiveMessageCommand({ QueueUrl, ...wanted }));
    if (Messages.length === 0) break;
    for (const { Body, Attributes } of Messages) counts.set(Body ?? '', Attributes?.ApproximateReceiveCount ?? '');
  }
  expect(counts.get('in flight')).toBe('2');
  expect(counts.has('delayed')).toBe(false);
  expect(answered.filter((n) => !counts.has(String(n)))).toEqual([]);
  expect(second.stderr()).toBe('');
});

it('survives a clean stop, waits for no lock after it, and says who holds the directory', async () => {
  const first = await startAws({ dataDir });
  await expect(startAws({ dataDir, lockWaitMs: 200 })).rejects.toThrow('Another process is using');
  const secrets = new SecretsManagerClient({
    ...configOf(first.accessKeyId),
    endpoint: first.endpoints.secretsManager,
  });
  await secrets.send(new CreateSecretCommand({ Name: 'key', SecretString: 'value' }));
  await first.stop();

  const second = await startAws({ dataDir, inProcess: true, lockWaitMs: 0 });
  const again = new SecretsManagerClient({
    ...configOf(second.accessKeyId),
    endpoint: second.endpoints.secretsManager,
  });
  expect((await again.send(new GetSecretValueCommand({ SecretId: 'key' }))).SecretString).toBe('value');
  await second.stop();
});
