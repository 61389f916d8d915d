import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { listRoutes } from '#lib/api/api';
import { startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
  for (const scope of SCOPES) await api.putKey(`with-${scope}`, scope.replace(':', '-'), [scope]);
});
afterAll(() => api.stop());

const SCOPES = ['orders:read', 'fulfillments:write', 'changes:read', 'ops', 'privacy'] as const;

const guarded = [
  ['GET', '/orders', 'orders:read'],
  ['GET', '/orders/shop:1', 'orders:read'],
  ['GET', '/orders/shop:1/explanation', 'orders:read'],
  ['PUT', '/orders/shop:1/acknowledgement', 'fulfillments:write'],
  ['POST', '/orders/shop:1/refresh', 'ops'],
  ['GET', '/balance', 'orders:read'],
  ['GET', '/search', 'orders:read'],
  ['POST', '/search', 'orders:read'],
  ['GET', '/changes', 'changes:read'],
  ['GET', '/consumers', 'changes:read'],
  ['GET', '/consumers/shop:1', 'changes:read'],
  ['PUT', '/consumers/shop:1', 'changes:read'],
  ['DELETE', '/consumers/shop:1', 'changes:read'],
  ['POST', '/consumers/shop:1/commit', 'changes:read'],
  ['POST', '/consumers/shop:1/seek', 'changes:read'],
  ['PATCH', '/orders/shop:1', 'ops'],
  ['POST', '/orders/shop:1/fulfillments', 'fulfillments:write'],
  ['POST', '/orders/shop:1/returns', 'fulfillments:write'],
  ['POST', '/orders/shop:1/route', 'ops'],
  ['POST', '/orders/shop:1/restore', 'ops'],
  ['POST', '/orders/shop:1/reveal', 'orders:read'],
  ['POST', '/events/evt_1/reveal', 'ops'],
  ['POST', '/events/evt_1/set-aside', 'ops'],
  ['GET', '/deliveries', 'ops'],
  ['GET', '/deliveries/dlv_1', 'ops'],
  ['POST', '/deliveries/dlv_1/replay', 'ops'],
  ['POST', '/deliveries/dlv_1/close', 'ops'],
  ['POST', '/deliveries/replay', 'ops'],
  ['GET', '/deliveries/causes', 'ops'],
  ['GET', '/replays', 'ops'],
  ['GET', '/replays/rpl_1', 'ops'],
  ['GET', '/replays/rpl_1/deliveries', 'ops'],
  ['POST', '/replays/rpl_1/cancel', 'ops'],
  ['POST', '/replays/rpl_1/resume', 'ops'],
  ['GET', '/dead-letters', 'ops'],
  ['POST', '/dead-letters/replay', 'ops'],
  ['GET', '/events', 'ops'],
  ['GET', '/events/evt_1', 'ops'],
  ['GET', '/quarantine', 'ops'],
  ['GET', '/quarantine/admissions', 'ops'],
  ['POST', '/quarantine/admit', 'ops'],
  ['GET', '/remaps', 'ops'],
  ['POST', '/remaps', 'orders:read'],
  ['GET', '/connections', 'ops'],
  ['GET', '/connections/con_1/shape', 'ops'],
  ['POST', '/connections/con_1/try', 'ops'],
  ['POST', '/connections/con_1/poll', 'ops'],
  ['GET', '/connections/con_1/tickets', 'ops'],
  ['POST', '/connections/con_1/webhooks/sync', 'ops'],
  ['POST', '/connections/con_1/requests/act_1', 'ops'],
  ['GET', '/audit', 'ops'],
  ['GET', '/endpoints', 'ops'],
  ['POST', '/endpoints/shop:1/test', 'ops'],
  ['POST', '/endpoints/shop:1/pause', 'ops'],
  ['POST', '/endpoints/shop:1/resume', 'ops'],
  ['GET', '/products', 'orders:read'],
  ['GET', '/stock', 'orders:read'],
  ['GET', '/stock/sku_1/explanation', 'orders:read'],
  ['POST', '/buyers/export', 'privacy'],
  ['POST', '/buyers/erase', 'privacy'],
] as const;

test.each(guarded)('%s %s wants a key with %s', async (method, path, scope) => {
  expect(await api.call(method, path, { key: null })).toMatchObject({
    status: 401,
    body: { error: { code: 'unauthorized' } },
  });
  expect(await api.call(method, path, { key: 'made-up' })).toMatchObject({ status: 401 });
  for (const held of SCOPES) {
    const mayCall = held === scope || (held === 'ops' && scope !== 'privacy');
    const { status, body } = await api.call(method, path, { key: `with-${held}` });
    expect([held, status === 403 && body.error.code]).toEqual([held, mayCall ? false : 'forbidden']);
  }
});

test('every guarded route is in the list above', async () => {
  const open = ['GET /health', 'GET /openapi.json', 'POST /session', 'DELETE /session', 'POST /session/codes'];
  // Open to any key, or with UCP's own errors: see lib/api/ucp.test.ts.
  open.push('GET /session', 'GET /.well-known/ucp', 'GET /ucp/2026-04-08/orders/{id}');
  expect((await allPaths()).filter((route) => !open.includes(route)).sort()).toEqual(
    guarded
      .map(
        ([method, path]) =>
          `${method} ${path
            .replace(/shop:1|dlv_1|evt_1|rpl_1|con_1/, '{id}')
            .replace('act_1', '{action}')
            .replace('sku_1', '{sku}')}`,
      )
      .sort(),
  );
});

