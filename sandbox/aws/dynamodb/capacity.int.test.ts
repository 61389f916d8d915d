import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { openTestTable, TableName } from './test-table.ts';

const table = await openTestTable();
const { client } = table;
afterAll(table.stop);

const INDEXES = { ReturnConsumedCapacity: 'INDEXES' } as const;
const kilobytes = (count: number) => 'x'.repeat(count * 1024 - 100);
const put = async (Item: Record<string, unknown>) =>
  (await client.send(new PutCommand({ TableName, Item, ...INDEXES }))).ConsumedCapacity;
const told = (own: number, index = 0) => ({
  TableName,
  CapacityUnits: own + index,
  Table: { CapacityUnits: own },
  ...(index > 0 && { GlobalSecondaryIndexes: { 'by-state': { CapacityUnits: index } } }),
});

describe('consumed capacity', () => {
  it('is told only when it is asked for, in as much detail', async () => {
    const plain = await client.send(new PutCommand({ TableName, Item: { pk: 'plain' } }));
    expect(plain.ConsumedCapacity).toBeUndefined();
    const total = await client.send(
      new PutCommand({ TableName, Item: { pk: 'plain' }, ReturnConsumedCapacity: 'TOTAL' }),
    );
    expect(total.ConsumedCapacity).toEqual({ TableName, CapacityUnits: 1 });
  });

  it('of a write counts kilobytes begun, of the larger of what was and what is', async () => {
    expect(await put({ pk: 'big', body: kilobytes(1) })).toEqual(told(1));
    expect(await put({ pk: 'big', body: kilobytes(3) })).toEqual(told(3));
    expect(await put({ pk: 'big', body: 'small' })).toEqual(told(3));
    await put({ pk: 'big', body: kilobytes(2) });
    const update = await client.send(
      new UpdateCommand({ TableName, Key: { pk: 'big' }, UpdateExpression: 'REMOVE body', ...INDEXES }),
    );
    expect(update.ConsumedCapacity).toEqual(told(2));
    const remove = () => client.send(new DeleteCommand({ TableName, Key: { pk: 'big' }, ...INDEXES }));
    expect((await remove()).ConsumedCapacity).toEqual(told(1));
    expect((await remove()).ConsumedCapacity).toEqual(told(1));
  });

  it('of an index counts an entry that moves twice, one that stays as it is not at all', async () => {
    expect(await put({ pk: 'indexed', state: 'a', due: '1', body: kilobytes(2) })).toEqual(told(2, 1));
    expect(await put({ pk: 'indexed', state: 'a', due: '1', body: kilobytes(1) })).toEqual(told(2));
    expect(await put({ pk: 'indexed', state: 'a', due: '2' })).toEqual(told(1, 2));
    const Key = { pk: 'indexed' };
    const set = new UpdateCommand({ TableName, Key, UpdateExpression: 'SET note = pk', ...INDEXES });
    expect((await client.send(set)).ConsumedCapacity).toEqual(told(1));
    expect(await put({ pk: 'indexed' })).toEqual(told(1, 1));
    expect(await put({ pk: 'indexed' })).toEqual(told(1));
  });

  it('of a read counts four kilobytes begun, half of it where it may be a little behind', async () => {
    await put({ pk: 'read', body: kilobytes(9) });
    const get = async (pk: string, ConsistentRead: boolean) =>
      (await client.send(new GetCommand({ TableName, Key: { pk }, ConsistentRead, ...INDEXES }))).ConsumedCapacity;
    expect(await get('read', true)).toEqual(told(3));
    expect(await get('read', false)).toEqual(told(1.5));
    expect(await get('nobody', false)).toEqual(told(0.5));
  });

  it('of a batch counts item by item, of a query all of it together', async () => {
    for (const n of [1, 2, 3]) await put({ pk: `batch-${n}`, state: 'batch', due: String(n), body: kilobytes(1) });
    const Keys = [1, 2, 3].map((n) => ({ pk: `batch-${n}` }));
    const batch = await client.send(
      new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } }, ...INDEXES }),
    );
    expect(batch.ConsumedCapacity).toEqual([told(3)]);
    const query = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'by-state',
        KeyConditionExpression: '#state = :state',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':state': 'batch' },
        ...INDEXES,
      }),
    );
    expect(query.ConsumedCapacity).toEqual(told(0, 0.5));
  });

  it('of a transaction doubles the items and not the indexes, and counts what is only checked as written', async () => {
    await put({ pk: 'checked', body: kilobytes(2) });
    const send = (ClientRequestToken: string) =>
      client.send(
        new TransactWriteCommand({
          ClientRequestToken,
          TransactItems: [
            { Put: { TableName, Item: { pk: 'tx', state: 'tx', due: '1', body: kilobytes(2) } } },
            { ConditionCheck: { TableName, Key: { pk: 'checked' }, ConditionExpression: 'attribute_exists(pk)' } },
            { Delete: { TableName, Key: { pk: 'nobody' } } },
          ],
          ...INDEXES,
        }),
      );
    const units = (kind: 'Read' | 'Write', count: number) => ({
      CapacityUnits: count,
      [`${kind}CapacityUnits`]: count,
    });
    expect((await send('first')).ConsumedCapacity).toEqual([
      {
        TableName,
        ...units('Write', 11),
        Table: units('Write', 10),
        GlobalSecondaryIndexes: { 'by-state': units('Write', 1) },
      },
    ]);
    // Repeating it only reads.
    expect((await send('first')).ConsumedCapacity).toEqual([
      { TableName, ...units('Read', 6), Table: units('Read', 6) },
    ]);
    const read = await client.send(
      new TransactGetCommand({
        TransactItems: ['tx', 'nobody'].map((pk) => ({ Get: { TableName, Key: { pk } } })),
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    expect(read.ConsumedCapacity).toEqual([{ TableName, ...units('Read', 4) }]);
  });
});
