import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  ListTablesCommand,
  TransactionCanceledException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../serve.ts';
import { openDynamoDb } from './index.ts';

const directory = mkdtempSync(join(tmpdir(), 'dynamodb-'));
const TableName = 'things';
let client: DynamoDBDocumentClient;
let stop: () => Promise<void>;

beforeAll(async () => {
  const dynamoDb = await openDynamoDb({ directory, ttlSweepMs: 50, lockWaitMs: 0 });
  const service = { target: 'DynamoDB_20120810', contentType: 'application/x-amz-json-1.0' } as const;
  const listener = await serve({ ...service, handle: dynamoDb.handle });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: listener.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }),
  );
  stop = async () => {
    await listener.close();
    await dynamoDb.close();
  };
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
});

afterAll(async () => {
  await stop();
  rmSync(directory, { recursive: true });
});

const get = async (pk: string) => (await client.send(new GetCommand({ TableName, Key: { pk } }))).Item;
const put = (Item: Record<string, unknown>) => client.send(new PutCommand({ TableName, Item }));

async function queryAll(state: string, forward: boolean, limit: number): Promise<string[]> {
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
}

describe('conditional writes', () => {
  it('lets one of many concurrent puts win', async () => {
    const puts = Array.from({ length: 20 }, (_, n) =>
      client.send(
        new PutCommand({ TableName, Item: { pk: 'race', n }, ConditionExpression: 'attribute_not_exists(pk)' }),
      ),
    );
    const results = await Promise.allSettled(puts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('returns the item that a condition failed on when asked to', async () => {
    await put({ pk: 'taken', owner: 'a' });
    const refused = client.send(
      new PutCommand({
        TableName,
        Item: { pk: 'taken', owner: 'b' },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    await expect(refused).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    await expect(refused).rejects.toMatchObject({ Item: { owner: { S: 'a' } } });
  });
});

describe('indexes', () => {
  it('pages both ways over items with equal index keys without losing or repeating one', async () => {
    const keys = Array.from({ length: 25 }, (_, n) => `equal-${n}`);
    const requests = keys.map((pk) => ({ PutRequest: { Item: { pk, state: 'equal', due: 'now', extra: 1 } } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
    const forward = await queryAll('equal', true, 4);
    expect(forward.toSorted()).toEqual(keys.toSorted());
    expect(await queryAll('equal', false, 7)).toEqual(forward.toReversed());
  });

  it('keeps items apart whose table keys share the hash that ends an index key', async () => {
    const keys = collidingKeys();
    for (const pk of keys) await put({ pk, state: 'collided', due: 'now' });
    expect((await queryAll('collided', true, 1)).toSorted()).toEqual(keys.toSorted());
    await put({ pk: keys[0] });
    expect(await queryAll('collided', true, 10)).toEqual(keys.slice(1));
  });

  it('projects keys only', async () => {
    await put({ pk: 'projected', state: 'projected', due: 'now', extra: 1 });
    const { Items } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'by-state',
        KeyConditionExpression: '#state = :state AND begins_with(due, :n)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':state': 'projected', ':n': 'n' },
      }),
    );
    expect(Items).toEqual([{ pk: 'projected', state: 'projected', due: 'now' }]);
  });

  it('refuses an empty index key, from an update too', async () => {
    await put({ pk: 'empty', state: 'x', due: 'now' });
    const update = client.send(
      new UpdateCommand({
        TableName,
        Key: { pk: 'empty' },
        UpdateExpression: 'SET #state = :empty',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':empty': '' },
      }),
    );
    await expect(update).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await get('empty')).toMatchObject({ state: 'x' });
  });
});

describe('transactions', () => {
  const increment = (pk: string) => ({
    Update: { TableName, Key: { pk }, UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': 1 } },
  });

  it('are atomic with each other, with single writes and for readers', async () => {
    const writes = Array.from({ length: 40 }, (_, n) =>
      n % 4 === 0
        ? client.send(new UpdateCommand({ ...increment('left').Update }))
        : client.send(new TransactWriteCommand({ TransactItems: [increment('left'), increment('right')] })),
    );
    const reads = Array.from({ length: 10 }, () =>
      client.send(
        new TransactGetCommand({
          TransactItems: ['pair-a', 'pair-b'].map((pk) => ({ Get: { TableName, Key: { pk } } })),
        }),
      ),
    );
    await client.send(new TransactWriteCommand({ TransactItems: [increment('pair-a'), increment('pair-b')] }));
    for (const { Responses } of await Promise.all(reads)) {
      expect(Responses?.[0]?.Item?.n).toBe(Responses?.[1]?.Item?.n);
    }
    await Promise.all(writes);
    expect([(await get('left'))?.n, (await get('right'))?.n]).toEqual([40, 30]);
  });

  it('say which part was refused and leave nothing of the others', async () => {
    await put({ pk: 'there', owner: 'a' });
    const refused = client.send(
      new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName, Item: { pk: 'rolled-back', state: 'rolled-back', due: 'now' } } },
          {
            ConditionCheck: {
              TableName,
              Key: { pk: 'there' },
              ConditionExpression: 'attribute_not_exists(pk)',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
        ],
      }),
    );
    await expect(refused).rejects.toBeInstanceOf(TransactionCanceledException);
    await expect(refused).rejects.toMatchObject({
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { owner: { S: 'a' } } }],
    });
    expect(await get('rolled-back')).toBeUndefined();
    expect(await queryAll('rolled-back', true, 10)).toEqual([]);
  });

  it('happen once for a repeated client token', async () => {
    const send = (ClientRequestToken: string, pk: string) =>
      client.send(new TransactWriteCommand({ ClientRequestToken, TransactItems: [increment(pk)] }));
    await send('token-1', 'once');
    await send('token-1', 'once');
    expect((await get('once'))?.n).toBe(1);
    await expect(send('token-1', 'other')).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
  });
});

