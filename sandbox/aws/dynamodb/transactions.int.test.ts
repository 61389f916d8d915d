import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { PutCommand, TransactGetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { openTestTable, TableName } from './test-table.ts';

const table = await openTestTable();
const { client, get, queryAll } = table;
afterAll(table.stop);

const put = (Item: Record<string, unknown>) => client.send(new PutCommand({ TableName, Item }));

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

  it('are refused as a whole for an unknown table or two writes to one item', async () => {
    const send = (TransactItems: ReturnType<typeof increment>[]) =>
      client.send(new TransactWriteCommand({ TransactItems }));
    const elsewhere = { Update: { ...increment('x').Update, TableName: 'nowhere' } };
    await expect(send([increment('x'), elsewhere])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(send([increment('x'), increment('x')])).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await get('x')).toBeUndefined();
  });
});
