import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Order } from '#lib/orders/order';
import type { listOrders } from '#lib/orders/store';
import { ENDPOINT } from '#lib/platform/names';
import { deadLetterQueue, INBOUND_QUEUE } from '#lib/topology';
import { temporaryFolder } from './support/hub.ts';
import { type InProcess, startInProcess } from './support/in-process.ts';
import { orderOf } from './support/orders.ts';
import { eventOf, scopioOrder, sign } from './support/webhook.ts';

const SECRET = 'webhook-secret-of-the-shop';
const ORDER = 'shop:ord_marked';
const MARKS = ['zenobia', 'quetzalcanary', 'fugadedatos', '3300998877', 'americana 5', '44160'];
const file = {
  connections: [
    {
      ...{ id: 'shop', marketplace: 'scopio', baseUrl: 'http://127.0.0.1:1' },
      secrets: { apiKey: 'k', webhookSecret: SECRET },
    },
    {
      ...{ id: 'shed', marketplace: 'marketful', baseUrl: 'http://127.0.0.1:1' },
      secrets: { accessToken: 't', userId: 'u', webhookSecret: SECRET },
    },
  ],
  routes: [{ from: '*', to: 'shed' }],
};

type Handler = (event: unknown, context: Context) => Promise<unknown>;
const dataDir = temporaryFolder();
let hub: InProcess;
let handlers: Record<'scopio' | 'ingest' | 'api', Handler>;
beforeAll(async () => {
  hub = await startInProcess(file, dataDir, { streamMs: 2_000 });
  const { putApiKey } = await import('#lib/api/kit/keys');
  await putApiKey('ops-key', 'night-shift', ['ops']);
  await putApiKey('privacy-key', 'dpo', ['privacy']);
  handlers = {
    scopio: (await import('#functions/webhooks/scopio')).handler as unknown as Handler,
    ingest: (await import('#functions/ingest')).handler as unknown as Handler,
    api: (await import('#functions/ops/api')).handler as unknown as Handler,
  };
});
afterAll(() => hub.stop());

async function invoke(handler: Handler, method: string, rawPath: string, headers: object, body: string) {
  const event = {
    ...{ rawPath, rawQueryString: '', headers, body, isBase64Encoded: false },
    requestContext: { http: { method, path: rawPath } },
  } as unknown as APIGatewayProxyEventV2;
  const answer = (await handler(event, {} as Context)) as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '{}') };
}

const call = (path: string, body: object, { method = 'POST', key = 'privacy-key', headers = {} } = {}) =>
  invoke(
    handlers.api,
    method,
    path,
    { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    JSON.stringify(body),
  );

/** Sends a webhook and ingests it. */
async function receive(body: string, signature = sign(body, SECRET)): Promise<void> {
  await invoke(handlers.scopio, 'POST', '/webhooks/scopio/shop/order-paid', { 'x-scopio-signature': signature }, body);
  const Records = (await hub.drain(INBOUND_QUEUE)).map((message, index) => ({
    messageId: `${index}`,
    body: message,
    attributes: {},
  }));
  expect(await handlers.ingest({ Records } as unknown as SQSEvent, {} as Context)).toEqual({ batchItemFailures: [] });
}

const ACCOUNTS = 'zenobia.accounts@example.com';
const billing_address = { street_address: 'Prosta 1', address_country: 'PL', email: ACCOUNTS };
const marked = (changes = {}) =>
  scopioOrder('ord_marked', {
    updated_at: '2026-11-20T09:15:00Z',
    note: 'Ring twice',
    billing_address,
    ...changes,
  }) as {
    shipping_address: object;
  };

const hasMark = (text: string): boolean => MARKS.some((mark) => text.toLowerCase().includes(mark));

/** Keys of the table's items that contain something of the buyer, compressed or not. */
async function markedItems(): Promise<string[]> {
  const { bare } = await import('#lib/platform/table/table');
  const { tableName } = await import('#lib/platform/settings');
  const { Items = [] } = await new DynamoDBClient({}).send(new ScanCommand({ TableName: tableName() }));
  const all = Items.map((item) => unmarshall(item) as { pk: string; sk: string });
  return all.filter((item) => hasMark(`${item.pk}${item.sk}${JSON.stringify(bare(item))}`)).map(({ pk }) => pk);
}

const kindsOf = (keys: readonly string[]) => [...new Set(keys.map((key) => key.split('#')[0]))].sort();

function markedFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return markedFiles(path);
    return hasMark(readFileSync(path, 'latin1')) ? [path] : [];
  });
}

