import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { inThread } from '#test/support/memory-table';
import { openTable } from './document.ts';

/** What reached DynamoDB, and what it answers. */
const seen: Array<{ operation: string; input: Record<string, unknown> }> = [];
let answer: object = {};
const requestHandler = inThread((operation, input) => {
  seen.push({ operation, input: input as Record<string, unknown> });
  return answer;
});
const credentials = { accessKeyId: 'k', secretAccessKey: 's' };
const db = openTable(new DynamoDBClient({ region: 'us-east-1', credentials, requestHandler }), {
  nameOf: () => 'things',
});

const Key = { pk: 'a', sk: 'b' };
const wireKey = { pk: { S: 'a' }, sk: { S: 'b' } };

it('puts values on the wire and takes them off it, of every operation', async () => {
  answer = { Item: { ...wireKey, n: { N: '1.5' }, list: { L: [{ NULL: true }] }, bytes: { B: 'AQI=' } } };
  expect(await db.get({ Key })).toEqual({ ...Key, n: 1.5, list: [null], bytes: new Uint8Array([1, 2]) });
  answer = {};
  expect(await db.get({ Key })).toBeUndefined();
  await db.put({ Item: { ...Key, gone: undefined, flag: false } });
  answer = { Attributes: { n: { N: '2' } } };
  const more = { ':more': 1 };
  expect(await db.update({ Key, UpdateExpression: 'SET n = n + :more', ExpressionAttributeValues: more })).toEqual({
    n: 2,
  });
  answer = { Items: [wireKey], Count: 1, LastEvaluatedKey: wireKey };
  const page = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'a' } };
  expect(await db.query({ ...page, ExclusiveStartKey: Key })).toEqual({
    Items: [Key],
    Count: 1,
    LastEvaluatedKey: Key,
  });
  answer = { Responses: { things: [wireKey] }, UnprocessedKeys: { things: { Keys: [wireKey] } } };
  expect(await db.batchGet([Key])).toEqual({ items: [Key], unprocessed: [Key] });
  answer = {};
  await db.delete({ Key });
  await db.transactWrite([
    { Put: { Item: Key } },
    { ConditionCheck: { Key, ConditionExpression: 'n = :n', ExpressionAttributeValues: { ':n': 1 } } },
  ]);

  expect(seen.map(({ operation }) => operation)).toEqual([
    ...['GetItem', 'GetItem', 'PutItem', 'UpdateItem', 'Query', 'BatchGetItem', 'DeleteItem', 'TransactWriteItems'],
  ]);
  expect(seen.map(({ input }) => input)).toMatchObject([
    { TableName: 'things', Key: wireKey },
    { Key: wireKey },
    { Item: { ...wireKey, flag: { BOOL: false } } },
    { Key: wireKey, ExpressionAttributeValues: { ':more': { N: '1' } } },
    { ExclusiveStartKey: wireKey, ExpressionAttributeValues: { ':pk': { S: 'a' } } },
    { RequestItems: { things: { Keys: [wireKey], ConsistentRead: true } } },
    { Key: wireKey },
    {
      ClientRequestToken: expect.stringMatching(/^[\w-]{36}$/),
      TransactItems: [
        { Put: { TableName: 'things', Item: wireKey } },
        { ConditionCheck: { Key: wireKey, ExpressionAttributeValues: { ':n': { N: '1' } } } },
      ],
    },
  ]);
  expect(seen[2]?.input.Item).not.toHaveProperty('gone');
});
