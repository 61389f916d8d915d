import { createHash } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteTableCommand,
  ExecuteStatementCommand,
  ListTablesCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { openTestTable, TableName } from './test-table.ts';

const table = await openTestTable();
const { client, get, queryAll } = table;
afterAll(table.stop);

const put = (Item: Record<string, unknown>) => client.send(new PutCommand({ TableName, Item }));

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

/** Two keys with the same 24-bit hash, by which dynalite tells apart items with equal index keys. */
function collidingKeys(): string[] {
  const seen = new Map<string, string>();
  for (let n = 0; ; n += 1) {
    const hash = createHash('md5').update('Outliers').update(`c${n}`).digest('hex').slice(0, 6);
    const other = seen.get(hash);
    if (other) return [other, `c${n}`];
    seen.set(hash, `c${n}`);
  }
}
