import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
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
export function memoryTable(): Table {
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
  return openTable(client, { nameOf: () => table.name });
}
