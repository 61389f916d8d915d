import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { API_KEY, type HubProcess, runHub, startHubProcess, temporaryFolder } from './support/hub.ts';

const CONNECTIONS = {
  connections: [
    {
      id: 'shop',
      marketplace: 'scopio',
      baseUrl: 'http://127.0.0.1:9',
      secrets: { apiKey: 'canary-key', webhookSecret: 'canary-secret' },
    },
  ],
  routes: [],
};

const asked = (hub: HubProcess, key: string) =>
  hub.send('GET', '/orders', undefined, { authorization: `Bearer ${key}` }).then(({ status }) => status);

/** Unlike `fetch`, lets the test choose the Host. */
async function callAs(
  hub: HubProcess,
  host: string,
  method: string,
  path: string,
  key = API_KEY,
): Promise<[number, string]> {
  const headers = { host, authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = request(hub.url + path, { method, headers }, async (answer) =>
      resolve([answer.statusCode ?? 0, await text(answer)]),
    );
    sent.once('error', reject);
    sent.end(method === 'POST' ? '{}' : undefined);
  });
}

const urlsIn = (body: string): string[] => JSON.parse(body).webhooks.map(({ url }: { url: string }) => url);
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('a hub for real accounts does not start with the key that everybody knows', async () => {
  const file = `${temporaryFolder()}-connections.json`;
  writeFileSync(file, JSON.stringify(CONNECTIONS));
  const env = { LONGSHORE_API_KEY: '' };
  for (const args of [['--no-sandbox'], ['--connections', file]])
    expect(await runHub({ args, env })).toEqual({
      code: 1,
      output: expect.stringMatching(/^--\S+ needs a key of its own: set LONGSHORE_API_KEY .*\n$/),
    });
});

test('a start ends the keys of earlier ones, and every door knows who may come in', async () => {
  const data = temporaryFolder();
  const key = 'local-dev-key';
  const first = await startHubProcess({ data, connections: CONNECTIONS, env: { LONGSHORE_API_KEY: key } });
  expect(await asked(first, key)).toBe(200);
  // By default marketplaces get the loopback address, whatever name the hub is called by.
  const [, told] = await callAs(first, 'localhost', 'POST', '/connections/shop/webhooks/sync', key);
  expect(urlsIn(told)).toEqual([`${first.url}/webhooks/scopio/shop/order-paid`]);
  await first.stop();
  chmodSync(data, 0o755);

  const hub = await startHubProcess({ data, connections: CONNECTIONS, env: { PUBLIC_URL: 'https://hub.example/' } });
  expect(await asked(hub, key)).toBe(401);
  expect(await asked(hub, API_KEY)).toBe(200);

  for (const [method, path] of [
    ['GET', '/orders'],
    ['GET', '/openapi.json'],
    ['POST', '/connections/shop/webhooks/sync'],
    ['POST', '/webhooks/scopio/shop/order-paid'],
  ] as const)
    expect(await callAs(hub, `evil.example:${new URL(hub.url).port}`, method, path)).toEqual([
      421,
      '{"message":"Misdirected Request"}',
    ]);
  for (const host of ['hub.example', new URL(hub.url).host, 'localhost']) {
    const [status, answer] = await callAs(hub, host, 'POST', '/connections/shop/webhooks/sync');
    expect([status, urlsIn(answer)]).toEqual([200, ['https://hub.example/webhooks/scopio/shop/order-paid']]);
  }

  expect(mode(data)).toBe('700');
  expect(mode(join(data, 'outputs.json'))).toBe('600');
  const { environment } = JSON.parse(readFileSync(join(data, 'outputs.json'), 'utf8'));
  for (const service of ['DYNAMODB', 'SQS', 'SECRETS_MANAGER'])
    expect((await fetch(environment[`AWS_ENDPOINT_URL_${service}`], { method: 'POST', body: '{}' })).status).toBe(403);
  await hub.stop();
});
