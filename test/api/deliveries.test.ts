import { afterAll, beforeAll, expect, test } from 'vitest';
import { putFailed } from './failing.ts';
import { putOrder, startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const mexico = { shippingAddress: { address_country: 'MX' } };
const idsOf = (things: ReadonlyArray<{ id: string }>): string[] => things.map(({ id }) => id);

const putDead = (externalId: string, code: string) => putFailed(externalId, { code });

const recordOf = async (id: string) => {
  const { getItem } = await import('#lib/platform/table/table');
  return getItem({ pk: `REPLAY#${id}`, sk: 'REPLAY' });
};

test('a delivery shows its cause and its attempts, alone and in lists', async () => {
  const dead = await putDead('shown', 'http_422');
  const { status, body } = await api.call('GET', `/deliveries/${dead.id}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: dead.id,
    kind: 'push',
    action: 'order',
    connection: 'shed',
    marketplace: 'marketful',
    order: 'shop:shown',
    state: 'dead',
    cause: { code: 'http_422', description: 'no such carrier' },
    waitsFor: null,
    nextAttemptAt: null,
    attemptCount: 1,
    attempts: [{ number: 1, outcome: 'refused', httpStatus: 422, code: 'http_422', nextAttemptAt: null }],
  });
  expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['lease']));
  const list = await api.call('GET', '/deliveries?order=shop:shown');
  expect(list.body).toEqual({ deliveries: [body] });
  expect(await api.call('GET', '/deliveries/dlv_none')).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found' } },
  });
});

test('every filter narrows the list, and pages join to the whole', async () => {
  const dead = await putDead('filtered', 'http_404');
  const { deliveries } = await putOrder('blocked', { shippingAddress: { address_country: 'DE' } });
  const find = async (query: string) => idsOf((await api.call('GET', `/deliveries?${query}`)).body.deliveries);
  expect(await find('state=dead&cause=http_404')).toEqual([dead.id]);
  expect(await find('cause=http_404')).toEqual([dead.id]);
  expect(await find('state=blocked')).toEqual(idsOf(deliveries));
  expect(await find('cause=route_missing&connection=shop')).toEqual(idsOf(deliveries));
  expect(await find('connection=shop&state=dead')).toEqual([]);
  expect(await find('kind=fetch')).toEqual([]);
  expect(await find('order=shop:filtered&state=blocked')).toEqual([]);
  expect(await find('order=shop:none')).toEqual([]);
  expect(await find(`since=${encodeURIComponent(new Date(Date.now() + 1000).toISOString())}`)).toEqual([]);
  const whole = await find('limit=200');
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await api.call('GET', `/deliveries?limit=1&cursor=${cursor}`);
    seen.push(...idsOf(body.deliveries));
    cursor = body.cursor ?? '';
  } while (cursor);
  expect(seen).toEqual(whole);
});

test('a replay starts a fresh set of attempts, keeps the old ones and says who asked and why', async () => {
  const dead = await putDead('again', 'http_422');
  const { status, body } = await api.call('POST', `/deliveries/${dead.id}/replay`, {
    body: { reason: 'carrier added' },
  });
  expect(status).toBe(202);
  expect(body).toEqual({ replayId: expect.stringMatching(/^rpl_/), matched: 1, released: 1, state: 'running' });
  const after = (await api.call('GET', `/deliveries/${dead.id}`)).body;
  expect(after).toMatchObject({ state: 'pending', cause: null, attemptCount: 1, attempts: [{ number: 1 }] });
  const { timeline } = (await api.call('GET', '/orders/shop:again')).body;
  expect(timeline).toContainEqual(
    expect.objectContaining({
      type: 'delivery.replayed',
      by: 'operator',
      detail: { delivery: dead.id, replay: body.replayId, reason: 'carrier added' },
    }),
  );
  expect(await recordOf(body.replayId)).toMatchObject({
    by: 'operator',
    reason: 'carrier added',
    delivery: dead.id,
    matched: 1,
  });
});

test('a replay needs no body, is 404 for a stranger and 409 while a worker has the delivery', async () => {
  const dead = await putDead('bare', 'http_422');
  const path = `/deliveries/${dead.id}/replay`;
  expect(await api.call('POST', path, { headers: { 'content-type': 'application/json' } })).toMatchObject({
    status: 202,
  });
  const { getDelivery, leaseDelivery } = await import('#lib/deliveries/ledger');
  const pending = await getDelivery(dead.id);
  if (!pending || !(await leaseDelivery(pending, new Date()))) throw new Error('not leased');
  expect(await api.call('POST', path)).toMatchObject({
    status: 409,
    body: { error: { code: 'delivery_in_progress' } },
  });
  expect(await api.call('POST', '/deliveries/dlv_none/replay')).toMatchObject({ status: 404 });
  expect(await api.call('POST', path, { body: { why: 'x' } })).toMatchObject({
    status: 400,
    body: { error: { field: 'why' } },
  });
});

test.each([{}, { connection: '' }, { state: 'dead', connection: '' }, { state: '', cause: '', since: '' }])(
  'the empty filter %j is refused',
  async (filter) => {
    expect(await api.call('POST', '/deliveries/replay', { body: { filter } })).toMatchObject({
      status: 400,
      body: { error: { code: 'empty_filter' } },
    });
  },
);

test.each([
  [{}, 'filter'],
  [{ filter: null }, 'filter'],
  [{ filter: { conection: 'shed' } }, 'filter.conection'],
  [{ filter: { connection: 'shed' }, perMinute: 0 }, 'perMinute'],
  [{ filter: { connection: 'shed' }, perMinute: 6001 }, 'perMinute'],
  [{ filter: { connection: 'shed' }, dryrun: true }, 'dryrun'],
  [{ filter: { connection: 'shed' }, dryRun: 'true' }, 'dryRun'],
])('a filtered replay with %j is 400 and names %s', async (body, field) => {
  expect(await api.call('POST', '/deliveries/replay', { body })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_request', field } },
  });
});

test('a dry run counts and shows what would run, and changes nothing', async () => {
  for (let i = 0; i < 7; i++) await putDead(`dry-${i}`, 'http_410');
  const ask = { filter: { cause: 'http_410' }, dryRun: true };
  const { status, body } = await api.call('POST', '/deliveries/replay', { body: ask });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    dryRun: true,
    matched: 7,
    complete: true,
    leftOut: 0,
    calls: [{ marketplace: 'marketful', connection: 'shed', action: 'order', count: 7, probedFirst: 0 }],
  });
  expect(body.sample).toHaveLength(5);
  expect((await api.call('GET', '/deliveries?state=dead&cause=http_410')).body.deliveries).toHaveLength(7);
});

test('a filtered replay spreads its due times and leaves what succeeded or waits alone', async () => {
  const dead = await Promise.all([1, 2, 3].map((n) => putDead(`spread-${n}`, 'http_418')));
  const waiting = await putOrder('spread-waiting', mexico);
  const before = (await api.call('GET', `/deliveries/${waiting.deliveries[0]?.id}`)).body;
  const since = dead.map(({ createdAt }) => createdAt).sort()[0];
  const body = { filter: { connection: 'shed', since }, perMinute: 6, reason: 'outage over' };
  const answer = await api.call('POST', '/deliveries/replay', { body });
  expect(answer).toMatchObject({ status: 202, body: { matched: 3, released: 3, state: 'running' } });
  const due = await Promise.all(
    dead.map(async ({ id }) => Date.parse((await api.call('GET', `/deliveries/${id}`)).body.nextAttemptAt)),
  );
  const [first = 0, second = 0, third = 0] = due.sort((a, b) => a - b);
  expect([second - first, third - second]).toEqual([10_000, 10_000]);
  expect((await api.call('GET', `/deliveries/${before.id}`)).body).toEqual(before);
  expect(await recordOf(answer.body.replayId)).toMatchObject({
    by: 'operator',
    reason: 'outage over',
    filter: { connection: 'shed', since },
    perMinute: 6,
    matched: 3,
  });
});

test('inbound events show what could not be read, and bodies of the others only one at a time', async () => {
  const { putEvent } = await import('#lib/inbound/event');
  const { transact } = await import('#lib/platform/table/table');
  const at = new Date().toISOString();
  const event = {
    connection: 'shop',
    topic: 'order-paid',
    receivedBy: 'webhook',
    receivedAt: at,
    encoding: 'utf8',
  } as const;
  const error = { code: 'unexpected_shape', description: 'shop: total: is missing', field: 'total' };
  const kept = { recordedAt: at, note: null };
  await transact([
    putEvent({
      ...event,
      ...kept,
      id: 'evt_good',
      body: '{"a":1}',
      state: 'applied',
      order: 'shop:shown',
      error: null,
    }),
    putEvent({ ...event, ...kept, id: 'evt_bad', body: 'not json', state: 'unreadable', order: null, error }),
  ]);
  const all = (await api.call('GET', '/events?connection=shop')).body;
  expect(idsOf(all.events).sort()).toEqual(['evt_bad', 'evt_good']);
  expect(all).not.toHaveProperty('cursor');
  const unreadable = (await api.call('GET', '/events?state=unreadable')).body.events;
  expect(unreadable).toEqual([
    { ...event, ...kept, id: 'evt_bad', body: 'not json', state: 'unreadable', order: null, error, traceId: null },
  ]);
  const applied = (await api.call('GET', '/events?state=applied')).body.events;
  expect(applied).toHaveLength(1);
  expect(applied[0]).not.toHaveProperty('body');
  expect((await api.call('GET', '/events/evt_good')).body).toMatchObject({ id: 'evt_good', body: '{"a":1}' });
  expect(await api.call('GET', '/events/evt_none')).toMatchObject({ status: 404 });
  const setAside = (id: string, body: unknown) => api.call('POST', `/events/${id}/set-aside`, { body });
  expect(await setAside('evt_bad', { reason: ' ' })).toMatchObject({ status: 400 });
  expect(await setAside('evt_none', { reason: 'a test' })).toMatchObject({ status: 404 });
  expect(await setAside('evt_good', { reason: 'a test' })).toMatchObject({ status: 409 });
  const setDown = { setAside: { reason: 'a test of theirs' } };
  expect(await setAside('evt_bad', { reason: 'a test of theirs' })).toMatchObject({ status: 200, body: setDown });
  expect((await api.call('GET', '/events?state=unreadable')).body.events).toEqual([]);
  expect((await api.call('GET', '/events/evt_bad')).body).toMatchObject({ ...setDown, body: 'not json' });
  const [act] = (await api.call('GET', '/audit')).body.acts;
  expect(act).toMatchObject({ act: 'event.set_aside', about: 'evt_bad', reason: 'a test of theirs' });
  // An erasure must be able to find a buyer in it, and a remap to read it.
  const { listEvents } = await import('#lib/inbound/event');
  expect((await listEvents({ connections: ['shop'], state: 'unreadable', limit: 9 })).items).toHaveLength(1);
});

test('a page of large events ends early, with a cursor, and each answer is one that Lambda can give', async () => {
  const { putEvent } = await import('#lib/inbound/event');
  const { transact } = await import('#lib/platform/table/table');
  const { randomBytes } = await import('node:crypto');
  const ids = Array.from({ length: 24 }, (_, n) => `evt_large_${String(n).padStart(2, '0')}`);
  for (const id of ids) {
    const at = new Date().toISOString();
    const what = { id, connection: 'shed', topic: 'order-created', receivedBy: 'webhook', receivedAt: at } as const;
    const body = randomBytes(160_000).toString('base64');
    const became = { state: 'unreadable', order: null, note: null, recordedAt: at } as const;
    const error = { code: 'not_json', description: 'the body is not JSON' };
    await transact([putEvent({ ...what, ...became, error, body, encoding: 'base64' })]);
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const query = `state=unreadable&connection=shed&limit=200${cursor ? `&cursor=${cursor}` : ''}`;
    const { status, body } = await api.call('GET', `/events?${query}`);
    expect(status).toBe(200);
    expect(JSON.stringify(body).length).toBeLessThan(4_000_000);
    expect(body.events[0]).toMatchObject({ bodyTruncated: true, bodyBytes: 160_000 });
    seen.push(...idsOf(body.events));
    cursor = body.cursor;
    pages += 1;
  } while (cursor);
  expect(seen).toEqual([...ids].reverse());
  expect(pages).toBeGreaterThan(1);
  const { body } = await api.call('GET', `/events/${ids[0]}`);
  expect(Buffer.from(body.body, 'base64')).toHaveLength(160_000);
  expect(body).not.toHaveProperty('bodyTruncated');
});
