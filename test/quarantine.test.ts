import { createHmac } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ENDPOINT, functions, INBOUND_QUEUE } from '#lib/topology';
import { type InProcess, startInProcess } from './support/in-process.ts';
import { eventOf, scopioOrder } from './support/webhook.ts';

const baseUrl = 'http://127.0.0.1:1';
const scopio = (id: string, webhookSecret: string, settings: object = {}) => ({
  ...{ id, marketplace: 'scopio', baseUrl },
  secrets: { apiKey: 'k', webhookSecret },
  settings,
});
const shed = (webhookSecret: string) => ({
  ...{ id: 'shed', marketplace: 'marketful', baseUrl },
  secrets: { accessToken: 't', userId: 'u', webhookSecret },
});
const shops = ['shop', 'flooded', 'other', 'headed'] as const;
const file = (secrets: Partial<Record<string, string>> = {}, settings: object = {}) => ({
  connections: [
    ...shops.map((id) => scopio(id, secrets[id] ?? 'mistyped', id === 'headed' ? settings : {})),
    shed(secrets.shed ?? 'mistyped'),
  ],
  routes: [{ from: '*', to: 'erp' }],
});

type Handler = (event: unknown, context: Context) => Promise<unknown>;
let hub: InProcess;
let handlers: Record<'scopio' | 'marketful' | 'ingest' | 'api', Handler>;
beforeAll(async () => {
  hub = await startInProcess(file());
  const { putApiKey } = await import('#lib/api/kit/keys');
  await putApiKey('ops-key', 'night-shift', ['ops']);
  handlers = {
    scopio: (await import('#functions/webhooks/scopio')).handler as unknown as Handler,
    marketful: (await import('#functions/webhooks/marketful')).handler as unknown as Handler,
    ingest: (await import('#functions/ingest')).handler as unknown as Handler,
    api: (await import('#functions/ops/api')).handler as unknown as Handler,
  };
});
afterAll(() => hub.stop());
beforeEach(async () => {
  await hub.drain(INBOUND_QUEUE);
});

const sign = (body: string, secret: string) => createHmac('sha256', secret).update(body).digest('hex');

async function invoke(handler: Handler, method: string, path: string, headers: object, body?: string) {
  const [rawPath = '', rawQueryString = ''] = path.split('?');
  const event = {
    ...{ rawPath, rawQueryString, headers, body, isBase64Encoded: false },
    requestContext: { http: { method, path: rawPath } },
  } as unknown as APIGatewayProxyEventV2;
  const answer = (await handler(event, {} as Context)) as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '{}') };
}

const call = (method: string, path: string, body?: object) =>
  invoke(
    handlers.api,
    method,
    path,
    { authorization: 'Bearer ops-key', 'content-type': 'application/json' },
    body && JSON.stringify(body),
  );

const post = (connection: string, body: string, headers: object) =>
  invoke(handlers.scopio, 'POST', `/webhooks/scopio/${connection}/order-paid`, headers, body);

/** Ingests everything in the inbound queue. */
async function ingestAll(): Promise<number> {
  const bodies = await hub.drain(INBOUND_QUEUE);
  const Records = bodies.map((body, index) => ({ messageId: String(index), body, attributes: {} }));
  expect(await handlers.ingest({ Records } as unknown as SQSEvent, {} as Context)).toEqual({ batchItemFailures: [] });
  return bodies.length;
}

const quarantineOf = async (connection: string) =>
  (await call('GET', `/quarantine?connection=${connection}&limit=200`)).body.quarantine as Array<
    Record<string, unknown>
  >;

const REFUSED = { status: 401, body: { error: { code: 'unauthorized', description: 'not authorized' } } };

