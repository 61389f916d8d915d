import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { table } from '#lib/platform/names';
import { openTable, type Table } from '#lib/platform/table/document';
import { AwsError, shortName } from '#sandbox/aws/aws-error';
import { openDynamoDb } from '#sandbox/aws/dynamodb/index';
import type { Handle } from '#sandbox/aws/serve';

interface Request {
  headers: Record<string, string>;
  body: Uint8Array | string;
}

/** Has an AWS client ask an emulator in this very thread: the real client, and no network. */
export const inThread = (handle: Handle) => ({
  async handle({ headers, body }: Request) {
    const operation = String(headers['x-amz-target']).split('.').at(-1) ?? '';
    const respond = (statusCode: number, output: unknown) => ({
      response: { statusCode, headers: {}, body: Buffer.from(JSON.stringify(output ?? {})) },
    });
    try {
      return respond(
        200,
        await handle(operation, JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)), nobody),
      );
    } catch (error) {
      if (error instanceof AwsError) return respond(error.status, error.body);
      throw error;
    }
  },
});

const nobody = { onClose: () => undefined };

/** The hub's table in memory, for unit tests: every expression means what it means in the emulator. */
export const memoryTable = (): Table => openMemory().table;

/** The same, and what its stream tells from a record on. */
export function streamedTable() {
  const { table: opened, handle } = openMemory({ StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' });
  const call = (operation: string, input: object) => handle(operation, input, nobody) as never;
  const { Streams } = call('ListStreams', {}) as { Streams: Array<{ StreamArn: string }> };
  const { ShardIterator } = call('GetShardIterator', {
    ...{ StreamArn: Streams[0]?.StreamArn, ShardId: '', ShardIteratorType: 'TRIM_HORIZON' },
  }) as { ShardIterator: string };
  return {
    table: opened,
    /** All records that there are. */
    records: (): DynamoDBRecord[] => (call('GetRecords', { ShardIterator }) as { Records: DynamoDBRecord[] }).Records,
  };
}

function openMemory(StreamSpecification?: object): { table: Table; handle: Handle } {
  const dynamoDb = openDynamoDb({ file: ':memory:', ttlSweepMs: 3_600_000, lockWaitMs: 0 });
  const keySchema = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
  const indexes = Object.entries(table.indexes);
  const names = ['pk', 'sk', ...indexes.flatMap(([, { hashKey, rangeKey }]) => [hashKey, rangeKey])];
  dynamoDb.handle(
    'CreateTable',
    {
      TableName: table.name,
      BillingMode: 'PAY_PER_REQUEST',
      ...(StreamSpecification && { StreamSpecification }),
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keySchema('pk', 'sk'),
      GlobalSecondaryIndexes: indexes.map(([IndexName, { hashKey, rangeKey }]) => ({
        IndexName,
        KeySchema: keySchema(hashKey, rangeKey),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      })),
    },
    nobody,
  );
  return { table: openTable(clientOf(dynamoDb.handle), { nameOf: () => table.name }), handle: dynamoDb.handle };
}

/** What the table needs of the SDK's client, which takes half of a test's time to sign and to serialize. */
const clientOf = (handle: Handle): Pick<DynamoDBClient, 'send'> => ({
  async send(command: { input: object }) {
    try {
      const operation = command.constructor.name.replace(/Command$/, '');
      return fromJson(await handle(operation, toJson(command.input) as object, nobody)) as never;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { __type, ...said } = error.body;
      throw Object.assign(new Error(error.message), said, { name: shortName(__type), $metadata: {} });
    }
  },
});

/** Bytes are base64 on the wire, under a `B`. */
const toJson = (value: unknown): unknown =>
  value instanceof Uint8Array
    ? Buffer.from(value).toString('base64')
    : mapMembers(value, (_name, each) => toJson(each));
const fromJson = (value: unknown): unknown =>
  mapMembers(value, (name, each) =>
    name === 'B' && typeof each === 'string' ? new Uint8Array(Buffer.from(each, 'base64')) : fromJson(each),
  );

function mapMembers(value: unknown, map: (name: string, each: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => map('', each));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(members.map(([name, each]) => [name, map(name, each)]));
}
