import type { DynamoDBRecord } from 'aws-lambda';
import { table } from '#lib/platform/names';
import { createClient, openTable, type Table } from '#lib/platform/table/document';
import { AwsError } from '#sandbox/aws/aws-error';
import { openDynamoDb } from '#sandbox/aws/dynamodb/index';
import type { Handle } from '#sandbox/aws/serve';

interface Request {
  headers: Record<string, string>;
  body: Uint8Array | string;
}

/** Connects an AWS client to an emulator in this very thread: the real client, without a network. */
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

const keySchema = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];
const indexes = Object.entries(table.indexes);
const names = ['pk', 'sk', ...indexes.flatMap(([, { hashKey, rangeKey }]) => [hashKey, rangeKey])];
const SCHEMA = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: keySchema('pk', 'sk'),
  GlobalSecondaryIndexes: indexes.map(([IndexName, { hashKey, rangeKey }]) => ({
    IndexName,
    KeySchema: keySchema(hashKey, rangeKey),
    Projection: { ProjectionType: 'KEYS_ONLY' },
  })),
};

/** One emulator and one client for all tables, as a client builds each command's middleware only once. */
const { handle } = openDynamoDb({ file: ':memory:', ttlSweepMs: 3_600_000, lockWaitMs: 0 });
const client = createClient({
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  requestHandler: inThread(handle),
  // The emulator here checks no signature, and signing takes two thirds of a request's time.
  signer: { sign: async (request) => request },
});

/** The hub's table in memory, for unit tests, with the emulator's own expressions. */
export const memoryTable = (): Table => openTable(client, { nameOf: createTable() });

/** The same, with the records of its stream. */
export function streamedTable() {
  const nameOf = createTable({ StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' });
  const call = (operation: string, input: object) => handle(operation, input, nobody) as never;
  const { Table } = call('DescribeTable', { TableName: nameOf() }) as { Table: { LatestStreamArn: string } };
  const { ShardIterator } = call('GetShardIterator', {
    ...{ StreamArn: Table.LatestStreamArn, ShardId: '', ShardIteratorType: 'TRIM_HORIZON' },
  }) as { ShardIterator: string };
  return {
    table: openTable(client, { nameOf }),
    /** All records so far. */
    records: (): DynamoDBRecord[] => (call('GetRecords', { ShardIterator }) as { Records: DynamoDBRecord[] }).Records,
  };
}

let tables = 0;

/** Creates a table and returns a function with its name. */
function createTable(StreamSpecification?: object): () => string {
  tables += 1;
  const TableName = `${table.name}-${tables}`;
  handle('CreateTable', { ...SCHEMA, TableName, ...(StreamSpecification && { StreamSpecification }) }, nobody);
  return () => TableName;
}
