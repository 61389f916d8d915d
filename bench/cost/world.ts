import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBRecord } from 'aws-lambda';
import { envName, functions, queues, streams } from '#lib/topology';
import { awsEnvironment, startAws } from '#sandbox/aws/index';
import { callAws } from '#sandbox/runtime/call-aws';
import type { Message } from '#sandbox/runtime/queue-client';
import { startMeter, type Usages } from './meter.ts';
import type { Stored } from './storage.ts';

/** One function's work for a step: its calls to AWS, and what it would be billed for. */
export interface Spent {
  invocations: number;
  cpuMs: number;
  waitMs: number;
  /** Milliseconds of starting instances, for the share of invocations that start one. */
  initMs: number;
  memoryMb: number;
  logBytes: number;
  usages: Usages;
}

export interface Step {
  name: string;
  /** Part of the parcel's way back, which is priced separately from the hub's own pushes. */
  isReturn?: boolean;
  /** For the seller's own systems: the feed, search entries, and an endpoint that is told. */
  isSide?: boolean;
  throughGateway?: boolean;
  spent: Spent[];
}

interface Page {
  Records: DynamoDBRecord[];
  NextShardIterator: string;
}

/** Assumed for starting an instance: Node itself, and loading the bundle (docs/performance.md, "Cold start"). */
const INIT_MS = 300;
/** About how long an instance is kept without work, and when it is replaced despite work. */
const [IDLE_SECONDS, LIFE_SECONDS] = [600, 2 * 3600];
/** What API Gateway logs for a call; Lambda itself logs only failing invocations (`systemLogLevel`). */
const ACCESS_LOG_BYTES = 300;

/** The share of invocations that start an instance, if one comes every `everySeconds`. */
const coldShare = (everySeconds: number): number => (everySeconds > IDLE_SECONDS ? 1 : everySeconds / LIFE_SECONDS);

