import type { DatabaseSync } from 'node:sqlite';
import { AwsError, validationError } from '../aws-error.ts';
import type { Input, Item, Table } from './dynalite.ts';

export const STREAM_SCHEMA = `
  CREATE TABLE IF NOT EXISTS stream (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, at INTEGER NOT NULL, record TEXT NOT NULL
  ) STRICT;
`;

/** What a write did to one item, committed together with the write. */
interface StreamRecord {
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  Keys: Item;
  NewImage?: Item;
  OldImage?: Item;
}

/** A record of a table, as JSON. */
export interface Told {
  table: string;
  record: string;
}

type Stream = ReturnType<typeof openStream>;

const HOURS_24_MS = 24 * 3600_000;
const VIEW = 'NEW_AND_OLD_IMAGES';

export function openStream(database: DatabaseSync, keptMs = HOURS_24_MS) {
  const insert = database.prepare('INSERT INTO stream (name, at, record) VALUES (?, ?, ?)');
  const select = database.prepare(
    'SELECT seq, at, record FROM stream WHERE seq > ? AND name = ? AND at > ? ORDER BY seq LIMIT ?',
  );
  const last = database.prepare('SELECT max(seq) AS seq FROM stream WHERE name = ?');
  const oldest = database.prepare('SELECT at FROM stream ORDER BY seq LIMIT 1');
  const trim = database.prepare('DELETE FROM stream WHERE at <= ?');
  return {
    append(told: readonly Told[]) {
      for (const { table, record } of told) insert.run(table, Date.now(), record);
    },
    /** A table's records after a sequence number, oldest first. */
    read: (table: string, after: number, limit: number) =>
      select.all(after, table, Date.now() - keptMs, limit).map(({ seq, at, record }) => ({
        ...{ seq: Number(seq), at: Number(at) },
        size: String(record).length,
        record: JSON.parse(String(record)) as StreamRecord,
      })),
    last: (table: string) => Number(last.get(table)?.seq ?? 0),
    /** Whether there is a record older than DynamoDB keeps it; `trim` removes those. */
    isOverdue: () => Number(oldest.get()?.at ?? Number.POSITIVE_INFINITY) <= Date.now() - keptMs,
    trim: () => void trim.run(Date.now() - keptMs),
  };
}

/** The record of a change, with images as JSON; none if the item is unchanged, as at DynamoDB. */
export function recordOf(table: Table, item: Item, before: string | undefined, after: string | undefined): Told[] {
  if (!table.StreamSpecification?.StreamEnabled || before === after) return [];
  const Keys = Object.fromEntries(table.KeySchema.map(({ AttributeName: name }) => [name, item[name] ?? {}]));
  const members = {
    eventName: JSON.stringify(before ? (after ? 'MODIFY' : 'REMOVE') : 'INSERT'),
    Keys: JSON.stringify(Keys),
    ...(after && { NewImage: after }),
    ...(before && { OldImage: before }),
  };
  const record = Object.entries(members).map(([name, json]) => `"${name}":${json}`);
  return [{ table: table.TableName, record: `{${record.join()}}` }];
}

/** Applies a request's stream setting to the table: on with both images, or off. */
export function switchStream(table: Table, wanted: unknown): void {
  const { StreamEnabled, StreamViewType } = wanted as { StreamEnabled?: boolean; StreamViewType?: string };
  const isOn = Boolean(table.StreamSpecification?.StreamEnabled);
  if (isOn === Boolean(StreamEnabled))
    throw validationError(`Table already has ${isOn ? 'an enabled' : 'a disabled'} stream: ${table.TableName}`);
  if (!StreamEnabled) {
    delete table.StreamSpecification;
    return;
  }
  if (StreamViewType !== VIEW) throw validationError(`The local emulator has streams of ${VIEW} only.`);
  const label = new Date().toISOString().slice(0, -1);
  table.StreamSpecification = { StreamEnabled: true, StreamViewType: VIEW };
  table.LatestStreamLabel = label;
  table.LatestStreamArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${table.TableName}/stream/${label}`;
}

interface Means {
  tables: ReadonlyMap<string, Table>;
  stream: Stream;
}

const MAX_RECORDS = 1000;
const MAX_CHARACTERS = 1_000_000;

/** The operations of DynamoDB Streams. Here, a stream has one shard, which never ends. */
export const STREAM_OPERATIONS: Readonly<Record<string, (means: Means, input: Input) => Input>> = {
  ListStreams: ({ tables }) => ({
    Streams: [...tables.values()].flatMap(({ TableName, LatestStreamArn, LatestStreamLabel }) =>
      LatestStreamArn ? { TableName, StreamArn: LatestStreamArn, StreamLabel: LatestStreamLabel } : [],
    ),
  }),
  DescribeStream: (means, { StreamArn }) => ({
    StreamDescription: {
      ...{ StreamArn, StreamStatus: 'ENABLED', StreamViewType: VIEW, TableName: tableOf(means, StreamArn) },
      Shards: [{ ShardId: 'shardId-00000000000000000001', SequenceNumberRange: { StartingSequenceNumber: digits(1) } }],
    },
  }),
  GetShardIterator(means, { StreamArn, ShardIteratorType: type, SequenceNumber: number }) {
    const table = tableOf(means, StreamArn);
    const starts: Record<string, () => number> = {
      TRIM_HORIZON: () => 0,
      LATEST: () => means.stream.last(table),
      AT_SEQUENCE_NUMBER: () => Number(number) - 1,
      AFTER_SEQUENCE_NUMBER: () => Number(number),
    };
    const start = starts[String(type)];
    if (!start) throw validationError(`${type} is no ShardIteratorType`);
    return { ShardIterator: iterator(table, start()) };
  },
  GetRecords({ stream }, { ShardIterator, Limit = MAX_RECORDS }) {
    const [table = '', after = 0] = JSON.parse(Buffer.from(String(ShardIterator), 'base64url').toString());
    let room = MAX_CHARACTERS;
    const read = stream.read(table, after, Math.min(MAX_RECORDS, Number(Limit))).filter(({ size }, index) => {
      room -= size;
      return index === 0 || room > 0;
    });
    return {
      Records: read.map(({ seq, at, record: { eventName, ...images } }) => ({
        ...{ eventID: `${seq}`, eventVersion: '1.1', eventSource: 'aws:dynamodb', awsRegion: 'us-east-1', eventName },
        dynamodb: {
          ...images,
          ...{ ApproximateCreationDateTime: Math.floor(at / 1000), SequenceNumber: digits(seq), StreamViewType: VIEW },
        },
      })),
      NextShardIterator: iterator(table, read.at(-1)?.seq ?? after),
    };
  },
};

/** Sequence numbers compare as text, as those of DynamoDB do. */
const digits = (seq: number): string => String(seq).padStart(21, '0');
const iterator = (table: string, after: number): string =>
  Buffer.from(JSON.stringify([table, after])).toString('base64url');

function tableOf({ tables }: Means, arn: unknown): string {
  for (const { TableName, LatestStreamArn } of tables.values()) if (LatestStreamArn === arn) return TableName;
  throw new AwsError(
    'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
    `Requested resource not found: Stream: ${arn} not found`,
  );
}