test('what a mistyped secret rejected is admitted once it is right, with its original time of receipt, and once', async () => {
  const before = new Date().toISOString();
  const bodies = ['a', 'b'].map((id) => eventOf(scopioOrder(id)));
  for (const body of bodies)
    expect(await post('shop', body, { 'x-scopio-signature': sign(body, 'right') })).toEqual(REFUSED);
  // Vendors repeat what was not answered 200.
  const [first = ''] = bodies;
  expect(await post('shop', first, { 'x-scopio-signature': sign(first, 'right') })).toEqual(REFUSED);
  expect(await post('shop', '{"forged":1}', { 'x-scopio-signature': sign('{"forged":1}', 'guess') })).toEqual(REFUSED);
  const after = new Date().toISOString();
  expect(await ingestAll()).toBe(4);
  const kept = await quarantineOf('shop');
  expect(kept).toHaveLength(3);
  for (const each of kept) {
    const expected = ['admissible', 'admitted', 'connection', 'id', 'receivedAt', 'size', 'topic'];
    expect(Object.keys(each).sort()).toEqual(expected);
    expect(each).toMatchObject({ topic: 'order-paid', admissible: false, admitted: null });
  }
  const asked = { connection: 'shop', reason: 'mistyped' };
  const none = { matched: 3, refused: 3, alreadyAdmitted: 0 };
  expect(await call('POST', '/quarantine/admit', asked)).toMatchObject({ status: 202, body: { ...none, admitted: 0 } });

  await hub.put(file({ shop: 'right' }));
  const dry = await call('POST', '/quarantine/admit', { ...asked, dryRun: true });
  expect(dry).toMatchObject({ status: 200, body: { dryRun: true, matched: 3, refused: 1, admissible: 2 } });
  expect(await hub.drain(INBOUND_QUEUE)).toEqual([]);
  expect((await quarantineOf('shop')).filter(({ admissible }) => admissible)).toHaveLength(2);
  const admission = await call('POST', '/quarantine/admit', asked);
  expect(admission).toMatchObject({ status: 202, body: { matched: 3, refused: 1, alreadyAdmitted: 0, admitted: 2 } });
  expect(await ingestAll()).toBe(2);
  const { orders } = (await call('GET', '/orders?connection=shop')).body;
  expect(orders.map(({ externalId }: { externalId: string }) => externalId).sort()).toEqual(['a', 'b']);
  for (const { receivedAt } of orders) expect(receivedAt >= before && receivedAt <= after).toBe(true);

  const again = await call('POST', '/quarantine/admit', asked);
  expect(again).toMatchObject({ status: 202, body: { matched: 3, refused: 1, alreadyAdmitted: 2, admitted: 0 } });
  expect(await hub.drain(INBOUND_QUEUE)).toEqual([]);
  const told = (await quarantineOf('shop')).map(({ admitted }) => admitted).filter(Boolean);
  const { admissionId } = admission.body;
  expect(told).toEqual(
    Array(2).fill({ id: admissionId, at: expect.any(String), by: 'night-shift', reason: 'mistyped' }),
  );
  const { admissions } = (await call('GET', '/quarantine/admissions')).body;
  expect(admissions).toContainEqual({
    ...{ id: admissionId, at: expect.any(String), by: 'night-shift', reason: 'mistyped' },
    ...{ connection: 'shop', matched: 3, webhooks: [expect.any(String), expect.any(String)] },
  });
});

test('an admission that was cut off before it was noted admits nothing twice', async () => {
  const body = eventOf(scopioOrder('cut'));
  await post('other', body, { 'x-scopio-signature': sign(body, 'right') });
  await ingestAll();
  await hub.put(file({ other: 'right' }));
  const { getConfiguration } = await import('#lib/connections/store');
  const { admit, judge } = await import('#lib/quarantine/admit');
  const connection = (await getConfiguration()).connections.get('other');
  if (!connection) throw new Error('the connection exists');
  const verdict = await judge(connection, undefined);
  for (const reason of ['one', 'two']) await admit(connection, verdict, { by: 'x', reason });
  expect(await ingestAll()).toBe(2);
  expect((await call('GET', '/events?connection=other')).body.events).toHaveLength(1);
  const { deliveries } = (await call('GET', '/orders/other:cut')).body;
  expect(deliveries).toEqual([]);
});

test('ids choose, strangers are no matter, and an unknown connection is 404', async () => {
  const bodies = ['c', 'd'].map((id) => eventOf(scopioOrder(id)));
  for (const body of bodies) await post('other', body, { 'x-scopio-signature': sign(body, 'later') });
  await ingestAll();
  await hub.put(file({ other: 'later' }));
  const kept = await quarantineOf('other');
  const chosen = kept.find(({ admissible }) => admissible);
  const ids = [chosen?.id, 'qtn_none'];
  const answer = await call('POST', '/quarantine/admit', { connection: 'other', ids });
  expect(answer.body).toMatchObject({ matched: 1, admitted: 1 });
  expect(await call('POST', '/quarantine/admit', { connection: 'nobody' })).toMatchObject({
    status: 404,
    body: { error: { field: 'connection' } },
  });
  expect(await call('POST', '/quarantine/admit', {})).toMatchObject({ status: 400 });
  expect((await call('GET', '/quarantine?connection=nobody')).body).toEqual({ quarantine: [] });
});

test('a wrong setting heals like a wrong secret: the signature was in another header', async () => {
  const body = eventOf(scopioOrder('headed'));
  await post('headed', body, { 'x-shop-signature': sign(body, 'right') });
  await ingestAll();
  await hub.put(file({ headed: 'right' }));
  expect((await quarantineOf('headed')).map(({ admissible }) => admissible)).toEqual([false]);
  await hub.put(file({ headed: 'right' }, { signatureHeader: 'X-Shop-Signature' }));
  expect((await quarantineOf('headed')).map(({ admissible }) => admissible)).toEqual([true]);
});

