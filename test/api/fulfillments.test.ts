import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putOrder, startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
  await api.putKey('wms', 'wms', ['fulfillments:write']);
});
afterAll(() => api.stop());

const parcel = { carrier: 'DHL', trackingNumber: ' JD01 ', shippedAt: '2026-11-21T10:00:00+01:00' };
const path = (id: string) => `/orders/${encodeURIComponent(id)}/fulfillments`;
const post = (id: string, body: unknown, headers = {}) => api.call('POST', path(id), { key: 'wms', body, headers });
const orderOf = async (id: string) => (await api.call('GET', `/orders/${id}`)).body;
const reportsOf = async (id: string) =>
  (await api.call('GET', `/deliveries?order=${id}`)).body.deliveries.filter(
    ({ action }: { action: string }) => action === 'fulfillment',
  );

test('a parcel without lines holds all that is left, and whoever sold the order is told', async () => {
  const { id } = await putOrder('whole');
  const { status, body } = await post(id, parcel);
  expect(status).toBe(201);
  expect(body.fulfillment).toMatchObject({
    by: 'erp',
    carrier: 'dhl',
    trackingNumber: 'JD01',
    shippedAt: '2026-11-21T09:00:00.000Z',
    lineItems: [
      { id: 'li_1', quantity: 2 },
      { id: 'li_2', quantity: 1 },
    ],
  });
  const order = await orderOf(id);
  expect(order).toMatchObject({ status: 'fulfilled', fulfillments: [{ id: body.fulfillment.id }] });
  expect(order.timeline.map(({ type }: { type: string }) => type)).toContain('fulfillment.added');
  expect(await reportsOf(id)).toMatchObject([
    { connection: 'shop', order: id, state: 'pending', subject: { fulfillment: body.fulfillment.id } },
  ]);
});

test('the same parcel twice is one, and the second answer is 200', async () => {
  const { id } = await putOrder('twice');
  const first = await post(id, { ...parcel, lineItems: [{ id: 'li_1', quantity: 1 }] });
  const second = await post(id, { ...parcel, carrier: 'dhl', lineItems: [{ id: 'li_1', quantity: 1 }] });
  expect([first.status, second.status]).toEqual([201, 200]);
  expect(second.body).toEqual(first.body);
  expect(await reportsOf(id)).toHaveLength(1);
});

test.each([undefined, 'retry-1'])(
  'identical posts at the same time make one parcel and one delivery (key %s)',
  async (key) => {
    const { id } = await putOrder(`at-once-${key}`);
    const headers = key ? { 'idempotency-key': key } : {};
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(id, parcel, headers)));
    const created = answers.filter(({ status }) => status === 201);
    expect(created).toHaveLength(key ? 8 : 1);
    expect(new Set(answers.map(({ body }) => body.fulfillment.id)).size).toBe(1);
    expect((await orderOf(id)).fulfillments).toHaveLength(1);
    expect(await reportsOf(id)).toHaveLength(1);
  },
);

test('different parcels at the same time are all kept', async () => {
  const { id } = await putOrder('many');
  const parcels = [
    { ...parcel, trackingNumber: 'A', lineItems: [{ id: 'li_1', quantity: 1 }] },
    { ...parcel, trackingNumber: 'B', lineItems: [{ id: 'li_1', quantity: 1 }] },
    { ...parcel, trackingNumber: 'C', lineItems: [{ id: 'li_2', quantity: 1 }] },
  ];
  const answers = await Promise.all(parcels.map((body) => post(id, body)));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(await orderOf(id)).toMatchObject({ status: 'fulfilled' });
  expect(await reportsOf(id)).toHaveLength(3);
});

