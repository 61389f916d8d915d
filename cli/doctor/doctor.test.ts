import type { execFile } from 'node:child_process';
import { expect, it } from 'vitest';
import type { ListedKey } from '#lib/api/kit/keys';
import { CliError, EXIT } from '../errors.ts';
import { type Account, accountChecks, askAws, prefixOf } from './account.ts';
import { type Deployment, deploymentChecks } from './deployment.ts';
import { curedAt, examine, type Finding, UncheckedError, wrong } from './finding.ts';
import { findWaiting, hubChecks } from './hub.ts';

const NOW = Date.parse('2026-11-20T08:15:00Z');
const isoAgo = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
const bad = (found: readonly Finding[]) =>
  found.filter(({ state }) => state !== 'well').map(({ state, check, says }) => `${state} ${check}: ${says}`);

const connection = (id: string, marketplace: string, poll: object = {}) => ({
  ...{ id, marketplace, polledEverySeconds: 600, misses: [], webhooks: [{ topic: 'order', path: '/' }] },
  poll: { lastPolledAt: isoAgo(30), lastError: null, ...poll },
});
const ALL = [
  connection('shop', 'scopio'),
  connection('shed', 'marketful'),
  { ...connection('store', 'sellers-commerce'), webhooks: [] },
];
const STEPS = {
  shop: [{ action: 'paste', url: 'https://hub.example/…' }],
  shed: [{ action: 'keep', topic: 'order/created' }],
};

/** A hub that answers this. */
function hubOf({
  connections = ALL,
  deliveries = [],
  time = new Date(NOW).toISOString(),
  steps = STEPS,
  consumers = [],
  endpoints = [],
}: {
  connections?: object[];
  deliveries?: object[];
  time?: string;
  steps?: Record<string, object[] | Error>;
  consumers?: object[];
  endpoints?: object[];
} = {}) {
  const answers: Record<string, unknown> = {
    '/session': { key: 'operator', scopes: ['ops'] },
    '/health': { status: 'ok', time },
    '/connections': { connections, removed: [] },
    '/deliveries': { deliveries },
    '/consumers': { consumers },
    '/endpoints': { endpoints },
  };
  const api = {
    url: 'https://hub.example',
    get: async (path: string) => answers[path] as never,
    async post(path: string, body?: unknown) {
      expect(body).toEqual({ dryRun: true });
      const [, id = ''] = /^\/connections\/(\w+)\/webhooks\/sync$/.exec(path) ?? [];
      const webhooks = steps[id];
      if (webhooks instanceof Error) throw webhooks;
      return { connection: id, marketplace: id, webhooks } as never;
    },
  };
  return { api, now: () => NOW };
}

it('names what waits for a person, where somebody looks first who is told that orders are stuck', async () => {
  const answering = (causes: object[], events: object[], complete = true) =>
    findWaiting({
      ...hubOf().api,
      get: async (path: string) => (path === '/events' ? { events } : { causes, complete }) as never,
    });
  expect(await answering([{ count: 1200 }, { count: 2 }], [{}])).toEqual([
    '1202 deliveries wait for a person: longshore deliveries causes',
    'Something arrived that cannot be read: longshore events list --state unreadable',
  ]);
  expect(await answering([{ count: 5000 }], [], false)).toEqual([
    'at least 5000 deliveries wait for a person: longshore deliveries causes',
  ]);
  expect(await answering([], [])).toEqual([]);
});

it('finds nothing wrong with a hub that is well, and says what only a person can look at', async () => {
  expect(bad(await examine(hubChecks, hubOf()))).toEqual([
    'unchecked webhooks: shop: shop has no API to ask; it must have https://hub.example/…',
  ]);
});

it('finds that the hub does not answer, or not to this key: all the rest can only be left unchecked then', async () => {
  const get = async () => {
    throw new Error('cannot reach the hub');
  };
  const { api, ...hub } = hubOf();
  expect(bad(await examine(hubChecks, { ...hub, api: { ...api, get } }))).toEqual([
    'wrong hub: cannot reach the hub',
    ...['clock', 'connections', 'webhooks', 'consumers', 'endpoints'].map(
      (name) => `unchecked ${name}: cannot reach the hub`,
    ),
  ]);
});

it('finds clocks that differ, in either direction, by more than the way explains', async () => {
  const told = async (time: string) => bad(await examine(hubChecks, hubOf({ time, steps: { ...STEPS, shop: [] } })));
  expect(await told(isoAgo(4))).toEqual([]);
  expect(await told(isoAgo(40))).toEqual(["wrong clock: the hub's clock is 40 s behind this machine's"]);
  expect(await told(isoAgo(-9))).toEqual(["wrong clock: the hub's clock is 9 s ahead of this machine's"]);
});

