/**
 * What a DynamoDB request costs its caller in CPU time: with the plain SDK, the hub's setup of it, and signed `fetch`.
 */
import { createHash, createHmac } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { DynamoDBClient, UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { slim, slimConfig } from '#lib/platform/sdk-tuning/slim';
import { readOptions } from '../options.ts';
import { median, table } from '../report.ts';

const { rounds } = readOptions('bench:sdk', { rounds: ['N', 'rounds of each way that count', 12] });

const REQUESTS = 1000;
const AT_ONCE = 16;

const worker = new Worker(new URL('./server.ts', import.meta.url));
const port = await new Promise<number>((resolve) => worker.once('message', resolve));
const endpoint = `http://127.0.0.1:${port}`;
const credentials = { accessKeyId: 'AKIALOCAL', secretAccessKey: 'local' };
const region = 'us-east-1';

const input = (): UpdateItemCommandInput => ({
  TableName: 'longshore',
  Key: { pk: { S: 'DELIVERY#dlv_1' }, sk: { S: 'DELIVERY' } },
  UpdateExpression: 'SET #state = :leased, packed = :packed',
  ConditionExpression: '#state = :pending',
  ExpressionAttributeNames: { '#state': 'state' },
  ExpressionAttributeValues: {
    ':leased': { S: 'leased' },
    ':pending': { S: 'pending' },
    ':packed': { B: Buffer.alloc(600, 3) },
  },
  ReturnValues: 'ALL_NEW',
});

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** AWS Signature Version 4 for one request, and nothing more. */
async function byHand(): Promise<void> {
  const { ExpressionAttributeValues: values, ...rest } = input();
  const packed = { B: Buffer.from(values?.[':packed']?.B ?? '').toString('base64') };
  const body = JSON.stringify({ ...rest, ExpressionAttributeValues: { ...values, ':packed': packed } });
  const now = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers = { host: `127.0.0.1:${port}`, 'x-amz-date': now, 'x-amz-target': 'DynamoDB_20120810.UpdateItem' };
  const names = Object.keys(headers).join(';');
  const canonical = `POST\n/\n\n${Object.entries(headers)
    .map(([name, value]) => `${name}:${value}\n`)
    .join('')}\n${names}\n${sha256(body)}`;
  const scope = `${now.slice(0, 8)}/${region}/dynamodb/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${now}\n${scope}\n${sha256(canonical)}`).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const sent = { ...headers, authorization, 'content-type': 'application/x-amz-json-1.0' };
  const answer = await fetch(endpoint, { method: 'POST', headers: sent, body });
  const { Attributes } = (await answer.json()) as { Attributes: { packed: { B: string } } };
  Buffer.from(Attributes.packed.B, 'base64');
}

const config = { endpoint, region, credentials, cacheMiddleware: true };
const asItComes = new DynamoDBClient(config);
const { requestHandler: _handler, ...others } = slimConfig as Record<string, unknown>;
const withItsHandler = slim(new DynamoDBClient({ ...others, ...config }));
const ours = slim(new DynamoDBClient({ ...slimConfig, ...config }));
const ways: Record<string, () => Promise<unknown>> = {
  'the SDK as it comes': () => asItComes.send(new UpdateItemCommand(input())),
  'the same with its own HTTP': () => withItsHandler.send(new UpdateItemCommand(input())),
  'the SDK as the hub has it': () => ours.send(new UpdateItemCommand(input())),
  'fetch and a signer by hand': byHand,
};

async function round(ask: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage();
  let left = REQUESTS;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (; left > 0; left -= 1) await ask();
    }),
  );
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / REQUESTS;
}

const took = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
for (let turn = 0; turn <= rounds; turn += 1)
  for (const [name, ask] of Object.entries(ways)) {
    const each = await round(ask);
    // The first round compiles.
    if (turn > 0) took.get(name)?.push(each);
  }
await worker.terminate();

const hub = median(took.get('the SDK as the hub has it') ?? []);
const rows = [...took].map(([name, all]) => [name, median(all).toFixed(0), (median(all) / hub).toFixed(2)]);
console.log(table(['a request, in rounds by turns', 'µs of CPU, median', 'against the hub’s'], rows));