test('an Idempotency-Key gives the same answer again and refuses another body', async () => {
  const { id } = await putOrder('idempotent');
  const headers = { 'Idempotency-Key': 'k-1' };
  const first = await post(id, parcel, headers);
  expect(await post(id, parcel, headers)).toEqual(first);
  const other = await post(id, { ...parcel, trackingNumber: 'JD02' }, headers);
  expect(other).toMatchObject({ status: 422, body: { error: { code: 'idempotency_key_reused' } } });
  const tooLong = await post(id, parcel, { 'idempotency-key': 'k'.repeat(256) });
  expect(tooLong).toMatchObject({ status: 400, body: { error: { field: 'idempotency-key' } } });
  await api.putKey('other-wms', 'other', ['fulfillments:write']);
  const elsewhere = await api.call('POST', path(id), { key: 'other-wms', body: parcel, headers });
  expect(elsewhere).toMatchObject({ status: 200 });
});

test('what cannot be shipped is refused with its field', async () => {
  const { id } = await putOrder('limits');
  const lines = (lineItems: unknown) => post(id, { ...parcel, lineItems });
  expect(await lines([{ id: 'li_9', quantity: 1 }])).toMatchObject({
    status: 422,
    body: { error: { code: 'unknown_line_item', field: 'lineItems[0].id' } },
  });
  expect(await lines([{ id: 'li_1', quantity: 3 }])).toMatchObject({
    status: 422,
    body: { error: { code: 'quantity_exceeded', field: 'lineItems[0].quantity' } },
  });
  expect((await orderOf(id)).fulfillments).toEqual([]);
});

test.each([
  [{ carrier: undefined }, 'carrier'],
  [{ carrier: 'DHL Express!' }, 'carrier'],
  [{ trackingNumber: '   ' }, 'trackingNumber'],
  [{ trackingNumber: 12 }, 'trackingNumber'],
  [{ trackingNumber: 'JD01\nJD02' }, 'trackingNumber'],
  [{ trackingUrl: 'javascript:alert(1)' }, 'trackingUrl'],
  [{ labelUrl: 'label.pdf' }, 'labelUrl'],
  [{ shippedAt: '2026-11-21T10:00:00' }, 'shippedAt'],
  [{ shippedAt: '1999-01-01T00:00:00Z' }, 'shippedAt'],
  [{ shippedAt: '2199-01-01T00:00:00Z' }, 'shippedAt'],
  [{ lineItems: [] }, 'lineItems'],
  [{ lineItems: [{ id: 'li_1', quantity: 0 }] }, 'lineItems.0.quantity'],
  [{ lineItems: [{ id: 'li_1', quantity: 1, sku: 'X' }] }, 'lineItems.0.sku'],
  [{ tracking: 'JD01' }, 'tracking'],
])('a parcel with %j is 400 and names %s', async (change, field) => {
  expect(await post('shop:whole', { ...parcel, ...change })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_request', field } },
  });
});

test('an unknown order is 404 and a cancelled one 409', async () => {
  expect(await post('shop:none', parcel)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  const { id } = await putOrder('off', { cancelled: true });
  expect(await post(id, parcel)).toMatchObject({ status: 409, body: { error: { code: 'order_cancelled' } } });
});

test('a parcel that the order has no room for is refused with 422, and changes nothing', async () => {
  const noise = (bytes: number) => randomBytes(bytes).toString('base64url');
  const line = { id: 'li_1', sku: 'POSTER', title: noise(395_000), quantity: 50, unitPrice: 1000 };
  const { id } = await putOrder('full', {
    lines: [line],
    amounts: { fulfillment: 0, tax: 0, discount: 0, total: 50_000 },
  });
  const one = () => ({ carrier: 'dhl', trackingNumber: noise(12), lineItems: [{ id: 'li_1', quantity: 1 }] });
  const urls = () => ({
    trackingUrl: `https://t.example/${noise(1400)}`,
    labelUrl: `https://l.example/${noise(1400)}`,
  });
  let posted = 0;
  for (;;) {
    const { status, body } = await post(id, { ...one(), ...urls() });
    if (status === 201 && ++posted < 40) continue;
    expect([status, body.error?.code]).toEqual([422, 'order_too_large']);
    break;
  }
  expect((await orderOf(id)).fulfillments).toHaveLength(posted);
});
