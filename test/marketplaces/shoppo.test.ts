import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ScopioSandbox, startScopioSandbox } from '#sandbox/marketplaces/scopio/index';
import { type ShoppoSandbox, startShoppoSandbox } from '#sandbox/marketplaces/shoppo/index';
import { TOPICS } from '#sandbox/marketplaces/shoppo/topics';
import { eventually, freePort, type HubProcess, startHubProcess } from '../support/hub.ts';
import type { ShownDelivery, ShownEvent, ShownOrder } from '../support/shown.ts';
import { eventOf, post as postEvent, sign } from '../support/webhook.ts';

const TOKEN = 'told-by-shoppo';
const ADDRESS = {
  first_name: 'Mary',
  last_name: 'Jones',
  street_address: '1200 Congress Ave',
  extended_address: null,
  address_locality: 'Austin',
  address_region: 'Texas',
  postal_code: '78701',
  address_country: 'US',
  phone_number: '+15125550123',
};

let scopio: ScopioSandbox;
let shoppo: ShoppoSandbox;
let hub: HubProcess;
beforeAll(async () => {
  const port = await freePort();
  const hooks = `http://127.0.0.1:${port}/webhooks`;
  scopio = await startScopioSandbox({
    apiKey: 'sk',
    webhookSecret: 'hmac',
    webhookUrl: `${hooks}/scopio/shop/order-paid`,
    requestsPerMinute: 100_000,
  });
  shoppo = await startShoppoSandbox({
    accessToken: 'token',
    viewerId: 'viewer',
    notificationToken: TOKEN,
    notifications: Object.fromEntries(TOPICS.map((topic) => [topic, `${hooks}/shoppo/supply/${topic}`])),
    retryIntervalMs: 300,
  });
  hub = await startHubProcess({
    port,
    env: { POLL_INTERVAL_SECONDS: '1', RETRY_INTERVAL_SECONDS: '1', HTTP_TIMEOUT_SECONDS: '3' },
    connections: {
      connections: [
        {
          id: 'shop',
          marketplace: 'scopio',
          baseUrl: scopio.url,
          secrets: { apiKey: 'sk', webhookSecret: 'hmac' },
          requestsPerMinute: 100_000,
        },
        {
          id: 'supply',
          marketplace: 'shoppo',
          baseUrl: shoppo.endpoint,
          secrets: { accessToken: 'token', viewerId: 'viewer', notificationToken: TOKEN },
          requestsPerMinute: 100_000,
        },
      ],
      routes: [{ from: '*', to: 'supply' }],
    },
  });
  await eventually(async () => (await products()).length >= 5, 'the catalog');
});
afterAll(async () => {
  await hub?.stop();
  await Promise.all([scopio?.stop(), shoppo?.stop()]);
});

interface ShownProduct {
  sku: string;
  externalId?: string;
  title?: string;
  price?: { amount: number; currency: string };
  quantity?: number;
  enabled?: boolean;
}
const products = async () =>
  (await hub.get<{ products: ShownProduct[] }>('/products?connection=supply&limit=100')).products;
const product = async (sku: string) => (await products()).find((one) => one.sku === sku);
const orderOf = (id: string) => hub.get<ShownOrder>(`/orders/shop:${id}`);
const deliveries = async (id: string) =>
  (await hub.get<{ deliveries: ShownDelivery[] }>(`/deliveries?order=${encodeURIComponent(`shop:${id}`)}`)).deliveries;
const settled = (id: string, action: string, state: string) =>
  eventually(async () => {
    const found = (await deliveries(id)).find((delivery) => delivery.action === action);
    if (found?.state === state) return found;
    throw new Error(JSON.stringify(found));
  }, `${action} of ${id} ${state}`);
const theirs = (id: string) => shoppo.orders().filter((order) => order.partnerOrderCode.startsWith(`shop:${id}`));
const mutations = (id: string) =>
  shoppo
    .received()
    .mutations.filter(({ arguments: given }) => JSON.stringify(given).includes(`shop:${id}`))
    .map(({ mutation, error }) => (error ? `${mutation}: ${error}` : mutation));
const sell = (id: string, items: Record<string, number> = { 'SHP-1': 1 }, address: Record<string, unknown> = {}) =>
  scopio.place({
    id,
    items: Object.entries(items).map(([sku, quantity]) => ({ sku, quantity })),
    address: { ...ADDRESS, ...address },
  });
