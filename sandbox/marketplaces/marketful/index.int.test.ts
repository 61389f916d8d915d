import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SandboxEvent } from '../base.ts';
import { call, startReceiver } from '../test-receiver.ts';
import { type MarketfulOptions, startMarketfulSandbox } from './index.ts';
import { placement } from './test-placement.ts';

const headers = { authorization: 'mf_token', user: '42' };
const stops: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(options: Partial<MarketfulOptions> = {}) {
  const events: SandboxEvent[] = [];
  const onEvent = (event: SandboxEvent) => events.push(event);
  const sandbox = await startMarketfulSandbox({ accessToken: 'mf_token', userId: '42', onEvent, ...options });
  stops.push(sandbox.stop);
  const send = (method: string, path: string, body?: unknown, given: Record<string, string> = headers) =>
    call(sandbox.url + path, { method, headers: given, ...(body === undefined ? {} : { body }) });
  return {
    sandbox,
    events,
    get: (path: string, given?: Record<string, string>) => send('GET', path, undefined, given),
    post: (path: string, body: unknown, given?: Record<string, string>) => send('POST', path, body, given),
    control: (method: string, path: string, body?: unknown) => send(method, `/_sandbox${path}`, body, {}),
    place: (overrides: Record<string, unknown> = {}) =>
      send('POST', '/shopi_orders/multicanal_api', placement(overrides)),
  };
}

async function startWithHooks(statuses: number[] = [], options: Partial<MarketfulOptions> = {}) {
  const receiver = await startReceiver(statuses);
  stops.push(receiver.stop);
  const webhooks = {
    'order/created': `${receiver.url}/webhooks/marketful/mx/order-created/s3cret`,
    'order/updated': `${receiver.url}/webhooks/marketful/mx/order-updated/s3cret`,
    'shipment_event/created': `${receiver.url}/webhooks/marketful/mx/shipment-event-created/s3cret`,
  };
  const started = await start({ webhooks, retryIntervalMs: 30, ...options });
  const bodies = (topic: string) =>
    receiver.delivered.map(({ text }) => JSON.parse(text)).filter(({ tipo }: { tipo: string }) => tipo === topic);
  return { ...started, receiver, bodies };
}

