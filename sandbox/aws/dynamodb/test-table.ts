import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { serve } from '../serve.ts';
import { openDynamoDb } from './index.ts';

export const TableName = 'things';

/** An emulator of its own for a test file, with one table that has a keys-only index, and a client of it. */
export async function openTestTable() {
  const directory = mkdtempSync(join(tmpdir(), 'dynamodb-'));
  const dynamoDb = openDynamoDb({ file: join(directory, 'dynamodb.sqlite'), ttlSweepMs: 50, lockWaitMs: 0 });
  const service = {
    targets: ['DynamoDB_20120810', 'DynamoDBStreams_20120810'],
    contentType: 'application/x-amz-json-1.0',
    accessKeyId: 'local',
  } as const;
  const listener = await serve({ ...service, handle: dynamoDb.handle, committed: dynamoDb.committed });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: listener.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }),
  );
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'state', 'due'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-state',
          KeySchema: [
            { AttributeName: 'state', KeyType: 'HASH' },
            { AttributeName: 'due', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );

  return {
    client,
    get: async (pk: string) => (await client.send(new GetCommand({ TableName, Key: { pk } }))).Item,
    /** Keys of all items in a state, page by page. */
    async queryAll(state: string, forward: boolean, limit: number): Promise<string[]> {
      const keys: string[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName,
            IndexName: 'by-state',
            KeyConditionExpression: '#state = :state',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':state': state },
            ScanIndexForward: forward,
            Limit: limit,
            ...(from ? { ExclusiveStartKey: from } : {}),
          }),
        );
        keys.push(...(page.Items ?? []).map((item) => String(item.pk)));
        from = page.LastEvaluatedKey;
      } while (from);
      return keys;
    },
    async stop() {
      await listener.close();
      await dynamoDb.close();
      rmSync(directory, { recursive: true });
    },
  };
}