it('finds polls that never ran, broke off or are late, deliveries that wait, and that there are no connections', async () => {
  const connections = [
    connection('a', 'scopio', { lastPolledAt: null }),
    connection('b', 'scopio', { lastError: 'http_401' }),
    connection('c', 'scopio', { lastPolledAt: isoAgo(86_400) }),
  ].map((each) => ({ ...each, webhooks: [] }));
  const cause = { code: 'http_403', description: 'no' };
  const deliveries = [{ connection: 'b', waitsFor: 'connection', cause }];
  const found = await examine(hubChecks, hubOf({ connections, deliveries }));
  expect(bad(found)).toEqual([
    'wrong connections: a: it has never been polled',
    'wrong connections: b: its last poll broke off: http_401',
    'wrong connections: b: 1 delivery waits for it: http_403: no',
    'wrong connections: c: it was last polled 1 d ago, and should be every 10 min',
  ]);
  expect(found.filter(({ state, cure }) => state === 'wrong' && !cure)).toEqual([]);
  expect(bad(await examine(hubChecks, hubOf({ connections: [] })))).toEqual(['wrong connections: there are none']);
});

it('finds webhooks that are not registered, and goes on where one cannot be asked', async () => {
  const steps = {
    shop: new Error('credentials_refused: no'),
    shed: [
      { action: 'create', topic: 'order/created' },
      { action: 'keep', topic: 'order/updated' },
      { action: 'leave', topic: null },
    ],
  };
  const found = await examine(hubChecks, hubOf({ steps }));
  expect(bad(found)).toEqual([
    'wrong webhooks: shop: credentials_refused: no',
    'wrong webhooks: shed: not registered as they should be: order/created',
  ]);
  expect(found.at(-1)?.cure).toBe('longshore webhooks sync --connection shed');
  const beside = [...STEPS.shed, { action: 'leave', topic: null }];
  const well = await examine(hubChecks, hubOf({ steps: { ...STEPS, shed: beside } }));
  expect(well.map(({ says }) => says)).toContain('shed: 1 URL registered');
});

it.each(['budget_spent', 'http_429'])(
  'says of webhooks that only wait for the rate limit (%s) that they do',
  async (code) => {
    const steps = { ...STEPS, shed: new CliError('the requests a minute of shed are used up', EXIT.refused, code) };
    expect(bad(await examine(hubChecks, hubOf({ steps }))).at(-1)).toBe(
      'unchecked webhooks: shed: it waits for the rate limit (the requests a minute of shed are used up); ask again in a minute',
    );
  },
);

it('names a connection that is away once, and asks nothing of its marketplace', async () => {
  const away = { ...connection('shed', 'marketful'), awaySince: '2026-11-20T08:00:00.000Z' };
  expect(bad(await examine(hubChecks, hubOf({ connections: [away], steps: { shed: new Error('asked') } })))).toEqual([
    'wrong connections: shed: it is away: it has failed at everything since 2026-11-20T08:00:00.000Z',
    'unchecked webhooks: shed is away',
  ]);
});

it('finds who reads the changes and does not keep up', async () => {
  const consumers = [
    { id: 'erp', lagSeconds: 7_300, lagEntries: 41 },
    { id: 'bi', lagSeconds: 60, lagEntries: 1 },
  ];
  expect(bad(await examine(hubChecks, hubOf({ consumers, steps: { ...STEPS, shop: [] } })))).toEqual([
    'wrong consumers: erp is 2 h and 41 changes behind',
  ]);
});

it('finds endpoints that are paused, that take nothing, or that are far behind', async () => {
  const well = {
    state: 'active',
    paused: null,
    failingSince: null,
    lastSuccessAt: isoAgo(0),
    heldUntil: null,
    lagSeconds: 0,
    lagEntries: 1,
  };
  const fails = (since: string) => ({ ...well, failingSince: since, lastError: { code: 'http_302', at: isoAgo(0) } });
  const endpoints = [
    { ...well, id: 'erp', state: 'paused', paused: { why: 'gone', by: null, at: isoAgo(0) }, lagEntries: 41 },
    { ...well, id: 'bi' },
    { ...fails(isoAgo(60)), id: 'deployed-anew' },
    { ...fails(isoAgo(60)), id: 'new', lastSuccessAt: null, lagEntries: 0 },
    { ...fails(isoAgo(7_200)), id: 'wms' },
    { ...well, id: 'slow', lagSeconds: 7_300 },
  ];
  const found = await examine(hubChecks, hubOf({ endpoints, steps: { ...STEPS, shop: [] } }));
  expect(bad(found)).toEqual([
    'wrong endpoints: erp is paused (gone) and 41 changes behind',
    `wrong endpoints: new has taken nothing since ${isoAgo(60)} (http_302)`,
    `wrong endpoints: wms has taken nothing since ${isoAgo(7_200)} (http_302), and is 1 change behind`,
    'wrong endpoints: slow is 2 h and 1 change behind',
  ]);
});