async function fillEveryPlace(): Promise<void> {
  // Before it can be read.
  await receive(eventOf({ ...marked(), items: null }));
  await receive(eventOf(marked()));
  // Not an order, and not provably from the channel.
  await receive(eventOf({ ...marked(), items: 'none' }));
  const forged = eventOf({ ...marked(), note: 'forged' });
  await receive(forged, sign(forged, 'another-secret'));
  const patch = { shippingAddress: { extended_address: 'Americana 5' } };
  await call(`/orders/${ORDER}`, patch, { method: 'PATCH', key: 'ops-key' });
  const labelUrl = 'https://labels.example/zenobia.pdf';
  const fulfillment = { carrier: 'dhl', trackingNumber: 'JD1', labelUrl, lineItems: [{ id: 'li_1', quantity: 1 }] };
  const headers = { 'idempotency-key': 'once' };
  for (const _ of [1, 2])
    expect(await call(`/orders/${ORDER}/fulfillments`, fulfillment, { key: 'ops-key', headers })).toMatchObject({
      ...{ status: 201, body: { fulfillment: { labelUrl } } },
    });
  const back = { lineItems: fulfillment.lineItems, reason: 'Zenobia did not like it' };
  const answers = [1, 2].map(() =>
    call(`/orders/${ORDER}/returns`, back, { key: 'ops-key', headers: { 'idempotency-key': 'back' } }),
  );
  for (const answer of answers)
    expect(await answer).toMatchObject({ status: 201, body: { return: { reason: back.reason } } });
  const { queueUrl } = await import('#lib/platform/settings');
  const crashed = {
    id: 'evt_crashed',
    connection: 'shop',
    topic: 'order-paid',
    body: eventOf(marked()),
    encoding: 'utf8',
  };
  const QueueUrl = queueUrl(deadLetterQueue(INBOUND_QUEUE));
  await new SQSClient({}).send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(crashed) }));
  const { getOrder } = await import('#lib/orders/store');
  const { getDeliveries, transition } = await import('#lib/deliveries/ledger');
  const [placing] = await getDeliveries((await getOrder(ORDER))?.deliveries ?? []);
  if (!placing) throw new Error('nothing is placed');
  const cause = { code: 'http_422', description: 'no street Calle Fugadedatos 1234' };
  await transition(placing, { ...placing, state: 'dead', cause, nextAttemptAt: null });
}

