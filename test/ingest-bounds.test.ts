import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyBytes, inboundReceived, packJson } from '#events/inbound-body';
import type { InboundReceived } from '#events/inbound-received';
import type { Connector, Poller } from '#lib/marketplaces/contract';
import { INBOUND_QUEUE } from '#lib/platform/names';
import { type InProcess, startInProcess } from './support/in-process.ts';
import { scopioOrder } from './support/webhook.ts';

const baseUrl = 'http://127.0.0.1:9';
const shed = { marketplace: 'marketful', baseUrl, secrets: { accessToken: 't', userId: 'u', webhookSecret: 'w' } };
const file = {
  connections: [
    { id: 'shop', marketplace: 'scopio', baseUrl, secrets: { apiKey: 'k', webhookSecret: 'w' } },
    { id: 'shed', ...shed },
    { id: 'shed-b', ...shed, secrets: { ...shed.secrets, webhookSecret: 'w2' } },
    {
      ...{ id: 'supply', marketplace: 'shoppo', baseUrl },
      secrets: { accessToken: 't', viewerId: 'v', notificationToken: 'n' },
    },
  ],
  routes: [
    { from: 'shop', match: { country: 'MX' }, to: 'shed' },
    { from: 'shop', to: 'erp' },
  ],
};

let hub: InProcess;
let ingest: (message: InboundReceived) => Promise<void>;
let getOrder: typeof import('#lib/orders/store').getOrder;
let getTimeline: typeof import('#lib/orders/store').getTimeline;
let getEvent: typeof import('#lib/inbound/event').getEvent;
let getDeliveries: typeof import('#lib/deliveries/ledger').getDeliveries;
beforeAll(async () => {
  hub = await startInProcess(file);
  const inbound = await import('#lib/inbound/ingest');
  const { loadConnector } = await import('#lib/marketplaces/load');
  ingest = (message) => inbound.ingest(message, loadConnector);
  ({ getOrder, getTimeline } = await import('#lib/orders/store'));
  ({ getEvent } = await import('#lib/inbound/event'));
  ({ getDeliveries } = await import('#lib/deliveries/ledger'));
});
afterAll(() => hub.stop());

const told = (connection: string, topic: string, body: unknown): InboundReceived =>
  inboundReceived({ connection, topic, receivedBy: 'fetch', ...packJson(body) });

async function sell(id: string, changes: Record<string, unknown> = {}) {
  await ingest(told('shop', 'order', { order: scopioOrder(id, changes) }));
  return read(id);
}

async function read(id: string) {
  const order = await getOrder(`shop:${id}`);
  if (!order) throw new Error(`there is no order ${id}`);
  return order;
}

/** Text that cannot be compressed below three quarters. */
const noise = (bytes: number): string => randomBytes(bytes).toString('base64');

const scan = (id: number, tracking_number: string, status = 'shipped') => ({
  ...{ id, order_id: 5021, status, carrier_name: 'DHL', tracking_number },
  created_at: new Date(Date.UTC(2026, 10, 20, 12, 0, id)).toISOString(),
});
const shipped = (id: string, shipment_events: object[], canal = 'shop') => ({
  orden: { id: 5021, orden_id: `shop:${id}`, canal, shipment_events },
});

describe('a connection that was never asked to ship an order declared it shipped', () => {
  const abroad = { shipping_address: { address_country: 'PL' } };

  test.each([
    ['that the seller ships', 'shed', 'own', abroad, 'elsewhere', 'applied', 'was not placed by this hub'],
    ['under a channel of ours', 'shed', 'named', abroad, 'shop', 'unreadable', 'is not known here as placed with it'],
    [
      'placed with another warehouse',
      'shed-b',
      'other',
      {},
      'shop',
      'unreadable',
      'is not known here as placed with it',
    ],
  ])('an order %s: no parcel, nobody is told', async (_, connection, id, changes, channel, state, words) => {
    const before = await sell(id, changes);
    const message = told(connection, 'orden', shipped(id, [scan(1, 'FORGED')], channel));
    await ingest(message);
    expect(await read(id)).toEqual(before);
    const event = await getEvent(message.id);
    expect(event).toMatchObject({ state, order: null });
    expect(`${event?.note} ${event?.error?.description}`).toContain(words);
  });

  test('and one that was speaks at once, before its answer to the placement is on record', async () => {
    await sell('asked');
    await ingest(told('shed', 'orden', shipped('asked', [scan(1, 'JD-1')])));
    const { fulfillments, deliveries } = await read('asked');
    expect(fulfillments).toMatchObject([{ trackingNumber: 'JD-1', by: 'shed' }]);
    const actions = (await getDeliveries(deliveries)).map(({ action, state }) => [action, state]);
    expect(actions).toEqual([
      ['order', 'pending'],
      ['fulfillment', 'pending'],
    ]);
  });

  test('nor does it block what others were asked to ship', async () => {
    const before = await sell('blocked-not');
    const message = told('supply', 'cancel-partner-order', {
      partnerOrderCode: 'shop:blocked-not',
      reason: 'none left',
    });
    await ingest(message);
    expect(await read('blocked-not')).toEqual(before);
    expect(await getEvent(message.id)).toMatchObject({ state: 'unreadable', order: null });
  });
});

