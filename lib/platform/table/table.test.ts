import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';

type Keys = Array<{ pk: { S: string }; sk: { S: string } }>;

/** A DynamoDB that has every item but those of the partition `none`, and counts. */
let asked: Array<{ operation: string; keys: number }> = [];
let server: Server;
let table: typeof import('./table.ts');
beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const { Key, RequestItems } = JSON.parse(body) as { Key?: Keys[number]; RequestItems?: { t: { Keys: Keys } } };
    const keys = RequestItems?.t.Keys ?? (Key ? [Key] : []);
    asked.push({ operation, keys: keys.length });
    const items = keys.filter(({ pk }) => pk.S !== 'none').map((key) => ({ ...key, name: key.sk }));
    response.end(JSON.stringify(RequestItems ? { Responses: { t: items } } : { Item: items[0] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'k');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
  vi.stubEnv('TABLE_NAME', 't');
  table = await import('./table.ts');
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const key = (sk: string, pk = 'p') => ({ pk, sk });

it('reads what is asked for in one turn of the event loop in one request, each key once', async () => {
  const [one, none, some] = await Promise.all([
    table.getItem(key('a')),
    Promise.resolve().then(() => table.getItem(key('b', 'none'))),
    table.getItems([key('c'), key('x', 'none'), key('a')]),
  ]);
  expect([one, none, some]).toEqual([{ name: 'a' }, undefined, [{ name: 'c' }, { name: 'a' }]]);
  expect(asked).toEqual([{ operation: 'BatchGetItem', keys: 4 }]);
});

it('reads one item as one, and more than a hundred in several requests', async () => {
  expect(await table.getItems([key('only')])).toEqual([{ name: 'only' }]);
  const many = Array.from({ length: 250 }, (_, n) => key(String(n)));
  expect(await table.getItems(many)).toEqual(many.map(({ sk }) => ({ name: sk })));
  expect(asked).toEqual([
    { operation: 'GetItem', keys: 1 },
    ...[100, 100, 50].map((keys) => ({ operation: 'BatchGetItem', keys })),
  ]);
  expect(await table.getItems([])).toEqual([]);
});