describe('Marketful', () => {
  it('words missing and wrong credentials as the document does for each endpoint', async () => {
    const { get, post } = await start();
    const endpoints: Array<[string, string, missing: string, user: string, token: string]> = [
      ['POST', '/shopi_orders/multicanal_api', '404 Invalid Authorization', '403 User Not Found', '403 User Not Found'],
      ['GET', '/shopi_orders/get_orders', '404 Invalid Token', '404 Seller not found', '404 Seller not found'],
      ['GET', '/shipment_events/get_events', '404 Invalid Authorization', '404 User Not Found', '404 Seller Not Found'],
      ['GET', '/items/get_stock', '404 Invalid Authorization', '403 User Not Found', '403 User Not Found'],
      ['GET', '/items/get_stock_ean', '404 Invalid Authorization', '403 User Not Found', '403 User Not Found'],
      ['POST', '/items/create_item', '404 Invalid Authorization', '403 User Not Found', '403 User Not Found'],
      ['POST', '/items/update_item', '404 Invalid Authorization', '403 User Not Found', '403 User Not Found'],
      ['POST', '/items/delete_item', '404 Invalid Authorization', '403 User Not Found', '403 User Not Found'],
      ['POST', '/entradas/nueva_entrada_api', '404 Invalid Authorization', '400 User Not Found', '400 User Not Found'],
      ['GET', '/webhooks/consultar', '404 Invalid Authorization', '404 User Not Found', '404 User Not Found'],
      ['POST', '/webhooks/crear', '404 Invalid Authorization', '404 User Not Found', '404 User Not Found'],
      ['POST', '/webhooks/eliminar', '404 Invalid Authorization', '404 User Not Found', '404 User Not Found'],
    ];
    for (const [method, path, missing, user, token] of endpoints) {
      const answer = async (given: Record<string, string>) => {
        const { status, json } = method === 'GET' ? await get(path, given) : await post(path, {}, given);
        return `${status} ${json.message}`;
      };
      expect([path, await answer({ user: '42' })]).toEqual([path, missing]);
      expect([path, await answer({ authorization: 'mf_token' })]).toEqual([path, missing]);
      expect([path, await answer({ authorization: 'mf_token', user: '43' })]).toEqual([path, user]);
      expect([path, await answer({ authorization: 'no', user: '42' })]).toEqual([path, token]);
    }
  });

  it('takes a fulfillment order and finds it by channel and number', async () => {
    const { place, get, control, events } = await start();
    expect(await place()).toMatchObject({
      status: 200,
      json: { message: 'Success', order: { id: 5021, num_orden: 'SC-1001', canal: 'scopio-main' } },
    });
    const { status, json } = await get('/shopi_orders/get_orders?canal=scopio-main&orden=SC-1001');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      message: 'Success',
      orden: {
        id: 5021,
        orden_id: 'scopio-main:ord_8f3a',
        status: 'created',
        tracking_number: null,
        shipment_events: [],
      },
    });
    expect(events).toContainEqual(expect.objectContaining({ type: 'order.received', number: 'SC-1001' }));
    expect((await control('GET', '/received')).json.counts).toEqual({ accepted: 1, refused: 0, entries: 0 });
  });

  it('answers a search that finds nothing or says too little', async () => {
    const { place, get } = await start();
    await place();
    const answer = async (query: string) => {
      const { status, json } = await get(query);
      return `${status} ${json.message}`;
    };
    expect(await answer('/shopi_orders/get_orders?canal=other&orden=SC-1001')).toBe('404 Orden no encontrada');
    expect(await answer('/shopi_orders/get_orders?canal=scopio-main')).toBe(
      '404 Canal y numero de orden deben existir',
    );
    expect(await answer('/shipment_events/get_events?order_id=1')).toBe('404 Orden no encontrad');
    expect(await answer('/shipment_events/get_events?order_id=x')).toBe('404 order_id must be present');
    expect(await answer('/shipment_events/get_events')).toBe('404 order_id must be present');
    expect(await answer('/nowhere')).toBe('404 Error 404');
  });

  it('ships with the next tracking number and tells its webhooks', async () => {
    const { place, control, get, bodies, receiver } = await startWithHooks();
    await place();
    const shipped = await control('POST', '/orders/SC-1001/ship', {});
    expect(shipped.json.shipment_events).toEqual([
      {
        id: 77,
        order_id: 5021,
        status: 'shipped',
        description: expect.any(String),
        carrier_name: 'DHL',
        tracking_number: 'JD0146000055',
        created_at: expect.stringMatching(/-06:00$/),
      },
    ]);
    await vi.waitFor(() => expect(receiver.delivered).toHaveLength(3));
    expect(bodies('order/created')[0].order).toMatchObject({ id: 5021, status: 'created' });
    expect(bodies('shipment_event/created')[0].shipment_event).toEqual(shipped.json.shipment_events[0]);
    expect(bodies('order/updated')[0].order).toMatchObject({ status: 'shipped', tracking_number: 'JD0146000055' });
    const { json } = await get('/shipment_events/get_events?order_id=5021');
    expect(json.orden.shipment_events).toHaveLength(1);
  });

  it('ships in several parcels and reports any status', async () => {
    const { place, control, sandbox } = await start();
    await place();
    const parcels = [{ carrier: 'Estafeta', trackingNumber: 'EST1' }, { trackingNumber: 'JD2' }];
    await control('POST', '/orders/5021/ship', { parcels });
    const delivered = await control('POST', '/orders/scopio-main:ord_8f3a/events', {
      status: 'delivered',
      trackingNumber: 'EST1',
    });
    expect(delivered.status).toBe(201);
    const [order] = sandbox.orders();
    expect(order?.shipment_events.map(({ status, tracking_number }) => [status, tracking_number])).toEqual([
      ['shipped', 'EST1'],
      ['shipped', 'JD2'],
      ['delivered', 'EST1'],
    ]);
    expect(order?.status).toBe('delivered');
    const three = sandbox.ship(5021, { parcels: 3, carrier: 'UPS' });
    expect(new Set(three.map(({ tracking_number }) => tracking_number)).size).toBe(3);
    expect((await control('POST', '/orders/5021/events', { status: 'lost' })).status).toBe(400);
    expect((await control('POST', '/orders/9/ship', {})).status).toBe(404);
  });

  it('ships by itself when it is told to', async () => {
    const { place, sandbox, control } = await start({ autoShip: { afterMs: 30 } });
    await place();
    expect(sandbox.orders()[0]?.status).toBe('created');
    await vi.waitFor(() => expect(sandbox.orders()[0]?.status).toBe('shipped'));
    await control('PUT', '/auto-ship', { afterMs: null });
    await place({ num_orden: 'SC-1002', orden_id: 'two' });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(sandbox.orders()[1]?.status).toBe('created');
    await control('PUT', '/auto-ship', { afterMs: 0 });
    await vi.waitFor(() => expect(sandbox.orders()[1]?.status).toBe('shipped'));
  });

  it('tries a webhook again that was not taken, and shows no secret of its URL', async () => {
    const { place, sandbox, control, receiver } = await startWithHooks([500, 503]);
    await place();
    await vi.waitFor(() => expect(sandbox.webhookSender.list()[0]?.state).toBe('accepted'));
    expect(receiver.delivered).toHaveLength(3);
    for (const path of ['', '/webhooks', '/registry', '/requests', '/received', '/orders']) {
      expect((await control('GET', path)).text).not.toContain('s3cret');
    }
    await control('POST', '/faults', { on: 'webhook', kind: 'bad-signature' });
    sandbox.ship(5021);
    await vi.waitFor(() => expect(receiver.delivered).toHaveLength(5));
    expect(receiver.delivered.filter(({ path }) => path.endsWith('/not-the-secret'))).toHaveLength(1);
  });

  it('limits requests only when it is asked to', async () => {
    const { get } = await start({ requestsPerMinute: 2 });
    await get('/webhooks/consultar');
    await get('/webhooks/consultar');
    const refused = await get('/webhooks/consultar');
    expect([refused.status, refused.json.message]).toEqual([429, 'Too Many Requests']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(55);
  });

  it('knows orders, webhooks, items and numbers after a restart, and replaces the webhooks it is given', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'marketful-'));
    const first = await startMarketfulSandbox({
      accessToken: 'mf_token',
      userId: '42',
      dataDir,
      webhooks: { 'order/created': 'http://127.0.0.1:1/old', 'order/updated': 'http://127.0.0.1:1/kept' },
    });
    await call(`${first.url}/shopi_orders/multicanal_api`, { method: 'POST', headers, body: placement() });
    first.setStock({ sku: 'MUG-RED', quantity: 7 });
    first.ship(5021);
    await first.stop();

    const { sandbox, place } = await start({ dataDir, webhooks: { 'order/created': 'http://127.0.0.1:1/new' } });
    expect(sandbox.orders()[0]).toMatchObject({ id: 5021, status: 'shipped', tracking_number: 'JD0146000055' });
    expect(sandbox.stock().find(({ sku }) => sku === 'MUG-RED')?.quantity).toBe(7);
    expect(sandbox.registered().map(({ tipo, url }) => `${tipo} ${url}`)).toEqual([
      'order/updated http://127.0.0.1:1/kept',
      'order/created http://127.0.0.1:1/new',
    ]);
    expect((await place()).status).toBe(401);
    expect((await place({ num_orden: 'SC-2', orden_id: 'two' })).json.order.id).toBe(5022);
  });
});