it('deletes items past their time to live, also those that were there before it was switched on', async () => {
  const past = Math.floor(Date.now() / 1000) - 60;
  await put({ pk: 'old', expires: past, state: 'old', due: 'now' });
  const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  await put({ pk: 'newer', expires: past });
  await put({ pk: 'later', expires: past + 3600 });
  await put({ pk: 'renewed', expires: past });
  await put({ pk: 'renewed', expires: past + 3600 });
  await expect.poll(() => Promise.all([get('old'), get('newer')])).toEqual([undefined, undefined]);
  expect(await queryAll('old', true, 10)).toEqual([]);
  expect(await get('later')).toBeDefined();
});

it('refuses what it does not have, by name', async () => {
  const statement = client.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM things' }));
  await expect(statement).rejects.toMatchObject({ message: expect.stringContaining('ExecuteStatement') });
  const withStream = client.send(
    new CreateTableCommand({
      TableName: 'streamed',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    }),
  );
  await expect(withStream).rejects.toMatchObject({ message: expect.stringContaining('streams') });
});

it('forgets a deleted table with its items', async () => {
  const create = new CreateTableCommand({
    TableName: 'gone',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  });
  await client.send(create);
  await client.send(new PutCommand({ TableName: 'gone', Item: { pk: 'x' } }));
  await client.send(new DeleteTableCommand({ TableName: 'gone' }));
  expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([TableName]);
  await client.send(create);
  const { Item } = await client.send(new GetCommand({ TableName: 'gone', Key: { pk: 'x' } }));
  expect(Item).toBeUndefined();
});

/** Two keys that agree in the 24 bits of a hash with which dynalite tells items with equal index keys apart. */
function collidingKeys(): string[] {
  const seen = new Map<string, string>();
  for (let n = 0; ; n += 1) {
    const hash = createHash('md5').update('Outliers').update(`c${n}`).digest('hex').slice(0, 6);
    const other = seen.get(hash);
    if (other) return [other, `c${n}`];
    seen.set(hash, `c${n}`);
  }
}