test('a buyer is found wherever the hub keeps him, exported, erased, and stays erased when he is sent again', async () => {
  await fillEveryPlace();
  expect(kindsOf(await markedItems())).toEqual(['DELIVERY', 'EVENT', 'ORDER', 'QUARANTINE']);
  expect((await call('/buyers/export', { order: ORDER }, { key: 'ops-key' })).status).toBe(403);

  for (const email of [ACCOUNTS, '\u200bZENOBIA.canary＠example.com'])
    expect((await call('/buyers/export', { email, reason: 'asked' })).body).toMatchObject({ orders: [ORDER] });
  const exported = await call('/buyers/export', { email: ' Zenobia.Canary@EXAMPLE.com' });
  for (const said of [ACCOUNTS, 'Ring twice', 'Americana 5', 'did not like it'])
    expect(JSON.stringify(exported.body.places.orders), said).toContain(said);
  expect(exported.body).toMatchObject({ orders: [ORDER], complete: true });
  const found = Object.entries(exported.body.places as Record<string, unknown[]>).map(([place, all]) => [
    place,
    all.length,
  ]);
  expect(Object.fromEntries(found)).toEqual({
    events: 3,
    quarantine: 1,
    deadLetters: 1,
    deliveries: 1,
    timeline: 0,
    orders: 1,
  });

  const reason = 'asked by letter';
  const erased = await call('/buyers/erase', { email: 'zenobia.canary@example.com', reason });
  expect(erased.body).toMatchObject({ by: 'dpo', reason, orders: [ORDER], complete: true });
  expect(erased.body.touched).toEqual({
    events: 3,
    quarantine: 1,
    deadLetters: 1,
    deliveries: 1,
    timeline: 0,
    orders: 1,
  });
  expect(await markedItems()).toEqual([]);
  expect(await hub.drain(deadLetterQueue(INBOUND_QUEUE))).toEqual([]);

  const patch = { shippingAddress: { extended_address: 'Americana 5' } };
  expect(await call(`/orders/${ORDER}`, patch, { method: 'PATCH', key: 'ops-key' })).toMatchObject({
    ...{ status: 422, body: { error: { code: 'buyer_erased' } } },
  });
  await receive(eventOf(marked()));
  await receive(eventOf(marked({ updated_at: '2026-11-21T09:15:00Z', shipping_method: 'ups' })));
  expect(await markedItems()).toEqual([]);
  const { body: order } = await call(`/orders/${ORDER}`, {}, { method: 'GET', key: 'ops-key' });
  expect(order).toMatchObject({ buyer: {}, shippingAddress: { address_country: 'MX' }, status: 'partial' });
  expect(order.timeline.map(({ type }: { type: string }) => type)).toContain('buyer.erased');

  const audit = await call('/audit', {}, { method: 'GET', key: 'ops-key' });
  const done = audit.body.acts.map(({ act, by, about }: Record<string, string>) => [act, by, about]);
  expect(audit.body.acts).toContainEqual(expect.objectContaining({ act: 'buyer.exported', reason: 'asked' }));
  expect(done.slice(0, 2)).toEqual([
    ['buyer.erased', 'dpo', ORDER],
    ['buyer.exported', 'dpo', ORDER],
  ]);

  // About no order, but the buyer's: only the request has the address.
  const stray = '{"mail":"Zenobia.Canary@example.com"}';
  await receive(stray, sign(stray, 'another-secret'));
  const again = await call('/buyers/erase', { email: 'zenobia.canary@example.com', reason });
  expect(again.body).toMatchObject({ orders: [ORDER], complete: true });
  expect(again.body.touched).toMatchObject({ quarantine: 1, deadLetters: 0, deliveries: 0 });

  await vi.waitFor(() => expect(markedFiles(dataDir)).toEqual([]), { timeout: 20_000, interval: 500 });
});

test('a buyer without an order is found by his address at every account, and nobody whose address ends like it', async () => {
  const stray = (email: string) => `{"id":"evt_${email}","mail":"${email}"}`;
  await receive(stray('nemo@example.com'));
  await receive(stray('nemo@example.com'), sign('', 'another-secret'));
  await receive(stray('captain.nemo@example.com'));
  const { openDelivery, putNewDelivery } = await import('#lib/deliveries/ledger');
  const { transact } = await import('#lib/platform/table/table');
  for (const input of [{ email: 'nemo@example.com' }, { email: 'captain.nemo@example.com' }]) {
    const ticket = {
      kind: 'push',
      action: 'question-ticket',
      connection: 'shed',
      marketplace: 'm',
      order: null,
    } as const;
    const id = `dlv_${input.email.split('@')[0]}`;
    await transact([putNewDelivery(openDelivery({ ...ticket, id, subject: { input } }, new Date().toISOString()))]);
  }
  const asked = { email: 'Nemo <mailto:NEMO@example.com>', reason: 'asked' };
  const touched = { events: 1, quarantine: 1, deadLetters: 0, deliveries: 1, timeline: 0, orders: 0 };
  const exported = await call('/buyers/export', asked);
  expect(exported.body).toMatchObject({ orders: [], complete: true, places: { quarantine: [{ connection: 'shop' }] } });
  expect((await call('/buyers/erase', asked)).body).toMatchObject({ orders: [], complete: true, touched });
  const audit = await call('/audit', {}, { method: 'GET', key: 'ops-key' });
  expect(audit.body.acts.slice(0, 2)).toMatchObject([
    { act: 'buyer.erased', about: null },
    { act: 'buyer.exported', about: null },
  ]);
});

