import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Ran, runCommand, startCommand } from './support/cli.ts';
import { API_KEY, eventually, freePort, type HubProcess, startHubProcess } from './support/hub.ts';

const ROOT = new URL('..', import.meta.url).pathname;

const connectionsOf = (port: number) => [
  {
    id: 'shed',
    marketplace: 'marketful',
    baseUrl: `http://127.0.0.1:${port}`,
    secrets: { accessToken: 'token', userId: 'user', webhookSecret: 'a-shed-webhook-secret' },
  },
  {
    id: 'sello-se',
    marketplace: 'sello',
    baseUrl: `http://127.0.0.1:${port}`,
    secrets: { apiKey: 'key', webhookSecret: 'a-sello-webhook-secret' },
  },
];

let hub: HubProcess;
beforeAll(async () => {
  // There is no warehouse at its address, and no shipper for orders to Sweden.
  const port = await freePort();
  hub = await startHubProcess({
    env: { RETRY_INTERVAL_SECONDS: '1', RETRY_LIMIT: '1', POLL_INTERVAL_SECONDS: '2' },
    connections: {
      connections: connectionsOf(port),
      routes: [],
    },
  });
  for (const id of ['1', '2']) {
    const path = `/connections/shed/requests/items-create`;
    const item = { title: `Mug ${id}`, list_price: 355, sku: `MUG-${id}`, ean: '5901234123457' };
    const response = await hub.send('POST', path, { items: [item] });
    expect(response.status).toBe(202);
  }
  await eventually(async () => {
    const { deliveries } = await hub.get<{ deliveries: Array<{ state: string }> }>(
      '/deliveries?connection=shed&kind=push',
    );
    return deliveries.length === 2 && deliveries.every(({ state }) => state === 'dead' || state === 'blocked');
  }, 'two deliveries that failed');
});
afterAll(() => hub.stop());

const hubEnv = () => ({ LONGSHORE_URL: hub.url, LONGSHORE_API_KEY: API_KEY });
const start = (args: readonly string[], env: Record<string, string> = {}) =>
  startCommand(args, { ...hubEnv(), ...env });
const longshore = (...args: string[]): Promise<Ran> => runCommand(args, hubEnv());

test('lists are tables for people and the exact answer of the API for machines', async () => {
  const list = await longshore('deliveries', 'list', '--connection', 'shed', '--kind', 'push');
  expect(list).toMatchObject({ code: 0, err: '' });
  const [titles, ...rows] = list.out.trimEnd().split('\n');
  expect(titles).toMatch(/^ID +STATE +ACTION +CONNECTION +TRIES/);
  expect(rows).toHaveLength(2);
  const json = await longshore('deliveries', 'list', '--kind', 'push', '--json');
  expect(JSON.parse(json.out)).toEqual(await hub.get('/deliveries?kind=push'));
  const all = await longshore('deliveries', 'list', '--limit', '1', '--json');
  expect(JSON.parse(all.out).deliveries).toHaveLength(1);
  for (const noun of ['orders', 'events', 'replays', 'quarantine', 'dead-letters', 'connections'])
    expect(await longshore(noun, 'list')).toMatchObject({ code: 0 });
});

