import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call } from '../test-receiver.ts';
import { startShoppoSandbox } from './index.ts';
import { documented, headers, shippingAddress, start, stopAfterEach } from './test-partner.ts';

stopAfterEach();
const LENGTH = '{ orderList { length } }';

describe('Shoppo', () => {
  it('wants accesstoken and viewerid, and says so in errors under 200', async () => {
    const { sandbox, ask } = await start();
    expect(sandbox.endpoint).toBe(`${sandbox.url}/api/graphql/partner`);
    expect(await ask(LENGTH)).toEqual({ data: { orderList: { length: 0 } } });
    const { accesstoken: _token, ...withoutToken } = headers;
    const { viewerid: _viewer, ...withoutViewer } = headers;
    for (const wrong of [
      withoutToken,
      withoutViewer,
      { ...headers, accesstoken: 'no' },
      { ...headers, viewerid: 'no' },
    ]) {
      const { status, json } = await call(sandbox.endpoint, {
        method: 'POST',
        headers: wrong,
        body: { query: LENGTH },
      });
      expect([status, json]).toEqual([
        200,
        { errors: [{ message: 'Unauthorized: accesstoken or viewerid is missing or not valid' }] },
      ]);
    }
  });

  it('refuses what is not a GraphQL request with 400, and what GraphQL refuses with 200', async () => {
    const { sandbox, ask } = await start();
    const post = async (body: unknown, given: Record<string, string> = headers) => {
      const { status, json } = await call(sandbox.endpoint, { method: 'POST', headers: given, body });
      return [status, json.errors?.[0]?.message];
    };
    expect(await post('{"query":')).toEqual([400, 'The body is not JSON']);
    expect(await post({})).toEqual([400, 'Must provide a query string, and variables as an object']);
    expect(await post({ query: LENGTH }, { ...headers, 'content-type': 'text/plain' })).toEqual([
      400,
      'Content-type must be application/json',
    ]);
    expect(await post({ query: '{ orderList {' })).toEqual([200, expect.stringContaining('Syntax Error')]);
    expect(await post({ query: '{ orders { id } }' })).toEqual([
      200,
      expect.stringContaining('Cannot query field "orders" on type "RootQuery"'),
    ]);
    expect((await call(sandbox.endpoint, { headers })).status).toBe(404);
    const two = 'query a { orderList { length } } query b { productList { length } }';
    const named = { method: 'POST', headers, body: { query: two, operationName: 'b' } };
    expect((await call(sandbox.endpoint, named)).json).toEqual({ data: { productList: { length: 3 } } });
    expect((await ask(two)).errors).toHaveLength(1);
  });

  it('limits requests only when it is asked to', async () => {
    const { sandbox, ask } = await start({ requestsPerMinute: 1 });
    await ask(LENGTH);
    const refused = await call(sandbox.endpoint, { method: 'POST', headers, body: { query: LENGTH } });
    expect([refused.status, refused.json]).toEqual([429, { errors: [{ message: 'Too Many Requests' }] }]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(55);
  });

  it('lets faults happen to one mutation alone, before or after the work', async () => {
    const { sandbox, ask, create, control } = await start();
    const on = 'POST /api/graphql/partner';
    await control('POST', '/faults', { on, kind: 'status', status: 503, retryAfter: 7, contains: 'setOrderAsPaid' });
    await control('POST', '/faults', { on, kind: 'accept-then-reset', contains: 'createOrder' });
    expect((await ask(LENGTH)).data).toEqual({ orderList: { length: 0 } });
    await expect(create('PO-1')).rejects.toThrow();
    expect(sandbox.orders().map(({ partnerOrderCode }) => partnerOrderCode)).toEqual(['PO-1']);
    const body = { query: documented('set-order-as-paid'), variables: { orderId: 'x', chargeId: 'y' } };
    const failed = await call(sandbox.endpoint, { method: 'POST', headers, body });
    expect([failed.status, failed.headers.get('retry-after'), failed.json]).toEqual([
      503,
      '7',
      { errors: [{ message: 'Error 503' }] },
    ]);
    await control('POST', '/faults', { on, kind: 'status', status: 200 });
    expect(await ask(LENGTH)).toEqual({ errors: [{ message: 'Error 200' }] });
    expect((await control('POST', '/faults', { on: 'GET /orders', kind: 'reset' })).status).toBe(400);
  });

  it('shows what was received and no secret', async () => {
    const { create, control } = await start();
    await create('PO-1');
    await create('PO-1');
    const { counts, mutations } = (await control('GET', '/received')).json;
    expect(counts).toEqual({ done: 1, refused: 1, byMutation: { createOrder: 1 } });
    expect(mutations[0]).toMatchObject({ mutation: 'createOrder', arguments: { shippingAddress }, error: null });
    expect(mutations[1].error).toContain('already');
    const overview = (await control('GET', '')).json;
    expect(overview).toMatchObject({ marketplace: 'shoppo', endpoints: ['POST /api/graphql/partner'], orders: 1 });
    for (const path of ['', '/notifications', '/webhooks', '/requests', '/received']) {
      expect((await control('GET', path)).text).not.toMatch(/shp_token|told-by-shoppo/);
    }
  });

  it('knows catalog, orders, tickets and URLs after a restart, and forgets them when told to', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'shoppo-'));
    const secrets = { accessToken: 'shp_token', viewerId: 'viewer-7', notificationToken: 'told-by-shoppo' };
    const first = await startShoppoSandbox({ ...secrets, dataDir });
    const skuId = first.skus()[0]?.id;
    const variables = { shippingAddress, orderItems: [{ skuId, quantity: 1 }], partnerOrderCode: 'PO-1' };
    const body = { query: documented('create-order'), variables };
    await call(first.endpoint, { method: 'POST', headers, body });
    first.changeSku('SHP-2', { inventory: 9 });
    first.setNotifications({ urls: { 'update-sku': 'http://127.0.0.1:1/kept' } });
    await first.stop();

    const { sandbox, control, create } = await start({ dataDir });
    expect(sandbox.orders()[0]).toMatchObject({ partnerOrderCode: 'PO-1', items: [{ quantity: 1, status: 'OPEN' }] });
    expect(sandbox.products()).toHaveLength(3);
    expect(sandbox.skus().map(({ inventory }) => inventory)).toEqual([119, 9, 60, 3, 40]);
    expect((await control('GET', '/notifications')).json.urls).toEqual({ 'update-sku': 'http://127.0.0.1:1/kept' });
    expect((await create('PO-1')).errors).toHaveLength(1);
    expect((await create('PO-2')).id).not.toBe(sandbox.orders()[0]?.id);
    await control('POST', '/reset');
    expect(sandbox.orders()).toEqual([]);
    expect(sandbox.skus().map(({ inventory }) => inventory)).toEqual([120, 80, 60, 3, 40]);
  });
});
