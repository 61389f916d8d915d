import { expect, test } from 'vitest';
import type { Connection, Connections } from '#lib/api/connection-schema';
import type { Endpoint } from '#lib/api/endpoints';
import type { FileEndpoint } from '#lib/connections/endpoint-file';
import type { ConnectionsFile } from '#lib/connections/file';
import { readAsked } from './commands/try-connection.ts';
import { findTroubles } from './connection-troubles.ts';
import { compareConnections, describeComparison } from './connections-file.ts';

const now = new Date('2026-11-21T12:00:00Z');
const poll: Connection['poll'] = {
  lastPolledAt: '2026-11-21T11:55:00.000Z',
  nextPollAt: '2026-11-21T12:05:00.000Z',
  ...{ lastError: null, remark: null, webhooks: null, unfinished: false, backfill: null },
};
const connection = (id: string, change: Partial<Connection> = {}): Connection => ({
  ...{ id, marketplace: 'scopio', baseUrl: 'https://shop.test/api', settings: {} },
  ...{
    pollIntervalSeconds: 600,
    requestsPerMinute: 60,
    poll,
    shape: { appeared: 0, vanished: 0 },
    misses: [],
    webhooks: [],
    requests: [],
    awaySince: null,
    polledEverySeconds: change.pollIntervalSeconds ?? 600,
  },
  ...change,
});
const hub = (connections: Connection[], change: Partial<Connections> = {}) => ({
  connections,
  removed: [],
  routes: [],
  endpoints: [],
  ...change,
});
const file = (...all: Array<Partial<Connection> & { id: string }>): ConnectionsFile => ({
  connections: all.map(({ id, ...change }) => {
    const {
      poll: _p,
      shape: _s,
      misses: _m,
      webhooks: _w,
      requests: _r,
      awaySince: _a,
      polledEverySeconds: _e,
      ...rest
    } = connection(id, change);
    return { connection: rest, secrets: { apiKey: 'k' }, webhookSettings: {} };
  }),
  routes: [],
  warnings: [],
});

test('what is polled in time and called is no trouble, nor is a poll that waits for its rate limit', () => {
  const misses = [{ day: '2026-11-21', firstByWebhook: 9, firstByPoll: 1, lateWebhooks: 0, latenessSeconds: 0 }];
  for (const lastError of [null, 'budget_spent'])
    expect(findTroubles(hub([connection('shop', { misses, poll: { ...poll, lastError } })]), [], now)).toEqual([]);
});

test.each<[Partial<Connection>, RegExp]>([
  [{ poll: { ...poll, lastError: 'http_401' } }, /broke off: http_401/],
  [{ poll: { ...poll, lastPolledAt: null } }, /never been polled/],
  [{ awaySince: '2026-11-21T11:39:00.000Z' }, /it is away/],
  [{ poll: { ...poll, lastPolledAt: '2026-11-21T11:39:00.000Z' } }, /21 min ago, and should be every 10 min/],
  [{ poll: { ...poll, remark: 'the store’s times are those of UTC-05:00: set settings.timeZone' } }, /UTC-05:00/],
  [
    { poll: { ...poll, webhooks: { checkedAt: '2026-11-21T00:00:00.000Z', state: 'lost' } } },
    /no longer calls the hub/,
  ],
  [{ poll: { ...poll, webhooks: { checkedAt: '2026-11-21T00:00:00.000Z', state: 'unreadable' } } }, /cannot be read/],
  [
    { misses: [{ day: '2026-11-21', firstByWebhook: 0, firstByPoll: 3, lateWebhooks: 0, latenessSeconds: 0 }] },
    /webhooks told of none of the 3/,
  ],
])('%j is a trouble', (change, words) => {
  const troubles = findTroubles(hub([connection('shop', change)]), [], now);
  expect(troubles).toEqual([
    { connection: 'shop', trouble: expect.stringMatching(words), cure: expect.stringMatching(/shop/) },
  ]);
});

test('a poll is late by the interval of the deployment, where that is set', () => {
  const polled = { ...poll, lastPolledAt: '2026-11-21T11:00:00.000Z' };
  const troubles = (change: Partial<Connection>) =>
    findTroubles(hub([connection('shop', { poll: polled, ...change })]), [], now);
  expect(troubles({})).toHaveLength(1);
  expect(troubles({ polledEverySeconds: 3600 })).toEqual([]);
});

test('deliveries that wait for a connection are its trouble, those that wait for something else are not', () => {
  const cause = { code: 'http_401', description: 'no such key' };
  const blocked = (['connection', 'connection', 'order'] as const).map((waitsFor) => ({
    ...{ connection: 'shop', waitsFor, cause },
  }));
  expect(findTroubles(hub([connection('shop'), connection('other')]), blocked, now)).toEqual([
    {
      connection: 'shop',
      trouble: '2 deliveries wait for it: http_401: no such key',
      cure: expect.stringContaining('connections put'),
    },
  ]);
});

