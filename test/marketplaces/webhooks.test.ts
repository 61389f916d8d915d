import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { awsEnvironment, startAws } from '#sandbox/aws/index';
import { type MarketfulSandbox, startMarketfulSandbox } from '#sandbox/marketplaces/marketful/index';
import { runCommand, startCommand } from '../support/cli.ts';
import { temporaryFolder } from '../support/hub.ts';

const HUB = 'https://hub.example';
const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const urlOf = (topic: string, secret = 'path-canary-number-1', hub = HUB) =>
  `${hub}/webhooks/marketful/shed/${topic}/${secret}`;

let marketful: MarketfulSandbox;
beforeAll(async () => {
  marketful = await startMarketfulSandbox({ accessToken: 'token', userId: 'user' });
  write('path-canary-number-1');
});
beforeEach(() => fetch(`${marketful.url}/_sandbox/reset`, { method: 'POST' }));
afterAll(async () => {
  await marketful?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function write(webhookSecret: string, name = 'connections.json') {
  const shed = {
    id: 'shed',
    marketplace: 'marketful',
    baseUrl: marketful.url,
    secrets: { accessToken: 'token', userId: 'user', webhookSecret },
  };
  const shop = {
    id: 'shop',
    marketplace: 'scopio',
    baseUrl: 'http://127.0.0.1:1',
    secrets: { apiKey: 'key', webhookSecret: 'signing-canary-of-the-shop' },
  };
  writeFileSync(path(name), JSON.stringify({ connections: [shed, shop], routes: [] }));
  return path(name);
}

async function longshore(args: readonly string[], env: Record<string, string> = {}) {
  const ran = await runCommand(args, env);
  expect(ran.out + ran.err).not.toMatch(/canary/);
  return ran;
}

async function sync(connection: string, ...more: string[]) {
  const file = ['--connections', path('connections.json')];
  const result = await longshore([
    'webhooks',
    'sync',
    '--connection',
    connection,
    '--url',
    HUB,
    '--json',
    ...file,
    ...more,
  ]);
  const { webhooks } = JSON.parse(result.out) as {
    webhooks: Array<{ action: string; topic: string; isForeign?: true; error?: string }>;
  };
  return { ...result, steps: webhooks.map(({ action, topic }) => `${action} ${topic}`), webhooks };
}

const registered = () => Object.fromEntries(marketful.registered().map(({ tipo, url }) => [tipo, url]));
const ALL = {
  'order/created': urlOf('order-created'),
  'order/updated': urlOf('order-updated'),
  'shipment_event/created': urlOf('shipment-event-created'),
};
const each = (action: string) =>
  ['order-created', 'order-updated', 'shipment-event-created'].map((topic) => `${action} ${topic}`);

test('registers every URL once, however often it is run', async () => {
  expect((await sync('shed', '--dry-run')).steps).toEqual(each('create'));
  expect(registered()).toEqual({});
  expect(await sync('shed')).toMatchObject({ code: 0, steps: each('create') });
  expect(registered()).toEqual(ALL);
  const before = marketful.registered();
  expect((await sync('shed')).steps).toEqual(each('keep'));
  expect(marketful.registered()).toEqual(before);
});

test('repairs what is another URL, as only one of a kind can stand', async () => {
  await register('order/created', 'https://erp.example/hook');
  await register('order/updated', urlOf('order-updated', 'path-canary-number-0'));
  await register('shipment_event/created', urlOf('shipment-event-created'));
  const before = marketful.registered();
  // Another's webhook is removed only if a person says so.
  const asked = await sync('shed');
  expect(asked.code).not.toBe(0);
  expect(asked.webhooks.map(({ isForeign }) => isForeign ?? false)).toEqual([true, false, false, false, false]);
  expect(marketful.registered()).toEqual(before);
  expect((await sync('shed', '--yes')).steps).toEqual([
    'remove order-created',
    'create order-created',
    'remove order-updated',
    'create order-updated',
    'keep shipment-event-created',
  ]);
  expect(registered()).toEqual(ALL);
});

test('a step that is refused is told, the others are done, and the run fails', async () => {
  marketful.faults.add({
    on: 'POST /webhooks/crear',
    kind: 'status',
    status: 404,
    body: { message: 'Error al crear Webhook', error: `no: ${ALL['order/created']}` },
  });
  const { code, webhooks } = await sync('shed');
  expect(code).toBe(1);
  expect(webhooks.map(({ error }) => error !== undefined)).toEqual([true, false, false]);
  expect(Object.keys(registered())).toHaveLength(2);
  expect((await sync('shed')).steps).toEqual([
    'create order-created',
    'keep order-updated',
    'keep shipment-event-created',
  ]);
});

test('people read one line a URL, without the secret', async () => {
  const args = ['webhooks', 'sync', '--url', `${HUB}/`, '--connections', path('connections.json'), '--connection'];
  const { out } = await longshore([...args, 'shed']);
  expect(out).toBe(
    [
      'shed: webhooks at Marketful',
      `  registered  order-created  ${urlOf('order-created', '…')}`,
      `  registered  order-updated  ${urlOf('order-updated', '…')}`,
      `  registered  shipment-event-created  ${urlOf('shipment-event-created', '…')}`,
      '',
    ].join('\n'),
  );
  const pasted = await longshore([...args, 'shop']);
  expect(pasted).toMatchObject({ code: 0, err: '' });
  expect(pasted.out).toMatch(
    /^shop: Scopio has no API for webhooks\. In your seller profile, .*\n {2}order-paid {2}https:\/\/hub\.example\/webhooks\/scopio\/shop\/order-paid\n$/,
  );
});

test('one clear line says what is wrong', async () => {
  const USAGE = 2;
  const run = async (connection: string, url: string, file = path('connections.json')) => {
    const { code, err } = await longshore([
      'webhooks',
      'sync',
      '--connection',
      connection,
      '--url',
      url,
      '--connections',
      file,
    ]);
    return [code, err.trim()];
  };
  const FAILED = 1;
  expect(await run('none', HUB)).toEqual([FAILED, 'longshore: there is no connection "none"; there are: shed, shop']);
  const says = (words: RegExp) => expect.stringMatching(words);
  expect(await run('shed', 'hub.example')).toEqual([USAGE, says(/^longshore: --url must be the hub's address/)]);
  expect(await run('shed', HUB, path('none.json'))).toEqual([USAGE, says(/none\.json: no such file$/)]);
  expect(await run('shed', HUB, write('path/canary-of-the-shed', 'slash.json'))).toEqual([
    USAGE,
    says(/slash\.json: connection "shed": secrets\.webhookSecret: must have no "\/", .* it ends the URLs of webhooks$/),
  ]);
  marketful.faults.add({
    on: 'GET /webhooks/consultar',
    kind: 'status',
    status: 404,
    body: { message: 'User Not Found' },
  });
  expect(await run('shed', HUB)).toEqual([FAILED, 'longshore: credentials_refused: User Not Found']);
});

test('the hub does it by itself, under its PUBLIC_URL whatever a request says, with the secret it has', async () => {
  const aws = await startAws({ dataDir: path('aws') });
  try {
    Object.assign(process.env, awsEnvironment(aws));
    const { provision } = await import('#sandbox/provision');
    Object.assign(process.env, await provision(), { PUBLIC_URL: HUB });
    const { configure } = await import('#lib/marketplaces/configure');
    const { readConnections } = await import('#lib/marketplaces/read-connections');
    const { putApiKey } = await import('#lib/api/kit/keys');
    const { handler } = await import('#functions/ops/api');
    await configure(await readConnections(readFileSync(path('connections.json'), 'utf8')));
    await putApiKey('ops-key', 'night-shift', ['ops']);
    const ask = async (id: string, body: object) => {
      const event = {
        ...{ version: '2.0', rawPath: `/connections/${id}/webhooks/sync`, rawQueryString: '', isBase64Encoded: false },
        // The names that a caller sends are not where the marketplace will call.
        headers: { authorization: 'Bearer ops-key', 'content-type': 'application/json', host: 'evil.example' },
        requestContext: { http: { method: 'POST' }, domainName: 'evil.example' },
        body: JSON.stringify(body),
      };
      const answer = (await handler(event as never, {} as never)) as { statusCode: number; body: string };
      expect(answer.body).not.toMatch(/canary/);
      return { status: answer.statusCode, ...JSON.parse(answer.body) };
    };
    const steps = ({ webhooks }: { webhooks: Array<{ action: string; topic: string }> }) =>
      webhooks.map(({ action, topic }) => `${action} ${topic}`);
    expect(steps(await ask('shed', { dryRun: true }))).toEqual(each('create'));
    expect(registered()).toEqual({});
    expect(await ask('shed', {})).toMatchObject({ status: 200, connection: 'shed', dryRun: false });
    expect(registered()).toEqual(ALL);
    expect(steps(await ask('shed', {}))).toEqual(each('keep'));
    expect(await ask('shop', {})).toMatchObject({
      webhooks: [{ action: 'paste', url: `${HUB}/webhooks/scopio/shop/order-paid` }],
      pasteHint: expect.stringContaining('seller profile'),
    });
    expect(await ask('none', {})).toMatchObject({ status: 404 });
    const body = { message: 'User Not Found' };
    marketful.faults.add({ on: 'GET /webhooks/consultar', kind: 'status', status: 404, body });
    expect(await ask('shed', {})).toMatchObject({
      status: 422,
      error: { code: 'credentials_refused', description: 'User Not Found' },
    });
  } finally {
    await aws.stop();
  }
});

test('works past the hub: the connection from its table, the secret from Secrets Manager', async () => {
  const aws = await startAws({ dataDir: path('aws-2') });
  try {
    const endpoints = awsEnvironment(aws);
    Object.assign(process.env, endpoints);
    const { provision } = await import('#sandbox/provision');
    const outputs = path('outputs.json');
    writeFileSync(outputs, JSON.stringify({ environment: { ...endpoints, ...(await provision()) } }));
    const longshoreAlone = (...args: string[]) => startCommand([...args, '--outputs', outputs]).done;
    expect(await longshoreAlone('connections', 'put', path('connections.json'))).toMatchObject({ code: 0 });
    const synced = await longshoreAlone('webhooks', 'sync', '--connection', 'shed', '--url', HUB);
    expect(synced).toMatchObject({ code: 0, err: '' });
    expect(synced.out).not.toContain('canary');
    expect(registered()).toEqual(ALL);
  } finally {
    await aws.stop();
  }
});

async function register(tipo: string, url: string): Promise<void> {
  const response = await fetch(`${marketful.url}/webhooks/crear`, {
    method: 'POST',
    headers: { authorization: 'token', user: 'user', 'content-type': 'application/json' },
    body: JSON.stringify({ tipo, url }),
  });
  expect(response.status).toBe(200);
}
