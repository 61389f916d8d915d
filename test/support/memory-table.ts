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

/** One emulator and one client for all tables: a client puts the middleware of each command together anew. */
const { handle } = openDynamoDb({ file: ':memory:', ttlSweepMs: 3_600_000, lockWaitMs: 0 });
const client = createClient({
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  requestHandler: inThread(handle),
  // Nobody here looks at a signature, which takes two thirds of a request.
  signer: { sign: async (request) => request },
});

/** The hub's table in memory, for unit tests: every expression means what it means in the emulator. */
export const memoryTable = (): Table => openTable(client, { nameOf: createTable() });

/** The same, and what its stream tells from a record on. */
export function streamedTable() {
  const nameOf = createTable({ StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' });
  const call = (operation: string, input: object) => handle(operation, input, nobody) as never;
  const { Table } = call('DescribeTable', { TableName: nameOf() }) as { Table: { LatestStreamArn: string } };
  const { ShardIterator } = call('GetShardIterator', {
    ...{ StreamArn: Table.LatestStreamArn, ShardId: '', ShardIteratorType: 'TRIM_HORIZON' },
  }) as { ShardIterator: string };
  return {
    table: openTable(client, { nameOf }),
    /** All records that there are. */
    records: (): DynamoDBRecord[] => (call('GetRecords', { ShardIterator }) as { Records: DynamoDBRecord[] }).Records,
  };
}

let tables = 0;

/** Tells the name of a new one. */
function createTable(StreamSpecification?: object): () => string {
  tables += 1;
  const TableName = `${table.name}-${tables}`;
  handle('CreateTable', { ...SCHEMA, TableName, ...(StreamSpecification && { StreamSpecification }) }, nobody);
  return () => TableName;
}