test('what went wrong is one line on stderr, and the exit code says of which kind', async () => {
  const cases: Array<[number, RegExp, string[]]> = [
    [1, /does not know this API key/, ['--key', 'wrong', 'orders', 'list']],
    [1, /cannot reach the hub/, ['--url', `http://127.0.0.1:${await freePort()}`, 'orders', 'list']],
    [1, /no such order/, ['orders', 'show', 'shed:none']],
    [1, /no such delivery/, ['deliveries', 'show', 'dlv_none']],
    [1, /no such connection/, ['poll', '--connection', 'none']],
    [2, /needs an API key/, ['--url', 'https://hub.invalid', '--key', '', 'orders', 'list']],
    [2, /unknown option '--stat'/, ['deliveries', 'list', '--stat', 'dead']],
    [2, /Allowed choices are/, ['deliveries', 'list', '--state', 'lost']],
    [2, /Expected 30m, 2h/, ['orders', 'list', '--since', 'yesterday']],
    [2, /everything/, ['deliveries', 'replay']],
    [2, /everything/, ['remap']],
    [2, /there is no connection shpo: there are/, ['changes', '--connection', 'shpo']],
    [2, /there is no connection shpo: there are/, ['balance', '--connection', 'shpo']],
    [3, /reads everything/, ['backfill', '--connection', 'shed', '--since', '2d']],
  ];
  const ran = cases.map(([, , args]) => start(args, args.includes('') ? { LONGSHORE_API_KEY: '' } : {}).done);
  const runs = await Promise.all(ran);
  for (const [index, { code, out, err }] of runs.entries()) {
    const [expected, words, args] = cases[index] ?? [];
    expect({ args, code, out }).toEqual({ args, code: expected, out: '' });
    expect(err.trimEnd()).toMatch(words ?? /./);
    expect(err.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  }
});

test('many are replayed only with --yes, after a look at what would be called; the outcome is the exit code', async () => {
  const filter = ['--connection', 'shed', '--kind', 'push', '--filter', 'action=items-create'];
  const look = await longshore('deliveries', 'replay', ...filter);
  expect(look).toMatchObject({ code: 3, err: 'longshore: nothing was replayed: say --yes to do it\n' });
  expect(look.out).toMatch(/^2 deliveries would be replayed\n/);
  expect(await hub.get('/replays')).toEqual({ replays: [] });
  const done = await longshore('deliveries', 'replay', ...filter, '--reason', 'it is up', '--canary', '--yes');
  expect(done.code).toBe(1);
  expect(done.out).toMatch(/by +.*: it is up\nstate +relapsed/);
  expect(done.err).toMatch(/stopped after a relapse: dlv_\w+ is (dead|blocked) again/);
});

test('a body is tried side by side with what is not read of it, and stored nowhere', async () => {
  const body = join(ROOT, 'lib/marketplaces/sello/fixtures/order.json');
  const tried = await longshore('connections', 'try', 'sello-se', '--topic', 'order', body);
  expect(tried).toMatchObject({ code: 0, err: '' });
  expect(tried.out).toMatch(/^READ \(\d+\) +NOT READ \(\d+\)\n/);
  expect(tried.out).toMatch(/LINE .* GOES TO\n.* nobody\n/);
  expect(tried.out).toMatch(/no route matches[\s\S]*Nothing was stored or sent\.\n$/);
  expect(JSON.parse((await longshore('orders', 'list', '--connection', 'sello-se', '--json')).out).orders).toEqual([]);
  const broken = await longshore('connections', 'try', 'sello-se', '--topic', 'order', join(ROOT, 'package.json'));
  expect(broken).toMatchObject({ code: 1, out: expect.stringMatching(/It cannot be read: .*settings\.fields/) });
  expect(await longshore('connections', 'try', 'sello-se')).toMatchObject({ code: 2 });
  expect(await longshore('connections', 'shape', 'sello-se')).toMatchObject({ code: 0, out: 'nothing has come yet\n' });
});

test('why tells of a delivery that is for no order, and of an order that is not there', async () => {
  const { deliveries } = await hub.get<{ deliveries: Array<{ id: string }> }>('/deliveries?connection=shed&kind=push');
  const told = await longshore('why', deliveries[0]?.id ?? '');
  expect(told).toMatchObject({ code: 0, out: expect.stringMatching(/^items-create at shed is (dead|blocked): /) });
  expect(await longshore('why', 'sello-se:none')).toMatchObject({ code: 1 });
});

test('Ctrl-C leaves a replay going and says how to watch and cancel it', async () => {
  const args = [
    'deliveries',
    'replay',
    '--connection',
    'shed',
    '--action',
    'items-create',
    '--per-minute',
    '1',
    '--yes',
  ];
  const { child, done } = start(args);
  const running = await eventually(async () => {
    const { replays } = await hub.get<{ replays: Array<{ id: string; state: string }> }>('/replays');
    return replays.find(({ state }) => state === 'running');
  }, 'a replay under way');
  child.stderr.once('data', () => child.kill('SIGINT'));
  const { code, err } = await done;
  expect({ code, err }).toEqual({ code: 130, err: expect.stringContaining(`replays show ${running.id} --watch`) });
  expect(await longshore('replays', 'cancel', running.id)).toMatchObject({ code: 0 });
  // What a remote said is forgotten once the deliveries are found, which is said in words.
  const quoting = { filter: { connection: 'shed', message: 'Mary is not at home' } };
  expect((await hub.send('POST', '/deliveries/replay', quoting)).status).toBe(202);
  const { out } = await longshore('replays', 'list');
  expect(out).toMatch(`${running.id}  cancelled`);
  expect(out).toMatch('connection=shed message no longer kept');
  expect(await longshore('replays', 'resume', running.id)).toMatchObject({ code: 3 });
});

test('what somebody found done is closed with --yes and a reason, and told with the delivery', async () => {
  const [found] = (
    await hub.get<{ deliveries: Array<{ id: string; state: string }> }>('/deliveries?connection=shed&kind=push')
  ).deliveries;
  const close = (...more: string[]) => longshore('deliveries', 'close', found?.id ?? '', ...more);
  expect(await close('--yes')).toMatchObject({ code: 2, err: expect.stringContaining('--reason') });
  const shown = await close('--reason', 'it stands there');
  expect(shown).toMatchObject({ code: 3, err: 'longshore: nothing was closed: say --yes to do it\n' });
  expect(shown.out).toContain(`state     ${found?.state}`);
  const done = await close('--reason', 'it stands there', '--yes');
  expect(done.out).toMatch(/state +succeeded\nclosed +by .+: it stands there \(was (dead|blocked), /);
  expect(await close('--reason', 'again', '--yes')).toMatchObject({ code: 3, out: '' });
});

test('connections are checked as they stand in a file, at the hub, and one beside the other', async () => {
  const file = join(ROOT, 'connections.example.json');
  const offline = await start(['connections', 'check', file], { LONGSHORE_URL: '', LONGSHORE_API_KEY: '' }).done;
  expect(offline).toMatchObject({
    code: 0,
    out: expect.stringMatching(/\d+ connections, \d+ routes, \d+ endpoints, all well\n$/),
  });
  const compared = await longshore('connections', 'check', file);
  expect(compared.out).toContain('  + scopio-main\n');
  expect(compared.out).toMatch(/^ {2}\+ endpoint \S+$/m);
  expect(compared.out).toContain('  - shed\n');
  const hubs = await longshore('connections', 'check');
  expect(hubs).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^CONNECTION +TROUBLE\n(.*\n)*sello-se +its last poll broke off: unreachable\n/),
  });
  const nowhere = await longshore('connections', 'put', file, '--outputs', join(hub.data, 'none.json'));
  expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining('AWS credentials') });
});