test('a quarantine that strangers filled is looked through piece by piece', async () => {
  const { exportBuyer } = await import('#lib/privacy/erase');
  const { getNetwork } = await import('#lib/marketplaces/network');
  for (const [n, mail] of ['crusoe@example.com', 'a@example.com', 'b@example.com', 'crusoe@example.com'].entries())
    await receive(JSON.stringify({ n, mail }), sign('', 'another-secret'));
  const options = { network: await getNetwork(), by: 'dpo', timeMs: -1 };
  const found: unknown[][] = [];
  for (let cursor: string | undefined; found.length === 0 || cursor; ) {
    const part = await exportBuyer({ email: 'crusoe@example.com' }, { ...options, cursor });
    found.push(part.places.quarantine);
    ({ cursor } = part);
  }
  expect(found.length).toBeGreaterThan(4);
  expect(found.flat()).toHaveLength(2);
  const { body } = await call('/buyers/erase', { email: 'crusoe@example.com', reason: 'asked' });
  expect(body.touched).toMatchObject({ quarantine: 2 });
});

test('what became the order of somebody else in the same house is neither exported nor erased', async () => {
  const home = { street_address: 'Lipowa 7 m. 3', phone_number: '+48600100299', address_country: 'PL' };
  const house = (id: string, email: string) => scopioOrder(id, { shipping_address: { ...home, email } });
  const billing_address = { email: 'ada.pays@example.com', address_country: 'PL' };
  await receive(eventOf({ ...house('ord_ada', 'ada@example.com'), billing_address }));
  await receive(eventOf(house('ord_bob', 'bob@example.com')));
  const { getDelivery, openDelivery, putNewDelivery } = await import('#lib/deliveries/ledger');
  const { transact } = await import('#lib/platform/table/table');
  const said = { dlv_bob: 'no courier to Lipowa 7 m. 3', dlv_mixed: '{"orden_id":"shop:ord_ada","name":"Ada"}' };
  for (const [id, description] of Object.entries(said)) {
    const placing = { id, kind: 'push', action: 'order', connection: 'shed', marketplace: 'm', subject: {} } as const;
    const opened = openDelivery({ ...placing, order: 'shop:ord_bob' } as never, new Date().toISOString());
    await transact([putNewDelivery({ ...opened, cause: { code: 'unexpected_answer', description } })]);
  }
  const exported = await call('/buyers/export', { email: 'ada@example.com' });
  expect(exported.body).toMatchObject({ orders: ['shop:ord_ada'], places: { events: [{}] } });
  expect(JSON.stringify(exported.body.places.events)).not.toContain('bob@example.com');
  const erased = await call('/buyers/erase', { email: 'ada@example.com', reason: 'asked' });
  expect(erased.body.touched).toMatchObject({ events: 1, orders: 1, deliveries: 1 });
  const left = await Promise.all(Object.keys(said).map(async (id) => (await getDelivery(id))?.cause?.description));
  expect(left).toEqual([said.dlv_bob, expect.not.stringContaining('Ada')]);
  expect((await call('/buyers/export', { email: 'bob@example.com' })).body.places.events).toHaveLength(1);
  const { body: again } = await call('/buyers/export', { email: billing_address.email });
  expect(again.orders, 'an erased order is found by each of its addresses').toEqual(['shop:ord_ada']);
});