test('a removed connection is a trouble only while something of it is open', () => {
  const removed = (pending: number) =>
    [...[{ id: 'old', marketplace: 'sello', removedAt: '2026-11-20T12:00:00.000Z' }]].map((each) => ({
      ...each,
      deliveries: { pending, blocked: 0, dead: 0 },
    }));
  expect(findTroubles(hub([], { removed: removed(0) }), [], now)).toEqual([]);
  expect(findTroubles(hub([], { removed: removed(2) }), [], now)).toEqual([
    {
      connection: 'old',
      trouble: 'it was removed 1 d ago, and of its deliveries are left 2 pending',
      cure: expect.stringContaining('deliveries list --connection old'),
    },
  ]);
});

test('endpoints are compared with those of a hub where the file names any', () => {
  const erp = { id: 'erp', url: 'https://erp.example/hooks', profile: 'standard-webhooks', types: [], payload: 'thin' };
  const there = (...ids: string[]) =>
    ids.map(
      (id): Endpoint => ({
        ...({ ...erp, id } as FileEndpoint['endpoint']),
        ...{ since: '2026-11-20T08:00:00.000Z', state: 'active', paused: null, failingSince: null },
        ...{ lastError: null, lastSuccessAt: null, heldUntil: null, lagSeconds: 0, lagEntries: 0 },
      }),
    );
  const named = (...all: Array<Partial<FileEndpoint['endpoint']>>) => ({
    ...file(),
    endpoints: all.map((each) => ({ endpoint: { ...erp, ...each } }) as FileEndpoint),
  });
  const at = { ...hub([]), endpoints: there('erp', 'gone') };
  const compared = compareConnections(named({ types: ['order.*'], payload: 'full' }, { id: 'new' }), at);
  expect(compared.endpoints).toEqual({
    ...{ added: ['new'], removed: ['gone'], changed: [{ id: 'erp', members: ['types', 'payload'] }] },
  });
  expect(describeComparison(compared).split('\n')).toEqual([
    ...['put would change:', '  + endpoint new', '  - endpoint gone', '  ~ endpoint erp: types, payload'],
  ]);
  expect(describeComparison(compareConnections(file(), at))).toBe('put would change nothing but secrets');
});

test('a file is compared with a hub, but for the secrets', () => {
  const there = hub([connection('shop'), connection('gone'), connection('same')]);
  const compared = compareConnections(
    file({ id: 'shop', requestsPerMinute: 30, settings: { channel: 'a' } }, { id: 'new' }, { id: 'same' }),
    there,
  );
  expect(compared).toEqual({
    added: ['new'],
    removed: ['gone'],
    changed: [{ id: 'shop', members: ['settings', 'requestsPerMinute'] }],
    routes: false,
  });
  expect(describeComparison(compared).split('\n')).toEqual([
    ...['put would change:', '  + new', '  - gone', '  ~ shop: settings, requestsPerMinute'],
  ]);
  const alike = compareConnections(
    file({ id: 'same', baseUrl: 'https://u:p@shop.test/api' }),
    hub([connection('same')]),
  );
  expect(describeComparison(alike)).toBe('put would change nothing but secrets');
  const rerouted = { ...file({ id: 'same' }), routes: [{ from: '*', to: 'erp' }] };
  expect(compareConnections(rerouted, hub([connection('same')])).routes).toBe(true);
});

test('an event is tried as a body of the connection that it came from, in its own charset and form', async () => {
  const body = Buffer.from('{"name":"José"}', 'latin1').toString('base64');
  const get = async () => ({ connection: 'shop', topic: 'order', body, encoding: 'base64' }) as never;
  const kept = (text: string) => async () =>
    ({ connection: 'shop', topic: 'order', body: text, encoding: 'utf8' }) as never;
  for (const text of ['order[id]=7', '"{\\"order\\":{\\"id\\":\\"7\\"}}"', 'payload={"order":{"id":"7"}}'])
    expect((await readAsked('shop', undefined, { event: 'evt_1' }, { get: kept(text) })).body).toEqual({
      order: { id: '7' },
    });
  await expect(readAsked('shop', undefined, { event: 'evt_1' }, { get: kept('{') })).rejects.toThrow(
    'evt_1 is neither',
  );
  expect(await readAsked('shop', undefined, { event: 'evt_1' }, { get })).toEqual({
    topic: 'order',
    body: { name: 'José' },
  });
  await expect(readAsked('other', undefined, { event: 'evt_1' }, { get })).rejects.toThrow('evt_1 came from shop');
});
