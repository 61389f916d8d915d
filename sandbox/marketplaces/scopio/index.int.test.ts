import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { validateUcpOrder } from '#lib/ucp/validate';
import type { SandboxEvent } from '../base.ts';
import { call, startReceiver } from '../test-receiver.ts';
import { type ScopioOptions, startScopioSandbox } from './index.ts';

const API_KEY = 'sk_mkt_test';
const headers = { authorization: `Bearer ${API_KEY}` };
const parcel = { tracking_number: 'JD0146000055', carrier: 'dhl' };
const stops: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(options: Partial<ScopioOptions> = {}) {
  const events: SandboxEvent[] = [];
  const onEvent = (event: SandboxEvent) => events.push(event);
  const sandbox = await startScopioSandbox({ apiKey: API_KEY, webhookSecret: 'shared', onEvent, ...options });
  stops.push(sandbox.stop);
  const control = (path: string, body?: unknown, method = 'POST') =>
    call(`${sandbox.url}/_sandbox${path}`, { method, ...(body === undefined ? {} : { body }) });
  return {
    sandbox,
    events,
    control,
    list: (given: Record<string, string> = headers) => call(`${sandbox.url}/api/seller/orders`, { headers: given }),
    fulfill: (id: string, body: unknown = parcel, given: Record<string, string> = headers) =>
      call(`${sandbox.url}/api/seller/orders/${id}/fulfill`, { method: 'POST', headers: given, body }),
  };
}