/** The deployed functions, called one invocation at a time as by Lambda, with the meter before the emulators. */
export async function openWorld(connectionsFile: object, everySeconds = 0) {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-cost-'));
  const aws = await startAws({ dataDir: folder });
  const meter = await startMeter({
    dynamodb: aws.endpoints.dynamodb,
    sqs: aws.endpoints.sqs,
    secretsManager: aws.endpoints.secretsManager,
  });
  // Metrics as deployed by default.
  const deployed = { [envName.watch]: 'lean', [envName.publicUrl]: 'https://hub.example.com' };
  Object.assign(process.env, awsEnvironment(aws), deployed);
  const { provision } = await import('#sandbox/provision');
  Object.assign(process.env, await provision());
  // From here on calls pass the meter: provisioning is not counted.
  Object.assign(process.env, awsEnvironment({ ...aws, endpoints: { ...aws.endpoints, ...meter.endpoints } }));
  for (const name of queues.flatMap((queue) => [queue.name, queue.deadLetterQueue])) {
    const url = new URL(process.env[envName.queueUrl(name)] ?? '');
    process.env[envName.queueUrl(name)] = `${meter.endpoints.sqs}${url.pathname}`;
  }
  const { configure } = await import('#lib/marketplaces/configure');
  const { readConnections } = await import('#lib/marketplaces/read-connections');
  await configure(await readConnections(JSON.stringify(connectionsFile)));
  const { configurationStore, getConfiguration } = await import('#lib/connections/store');
  // A newly put endpoint would have its secret read again all the time.
  for (const endpoint of (await getConfiguration()).endpoints.values())
    await configurationStore.putEndpoint({ ...endpoint, secretsAt: new Date(0).toISOString() });
  const { handlersOnDemand, invoke } = await import('#sandbox/runtime/handlers');
  const { toEvent } = await import('#sandbox/runtime/queues');
  const { isWanted } = await import('#sandbox/runtime/streams');
  const handlers = handlersOnDemand();
  const sqs = new SQSClient({});
  meter.take();

  // Makes everything cached that much older at each invocation.
  const RealDate = Date;
  let aheadMs = 0;
  globalThis.Date = class extends RealDate {
    constructor(...given: []) {
      super(...(given.length > 0 ? given : ([RealDate.now() + aheadMs] as unknown as [])));
    }
    static override now = () => RealDate.now() + aheadMs;
  } as DateConstructor;

  const instances = new Map<string, number>();
  /** Whether this invocation starts an instance of its function. */
  function starts(name: string, share: number): boolean {
    const before = instances.get(name) ?? 0;
    instances.set(name, before + share);
    return Math.floor(before + share) > Math.floor(before);
  }

  const log = { bytes: 0 };
  for (const level of ['info', 'warn', 'error'] as const)
    console[level] = (line: unknown) => {
      log.bytes += Buffer.byteLength(String(line)) + 1;
    };

  /** One invocation, `seconds` after the previous one, and `ownSeconds` after the same function's previous one. */
  async function call(name: string, event: unknown, seconds = everySeconds, ownSeconds = seconds): Promise<Spent> {
    log.bytes = name.startsWith('webhook-') ? ACCESS_LOG_BYTES : 0;
    // A new instance has no caches: everything cached becomes too old for it.
    aheadMs += (seconds + (starts(name, coldShare(ownSeconds)) ? LIFE_SECONDS : 0)) * 1000;
    const began = performance.now();
    const before = process.threadCpuUsage();
    const answer = await invoke(handlers, name, event);
    const { user, system } = process.threadCpuUsage(before);
    const cpuMs = (user + system) / 1000;
    const refused = (answer ?? {}) as { statusCode?: number; batchItemFailures?: unknown[] };
    if ((refused.statusCode ?? 200) !== 200 || refused.batchItemFailures?.length)
      throw new Error(`${name} answered ${JSON.stringify(answer)}`);
    const memoryMb = functions.find((each) => each.name === name)?.memoryMb ?? 0;
    const waitMs = Math.max(0, performance.now() - began - cpuMs);
    const initMs = INIT_MS * coldShare(ownSeconds);
    return { invocations: 1, cpuMs, waitMs, initMs, memoryMb, logBytes: log.bytes, usages: meter.take() };
  }

  /** Works a queue until it is empty, in batches of at most `batch`. */
  async function work(queue: string, batch: number): Promise<Spent[]> {
    const spent: Spent[] = [];
    const consumer = queues.find(({ name }) => name === queue)?.consumer ?? '';
    const QueueUrl = process.env[envName.queueUrl(queue)];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: batch, MessageSystemAttributeNames: ['All'] }),
      );
      if (Messages.length === 0) {
        meter.take();
        return spent;
      }
      const called = await call(consumer, toEvent(queue, Messages as Message[]));
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      spent.push({ ...called, usages: new Map([...called.usages, ...meter.take()]) });
    }
  }

  let ShardIterator: string | undefined;
  const ofStream = <T>(operation: string, input: object) =>
    callAws(aws.endpoints.dynamodb, `DynamoDBStreams_20120810.${operation}`, input) as Promise<T>;

  /** Hands on what the table's stream has told since the last call, in batches of at most `batch` records. */
  async function publish(batch: number): Promise<Spent[]> {
    const [stream] = streams;
    if (!stream) return [];
    if (!ShardIterator) {
      const { Streams } = await ofStream<{ Streams: [{ StreamArn: string }] }>('ListStreams', {});
      const from = { StreamArn: Streams[0].StreamArn, ShardId: '', ShardIteratorType: 'TRIM_HORIZON' };
      ({ ShardIterator } = await ofStream<{ ShardIterator: string }>('GetShardIterator', from));
    }
    const told: DynamoDBRecord[] = [];
    for (let more = true; more; ) {
      const page: Page = await ofStream('GetRecords', { ShardIterator });
      ShardIterator = page.NextShardIterator;
      told.push(...page.Records.filter((record) => isWanted(stream, record)));
      more = page.Records.length > 0;
    }
    meter.take();
    const spent: Spent[] = [];
    for (let start = 0; start < told.length; start += batch)
      spent.push(await call(stream.consumer, { Records: told.slice(start, start + batch) }));
    return spent;
  }

  return {
    call,
    work,
    /** Everything in the table. */
    scan: () => scanTable(aws.endpoints.dynamodb, process.env[envName.table] ?? ''),
    publish,
    /** The usage of AWS since the last call. */
    take: meter.take,
    async close() {
      meter.close();
      await aws.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function scanTable(endpoint: string, TableName: string): Promise<Stored[]> {
  const found: Stored[] = [];
  let ExclusiveStartKey: object | undefined;
  do {
    const input = { TableName, ...(ExclusiveStartKey && { ExclusiveStartKey }) };
    const answer = await callAws(endpoint, 'DynamoDB_20120810.Scan', input);
    const page = answer as { Items: Stored[]; LastEvaluatedKey?: object };
    found.push(...page.Items);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return found;
}

export type World = Awaited<ReturnType<typeof openWorld>>;