describe('more at once than a transaction takes', () => {
  test('150 parcels with 500 scans in one event are applied, each once', async () => {
    await sell('many', { items: [{ id: 'li_1', sku: 'MUG', title: 'Mug', quantity: 150, gross_price: '1.00' }] });
    const parcels = Array.from({ length: 150 }, (_, n) => scan(n, `JD-${n}`));
    const scans = Array.from({ length: 350 }, (_, n) => scan(1000 + n, `JD-${n % 150}`, 'in_transit'));
    const message = told('shed', 'orden', shipped('many', [...parcels, ...scans]));
    await ingest(message);
    const order = await read('many');
    expect(order.fulfillments).toHaveLength(150);
    expect(order.shipmentEvents).toHaveLength(500);
    const reports = (await getDeliveries(order.deliveries)).filter(({ action }) => action === 'fulfillment');
    expect(new Set(reports.map(({ subject }) => subject.fulfillment)).size).toBe(150);
    const types = (await getTimeline(order)).map(({ type }) => type);
    expect(types.filter((type) => type === 'fulfillment.added')).toHaveLength(150);
    expect(types.filter((type) => type.startsWith('shipment.'))).toHaveLength(500);
    expect(await getEvent(message.id)).toMatchObject({ state: 'applied', order: order.id });
    await ingest(message);
    await ingest({ ...message, id: `evt_${randomUUID()}` });
    expect(await read('many')).toEqual(order);
  });

  test('2,000 lines are one order, and its placement', async () => {
    const items = Array.from({ length: 2000 }, (_, n) => ({
      ...{ id: randomBytes(20).toString('hex'), sku: `SKU-${n}`, title: `Mug ${n}`, quantity: 1, gross_price: '1.00' },
    }));
    const order = await sell('long', { items });
    expect(order.ucp.line_items).toHaveLength(2000);
    const [placement] = await getDeliveries(order.deliveries);
    expect(placement?.subject.lineItems).toHaveLength(2000);
    await ingest(told('shed', 'orden', shipped('long', [scan(1, 'JD-1')])));
    expect((await read('long')).fulfillments[0]?.lineItems).toHaveLength(2000);
  });
});

describe('a body that is too large to keep', () => {
  test('changes its order like any other, and is kept cut and marked', async () => {
    const label = noise(600_000);
    const message = told('shop', 'order', { order: { ...scopioOrder('labelled'), label } });
    await ingest(message);
    expect(await read('labelled')).toMatchObject({ number: 'N-labelled' });
    const event = await getEvent(message.id);
    expect(event).toMatchObject({ state: 'applied', order: 'shop:labelled', bodyTruncated: true });
    expect(message.body.startsWith(event?.body ?? '-')).toBe(true);
    expect(event?.body.length).toBeGreaterThan(150_000);
  });

  test('is shown as unreadable where it is that, also in base64', async () => {
    const bytes = Buffer.concat([Buffer.from('{'), randomBytes(500_000)]);
    const body = { body: bytes.toString('base64'), encoding: 'base64' as const };
    const message = inboundReceived({ connection: 'shop', topic: 'order', receivedBy: 'fetch', ...body });
    await ingest(message);
    const event = await getEvent(message.id);
    expect(event).toMatchObject({ state: 'unreadable', error: { code: 'not_json' }, bodyTruncated: true });
    const kept = event ? bodyBytes(event) : Buffer.alloc(0);
    expect(kept.length).toBeGreaterThan(100_000);
    expect(bytes.subarray(0, kept.length).equals(kept)).toBe(true);
  });

  test('stops neither its poll nor its page, though no message can hold it', async () => {
    const { getConfiguration } = await import('#lib/connections/store');
    const { getCursor } = await import('#lib/polling/cursor');
    const { pollConnection } = await import('#lib/polling/poll');
    const { connector } = await import('#lib/marketplaces/scopio/index');
    const asked: string[] = [];
    const item = (body: object) => ({ topic: 'order', body });
    const lists: Connector & Poller = {
      ...connector,
      async *poll() {
        asked.push(new Date().toISOString());
        await sleep(20);
        yield { items: [item({ huge: noise(1_200_000) }), item(scopioOrder('beside'))], resume: 'page 2' };
        asked.push(new Date().toISOString());
        await sleep(20);
        yield { items: [item(scopioOrder('behind'))], resume: null, watermark: 'all' };
      },
    };
    const shop = (await getConfiguration()).connections.get('shop');
    if (!shop) throw new Error('the connection exists');
    await hub.drain(INBOUND_QUEUE);
    await pollConnection(shop, lists);
    expect(await getCursor('shop')).toMatchObject({ watermark: 'all', resume: null, lastError: null });
    const messages = (await hub.drain(INBOUND_QUEUE)).map((body): InboundReceived => JSON.parse(body));
    expect(messages).toHaveLength(3);
    for (const message of messages) await ingest(message);
    await read('beside');
    await read('behind');
    const { listEvents } = await import('#lib/inbound/event');
    const { items } = await listEvents({ connections: ['shop'], state: 'unreadable', limit: 50 });
    const huge = items.filter(({ error }) => error?.code === 'body_truncated');
    expect(huge).toMatchObject([{ topic: 'order', receivedBy: 'poll', bodyTruncated: true }]);
    // A page is as old as its request, not as its answer.
    const [first = '', second = ''] = asked;
    const of = (id: string) => messages.find(({ body }) => body.includes(`"${id}"`));
    expect(of('beside')?.askedAt?.localeCompare(first)).toBeLessThanOrEqual(0);
    expect(of('behind')?.askedAt?.localeCompare(second)).toBeLessThanOrEqual(0);
    expect(of('behind')?.askedAt?.localeCompare(first)).toBe(1);
    expect(of('behind')?.receivedAt?.localeCompare(second)).toBe(1);
  });
});
