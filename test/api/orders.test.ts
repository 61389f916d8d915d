import { afterAll, beforeAll, expect, test } from 'vitest';
import { putPart } from '#lib/orders/find';
import { db } from '#lib/platform/table/table';
import { validateUcpOrder } from '#lib/ucp/validate';
import { putOrder, startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const encoded = (id: string) => `/orders/${encodeURIComponent(id)}`;

test('an order carries a valid UCP order, its timeline and none of the bookkeeping', async () => {
  const { id } = await putOrder('one');
  const { status, body } = await api.call('GET', encoded(id));
  expect(status).toBe(200);
  expect(validateUcpOrder(body.ucp)).toEqual([]);
  for (const kept of ['history', 'parts', 'routed', 'correctedAddress', 'snapshotHash', 'sourceVersion', 'missed'])
    expect(body).not.toHaveProperty(kept);
  expect(body).toMatchObject({
    id: 'shop:one',
    connection: 'shop',
    externalId: 'one',
    status: 'open',
    taxIncluded: true,
  });
  expect(body.timeline.map(({ type }: { type: string }) => type)).toContain('order.received');
});

test.each(['two', 'a:b', 'a/b', 'x/explanation'])('an order with the id %s is explained', async (externalId) => {
  const { id } = await putOrder(externalId);
  const { status, body } = await api.call('GET', `${encoded(id)}/explanation`);
  expect([status, body.order]).toEqual([200, id]);
});

test.each([
  'a:b',
  'a/b',
  'å b',
  '100%',
  '%41',
  '50%25',
  'a?b',
  'a/../b',
  '..',
  'x/fulfillments',
  'x/explanation',
  '%2F',
])('an order with the id %s is found under its encoded path', async (externalId) => {
  const { id } = await putOrder(externalId);
  expect(await api.call('GET', encoded(id))).toMatchObject({ status: 200, body: { id } });
  const query = `/orders?connection=shop&externalId=${encodeURIComponent(externalId)}`;
  expect(await api.call('GET', query)).toMatchObject({ status: 200, body: { orders: [{ id }] } });
});

test('an order that is a part of another at its sales channel leads to that', async () => {
  const { id } = await putOrder('whole');
  await db.transactWrite([putPart('shop:share', id)]);
  expect(await api.call('GET', '/orders/shop:share')).toMatchObject({ status: 200, body: { id } });
  expect((await api.call('GET', '/orders?connection=shop&externalId=share')).body).toMatchObject({ orders: [{ id }] });
});

test.each(['e:f', 'å c', '99%', 'a#b'])(
  'an order with the id %s is found where the gateway has decoded the path',
  async (externalId) => {
    const { id } = await putOrder(externalId);
    expect(await api.call('GET', `/orders/${id}`)).toMatchObject({ status: 200, body: { id } });
  },
);

test('a parcel is posted to an order whose id has a slash or an escape, encoded once', async () => {
  const parcel = { carrier: 'dhl', trackingNumber: 'T-1' };
  for (const externalId of ['p/q', 'p%41', 'p/..']) {
    const { id } = await putOrder(externalId);
    expect(await api.call('POST', `${encoded(id)}/fulfillments`, { body: parcel })).toMatchObject({ status: 201 });
  }
});

test('an id longer than any key is not found, wherever it is sent', async () => {
  const long = 'a'.repeat(3_000);
  for (const path of ['orders', 'deliveries', 'events', 'replays'])
    expect(await api.call('GET', `/${path}/${long}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    });
  const parcel = { carrier: 'dhl', trackingNumber: 'T-1' };
  expect(await api.call('POST', `/orders/${long}/fulfillments`, { body: parcel })).toMatchObject({ status: 404 });
  expect(await api.call('PATCH', `/orders/${long}`, { body: { shippingAddress: { email: '' } } })).toMatchObject({
    status: 404,
  });
  for (const act of ['replay', 'close'])
    expect(await api.call('POST', `/deliveries/${long}/${act}`, { body: { reason: 'r' } })).toMatchObject({
      status: 404,
    });
  for (const query of [
    `orders?connection=shop&externalId=${long}`,
    `orders?connection=${long}`,
    `events?connection=${long}`,
  ])
    expect(await api.call('GET', `/${query}`)).toMatchObject({ status: 200 });
  for (const query of [`connection=${long}`, `connection=${long}&state=dead`, `order=${long}`])
    expect(await api.call('GET', `/deliveries?${query}`)).toMatchObject({ status: 200, body: { deliveries: [] } });
  for (const path of ['products', 'stock', 'quarantine'])
    expect(await api.call('GET', `/${path}?${path === 'quarantine' ? 'connection' : 'sku'}=${long}`)).toMatchObject({
      status: 200,
    });
  for (const filter of [{ connection: long }, { order: long }, { event: long }])
    expect(await api.call('POST', '/remaps', { body: { filter } })).toMatchObject({
      status: 200,
      body: { examined: 0 },
    });
});

test('an unknown order is 404, and an unknown external id an empty list', async () => {
  expect(await api.call('GET', '/orders/shop:none')).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found' } },
  });
  expect(await api.call('GET', '/orders?connection=shop&externalId=none')).toMatchObject({
    status: 200,
    body: { orders: [] },
  });
});

test('pages join to the whole list, newest first, and only the last has no cursor', async () => {
  for (let i = 0; i < 5; i++) await putOrder(`page-${i}`, { cancelled: i % 2 === 0 });
  const whole = (await api.call('GET', '/orders?limit=200')).body;
  expect(whole.cursor).toBeUndefined();
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await api.call('GET', `/orders?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
    expect(body.orders.length).toBeLessThanOrEqual(2);
    seen.push(...body.orders.map(({ id }: { id: string }) => id));
    cursor = body.cursor;
  } while (cursor);
  expect(seen).toEqual(whole.orders.map(({ id }: { id: string }) => id));
  expect(whole.orders[0]).not.toHaveProperty('timeline');
  const cancelled = (await api.call('GET', '/orders?status=cancelled')).body.orders;
  expect(cancelled.map(({ id }: { id: string }) => id)).toEqual(['shop:page-4', 'shop:page-2', 'shop:page-0']);
  expect((await api.call('GET', `/orders?limit=200&since=${whole.orders.at(-1).receivedAt}`)).body).toEqual(whole);
  const { body: none } = await api.call('GET', '/orders?limit=1&since=2999-01-01T00:00:00Z');
  expect(none).toEqual({ orders: [] });
});

test('a list goes on behind an order whose id is as long as a key can be', async () => {
  const { id } = await putOrder(`long-${'x'.repeat(970)}`);
  await putOrder('after-the-long-one');
  const first = await api.call('GET', '/orders?limit=2');
  expect(first.body.orders.at(-1).id).toBe(id);
  expect(await api.call('GET', `/orders?limit=2&cursor=${first.body.cursor}`)).toMatchObject({ status: 200 });
});

test('an address is corrected under the name of the key, and blocked deliveries of the order run again', async () => {
  const { id, deliveries } = await putOrder('moved', { shippingAddress: { address_country: 'DE', postal_code: '1' } });
  expect(deliveries).toMatchObject([{ action: 'route', state: 'blocked', waitsFor: 'routes' }]);
  const { getDelivery, transition } = await import('#lib/deliveries/ledger');
  const [route] = deliveries;
  const before = await getDelivery(route?.id ?? '');
  if (!before) throw new Error('no delivery');
  await transition(before, { ...before, waitsFor: 'order', updatedAt: new Date().toISOString() });

  const patch = { shippingAddress: { address_country: ' mx ', postal_code: '03940' } };
  const { status, body } = await api.call('PATCH', encoded(id), { body: patch });
  expect(status).toBe(200);
  expect(body.shippingAddress).toMatchObject({ address_country: 'MX', postal_code: '03940' });
  expect(body.timeline).toContainEqual(
    expect.objectContaining({
      type: 'address.corrected',
      by: 'operator',
      detail: { members: ['address_country', 'postal_code'] },
    }),
  );
  expect(JSON.stringify(body.timeline)).not.toContain('03940');
  expect(await getDelivery(before.id)).toMatchObject({ state: 'pending', cause: null });
});

test.each([
  [{}, 'shippingAddress'],
  [{ shippingAddress: {} }, 'shippingAddress'],
  [{ shippingAddress: { zip: '1' } }, 'shippingAddress.zip'],
  [{ shippingAddress: { address_country: 'Mexico' } }, 'shippingAddress.address_country'],
  [{ shippingAddress: { postal_code: 1 } }, 'shippingAddress.postal_code'],
  [{ shippingAddress: { postal_code: '1' }, status: 'open' }, 'status'],
])('PATCH with %j is 400 and names %s', async (body, field) => {
  const { id } = await putOrder(`patch-${field}`).catch(() => ({ id: 'shop:one' }));
  expect(await api.call('PATCH', encoded(id), { body })).toMatchObject({ status: 400, body: { error: { field } } });
});

test('an order that is not valid UCP does not leave the hub, and does not hide the others', async () => {
  const { id } = await putOrder('broken');
  const { transact } = await import('#lib/platform/table/table');
  const store = await import('#lib/orders/store');
  const order = await store.getOrder(id);
  if (!order) throw new Error(`no ${id}`);
  // A member that is not as derived from the rest of the order is stored as it is.
  const ucp = { ...order.ucp, currency: 7 } as unknown as typeof order.ucp;
  await transact([store.putOrder({ ...order, ucp }, order)]);
  expect(await api.call('GET', encoded(id))).toMatchObject({
    status: 500,
    body: { error: { code: 'order_invalid', field: 'currency' } },
  });
  const { body } = await api.call('GET', '/orders?limit=200');
  expect(body.orders.find((order: { id: string }) => order.id === id)).toMatchObject({ ucp: null });
});
