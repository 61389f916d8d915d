import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { chunksOf } from '#lib/platform/chunks';
import { readJson } from '#lib/platform/json';
import { queueUrl, tableName } from '#lib/platform/settings';
import { streams as all, type Pattern, type StreamSpec } from '#lib/topology';
import { ENDPOINT_VARIABLES } from '../aws/endpoints.ts';
import { callAws } from './call-aws.ts';
import { type Handler, invoke, tellFailure } from './handlers.ts';

/** How often Lambda looks at a shard. */
const LOOK_EVERY_MS = 250;
const MAX_PAUSE_MS = 10_000;
/** How often, at most, a shard's position is saved: after a kill, what came since is handed on again. */
const KEEP_EVERY_MS = 1_000;

interface Options {
  streams?: readonly StreamSpec[];
  /** The file with each shard's position, which survives the process. */
  positionsFile: string;
  pause?: (tries: number) => number;
}

type Positions = Record<string, string>;

/**
 * Event source mappings of the table's stream: batches to the consuming function, in order for each item, beginning
 * where the previous process stopped, and repeated until the function succeeds.
 */
export function consumeStreams(
  handlers: ReadonlyMap<string, Handler>,
  { streams = all, positionsFile, pause = (tries) => Math.min(MAX_PAUSE_MS, 100 * 2 ** tries) }: Options,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const positions = existsSync(positionsFile) ? readPositions(positionsFile) : {};
  let due: NodeJS.Timeout | undefined;
  const writeDown = () => {
    due = undefined;
    try {
      writeFileSync(`${positionsFile}.new`, JSON.stringify(positions), { mode: 0o600 });
      renameSync(`${positionsFile}.new`, positionsFile);
    } catch (error) {
      tellFailure('how far a stream was handed on could not be written down', {}, error);
    }
  };
  const keep = (shard: string, number: string) => {
    positions[shard] = number;
    due ??= setTimeout(writeDown, KEEP_EVERY_MS);
  };
  const loops = streams.map(async (spec) => {
    while (!signal.aborted) {
      try {
        const { arn, shards } = await describe(signal);
        const work = (batch: DynamoDBRecord[]) => deliver(spec, batch, { handlers, arn, pause, signal });
        await Promise.all(shards.map((shard) => follow({ spec, arn, shard, positions, keep, work, signal })));
      } catch (error) {
        if (!signal.aborted) tellFailure('a stream could not be read', { function: spec.consumer }, error);
      }
      await sleep(1000, undefined, { signal }).catch(() => undefined);
    }
  });
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
      if (!due) return;
      clearTimeout(due);
      writeDown();
    },
  };
}

/** A power cut may leave the file empty: all that the stream still has is then handed on again. */
const readPositions = (file: string): Positions =>
  (readJson(readFileSync(file, 'utf8')) as Positions | undefined) ?? {};

/** The answers of DynamoDB and its streams, by operation. */
interface Answers {
  'DynamoDB_20120810.DescribeTable': { Table: { LatestStreamArn: string } };
  'DynamoDBStreams_20120810.DescribeStream': { StreamDescription: { Shards: Array<{ ShardId: string }> } };
  'DynamoDBStreams_20120810.GetShardIterator': { ShardIterator?: string | undefined };
  'DynamoDBStreams_20120810.GetRecords': { Records: DynamoDBRecord[]; NextShardIterator?: string };
}

const call = <Target extends keyof Answers>(target: Target, input: object, signal: AbortSignal) =>
  callAws(process.env[ENDPOINT_VARIABLES.dynamodb] ?? '', target, input, signal) as Promise<Answers[Target]>;

async function describe(signal: AbortSignal): Promise<{ arn: string; shards: string[] }> {
  const { Table } = await call('DynamoDB_20120810.DescribeTable', { TableName: tableName() }, signal);
  const arn = Table.LatestStreamArn;
  const { StreamDescription } = await call('DynamoDBStreams_20120810.DescribeStream', { StreamArn: arn }, signal);
  return { arn, shards: StreamDescription.Shards.map(({ ShardId }) => ShardId) };
}

interface Following {
  spec: StreamSpec;
  arn: string;
  shard: string;
  positions: Positions;
  keep: (shard: string, number: string) => void;
  work: (batch: DynamoDBRecord[]) => Promise<void>;
  signal: AbortSignal;
}

