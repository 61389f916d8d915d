import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startSeller } from './test-seller.ts';

const stops: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(...options: Parameters<typeof startSeller>) {
  const seller = await startSeller(...options);
  stops.push(seller.sandbox.stop);
  return seller;
}

const window = (from: string, to: string) => ({
  $filter: `ModifiedDate ge datetime'${from}' and ModifiedDate le datetime'${to}'`,
  $orderby: 'ModifiedDate',
});
const status = { OrderNumber: '100234', OrderStatusId: 35 };

describe('SellersCommerce', () => {
  it('places the sample order of a buyer in Austin', async () => {
    const { control, get } = await start({ now: () => new Date('2026-11-20T08:15:00.700Z') });
    expect((await control('/orders')).status).toBe(201);
    const { json } = await get('/order/getall');
    expect(json[0]).toMatchObject({
      OrderNumber: '100234',
      OrderStatusId: 3,
      PaymentStatusId: 75,
      PaymentMethodId: 31,
      OrderPlacedDate: '2026-11-20T08:15:00',
      ModifiedDate: '2026-11-20T08:15:00',
      CurrencyCode: 'USD',
      ShippingAddress: { City: 'Austin', StateCode: 'TX', CountryCode: 'US' },
      OrderItems: [{ OrderItemId: 1, SkuCode: 'MUG-RED', ProductName: 'Red mug', Quantity: 2, UnitPrice: 12.5 }],
      ShippingAmount: 5,
      TaxAmount: 2,
      OrderTotal: 32,
    });
    expect(await get('/order/get/100234')).toEqual({ status: 200, json: json[0] });
    expect(await get('/order/get/1')).toEqual({
      status: 404,
      json: { Results: 'OrderNotExist', ResponseMessage: 'Order Does Not Exist', StatusCode: 24 },
    });
  });

  it('places what it is asked for, the same orders of the same seed', async () => {
    const { sandbox } = await start({ seed: 7 });
    const { sandbox: other } = await start({ seed: 7 });
    const lines = (from: typeof sandbox) => from.place({ count: 20 }).map(({ OrderItems }) => OrderItems);
    expect(lines(sandbox)).toEqual(lines(other));
    const [placed] = sandbox.place({
      OrderNumber: 'X-1',
      ShippingAddress: { CountryCode: 'MX', ZipCode: '44100' },
      OrderItems: [{ SkuCode: 'SHP-1', Quantity: 3, UnitPrice: 0.1 }],
      TaxAmount: 0.2,
      DiscountAmount: 1,
    });
    expect(placed).toMatchObject({ ShippingAddress: { City: expect.any(String), ZipCode: '44100' }, OrderTotal: 4.5 });
    sandbox.modify('X-1', { OrderTotal: 99 });
    expect(sandbox.modify('X-1').OrderTotal).toBe(99);
    expect(sandbox.modify('X-1', { TaxAmount: 1.2 }).OrderTotal).toBe(5.5);
    expect(() => sandbox.place({ OrderNumber: 'X-1' })).toThrow();
    expect(new Set(sandbox.orders().map(({ OrderNumber }) => OrderNumber)).size).toBe(21);
  });

  it('lists by a window of ModifiedDate, page after page', async () => {
    const { sandbox, find, control } = await start();
    for (const [OrderNumber, ModifiedDate] of [
      ['b', '2026-11-20T08:00:01'],
      ['a', '2026-11-20T08:00:00'],
      ['d', '2026-11-20T09:00:00'],
      ['c', '2026-11-20T08:59:59'],
    ]) {
      sandbox.place({ OrderNumber, ModifiedDate });
    }
    const hour = window('2026-11-20T08:00:00', '2026-11-20T09:00:00');
    expect(await find(hour)).toEqual(['a', 'b', 'c', 'd']);
    expect(await find({ ...hour, $top: '2', $skip: '0' })).toEqual(['a', 'b']);
    expect(await find({ ...hour, $top: '2', $skip: '2' })).toEqual(['c', 'd']);
    expect(await find({ ...hour, $top: '2', $skip: '4' })).toEqual([]);
    await control('/orders/a', { ModifiedDate: '2026-11-20T10:00:00' }, 'PATCH');
    expect(await find(hour)).toEqual(['b', 'c', 'd']);
  });

  it("reads the document's own examples", async () => {
    const { sandbox, get } = await start();
    sandbox.place({ OrderNumber: '1', OrderPlacedDate: '2016-03-01T12:00:00', CreatedDate: '2016-06-01T00:00:00' });
    sandbox.place({ OrderNumber: '2', OrderPlacedDate: '2016-06-01T00:00:00' });
    const count = async (query: string) => (await get(`/order/getall?${query}`)).json.length;
    expect(
      await count("$filter=OrderPlacedDate+gt+datetime'2016-01-01'+and+OrderPlacedDate+lt+datetime'2016-06-01'"),
    ).toBe(1);
    expect(await count("$filter=CreatedDate ge datetime'2016-01-01' and CreatedDate le datetime'2016-06-01'")).toBe(1);
    expect((await get('/order/getorders?$orderby=OrderNumber desc')).json[0].OrderNumber).toBe('2');
    expect(await get('/order/getall?$filter=OrderNumber')).toMatchObject({ status: 400, json: { StatusCode: 30 } });
  });

  it('moves ModifiedDate with every change, by a clock that may be off', async () => {
    let at = Date.parse('2026-10-25T00:59:30Z');
    const { sandbox, control, post, get } = await start({ now: () => new Date(at) });
    sandbox.place();
    const modified = async () => (await get('/order/get/100234')).json.ModifiedDate;
    expect(await modified()).toBe('2026-10-25T00:59:30');
    at += 60_000;
    await control('/orders/100234', undefined, 'PATCH');
    expect(await modified()).toBe('2026-10-25T01:00:30');
    expect((await control('/clock', { offsetSeconds: -3600 }, 'PUT')).json.now).toBe('2026-10-25T00:00:30');
    await post('/order/updateorderstatus', status);
    expect(await modified()).toBe('2026-10-25T00:00:30');
    await control('/clock', { at: '2027-03-28T02:30:00+01:00' }, 'PUT');
    await control('/settings', { timePrecision: 'milliseconds' }, 'PUT');
    await control('/orders/100234/cancel');
    expect(await modified()).toBe('2027-03-28T01:30:00.000');
    expect(sandbox.orders()[0]?.OrderStatusId).toBe(5);
    expect((await get('/order/getall')).status).toBe(200);
  });

  it('answers in the forms it is set to', async () => {
    const { control, get, post, sandbox } = await start();
    sandbox.place();
    await control('/settings', { lists: 'results', httpStatus: 'always-200' }, 'PUT');
    expect((await get('/order/getall')).json).toEqual({
      Results: [expect.objectContaining({ OrderNumber: '100234' })],
    });
    expect(await get('/order/get/1')).toMatchObject({ status: 200, json: { StatusCode: 24 } });
    expect(await post('/order/updateorderstatus', { ...status, OrderNumber: '1' })).toMatchObject({
      status: 200,
      json: { StatusCode: 24 },
    });
    expect((await get('/order/getall', {})).status).toBe(401);
    expect((await control('/settings', { lists: 'xml' }, 'PUT')).status).toBe(400);
  });

  it('is forced to a response code, before the work or after it', async () => {
    const { control, post, sandbox } = await start();
    sandbox.place();
    const on = 'POST /api/order/updateorderstatus';
    expect((await control('/force', { on, code: 29 })).status).toBe(201);
    expect(await post('/order/updateorderstatus', status)).toMatchObject({
      status: 406,
      json: { Results: 'ProcessFailed', StatusCode: 29 },
    });
    expect(sandbox.orders()[0]?.OrderStatusId).toBe(3);
    await control('/force', { on, code: 29, httpStatus: 200, afterWork: true });
    expect(await post('/order/updateorderstatus', status)).toMatchObject({ status: 200, json: { StatusCode: 29 } });
    expect(sandbox.orders()[0]?.OrderStatusId).toBe(35);
    expect((await post('/order/updateorderstatus', status)).json.StatusCode).toBe(33);
    expect((await control('/force', { on, code: 23 })).status).toBe(400);
    expect((await control('/force', { on: 'POST /nowhere', code: 29 })).json.error.code).toBe('unknown_endpoint');
  });

  it('has the same fault switches as every sandbox', async () => {
    const { control, post, get, login, sandbox } = await start();
    sandbox.place();
    const on = 'POST /api/order/updateorderstatus';
    await control('/faults', { on, kind: 'accept-then-reset' });
    await expect(post('/order/updateorderstatus', status)).rejects.toThrow();
    expect(sandbox.received().counts).toMatchObject({ accepted: 1, byEndpoint: { updateorderstatus: { 20: 1 } } });
    await control('/faults', { on: 'GET /api/order/getall', kind: 'status', status: 503 });
    expect(await get('/order/getall')).toEqual({ status: 503, json: { Message: 'Service Unavailable' } });
    await control('/faults', { on: 'POST /token', kind: 'status', status: 500 });
    expect((await login()).status).toBe(500);
    expect((await login()).status).toBe(200);
  });

  it('answers 429 over the budget it is given, and 404 to what it does not have', async () => {
    let at = Date.parse('2026-11-20T08:00:00Z');
    const { get } = await start({ requestsPerMinute: 3, now: () => new Date(at) });
    await get('/order/getall');
    expect(await get('/order/ordersamplepost')).toEqual({ status: 404, json: { Message: 'Not Found' } });
    await get('/order/getall');
    expect(await get('/order/getall')).toEqual({ status: 429, json: { Message: 'Too Many Requests' } });
    at += 60_000;
    expect((await get('/order/getall')).status).toBe(200);
  });

  it('lists what it received and keeps secrets out of what it shows', async () => {
    const { control, post, sandbox, issued } = await start();
    sandbox.place();
    await post('/order/updateorderstatus', status);
    await post('/order/updateorderstatus', status);
    const paths = ['', '/orders', '/received', '/requests', '/tokens', '/clock', '/settings', '/stock', '/ids'];
    const shown = await Promise.all(paths.map((path) => control(path, undefined, 'GET')));
    for (const { status: code, text } of shown) {
      expect(code).toBe(200);
      for (const secret of ['the-access-key', 'the-shared-secret', issued.access_token, issued.refresh_token]) {
        expect(text).not.toContain(secret);
      }
    }
    expect(shown[2]?.json).toMatchObject({
      counts: { accepted: 1, refused: 1, byEndpoint: { updateorderstatus: { 20: 1, 33: 1 } } },
      calls: [
        { endpoint: 'updateorderstatus', orderNumber: '100234', code: 20, httpStatus: 200, body: status },
        { code: 33, httpStatus: 406 },
      ],
    });
  });

  it('knows its orders, tokens and clock after a kill -9', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sellers-commerce-'));
    const script = `
      const { startSellersCommerceSandbox } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
      const sandbox = await startSellersCommerceSandbox({ accessKey: 'the-access-key', sharedSecret: 'the-shared-secret',
        dataDir: ${JSON.stringify(dataDir)} });
      sandbox.place();
      sandbox.setClock({ offsetSeconds: 7200 });
      const form = { grant_type: 'password', username: 'the-access-key', password: 'the-shared-secret' };
      const issued = await fetch(sandbox.url + '/token', { method: 'POST', body: new URLSearchParams(form) });
      console.log(JSON.stringify(await issued.json()));`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const { use, find, refresh, sandbox } = await start({ dataDir });
    const issued = JSON.parse(String(printed));
    use(issued.access_token);
    expect(await find({})).toEqual(['100234']);
    expect((await refresh(issued.refresh_token)).status).toBe(200);
    expect(sandbox.place()[0]?.OrderNumber).toBe('100235');
    expect(sandbox.stock()).toHaveLength(6);
    stops.push(async () => rmSync(dataDir, { recursive: true }));
  });

  it('forgets everything when it is reset', async () => {
    const { control, sandbox, get } = await start();
    sandbox.place({ count: 3 });
    await control('/clock', { offsetSeconds: 60 }, 'PUT');
    expect((await control('/reset')).status).toBe(204);
    expect(sandbox.orders()).toEqual([]);
    expect(sandbox.stock()).toHaveLength(6);
    expect((await control('/clock', undefined, 'GET')).json.offsetSeconds).toBe(0);
    expect((await get('/order/getall')).status).toBe(401);
  });
});
