import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

/** What reached DynamoDB, and what it answers. */
const seen: Array<{ operation: string; input: Record<string, unknown> }> = [];
let answer: object = {};
let server: Server;
let document: typeof import('./document.ts');
beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const operation = String(request.headers['x-amz-target']).replace('DynamoDB_20120810.', '');
    seen.push({ operation, input: JSON.parse(body) });
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'k');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
  document = await import('./document.ts');
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const TableName = 'things';
const Key = { pk: 'a', sk: 'b' };
const wireKey = { pk: { S: 'a' }, sk: { S: 'b' } };

it('puts values on the wire and takes them off it, of every operation', async () => {
  const { db } = document;
  answer = { Item: { ...wireKey, n: { N: '1.5' }, list: { L: [{ NULL: true }] }, bytes: { B: 'AQI=' } } };
  expect(await db.get({ TableName, Key })).toEqual({ ...Key, n: 1.5, list: [null], bytes: new Uint8Array([1, 2]) });
  answer = {};
  expect(await db.get({ TableName, Key })).toBeUndefined();
  await db.put({ TableName, Item: { ...Key, gone: undefined, flag: false } });
  answer = { Attributes: { n: { N: '2' } } };
  const more = { ':more': 1 };
  expect(
    await db.update({ TableName, Key, UpdateExpression: 'SET n = n + :more', ExpressionAttributeValues: more }),
  ).toEqual({ n: 2 });
  answer = { Items: [wireKey], Count: 1, LastEvaluatedKey: wireKey };
  const page = { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'a' } };
  expect(await db.query({ ...page, ExclusiveStartKey: Key })).toEqual({
    Items: [Key],
    Count: 1,
    LastEvaluatedKey: Key,
  });
  answer = { Responses: { things: [wireKey] }, UnprocessedKeys: { things: { Keys: [wireKey] } } };
  expect(await db.batchGet(TableName, [Key])).toEqual({ items: [Key], unprocessed: [Key] });
  answer = {};
  await db.delete({ TableName, Key });
  await db.transactWrite([
    { Put: { TableName, Item: Key } },
    { ConditionCheck: { TableName, Key, ConditionExpression: 'n = :n', ExpressionAttributeValues: { ':n': 1 } } },
  ]);

  expect(seen.map(({ operation }) => operation)).toEqual([
    ...['GetItem', 'GetItem', 'PutItem', 'UpdateItem', 'Query', 'BatchGetItem', 'DeleteItem', 'TransactWriteItems'],
  ]);
  expect(seen.map(({ input }) => input)).toMatchObject([
    { Key: wireKey },
    { Key: wireKey },
    { Item: { ...wireKey, flag: { BOOL: false } } },
    { Key: wireKey, ExpressionAttributeValues: { ':more': { N: '1' } } },
    { ExclusiveStartKey: wireKey, ExpressionAttributeValues: { ':pk': { S: 'a' } } },
    { RequestItems: { things: { Keys: [wireKey], ConsistentRead: true } } },
    { Key: wireKey },
    {
      ClientRequestToken: expect.stringMatching(/^[\w-]{36}$/),
      TransactItems: [
        { Put: { Item: wireKey } },
        { ConditionCheck: { Key: wireKey, ExpressionAttributeValues: { ':n': { N: '1' } } } },
      ],
    },
  ]);
  expect(seen[2]?.input.Item).not.toHaveProperty('gone');
});

it('tells watchers before a request is made, and makes none that they refuse', async () => {
  const { db, watchers } = document;
  const told: string[] = [];
  const watch = (action: string) => {
    told.push(action);
    if (action === 'PutItem') throw new Error('not granted');
  };
  watchers.add(watch);
  const before = seen.length;
  await db.get({ TableName, Key });
  await expect(db.put({ TableName, Item: Key })).rejects.toThrow('not granted');
  watchers.delete(watch);
  expect(told).toEqual(['GetItem', 'PutItem']);
  expect(seen.length).toBe(before + 1);
});