/** Hands on a shard until it ends, or for as long as the hub runs. */
async function follow({ spec, arn, shard, positions, keep, work, signal }: Following): Promise<void> {
  const at = `${arn}/${shard}`;
  const begin = positions[at]
    ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: positions[at] }
    : { ShardIteratorType: 'TRIM_HORIZON' };
  const first = { StreamArn: arn, ShardId: shard, ...begin };
  let { ShardIterator } = await call('DynamoDBStreams_20120810.GetShardIterator', first, signal);
  const Limit = spec.batchSize * spec.parallelizationFactor;
  while (ShardIterator && !signal.aborted) {
    const asked = { ShardIterator, Limit };
    const { Records, NextShardIterator } = await call('DynamoDBStreams_20120810.GetRecords', asked, signal);
    const wanted = Records.filter((record) => isWanted(spec, record));
    const lanes = Map.groupBy(wanted, (record) => laneOf(record, spec.parallelizationFactor));
    await Promise.all(
      [...lanes.values()].map(async (lane) => {
        for (const batch of chunksOf(lane, spec.batchSize)) await work(batch);
      }),
    );
    const last = Records.at(-1)?.dynamodb?.SequenceNumber;
    // A batch that was interrupted by a stop is handed on again.
    if (last && !signal.aborted) keep(at, last);
    if (Records.length === 0) await sleep(LOOK_EVERY_MS, undefined, { signal });
    ShardIterator = NextShardIterator;
  }
}

/** All records of an item go through the same lane. */
function laneOf({ dynamodb }: DynamoDBRecord, lanes: number): number {
  let sum = 0;
  for (const character of JSON.stringify(dynamodb?.Keys)) sum = (sum * 31 + character.charCodeAt(0)) >>> 0;
  return sum % lanes;
}

/** Whether a record is handed on: it matches one of a stream's filters. */
export const isWanted = ({ filters }: StreamSpec, record: DynamoDBRecord): boolean =>
  filters.some((pattern) => fits(pattern, record));

/** Whether a record has one of the wanted values at each path of a pattern. */
const fits = (pattern: Pattern, value: unknown): boolean =>
  Object.entries(pattern).every(([name, wanted]) => {
    const found = (value as Record<string, unknown> | undefined)?.[name];
    return Array.isArray(wanted) ? wanted.includes(found) : fits(wanted as Pattern, found);
  });

interface Delivering {
  handlers: ReadonlyMap<string, Handler>;
  arn: string;
  pause: (tries: number) => number;
  signal: AbortSignal;
}

/** Invokes the function until a batch is done, or is given up and reported to the on-failure queue. */
async function deliver(spec: StreamSpec, batch: DynamoDBRecord[], by: Delivering, tries = 0): Promise<void> {
  if (by.signal.aborted) return;
  const done = await attempt(spec, batch, by);
  if (done >= batch.length) return;
  const rest = batch.slice(done);
  if (tries >= spec.maximumRetryAttempts || ageSeconds(rest) > spec.maximumRecordAgeSeconds)
    return bury(spec, rest, by);
  await sleep(by.pause(tries), undefined, { signal: by.signal }).catch(() => undefined);
  // A failed function does not say which record failed, so each half is tried on its own.
  const half = done === 0 ? Math.ceil(rest.length / 2) : rest.length;
  await deliver(spec, rest.slice(0, half), by, tries + 1);
  if (half < rest.length) await deliver(spec, rest.slice(half), by, tries + 1);
}

/** How many records of a batch are done: those before the first reported one, or none if the function failed. */
async function attempt({ consumer }: StreamSpec, Records: DynamoDBRecord[], { handlers, arn }: Delivering) {
  const event = { Records: Records.map((record) => ({ ...record, eventSourceARN: arn })) };
  try {
    const response = (await invoke(handlers, consumer, event)) as DynamoDBBatchResponse | null;
    const reported = new Set(response?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
    const first = Records.findIndex(({ dynamodb }) => reported.has(dynamodb?.SequenceNumber ?? ''));
    if (first === -1) return reported.size === 0 ? Records.length : 0;
    return first;
  } catch (error) {
    tellFailure('a function failed', { function: consumer }, error);
    return 0;
  }
}

const ageSeconds = ([first]: DynamoDBRecord[]): number =>
  Date.now() / 1000 - (first?.dynamodb?.ApproximateCreationDateTime ?? 0);

/** The message gives only the records' place in the stream, as AWS does: they can be read there. */
async function bury({ consumer, onFailureQueue }: StreamSpec, batch: DynamoDBRecord[], { arn, signal }: Delivering) {
  const url = queueUrl(onFailureQueue);
  const [first, last] = [batch[0], batch.at(-1)].map((record) => record?.dynamodb?.SequenceNumber);
  const MessageBody = JSON.stringify({
    requestContext: { functionArn: consumer, condition: 'RetryAttemptsExhausted' },
    DDBStreamBatchInfo: {
      ...{ startSequenceNumber: first, endSequenceNumber: last, batchSize: batch.length, streamArn: arn },
    },
  });
  await callAws(url, 'AmazonSQS.SendMessage', { QueueUrl: url, MessageBody }, signal);
}
