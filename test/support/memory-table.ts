import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { table } from '#lib/platform/names';
import { openTable, type Table } from '#lib/platform/table/document';
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
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

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
  const client = new DynamoDBClient({ region: 'us-east-1', credentials, requestHandler: inThread(dynamoDb.handle) });
  return { table: openTable(client, { nameOf: () => table.name }), handle: dynamoDb.handle };
}