test('a buyer is erased from what was said when his order was read, and from answers to what he asked', async () => {
  await receive(eventOf(scopioOrder('7700077')));
  const { getDelivery, openDelivery, putNewDelivery, transition } = await import('#lib/deliveries/ledger');
  const { tellOrder } = await import('#lib/orders/change');
  const { transact } = await import('#lib/platform/table/table');
  const at = new Date().toISOString();
  const done = [
    { type: 'question-ticket.done', detail: { delivery: 'dlv_asked', remoteId: 'T-5' } } as const,
    { type: 'items.done', detail: { delivery: 'dlv_other' } } as const,
  ];
  await transact(tellOrder('shop:7700077', done, { by: 'shed', at, origin: 'dlv_asked' }));
  const cause = { code: 'http_500', description: 'Zenobia is not here' };
  const add = (id: string, kind: 'fetch' | 'push' | 'notify', connection: string, subject: object, said = cause) =>
    transact([
      putNewDelivery({
        ...openDelivery({ id, kind, action: 'x', connection, marketplace: 'm', order: null, subject } as never, at),
        ...(kind !== 'push' && { cause: said }),
      }),
    ]);
  // About another's change.
  const twice = { code: 'http_500', description: 'zenobia.canary@example.com is known twice' };
  await add('dlv_told', 'notify', 'erp', { change: {} }, twice);
  await add('dlv_read', 'fetch', 'shop', { resource: '7700077' });
  await add('dlv_other', 'fetch', 'shed', { resource: '7700077' });
  const far = { code: 'http_404', description: 'no order "7700077" of Agnes' };
  await add('dlv_far', 'fetch', 'far', { resource: '7700077' }, far);
  await add('dlv_reply', 'push', 'shed', { input: { ticketId: 'T-5', content: 'Dear Zenobia' } });
  await add('dlv_done', 'fetch', 'shop', { resource: '7700077' });
  const pending = await getDelivery('dlv_done');
  if (!pending) throw new Error('it is there');
  const succeeded = { ...pending, state: 'succeeded', nextAttemptAt: null } as const;
  await transition(pending, succeeded);
  await add('dlv_blank', 'push', 'shed', { input: { ticketId: 'T-6', content: '' } });
  const { eraseBuyer } = await import('#lib/privacy/erase');
  const { getNetwork } = await import('#lib/marketplaces/network');
  const known = await getNetwork();
  const [one] = known.connections.values();
  const connections = new Map([...known.connections, ['far', { ...one, id: 'far' }]] as never);
  const network = { ...known, connections, endpoints: new Map([['erp', {}]]) } as never;
  const { touched } = await eraseBuyer({ order: 'shop:7700077' }, 'asked', { network, by: 'dpo', timeMs: 20_000 });
  expect(touched).toMatchObject({ deliveries: 4, orders: 1 });
  expect(await transition(succeeded, succeeded), 'whoever read it before writes nothing back').toBe(false);
  const { getDeliveries } = await import('#lib/deliveries/ledger');
  const [read, other, reply, afar] = await getDeliveries(['dlv_read', 'dlv_other', 'dlv_reply', 'dlv_far']);
  expect(afar?.cause).toEqual(far);
  expect([read?.cause?.description, other?.cause, reply?.subject]).toEqual(['erased', cause, { input: null }]);
});

test('whoever is asked for and not known is said so, and a request names one order or one address', async () => {
  expect((await call('/buyers/erase', { order: 'shop:nobody', reason: 'x' })).status).toBe(404);
  expect((await call('/buyers/export', { email: 'nobody@example.com' })).body).toMatchObject({
    orders: [],
    complete: true,
  });
  expect((await call('/buyers/export', { email: 'a@b.c', order: ORDER })).status).toBe(400);
  expect(await call('/buyers/erase', { email: 'ana@b.example, eva@b.example', reason: 'x' })).toMatchObject({
    ...{ status: 400, body: { error: { field: 'email' } } },
  });
  expect((await call('/buyers/erase', { order: ORDER })).status).toBe(400);
});

test('a look for a buyer among many orders ends in time, and goes on where it ended', async () => {
  const { exportBuyer } = await import('#lib/privacy/erase');
  const { getNetwork } = await import('#lib/marketplaces/network');
  const asked: Array<string | undefined> = [];
  const order = orderOf();
  const snapshot = { ...order.history.snapshot, buyer: { email: 'nobody@example.com' } };
  const joined = { ...order, parts: { ord_part: { ...order.history, snapshot } } };
  const list = async ({ cursor, matches }: Parameters<typeof listOrders>[0]) => {
    expect([matches?.(order), matches?.(joined)]).toEqual([false, true]);
    asked.push(cursor);
    const next = `${Number(cursor ?? 0) + 1}`;
    return { items: [], ...(Number(next) < 3 && { cursor: next }) };
  };
  const options = { network: await getNetwork(), by: 'dpo', timeMs: -1, list };
  const first = await exportBuyer({ email: 'nobody@example.com' }, options);
  expect(first).toMatchObject({ orders: [], complete: false, cursor: '1' });
  const last = await exportBuyer({ email: 'nobody@example.com' }, { ...options, timeMs: 60_000, cursor: first.cursor });
  expect(last).toMatchObject({ complete: true });
  expect(last).not.toHaveProperty('cursor');
  expect(asked).toEqual([undefined, '1', '2']);
});