/** Scopio tells the cancellation in its own words; the hub hears it twice. */
async function cancel(id: string): Promise<void> {
  const { order } = (await (await fetch(`${scopio.url}/_sandbox/orders/${id}`)).json()) as { order: { shown: object } };
  const now = new Date().toISOString();
  const body = eventOf({ ...order.shown, id, status: 'cancelled', updated_at: now }, now);
  for (const _copy of [1, 2])
    await postEvent({ hub }, body, { signature: sign(body, 'hmac'), path: 'scopio/shop/order-paid' });
}
const fault = (fault: Record<string, unknown>) =>
  fetch(`${shoppo.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) });

test('products and Skus land in the catalog with their ids, and a notification tells of a change', async () => {
  expect(await product('SHP-1')).toMatchObject({
    externalId: shoppo.skus().find(({ identifier }) => identifier === 'SHP-1')?.id,
    title: 'Bamboo lunch box, natural',
    price: { amount: 1250, currency: 'USD' },
    enabled: true,
  });
  shoppo.changeSku('SHP-3', { inventory: 7, price: 19.99 });
  const changed = await eventually(async () => {
    const found = await product('SHP-3');
    return found?.quantity === 7 && found;
  }, 'the new inventory');
  expect(changed).toMatchObject({ price: { amount: 1999 }, title: 'Steel flask, green, 17 oz' });
});

test('an order is placed, paid, shipped in two parcels, and each is reported with what is in it', async () => {
  sell('two', { 'SHP-1': 2, 'SHP-3': 1 });
  await settled('two', 'order', 'succeeded');
  expect(mutations('two')).toEqual(['createOrder', 'setOrderAsPaid']);
  expect(theirs('two')).toMatchObject([{ partnerOrderCode: 'shop:two', chargeId: 'shop:two' }]);
  shoppo.ship('shop:two', { items: ['SHP-3'], courier: 'UPS', trackingNumber: '1Z1' });
  const partial = await eventually(async () => {
    const order = await orderOf('two');
    return order.fulfillments.length === 1 && order;
  }, 'the first parcel, polled');
  expect(partial.status).toBe('partial');
  shoppo.ship('shop:two', { trackingNumber: 'JD1' });
  const done = await eventually(async () => {
    const order = await orderOf('two');
    return order.status === 'fulfilled' && order;
  }, 'the second parcel');
  const shipped = done.ucp.line_items.map(({ item, quantity }) => [item.id, quantity.fulfilled]);
  expect(shipped).toEqual([
    ['SHP-1', 2],
    ['SHP-3', 1],
  ]);
  await eventually(() => scopio.received().counts.byOrder.two === 2, 'both reported');
  expect(done.ucp.fulfillment.events?.map(({ type }) => type)).not.toContain('delivered');
  shoppo.deliver('shop:two');
  await eventually(
    async () => (await orderOf('two')).ucp.fulfillment.events?.some(({ type }) => type === 'delivered'),
    'delivered, polled',
  );
});

test('whatever is lost on the way, it is ordered once and paid once', async () => {
  await fault({ on: 'POST /api/graphql/partner', kind: 'accept-then-reset', contains: 'createOrder' });
  await fault({ on: 'POST /api/graphql/partner', kind: 'accept-then-reset', contains: 'setOrderAsPaid' });
  sell('lost', { 'SHP-2': 1 });
  const placed = await settled('lost', 'order', 'succeeded');
  expect(placed.attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'succeeded']);
  expect(mutations('lost')).toEqual(['createOrder', 'setOrderAsPaid']);
});

test('an order that Shoppo gives back waits for a person, whose replay orders it anew', async () => {
  sell('back');
  await settled('back', 'order', 'succeeded');
  shoppo.cancel('shop:back');
  const blocked = await settled('back', 'order', 'blocked');
  expect(blocked.cause).toMatchObject({ code: 'cancelled_by_supplier' });
  expect((await hub.send('POST', `/deliveries/${blocked.id}/replay`)).status).toBeLessThan(300);
  await settled('back', 'order', 'succeeded');
  expect(theirs('back').map(({ partnerOrderCode }) => partnerOrderCode)).toEqual(['shop:back', 'shop:back~2']);
  shoppo.ship('shop:back~2', { trackingNumber: 'JD-AGAIN' });
  await eventually(() => scopio.received().counts.byOrder.back === 1, 'the parcel reported');
});

test('a cancelled order is cancelled as far as it may be, and what could not be is said', async () => {
  sell('all', { 'SHP-1': 1, 'SHP-5': 1 });
  await settled('all', 'order', 'succeeded');
  await cancel('all');
  await settled('all', 'cancel', 'succeeded');
  expect(theirs('all')[0]?.items.map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED']);
  sell('some', { 'SHP-1': 1, 'SHP-5': 1 });
  await settled('some', 'order', 'succeeded');
  shoppo.ship('shop:some', { items: ['SHP-5'], trackingNumber: 'JD-SOME' });
  await cancel('some');
  const blocked = await settled('some', 'cancel', 'blocked');
  expect(blocked.cause?.code).toBe('cancel_too_late');
  expect(blocked.cause?.description).toMatch(/SHIPPED/);
  expect(theirs('some')[0]?.items.map(({ status }) => status)).toEqual(['CANCELLED', 'SHIPPED']);
});

test('less of an order is an item cancelled whole, or the exact difference; more is an order of its own', async () => {
  sell('part', { 'SHP-1': 2, 'SHP-5': 1 });
  await settled('part', 'order', 'succeeded');
  const { order } = (await (await fetch(`${scopio.url}/_sandbox/orders/part`)).json()) as {
    order: { shown: { items: Array<Record<string, unknown>> } };
  };
  const say = async (...quantities: number[]) => {
    const now = new Date().toISOString();
    const items = order.shown.items.map((item, index) => ({ ...item, quantity: quantities[index] }));
    const body = eventOf(
      { ...order.shown, id: 'part', items: items.filter(({ quantity }) => quantity), updated_at: now },
      now,
    );
    await postEvent({ hub }, body, { signature: sign(body, 'hmac'), path: 'scopio/shop/order-paid' });
  };
  await say(2, 0);
  await settled('part', 'cancel', 'succeeded');
  expect(theirs('part')[0]?.items.map(({ status }) => status)).toEqual(['PAID', 'CANCELLED']);
  await say(1, 0);
  const blocked = await eventually(
    async () => (await deliveries('part')).find(({ state }) => state === 'blocked'),
    'the difference',
  );
  expect(blocked.cause).toEqual({ code: 'amend_unsupported', description: 'SHP-1: 2 placed, 1 wanted' });
  await say(3, 1);
  await eventually(() => theirs('part').length === 2, 'one more');
  expect(
    theirs('part').map(({ partnerOrderCode, items }) => [partnerOrderCode, items.map(({ quantity }) => quantity)]),
  ).toEqual([
    ['shop:part', [2, 1]],
    ['shop:part~2', [1, 1]],
  ]);
});

test('what Shoppo does not know or does not ship to blocks, and names it', async () => {
  sell('sku', { 'MUG-RED': 1 });
  expect((await settled('sku', 'order', 'blocked')).cause).toMatchObject({ code: 'sku_unknown' });
  const { sentence } = await hub.get<{ sentence: string }>('/orders/shop:sku/explanation');
  expect(sentence).toMatch(
    /: Shoppo's ids of MUG-RED are not known; have Shoppo list them, or .* of supply, and it goes on by itself/,
  );
  sell('mx', { 'SHP-1': 1 }, { address_country: 'MX' });
  const { cause } = await settled('mx', 'order', 'blocked');
  expect(cause?.code).toBe('address_incomplete');
  expect(cause?.description).toContain('shippingAddress.address_country');
  // Once Shoppo has told the id of a SKU, the order goes on by itself.
  const listing = `${shoppo.url}/_sandbox/products/${shoppo.skus()[0]?.productId}/skus`;
  await fetch(listing, { method: 'POST', body: JSON.stringify({ identifier: 'MUG-RED', price: 5 }) });
  shoppo.changeSku('MUG-RED', { inventory: 7 });
  await settled('sku', 'order', 'pending');
});

test('a ticket is created, and its reply is told on the order it is for', async () => {
  const asked = await hub.send('POST', '/connections/supply/requests/refund-ticket', {
    order: 'shop:two',
    skus: ['SHP-3'],
    firstName: 'Mary',
    lastName: 'Jones',
    email: 'mary@example.com',
    reason: 'Broken',
    problemType: 'REFUND',
    itemDeliveryStatus: 'RECEIVED',
  });
  expect(asked.status).toBeLessThan(300);
  const ticket = await eventually(() => shoppo.tickets()[0], 'the ticket');
  expect(ticket.orderItemIds).toEqual([theirs('two')[0]?.items[1]?.id]);
  await eventually(async () => (await orderOf('two')).timeline.some(({ type }) => type === 'refund-ticket.done'), 'it');
  shoppo.reply(ticket.id, { content: 'We send another.' });
  const told = await eventually(
    async () => (await orderOf('two')).timeline.find(({ type }) => type === 'ticket.replied'),
    'the reply on the timeline',
  );
  expect(told.detail.note).toContain('We send another.');
});

test('answers as the page says: exactly 200, or another status and what is wrong', async () => {
  const post = async (topic: string, body: string, accesstoken = TOKEN) => {
    const url = `${hub.url}/webhooks/shoppo/supply/${topic}`;
    const response = await fetch(url, { method: 'POST', headers: { accesstoken }, body });
    return [response.status, await response.json()];
  };
  const reply = '{ "ticketId": "KJh51ba6sd23", "content": "This is a reply to ticket." }';
  expect(await post('reply-ticket', reply)).toEqual([200, { error: '' }]);
  expect(await post('reply-ticket', '{ "content": "x" }')).toEqual([400, { error: 'ticketId: is missing' }]);
  expect(await post('reply-ticket', '{')).toEqual([400, { error: 'the body is not JSON' }]);
  expect(await post('reply-ticket', reply, 'another')).toEqual([401, { error: 'not authorized' }]);
  expect(await post('no-such-topic', reply)).toEqual([401, { error: 'not authorized' }]);
  expect((await post('toggle-merchant', '{ "merchant_toggle_list": [] }'))[0]).toBe(200);
  const { events } = await hub.get<{ events: ShownEvent[] }>('/events?connection=supply&state=unreadable');
  expect(events.map(({ topic }) => topic)).toEqual(['reply-ticket', 'reply-ticket']);
});