describe('Scopio', () => {
  it('takes the key from either header and refuses any other', async () => {
    const { list, fulfill } = await start();
    expect((await list()).json).toEqual({ success: true, orders: [] });
    expect((await list({ 'x-api-key': API_KEY })).status).toBe(200);
    for (const wrong of [{}, { authorization: API_KEY }, { authorization: 'Bearer no' }, { 'x-api-key': 'no' }]) {
      const refused = await list(wrong as Record<string, string>);
      expect([refused.status, refused.json.code]).toEqual([401, 'unauthorized']);
    }
    expect((await fulfill('any', parcel, {})).status).toBe(401);
  });

  it('places the sample order of a buyer in Guadalajara', async () => {
    const { control, list } = await start();
    expect((await control('/orders', {})).status).toBe(201);
    const [order] = (await list()).json.orders;
    expect(order).toMatchObject({
      number: 'SC-1001',
      status: 'paid',
      currency: 'PLN',
      shipping_method: 'dhl',
      shipping_address: {
        first_name: 'Ana',
        address_locality: 'Guadalajara',
        address_country: 'MX',
        postal_code: '44160',
      },
      shipping: { net_price: '16.26', gross_price: '20.00' },
      total_net: '215.09',
      total_gross: '264.57',
    });
    expect(order.items[0]).toEqual({
      id: 'li_1',
      sku: 'MUG-RED',
      ean: '5901234123457',
      title: 'Red mug',
      quantity: 2,
      net_price: '40.65',
      gross_price: '50.00',
    });
  });

  it('makes the same orders of the same seed, each with its own id', async () => {
    const { sandbox } = await start({ seed: 7 });
    const { sandbox: other } = await start({ seed: 7 });
    const lines = (orders: ReturnType<typeof sandbox.place>) =>
      orders.map(({ id, lines: of, address }) => ({ id, of, address }));
    const placed = sandbox.place({ count: 25 });
    expect(lines(placed)).toEqual(lines(other.place({ count: 25 })));
    expect(new Set(placed.map(({ id }) => id)).size).toBe(25);
  });

  it('lists only paid, unfulfilled orders with lines of this seller', async () => {
    const { control, list, fulfill } = await start();
    const ids = async () => (await list()).json.orders.map(({ id }: { id: string }) => id);
    await control('/orders', { id: 'ord_unpaid', paid: false });
    await control('/orders', { id: 'ord_other', seller: 'seller-2' });
    await control('/orders', { id: 'ord_gone' });
    await control('/orders', { id: 'ord_mixed', items: [{ sku: 'MUG-RED' }, { sku: 'X', seller: 'seller-2' }] });
    await control('/orders/ord_gone/cancel');
    expect(await ids()).toEqual(['ord_mixed']);
    const [mixed] = (await list()).json.orders;
    expect(mixed.items.map(({ sku }: { sku: string }) => sku)).toEqual(['MUG-RED']);
    expect(mixed.total_gross).toBe('70.00');
    await control('/orders/ord_unpaid/pay');
    expect(await ids()).toEqual(['ord_unpaid', 'ord_mixed']);
    await fulfill('ord_mixed');
    expect(await ids()).toEqual(['ord_unpaid']);
  });

  it('takes fulfillments, with a label or without, and a second parcel', async () => {
    const { control, fulfill, sandbox, events } = await start();
    await control('/orders', { id: 'ord_1' });
    expect(await fulfill('ord_1')).toMatchObject({ status: 200, json: { success: true } });
    const labelled = { ...parcel, tracking_number: 'JD02', label_url: 'https://labels.example/2.pdf' };
    expect((await fulfill('ord_1', labelled)).status).toBe(200);
    const { counts, fulfillments } = (await control('/received', undefined, 'GET')).json;
    expect(counts).toEqual({ accepted: 2, refused: 0, byOrder: { ord_1: 2 } });
    expect(fulfillments[1]).toMatchObject({ orderId: 'ord_1', status: 200, body: labelled });
    expect(fulfillments[0]).toMatchObject({ body: { carrier: 'dhl', tracking_number: 'JD0146000055' } });
    expect(events).toContainEqual({ type: 'order.fulfilled', orderId: 'ord_1' });
    expect(sandbox.received().counts.accepted).toBe(2);
  });

  it('refuses what the document lets it refuse, with a code and a description', async () => {
    const { control, fulfill, sandbox } = await start();
    await control('/orders', { id: 'ord_1' });
    await control('/orders', { id: 'ord_other', seller: 'seller-2' });
    await control('/orders', { id: 'ord_gone' });
    await control('/orders/ord_gone/cancel');
    const refusal = async (id: string, body: unknown) => {
      const { status, json } = await fulfill(id, body);
      expect(json.description).toEqual(expect.any(String));
      return [status, json.code];
    };
    expect(await refusal('ord_1', { carrier: 'dhl' })).toEqual([400, 'bad_payload']);
    expect(await refusal('ord_1', { tracking_number: '  ', carrier: 'dhl' })).toEqual([400, 'bad_payload']);
    expect(await refusal('ord_1', { ...parcel, carrier: 'DHL' })).toEqual([400, 'invalid_carrier']);
    expect(await refusal('ord_1', { tracking_number: 'JD1' })).toEqual([400, 'invalid_carrier']);
    expect(await refusal('ord_1', { ...parcel, label_url: 'not a url' })).toEqual([400, 'bad_payload']);
    expect(await refusal('ord_1', '{"tracking_number":')).toEqual([400, 'bad_payload']);
    expect(await refusal('ord_1', '[]')).toEqual([400, 'bad_payload']);
    expect(await refusal('ord_other', parcel)).toEqual([403, 'order_access_denied']);
    expect(await refusal('ord_none', parcel)).toEqual([404, 'order_not_found']);
    expect(await refusal('ord_gone', parcel)).toEqual([400, 'order_cancelled']);
    expect(sandbox.received().counts).toMatchObject({ accepted: 0, refused: 10 });
    const nowhere = await call(`${sandbox.url}/api/seller/elsewhere`, { headers });
    expect([nowhere.status, nowhere.json.code]).toEqual([404, 'not_found']);
  });

  it('lets 120 requests a minute pass', async () => {
    let at = Date.parse('2026-11-20T08:00:00Z');
    const { list } = await start({ now: () => new Date(at) });
    const statuses = [];
    for (let request = 0; request < 120; request += 1) statuses.push((await list()).status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await list()).toMatchObject({ status: 429, json: { error: 'Too Many Requests', retry_after_seconds: 60 } });
    expect((await list({ 'x-api-key': 'another' })).status).toBe(401);
    at += 60_000;
    expect((await list()).status).toBe(200);
  });

  it('signs the exact bytes of the webhook it sends at once', async () => {
    const receiver = await startReceiver();
    stops.push(receiver.stop);
    const { control } = await start({ webhookUrl: `${receiver.url}/webhooks/scopio/scopio-main/order-paid` });
    await control('/orders', { id: 'ord_1', address: { first_name: 'Zażółć' } });
    await control('/orders', { id: 'ord_quiet', notify: false });
    await vi.waitFor(() => expect(receiver.delivered).toHaveLength(1));
    const [sent] = receiver.delivered;
    expect(sent?.path).toBe('/webhooks/scopio/scopio-main/order-paid');
    const signature = createHmac('sha256', 'shared')
      .update(Buffer.from(sent?.text ?? ''))
      .digest('hex');
    expect(sent?.headers['x-scopio-signature']).toBe(signature);
    expect(JSON.parse(sent?.text ?? '')).toMatchObject({
      id: expect.stringMatching(/^evt_/),
      type: 'order.paid',
      created_at: expect.stringMatching(/[+-]\d\d:\d\d$/),
      order: { id: 'ord_1', shipping_address: { first_name: 'Zażółć' } },
    });
  });

  it('signs as it is told to, with the secret and to the URL set later', async () => {
    const receiver = await startReceiver();
    stops.push(receiver.stop);
    const { control } = await start({
      signature: { header: 'X-Sig', algorithm: 'sha512', encoding: 'base64', prefix: 'sha512=' },
    });
    await control('/webhook', { url: `${receiver.url}/later`, secret: 'rotated' }, 'PUT');
    await control('/orders', {});
    await vi.waitFor(() => expect(receiver.delivered).toHaveLength(1));
    const [sent] = receiver.delivered;
    const signature = createHmac('sha512', 'rotated')
      .update(sent?.text ?? '')
      .digest('base64');
    expect(sent?.headers['x-sig']).toBe(`sha512=${signature}`);
  });

  it('shows an order as plain UCP when that is asked for', async () => {
    const { control, list } = await start();
    await control('/orders', { id: 'ord_ucp', ucp: true });
    await control('/orders', { ucp: true, count: 10 });
    const orders = (await list()).json.orders;
    expect(orders.flatMap(validateUcpOrder)).toEqual([]);
    const [order] = orders;
    expect(order).toMatchObject({
      ucp: { version: '2026-04-08' },
      id: 'ord_ucp',
      currency: 'PLN',
      fulfillment: { expectations: [{ destination: { address_country: 'MX' } }], events: [] },
    });
    expect(order.line_items[0].quantity).toEqual({ original: 2, total: 2, fulfilled: 0 });
    expect(order.totals.at(-1)).toEqual({ type: 'total', amount: 26457 });
  });

  it('changes an order, and says what is wrong with a control body', async () => {
    const { control } = await start();
    await control('/orders', { id: 'ord_1' });
    const changed = await control('/orders/ord_1', { address: { postal_code: '44100' }, carrier: 'ups' }, 'PATCH');
    expect(changed.json.order.shown).toMatchObject({
      shipping_method: 'ups',
      shipping_address: { postal_code: '44100' },
    });
    expect((await control('/orders', { id: 'ord_1' })).status).toBe(409);
    expect((await control('/orders', { items: [{ sku: 'A', quantity: 0 }] })).json.error).toEqual({
      code: 'invalid_request',
      description: expect.stringMatching(/^items\.0\.quantity: /),
    });
    expect((await control('/orders/none/cancel')).status).toBe(404);
  });

  it('keeps secrets out of what it shows', async () => {
    const { control, list, sandbox } = await start();
    await list();
    await call(`${sandbox.url}/api/seller/orders?api_key=${API_KEY}&page=2`);
    const pages = await Promise.all(
      ['', '/requests', '/orders', '/webhooks', '/webhook', '/received'].map((path) => control(path, undefined, 'GET')),
    );
    for (const { text, status } of pages) {
      expect(status).toBe(200);
      expect(text).not.toContain(API_KEY);
      expect(text).not.toContain('shared');
    }
    expect(pages[1]?.json.requests.at(-1).path).toBe('/api/seller/orders?api_key=…&page=2');
  });

  it('knows its orders and its pending webhook after a kill -9', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'scopio-'));
    const module = new URL('./index.ts', import.meta.url).href;
    const script = `
      const { startScopioSandbox } = await import(${JSON.stringify(module)});
      const sandbox = await startScopioSandbox({ apiKey: 'k', webhookSecret: 's', dataDir: ${JSON.stringify(dataDir)},
        webhookUrl: 'http://127.0.0.1:1/', retryIntervalMs: 600 });
      sandbox.place({ id: 'ord_open' });
      sandbox.place({ id: 'ord_done', notify: false });
      const url = sandbox.url + '/api/seller/orders/ord_done/fulfill';
      await fetch(url, { method: 'POST', headers: { 'x-api-key': 'k' }, body: ${JSON.stringify(JSON.stringify(parcel))} });
      console.log('placed');`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const { list, sandbox } = await start({ dataDir, retryIntervalMs: 20 });
    expect((await list()).json.orders.map(({ id }: { id: string }) => id)).toEqual(['ord_open']);
    expect(sandbox.received().counts.byOrder).toEqual({ ord_done: 1 });
    await vi.waitFor(() => expect(sandbox.webhookSender.list()[0]?.state).toBe('given-up'));
    expect(sandbox.webhookSender.list()[0]?.attempts).toHaveLength(4);
  });

  it('says that a port is taken, and can be started on another', async () => {
    const { sandbox } = await start();
    const dataDir = mkdtempSync(join(tmpdir(), 'scopio-'));
    await expect(start({ dataDir, port: sandbox.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect((await (await start({ dataDir })).list()).status).toBe(200);
  });

  it('forgets everything when it is reset', async () => {
    const { control, list } = await start();
    await control('/orders', { count: 3 });
    expect((await control('/reset')).status).toBe(204);
    expect((await list()).json.orders).toEqual([]);
  });
});