const key = (name: string, ...scopes: string[]) => ({ name, scopes, createdAt: isoAgo(0) }) as ListedKey;
const SECRETS: Record<string, Record<string, { secrets: Record<string, string> }>> = {
  scopio: { shop: { secrets: { apiKey: 'a', webhookSecret: 'b' } } },
  marketful: { shed: { secrets: { accessToken: 'a', userId: 'b', webhookSecret: 'c' } } },
  'sellers-commerce': { store: { secrets: { accessKey: 'a', sharedSecret: 'b' } } },
  endpoint: { erp: { secrets: { signingSecret: 'whsec_a' } } },
};
const deployment = (change: Partial<Deployment> = {}): Deployment => ({
  ...{ api: hubOf().api, url: 'https://hub.example', publicUrl: 'https://hub.example', isLocal: false },
  listKeys: async () => [key('operator', 'ops'), key('erp', 'orders:read', 'fulfillments:write')],
  findKey: async () => undefined,
  readSecrets: async (marketplace) => SECRETS[marketplace] ?? {},
  countUcp: async () => ({ keys: 1, endpoints: 1 }),
  ...change,
});
const told = async (change: Partial<Deployment> = {}) => bad(await examine(deploymentChecks, deployment(change)));

it('finds nothing wrong with a deployment that is well', async () => {
  expect(await told()).toEqual([]);
});

it('finds keys that may too much, are called alike, or that everybody knows', async () => {
  const listKeys = async () => [key('erp', 'orders:read', 'ops'), key('bi', 'orders:read'), key('bi', 'ops')];
  expect(await told({ listKeys })).toEqual([
    'wrong keys: erp may do everything: orders:read ops',
    'wrong keys: bi has 2 keys',
  ]);
  const findKey = async () => ({ name: 'local' });
  const listed = async () => [key('local', 'orders:read', 'ops')];
  expect(await told({ findKey, listKeys: listed })).toEqual([
    'wrong keys: everybody knows the key "local" (local-dev-key)',
  ]);
  const local = { isLocal: true, url: undefined, publicUrl: 'http://127.0.0.1:4400' };
  expect(await told({ findKey, listKeys: listed, ...local })).toEqual([]);
  expect(await told({ listKeys: async () => [] })).toEqual(['wrong keys: there are none: nobody can call the API']);
});

it('finds connections and endpoints without secrets, and secrets without a value', async () => {
  const readSecrets = async (marketplace: string) => ({
    ...(marketplace === 'scopio' && { shop: { secrets: { apiKey: '', webhookSecret: 'b' } } }),
    ...(marketplace === 'marketful' && { shed: { secrets: { accessToken: 'a', userId: 'b' } } }),
  });
  const endpoints = [
    { id: 'erp', profile: 'standard-webhooks', url: 'https://erp.example/hook' },
    { id: 'agent', profile: 'ucp', url: 'https://agent.example' },
  ];
  const { api } = hubOf({ endpoints });
  expect(await told({ api, readSecrets })).toEqual([
    'wrong secrets: shop: no value for apiKey',
    'wrong secrets: shed: no value for webhookSecret',
    'wrong secrets: store: there is no secret',
    'wrong secrets: endpoint erp: there is no secret to sign with',
  ]);
  expect(await told({ api })).toEqual([]);
});

it('finds that no key signs the order events that an endpoint wants', async () => {
  const without = (endpoints: number) => told({ countUcp: async () => ({ keys: 0, endpoints }) });
  expect(await without(1)).toEqual(['wrong ucp: there is no key to sign order events with']);
  expect(await without(0)).toEqual([]);
});

it('finds an address that nobody can call, and outputs of another stage', async () => {
  expect(await told({ publicUrl: 'http://127.0.0.1:4400' })).toEqual([
    'wrong address: marketplaces cannot call http://127.0.0.1:4400',
  ]);
  expect(await told({ publicUrl: 'https://api.example', url: 'https://aws.example' })).toEqual([
    'wrong address: the outputs are of https://aws.example, and https://hub.example is asked',
  ]);
});