test('a buyer among more events and requests than there is time for is exported and erased piece by piece', async () => {
  await receive(eventOf(scopioOrder('ord_crowd')));
  const { inboundReceived, packJson } = await import('#events/inbound-body');
  const { recordEvent } = await import('#lib/inbound/event');
  const { openDelivery, putNewDelivery } = await import('#lib/deliveries/ledger');
  const { transact } = await import('#lib/platform/table/table');
  const { eraseBuyer, exportBuyer } = await import('#lib/privacy/erase');
  const { getNetwork } = await import('#lib/marketplaces/network');
  const add = async (_: unknown, n: number) => {
    const stranger = inboundReceived({
      connection: 'shop',
      topic: 'order-paid',
      receivedBy: 'webhook',
      ...packJson({ n }),
    });
    const request = { id: `dlv_crowd${n}`, kind: 'push', action: 'items-create', connection: 'shed' } as const;
    const asked = { ...request, marketplace: 'marketful', order: null, subject: { input: { n } } };
    await recordEvent(stranger, { state: 'applied' });
    await transact([putNewDelivery(openDelivery(asked, new Date().toISOString()))]);
  };
  await Promise.all(Array.from({ length: 410 }).map(add));
  const { queueUrl } = await import('#lib/platform/settings');
  for (const name of [INBOUND_QUEUE, ENDPOINT]) {
    const QueueUrl = queueUrl(deadLetterQueue(name));
    for (const MessageBody of ['no JSON', 'null', '{"order":"shop:ord_crowd"}'])
      await new SQSClient({}).send(new SendMessageCommand({ QueueUrl, MessageBody }));
  }
  const options = { network: await getNetwork(), by: 'dpo', timeMs: -1 };
  const subject = { order: 'shop:ord_crowd' };
  const bodies: unknown[] = [];
  let answers = 0;
  for (let cursor: string | undefined; answers === 0 || cursor; answers++) {
    const part = await exportBuyer(subject, { ...options, cursor });
    bodies.push(...part.places.events);
    ({ cursor } = part);
  }
  expect([answers > 9, answers < 30, bodies.length]).toEqual([true, true, 1]);
  let certificate: Awaited<ReturnType<typeof eraseBuyer>> | undefined;
  do certificate = await eraseBuyer(subject, 'asked', { ...options, cursor: certificate?.cursor });
  while (!certificate.complete);
  expect(certificate.touched).toMatchObject({ orders: 1 });
  for (const name of [INBOUND_QUEUE, ENDPOINT])
    expect((await hub.drain(deadLetterQueue(name))).sort(), name).toEqual(['no JSON', 'null']);
  expect((await markedItems()).filter((key) => key.includes('ord_crowd'))).toEqual([]);
  const { body } = await call('/audit', {}, { method: 'GET', key: 'ops-key' });
  expect(
    body.acts.filter(({ act, about }: Record<string, string>) => act === 'buyer.erased' && about === subject.order),
  ).toHaveLength(1);
});

test('what is too large for one answer is gone on with by its cursor, which is for nothing else', async () => {
  await receive(eventOf(scopioOrder('ord_large')));
  const { inboundReceived, packJson } = await import('#events/inbound-body');
  const { recordEvent } = await import('#lib/inbound/event');
  const order = 'shop:ord_large';
  for (let n = 0; n < 9; n++) {
    const body = packJson({ n, label: `${n}`.repeat(250_000) });
    const large = inboundReceived({ connection: 'shop', topic: 'order-paid', receivedBy: 'webhook', ...body });
    await recordEvent(large, { state: 'applied', order });
  }
  const { body: first } = await call('/buyers/export', { order });
  expect(first).toMatchObject({ complete: false, places: { orders: [] } });
  const { cursor } = first;
  for (const [path, asked] of [
    ['/buyers/erase', { order, reason: 'x', cursor }],
    ['/buyers/export', { order: ORDER, cursor }],
    ['/buyers/export', { order, cursor: '~orders~' }],
  ] as const)
    expect(await call(path, asked)).toMatchObject({ status: 400, body: { error: { field: 'cursor' } } });
  const { body: last } = await call('/buyers/export', { order, cursor });
  expect(last).toMatchObject({ complete: true, places: { events: [], orders: [{ id: order }] } });
});