test('a poll is asked for, and told when it broke off', async () => {
  // Refused while one of its polls is under way.
  const asked = await eventually(async () => {
    const { code, out } = await longshore('backfill', '--connection', 'sello-se', '--since', '3d', '--json');
    return code === 0 && JSON.parse(out);
  }, 'a backfill that is asked for');
  expect(asked).toMatchObject({ connection: 'sello-se', poll: { backfill: { by: expect.any(String) } } });
  await eventually(
    async () => (await longshore('poll', '--connection', 'shed')).code === 0,
    'a poll that is asked for',
  );
});

test('a local hub takes connections and keys as a deployed one does', async () => {
  const outputs = ['--outputs', join(hub.data, 'outputs.json')];
  const { out } = await longshore('keys', 'create', 'erp', '--scopes', 'orders:read', ...outputs);
  expect(await longshore('--key', out.trim(), 'orders', 'list')).toMatchObject({ code: 0 });
  expect(await longshore('--key', out.trim(), 'deliveries', 'list')).toMatchObject({
    code: 1,
    err: 'longshore: the API key erp lacks the scope ops\n',
  });
  const file = join(ROOT, 'connections.example.json');
  const put = await longshore('connections', 'put', file, ...outputs);
  expect(put).toMatchObject({
    code: 3,
    err: expect.stringMatching(
      /shed would be removed.*; shed has \d (dead|blocked).*; if marketful-mx is the account of shed, keep the id shed/,
    ),
  });
  const add = (id: string, to: string) => longshore('endpoints', 'add', id, '--to', to, ...outputs);
  expect(await add('shed', 'https://erp.example.com/in')).toMatchObject({
    code: 3,
    err: expect.stringContaining('there is one of that name'),
  });
  expect(await add('erp', 'https://10.0.0.1/in')).toMatchObject({
    code: 3,
    err: expect.stringContaining('inside a network'),
  });
});

test('a change says that it waits for another, and asks about what that one has added', async () => {
  const outputs = join(hub.data, 'outputs.json');
  const { environment } = JSON.parse(readFileSync(outputs, 'utf8')) as { environment: Record<string, string> };
  const table = new DynamoDBClient({
    endpoint: environment.AWS_ENDPOINT_URL_DYNAMODB ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: 'local' },
  });
  const { TABLE_NAME: TableName } = environment;
  const put = (item: object) => table.send(new PutItemCommand({ TableName, Item: marshall(item) }));
  const remove = (key: object) => table.send(new DeleteItemCommand({ TableName, Key: marshall(key) }));
  const lease = { pk: 'CONFIGURATION', sk: 'LEASE' };
  const endpoint = { pk: 'CONNECTIONS', sk: 'ENDPOINT#erp-late' };
  const path = join(hub.data, 'none-of-the-endpoints.json');
  writeFileSync(path, JSON.stringify({ connections: connectionsOf(await freePort()), routes: [], endpoints: [] }));

  await put({ ...lease, lease: { owner: 'another', until: new Date(Date.now() + 3600_000).toISOString() } });
  const asked = longshore('connections', 'put', path, '--outputs', outputs);
  const said = () => (vi.isMockFunction(process.stderr.write) ? vi.mocked(process.stderr.write).mock.calls.join() : '');
  await eventually(() => said().includes('another change is under way'), 'a change that waits');
  const to = { id: 'erp-late', url: 'https://erp.example.com', profile: 'ucp', types: [], since: 'now' };
  await put({ ...endpoint, ...to });
  await remove(lease);
  expect(await asked).toMatchObject({ code: 3, err: expect.stringContaining('erp-late would be removed') });
  await remove(endpoint);
});