test('the OpenAPI document says of each route whether it wants a key', async () => {
  const { body } = await api.call('GET', '/openapi.json');
  for (const [path, methods] of Object.entries<Record<string, { security: object[] }>>(body.paths))
    for (const [method, { security }] of Object.entries(methods)) {
      if (path.startsWith('/webhooks/')) continue;
      const { status } = await api.call(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x'), { key: null });
      expect(status === 401, `${method} ${path}`).toBe(security.length > 0);
    }
});

test('health and the OpenAPI document are open', async () => {
  expect(await api.call('GET', '/health', { key: null })).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await api.call('GET', '/openapi.json', { key: null })).toMatchObject({
    status: 200,
    body: { openapi: '3.1.0' },
  });
});

test('the OpenAPI document is valid, and every route and webhook of the hub is in it', async () => {
  const { body } = await api.call('GET', '/openapi.json');
  expect(await new Validator().validate(structuredClone(body))).toEqual({ valid: true });
  const described = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described).toEqual(expect.arrayContaining(await allPaths()));
  expect(described).toEqual(
    expect.arrayContaining([
      'POST /webhooks/scopio/{connectionId}/{topic}',
      'POST /webhooks/marketful/{connectionId}/{topic}/{secret}',
    ]),
  );
  expect(body.components.securitySchemes.apiKey).toMatchObject({ type: 'http', scheme: 'bearer' });
});

const allPaths = async (): Promise<string[]> =>
  (await listRoutes()).map(({ method, path }) => `${method.toUpperCase()} ${path}`);

test.each([
  ['GET', '/nowhere'],
  ['DELETE', '/orders'],
  ['PUT', '/orders/shop:1'],
  ['GET', '/webhooks/scopio/shop/order-paid'],
])('%s %s is 404 in the one shape', async (method, path) => {
  const { status, body } = await api.call(method, path, { key: null });
  expect({ status, code: body.error.code }).toEqual({ status: 404, code: 'not_found' });
});

test.each([
  ['/orders?limit=0', 'limit'],
  ['/orders?limit=201', 'limit'],
  ['/orders?limit=ten', 'limit'],
  ['/orders?status=shipped', 'status'],
  ['/orders?since=yesterday', 'since'],
  ['/orders?since=2026-11-20T08:15:00', 'since'],
  ['/orders?since=9999-12-31T23:59:59-01:00', 'since'],
  ['/orders?cursor=zzz', 'cursor'],
  ['/orders?stauts=open', 'stauts'],
  ['/orders?status=open&status=partial', 'status'],
  ['/orders?externalId=1', 'connection'],
  ['/deliveries?state=lost', 'state'],
  ['/deliveries?kind=pull', 'kind'],
  ['/events?state=failed', 'state'],
  ['/products?cursor=zzz', 'cursor'],
  ['/products?skus=A', 'skus'],
  ['/stock?connection=shop', 'connection'],
])('GET %s is 400 and names %s', async (path, field) => {
  expect(await api.call('GET', path)).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_request', field } },
  });
});

test('empty parameters are absent ones', async () => {
  const paths = ['/orders?connection=&status=&since=&limit=&cursor=', '/deliveries?state=&cause=', '/events?state='];
  for (const path of paths) expect(await api.call('GET', path)).toMatchObject({ status: 200 });
});

test('an offset in a query survives an unescaped plus', async () => {
  expect(await api.call('GET', '/orders?since=2026-11-20T08:15:00+02:00')).toMatchObject({ status: 200 });
});

test('a body over 1 MiB is 413, one that is not JSON 400, and one of another type 415', async () => {
  const path = '/deliveries/replay';
  const post = (body: string, headers = {}) => api.call('POST', path, { body, headers });
  expect(await post(`{"reason":"${'x'.repeat(1024 * 1024)}"}`)).toMatchObject({
    status: 413,
    body: { error: { code: 'payload_too_large' } },
  });
  expect(await post('{"filter":')).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
  expect(await post('a=1', { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({
    status: 415,
    body: { error: { code: 'unsupported_media_type' } },
  });
  expect(await api.call('GET', '/orders', { body: { ignored: true } })).toMatchObject({ status: 200 });
});

test('connections show what an operator needs and no secret', async () => {
  const { body } = await api.call('GET', '/connections');
  const shed = body.connections.find(({ id }: { id: string }) => id === 'shed');
  expect(shed).toMatchObject({
    marketplace: 'marketful',
    baseUrl: 'https://shed.test/api',
    poll: { lastPolledAt: null, nextPollAt: null, lastError: null },
  });
  expect(shed.webhooks).toContainEqual({
    topic: 'order-created',
    path: '/webhooks/marketful/shed/order-created/{secret}',
  });
  expect(JSON.stringify(body)).not.toContain('password');
});

test('what the hub itself gets wrong is 500 in the one shape, and only its class is logged', async () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const table = process.env.TABLE_NAME;
  process.env.TABLE_NAME = 'gone';
  try {
    const { status, body } = await api.call('GET', '/orders/shop:secret-order');
    expect({ status, code: body.error.code }).toEqual({ status: 500, code: 'internal_error' });
    expect(logged.mock.calls.flat().join()).toContain('ResourceNotFoundException');
    expect(logged.mock.calls.flat().join()).not.toContain('secret-order');
  } finally {
    process.env.TABLE_NAME = table;
    logged.mockRestore();
  }
});
