import { afterAll, beforeAll, expect, test } from 'vitest';
import { drain, putOrder, startApi } from './hub-api.ts';

const DAY = new Date(Date.now() - 24 * 3600_000).toISOString().slice(0, 10);
const MONTH_AGO = new Date(Date.now() - 30 * 24 * 3600_000).toISOString().slice(0, 10);
const TODAY = new Date().toISOString().slice(0, 10);
let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
  await putOrder('ord_1', { placedAt: `${DAY}T00:00:00.000Z` });
  await putOrder('ord_2', { placedAt: `${DAY}T23:59:59.000Z` });
});
afterAll(() => api.stop());

test('an acknowledgement stands on the order, and lists go by it', async () => {
  const put = (reference: string) => api.call('PUT', '/orders/shop:ord_1/acknowledgement', { body: { reference } });
  expect(await put('SO-1001')).toMatchObject({ status: 200, body: { acknowledgement: { reference: 'SO-1001' } } });
  const { revision } = (await put('SO-1001')).body;
  expect((await put('SO-1002')).body).toMatchObject({
    revision: revision + 1,
    acknowledgement: { reference: 'SO-1002' },
  });
  const ids = async (query: string) =>
    (await api.call('GET', `/orders?${query}`)).body.orders.map(({ externalId }: { externalId: string }) => externalId);
  expect(await ids('acknowledged=true')).toEqual(['ord_1']);
  expect(await ids('acknowledged=false')).toEqual(['ord_2']);
  for (const odd of ['  ', 'SO-\0', 'SO-\u001b[2J', 'SO-\ud83d']) expect((await put(odd)).status).toBe(400);
  expect((await api.call('PUT', '/orders/shop:none/acknowledgement', { body: { reference: 'x' } })).status).toBe(404);
});

test('the balance of a day names the orders that miss a step, and a mistyped connection is refused', async () => {
  const { body } = await api.call('GET', `/balance?day=${DAY}&connection=shop`);
  expect(body).toMatchObject({
    complete: true,
    balances: [{ connection: 'shop', known: 2, cancelled: 0, released: 2, acknowledged: 1, shipped: 0 }],
  });
  expect(body.balances[0].differences).toContainEqual({ missing: 'acknowledged', orders: ['shop:ord_2'] });
  expect((await api.call('GET', `/balance?day=${TODAY}`)).body).toEqual({ balances: [], complete: true });
  await putOrder('ord_late', { placedAt: `${MONTH_AGO}T12:00:00.000Z` });
  const late = await api.call('GET', `/balance?day=${MONTH_AGO}`);
  expect(late.body).toMatchObject({ complete: true, balances: [{ known: 1 }] });
  expect((await api.call('GET', '/balance?day=yesterday')).status).toBe(400);
  expect((await api.call('GET', `/balance?day=${DAY}&connection=shpo`)).status).toBe(404);
  expect((await api.call('GET', '/changes?connection=shop')).status).toBe(200);
  expect((await api.call('GET', '/changes?connection=shpo')).status, 'as caught up as a mistyped day').toBe(404);
});

test('an order is read again where its marketplace has a call for that, and said so where not', async () => {
  expect(await api.call('POST', '/orders/shop:ord_1/refresh')).toMatchObject({
    status: 422,
    body: { error: { code: 'refresh_unsupported' } },
  });
  const { putConnection } = (await import('#lib/connections/store')).configurationStore;
  const limits = { pollIntervalSeconds: 600, requestsPerMinute: 60 };
  await putConnection({ id: 'se', marketplace: 'sello', baseUrl: 'https://se.test', settings: {}, ...limits });
  await putOrder('77', {}, 'se');
  const asked = await api.call('POST', '/orders/se:77/refresh');
  expect(asked).toMatchObject({ status: 202, body: { deliveries: [expect.stringMatching(/^dlv_/)] } });
  expect(await drain('sello-deliveries')).toEqual(asked.body.deliveries);
  const [id] = asked.body.deliveries;
  expect((await api.call('GET', `/deliveries/${id}`)).body).toMatchObject({ kind: 'fetch', action: 'order' });
});

test('changes of large orders come in as many answers as Lambda lets through', async () => {
  const lines = Array.from({ length: 300 }, (_, n) => ({
    id: `li_${n}`,
    sku: `S${n}`,
    title: 'x'.repeat(60),
    quantity: 1,
    unitPrice: 1,
  }));
  const { id } = await putOrder('large', { lines, amounts: { fulfillment: 0, tax: 0, discount: 0, total: 300 } });
  const { openFeed } = await import('#lib/changes/feed');
  const { shardNumber } = await import('#lib/platform/table/sharded-index');
  const occurredAt = new Date().toISOString();
  const told = {
    type: 'order.changed',
    order: id,
    connection: 'shop',
    occurredAt,
    changed: [] as string[],
    delivery: null,
    sku: null,
  } as const;
  const many = Array.from({ length: 40 }, (_, n) => ({ ...told, id: `chg_${n}`, revision: n }));
  await openFeed().append(shardNumber(id), () => many, occurredAt);
  const seen: number[] = [];
  const sizes: number[] = [];
  for (let after = ''; seen.length < 40; ) {
    const { body } = await api.call('GET', `/changes?include=order&limit=200&after=${after}`);
    sizes.push(JSON.stringify(body).length);
    seen.push(...body.changes.map(({ revision }: { revision: number }) => revision));
    after = body.cursor;
  }
  expect(seen).toEqual(many.map(({ revision }) => revision));
  expect([sizes.length > 1, Math.max(...sizes) < 6_000_000]).toEqual([true, true]);
});