test('a buyer is erased when the order has been settled for as long as buyers are kept', async () => {
  vi.stubEnv('RETENTION_BUYER_DAYS', '0.000002');
  await receive(eventOf(scopioOrder('ord_settled')));
  await receive(eventOf(scopioOrder('ord_halfway')));
  for (const id of ['ord_settled', 'ord_halfway'])
    await call(`/orders/shop:${id}/fulfillments`, { carrier: 'dhl', trackingNumber: id }, { key: 'ops-key' });
  await receive(eventOf(scopioOrder('ord_open')));
  const { endRetention } = await import('#lib/privacy/retention');
  const { getOrder } = await import('#lib/orders/store');
  const { changeOrder } = await import('#lib/orders/change');
  const { getNetwork } = await import('#lib/marketplaces/network');
  const { getItem, db } = await import('#lib/platform/table/table');
  const items = await import('#lib/platform/table/items');
  // Each waits in an item of its own: ten thousand would not fit into one.
  const wait = items.retentionWait.key({ order: 'shop:ord_open' });
  const erased = { at: '2026-11-20T09:15:00.000Z', by: 'hub', email: null };
  const halfway = (order: Order | null) => order && { order: { ...order, erased } };
  await changeOrder('shop:ord_halfway', halfway, { by: 'hub', origin: 'test', network: await getNetwork() });
  const peopleOf = async (id: string) => {
    const { buyer, shippingAddress } = (await getOrder(id)) ?? {};
    return { buyer, shippingAddress };
  };
  const nobody = { buyer: {}, shippingAddress: { address_country: 'MX' } };
  await vi.waitFor(
    async () => {
      await endRetention();
      for (const id of ['shop:ord_settled', 'shop:ord_halfway']) expect(await peopleOf(id), id).toEqual(nobody);
      expect(await getItem(wait)).toEqual({ order: 'shop:ord_open' });
    },
    { timeout: 20_000, interval: 100 },
  );
  expect(await getOrder('shop:ord_open')).toMatchObject({ shippingAddress: { first_name: 'Zenobia' } });
  await call('/orders/shop:ord_open/fulfillments', { carrier: 'dhl', trackingNumber: 'open' }, { key: 'ops-key' });
  await vi.waitFor(
    async () => {
      await endRetention();
      expect(await peopleOf('shop:ord_open')).toEqual(nobody);
    },
    { timeout: 20_000, interval: 100 },
  );
  expect(await getItem(wait)).toBeUndefined();
  // Who asks then, also by a part of the order, is remembered for as long as the order may be sent again.
  const { putPart } = await import('#lib/orders/find');
  await db.transactWrite([putPart('shop:ord_share', 'shop:ord_open')]);
  await call('/buyers/erase', { order: 'shop:ord_share', reason: 'asked by letter' });
  expect(await getOrder('shop:ord_open')).toMatchObject({ erased: { by: 'dpo', email: expect.any(String) } });
  // As an earlier version left it: its list, of which a sweep has no time for all.
  await receive(eventOf(scopioOrder('ord_listed')));
  const progress = {
    nextAt: '',
    behind: { shop: '9' },
    waiting: [...Array(200).fill('shop:ord_none'), 'shop:ord_listed'],
  };
  await db.put({ Item: { ...progress, ...items.retention.key() } });
  await endRetention();
  expect(await getItem(items.retention.key())).toMatchObject({ waiting: ['shop:ord_listed'] });
  await endRetention(new Date(Date.now() + 1000));
  expect(await getItem(items.retentionWait.key({ order: 'shop:ord_listed' }))).toBeDefined();
  expect(await getItem(items.retention.key())).toMatchObject({ waiting: [] });
});