test('a key that is revoked is known to nobody', async () => {
  const outputs = ['--outputs', join(hub.data, 'outputs.json')];
  const { out: key } = await longshore('keys', 'create', 'leaked', '--scopes', 'orders:read', ...outputs);
  const { out } = await longshore('keys', 'list', ...outputs);
  expect(out).toMatch(/leaked +orders:read/);
  expect(out).not.toContain(key.trim());
  expect(await longshore('keys', 'revoke', 'leaked', ...outputs)).toMatchObject({ code: 3, out: '' });
  expect(await longshore('keys', 'revoke', 'leaked', '--yes', ...outputs)).toMatchObject({
    code: 0,
    out: 'leaked: 1 key revoked\n',
  });
  expect(await longshore('keys', 'revoke', 'leaked', ...outputs)).toMatchObject({ code: 1 });
  expect(await longshore('--key', key.trim(), 'orders', 'list')).toMatchObject({ code: 1 });
  expect((await longshore('keys', 'list', ...outputs)).out).toMatch(/local +/);
});

test('a key is made for a purpose and under one name, and a rotation keeps both', async () => {
  const outputs = ['--outputs', join(hub.data, 'outputs.json')];
  const create = (...args: string[]) => longshore('keys', 'create', ...args, ...outputs);
  expect(await create('wms')).toMatchObject({ code: 2, err: expect.stringContaining('give --scopes') });
  for (const name of ['WMS', 'wms#1', 'a b', ''])
    expect(await create(name, '--scopes', 'ops')).toMatchObject({ code: 2 });
  expect(await create('local', '--scopes', 'ops')).toMatchObject({ code: 3 });
  expect(await create('wms', '--rotate')).toMatchObject({ code: 1 });
  const { out: old } = await create('wms', '--scopes', 'fulfillments:write');
  expect(await create('wms', '--scopes', 'ops')).toMatchObject({ code: 3, out: '' });
  const rotated = await create('wms', '--rotate', '--json');
  expect(JSON.parse(rotated.out)).toMatchObject({ name: 'wms', scopes: ['fulfillments:write'] });
  expect((await longshore('keys', 'list', ...outputs)).err).toContain('wms has 2 keys');
  const ended = await longshore('keys', 'revoke', 'wms', '--older', '--yes', ...outputs);
  expect(ended).toMatchObject({ code: 0, out: 'wms: 1 key revoked\n' });
  const refused = await longshore('--key', old.trim(), 'orders', 'list');
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('does not know this API key') });
  const audit = await longshore('audit', '--json');
  const acts = (JSON.parse(audit.out).acts as Array<{ act: string; about: string; by: string }>).filter(
    ({ about }) => about === 'wms',
  );
  expect(acts.map(({ act }) => act)).toEqual(['key.revoked', 'key.created', 'key.created']);
  expect(acts[0]?.by).toMatch(/^cli:/);
  expect((await longshore('audit')).out).toMatch(/WHEN +BY +ACT +ABOUT/);
});

test('secrets are shown without their values, and the one before is retired once', async () => {
  const outputs = ['--outputs', join(hub.data, 'outputs.json')];
  const { out } = await longshore('secrets', 'list', ...outputs);
  expect(out).toMatch(/marketful +.* ago +accepted/);
  expect(out).not.toContain('a-shed-webhook-secret');
  const retire = async (...more: string[]) => longshore('secrets', 'retire-previous', ...more, ...outputs);
  expect(await retire('marketful')).toMatchObject({ code: 3, out: '' });
  expect(await retire('marketful', '--yes')).toMatchObject({
    code: 0,
    out: expect.stringContaining('marketful: retired'),
  });
  expect(await retire('marketful', '--yes', '--json')).toMatchObject({
    code: 0,
    out: expect.stringContaining('"retired": false'),
  });
  expect((await longshore('secrets', 'list', ...outputs)).out).toMatch(/marketful +.* ago +none/);
  expect(await retire('shopify')).toMatchObject({ code: 2, err: expect.stringContaining('Allowed choices are') });
});

test('bash completes commands, options and their values', async () => {
  const { out } = await longshore('completion', 'bash');
  const complete = async (...words: string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const script = `${out}\nCOMP_WORDS=(longshore ${quoted}); COMP_CWORD=${words.length}; _longshore; echo "\${COMPREPLY[@]}"`;
    return (await text(spawn('bash', ['-c', script]).stdout)).trim();
  };
  expect(await complete('deliveries', 're')).toBe('replay');
  expect(await complete('--json', 'deliveries', 'list', '--state', 'd')).toBe('dead');
  expect(await complete('quarantine', 'admit', '--conn')).toBe('--connection');
});