test('a secret in the URL is proved by what is kept of it, which is not the secret', async () => {
  const path = '/webhooks/marketful/shed/order-created/the-real-secret';
  const body = JSON.stringify({ order: { id: 5021 } });
  expect(await invoke(handlers.marketful, 'POST', path, {}, body)).toEqual(REFUSED);
  const [message = ''] = await hub.drain(INBOUND_QUEUE);
  expect(message).toContain('webhook.rejected');
  expect(message).not.toContain('the-real-secret');
  const { WebhookRejected } = await import('#events/webhook-rejected');
  const { quarantine } = await import('#lib/quarantine/store');
  await quarantine(WebhookRejected.parse(JSON.parse(message)));
  expect((await quarantineOf('shed')).map(({ admissible }) => admissible)).toEqual([false]);
  await hub.put(file({ shed: 'the-real-secret' }));
  expect((await quarantineOf('shed')).map(({ admissible }) => admissible)).toEqual([true]);
  await call('POST', '/quarantine/admit', { connection: 'shed' });
  expect(JSON.parse((await hub.drain(INBOUND_QUEUE))[0] ?? '')).toMatchObject({ receivedBy: 'webhook', body });
});

test('a form that is admitted is read and kept byte for byte', async () => {
  const path = '/webhooks/marketful/shed/order-created/a-later-secret';
  const body = 'order%5Bid%5D=5022&tipo=order%2Fcreated';
  expect(await invoke(handlers.marketful, 'POST', path, {}, body)).toEqual(REFUSED);
  await ingestAll();
  await hub.put(file({ shed: 'a-later-secret' }));
  await call('POST', '/quarantine/admit', { connection: 'shed' });
  await ingestAll();
  const [event, ...more] = (await call('GET', '/events?connection=shed')).body.events;
  expect(more).toEqual([]);
  expect((await call('GET', `/events/${event.id}`)).body).toMatchObject({ state: 'applied', error: null, body });
});

describe('a flood of forgeries', () => {
  const forge = (body: string, path = 'flooded/order-paid') =>
    invoke(handlers.scopio, 'POST', `/webhooks/scopio/${path}`, { 'x-scopio-signature': sign(body, 'guess') }, body);

  test('of what can never be authentic is not even handed on', async () => {
    const paths = ['nobody/order-paid', 'flooded/order-shipped', 'flooded/order-paid/more', 'flooded', ''];
    for (const path of paths) expect(await forge('{}', path)).toEqual(REFUSED);
    expect(await forge('x'.repeat(64 * 1024 + 1))).toEqual(REFUSED);
    expect(await post('flooded', '{}', {})).toEqual(REFUSED);
    expect(await post('flooded', '{}', { 'x-scopio-signature': 'x'.repeat(9_000) })).toEqual(REFUSED);
    expect(await hub.drain(INBOUND_QUEUE)).toEqual([]);
  });

  test('is handed on within a budget, and a little more a minute later', async () => {
    const flood = (from: number) =>
      Promise.all(Array.from({ length: 120 }, (_, index) => forge(`{"n":${from + index}}`)));
    for (const answer of await flood(0)) expect(answer).toEqual(REFUSED);
    const handedOn = (await hub.drain(INBOUND_QUEUE)).length;
    expect(handedOn).toBeGreaterThan(10);
    expect(handedOn).toBeLessThanOrEqual(51);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    await flood(1000);
    vi.useRealTimers();
    expect((await hub.drain(INBOUND_QUEUE)).length).toBeLessThanOrEqual(11);
  });

  test('fills 200 slots of its connection and no more, the latest ones', async () => {
    const { quarantine, SLOTS } = await import('#lib/quarantine/store');
    for (let n = 0; n < SLOTS + 25; n++) {
      const receivedAt = new Date(Date.now() + n).toISOString();
      const rejected = {
        connection: 'flooded',
        topic: 'order-paid',
        receivedAt,
        evidence: { x: 'y' },
        encoding: 'utf8',
      };
      await quarantine({ type: 'webhook.rejected', body: `{"n":${n}}`, ...rejected } as never);
    }
    const { queryPartition } = await import('#lib/platform/table/table');
    const items = await queryPartition<{ body?: string; expiresAt?: number }>('QUARANTINE#flooded');
    expect(items).toHaveLength(SLOTS + 1);
    expect(items.every(({ expiresAt = 0 }) => expiresAt < Date.now() / 1000 + 8 * 24 * 3600)).toBe(true);
    const bodies = new Set(items.map(({ body }) => body));
    expect([bodies.has('{"n":24}'), bodies.has('{"n":25}'), bodies.has(`{"n":${SLOTS + 24}}`)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('while the queue is away is answered all the same', async () => {
    const { envName } = await import('#lib/topology');
    vi.stubEnv(envName.queueUrl(INBOUND_QUEUE), 'http://127.0.0.1:1/000000000000/inbound');
    const body = eventOf(scopioOrder('away'));
    expect(await post('other', body, { 'x-scopio-signature': sign(body, 'nobody') })).toEqual(REFUSED);
    vi.unstubAllEnvs();
  });
});

test('the API may read the secrets of those who call and of endpoints, and of nobody else', () => {
  const { secrets } = functions.find(({ name }) => name === 'api')?.grants ?? {};
  const callers = functions.filter(({ name }) => name.startsWith('webhook-')).map(({ name }) => name.slice(8));
  expect(secrets).toEqual([...callers, ENDPOINT]);
});