const TOPIC = 'arn:aws:sns:eu-central-1:1:alarms';
const alarm = (AlarmName: string, change: object = {}) => ({
  AlarmName,
  AlarmActions: [TOPIC],
  StateValue: 'OK',
  ...change,
});

function accountOf(answers: Record<string, unknown>): Account {
  const all: Record<string, unknown> = {
    'get-account-settings': { AccountLimit: { ConcurrentExecutions: 1000 } },
    'describe-alarms': { MetricAlarms: [alarm('longshore-e2e-too-old')] },
    'list-subscriptions-by-topic': { Subscriptions: [{ SubscriptionArn: `${TOPIC}:1`, Endpoint: 'ops@example.com' }] },
    ...answers,
  };
  return {
    prefix: 'longshore-e2e',
    async ask(service, operation = '', ...words) {
      const answer = all[operation];
      if (answer instanceof Error) throw answer;
      if (service === 'cloudwatch') expect(words).toEqual(['--alarm-name-prefix', 'longshore-e2e-']);
      return answer;
    },
  };
}
const looked = async (answers: Record<string, unknown> = {}) => bad(await examine(accountChecks, accountOf(answers)));

it('finds an account with too little concurrency, and alarms that are missing, mute, ringing or unconfirmed', async () => {
  expect(await looked()).toEqual([]);
  expect(await looked({ 'get-account-settings': { AccountLimit: { ConcurrentExecutions: 10 } } })).toEqual([
    'wrong concurrency: 10 functions may run at once in this account and region',
  ]);
  expect(await looked({ 'describe-alarms': {} })).toEqual(['wrong alarms: none begins with longshore-e2e-']);
  const MetricAlarms = [alarm('a', { AlarmActions: [] }), alarm('b', { StateValue: 'ALARM' }), alarm('c')];
  const Subscriptions = [{ SubscriptionArn: 'PendingConfirmation', Endpoint: 'ops@example.com' }];
  expect(
    await looked({ 'describe-alarms': { MetricAlarms }, 'list-subscriptions-by-topic': { Subscriptions } }),
  ).toEqual([
    'wrong alarms: 1 alarm tells nobody: a',
    'wrong alarms: b is ringing',
    'wrong alarms: ops@example.com has not confirmed',
  ]);
  expect(await looked({ 'list-subscriptions-by-topic': {} })).toEqual(['wrong alarms: nobody is subscribed to them']);
});

it('knows what the names of a stage begin with by what the deployment wrote', () => {
  const secret = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:longshore/e2e-1a2b3c4/endpoint-AbCdEf';
  const queue = 'https://sqs.eu-central-1.amazonaws.com/111122223333/longshore-e2e-1a2b3c4-InboundQueue-kxbkzmnk';
  expect(prefixOf({ QUEUE_URL_INBOUND: queue, SECRET_ID_ENDPOINT: secret })).toBe('longshore-e2e-1a2b3c4');
});

it('says where what goes past the API is done: pasted without that, it is done to another stage', () => {
  const cured = (cure: string) => curedAt({ check: 'keys', ...wrong('one too many', cure) }, 'trial.json').cure;
  expect(cured('once it is in use, longshore keys revoke erp --older --yes')).toBe(
    'once it is in use, longshore keys revoke erp --older --yes --outputs trial.json',
  );
  expect(cured('longshore connections put connections.json, and they run by themselves')).toBe(
    'longshore connections put connections.json --outputs trial.json, and they run by themselves',
  );
  expect(cured('longshore poll --connection shed')).toBe('longshore poll --connection shed');
});

it('says what it could not look at, and why', async () => {
  expect(await looked({ 'get-account-settings': new UncheckedError('the AWS CLI is not installed here') })).toEqual([
    'unchecked concurrency: the AWS CLI is not installed here',
  ]);
  const run = (error: object, stderr = '') =>
    ((_file: string, _args: string[], _options: object, done: (error: object, out: string, err: string) => void) =>
      done(error, '', stderr)) as unknown as typeof execFile;
  await expect(askAws('eu-central-1', ['sns', 'x'], run({ code: 'ENOENT' }))).rejects.toThrow(
    'the AWS CLI is not installed here: look with aws sns x',
  );
  await expect(askAws('eu-central-1', ['sns', 'x'], run({ code: 254 }, '\nAn error: AccessDenied\n'))).rejects.toThrow(
    'AccessDenied',
  );
});
