import { createPrivateKey } from 'node:crypto';
import { createSigner, httpbis } from 'http-message-signatures';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publicJwk, rotated, type UcpKey } from '#lib/ucp/keys';
import { orderOf } from '#test/support/orders';
import { createApp } from './kit/app.ts';
import { Routes } from './kit/route.ts';
import { createUcpRoutes } from './ucp.ts';

beforeAll(() => vi.stubEnv('PUBLIC_URL', 'https://hub.example'));
afterAll(() => vi.unstubAllEnvs());

const [key] = rotated([]) as [UcpKey];
const order = orderOf();
const KEYS = { reader: ['orders:read'], shipper: ['fulfillments:write'] } as const;
const ucp = createUcpRoutes({
  findKey: async (sent) => (sent in KEYS ? { name: sent, scopes: KEYS[sent as keyof typeof KEYS] } : undefined),
  findPlatformKey: async (_profile, kid) => (kid === key.jwk.kid ? publicJwk(key) : undefined),
  listEndpoints: async () => [{ id: 'agent', url: 'https://platform.example/ucp' }],
  findOrder: async (id) => (id === order.id ? order : undefined),
  readKeys: async () => [key],
});
const load = async () => ({ routes: ucp });
const app = createApp(new Routes(''), { ucp: load, '.well-known': load });

const PATH = '/ucp/2026-04-08/orders';
async function get(path: string, headers: Record<string, string> = {}) {
  const response = await app.request(path, { headers: { host: 'hub.example', ...headers } });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

async function signed(path: string, profile = 'https://platform.example/.well-known/ucp', handedOver = path) {
  const by = createSigner(createPrivateKey({ key: key.jwk, format: 'jwk' }), 'ecdsa-p256-sha256', key.jwk.kid);
  const fields = ['@method', '@authority', '@path', 'ucp-agent'];
  const headers = { 'ucp-agent': `profile="${profile}"` };
  const message = { method: 'GET', url: `https://hub.example${path}`, headers };
  const sent = await httpbis.signMessage({ key: by, fields, params: ['created', 'keyid'] }, message);
  return get(handedOver, sent.headers as Record<string, string>);
}

test('the profile is open, may be kept for a minute by whoever asks, and has no private half of a key', async () => {
  const { status, headers, body } = await get('/.well-known/ucp');
  expect({ status, cache: headers.get('cache-control') }).toEqual({ status: 200, cache: 'public, max-age=60' });
  expect(body).toMatchObject({ signing_keys: [{ kid: key.jwk.kid, alg: 'ES256' }] });
  expect(JSON.stringify(body)).not.toContain('"d"');
});

test('an order is shown bare to a key in either header', async () => {
  for (const headers of [{ authorization: 'Bearer reader' }, { 'x-api-key': 'reader' }]) {
    const { status, body } = await get(`${PATH}/${order.id}`, headers);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: order.id, ucp: { version: '2026-04-08' } });
    expect(body).not.toHaveProperty('timeline');
  }
});

test('an order is shown to a platform that signs, its id encoded or not', async () => {
  for (const id of [order.id, encodeURIComponent(order.id)])
    expect(await signed(`${PATH}/${id}`)).toMatchObject({ status: 200, body: { id: order.id } });
});

test.each(['a:b%2Fc%20d!+é', 'a%3Ab/c%20d%21%2Bé', 'a%3ab%2fc%20d!%2b%c3%a9', 'a:b/c%20d!+é', 'a:b%2Fc%20d%21+é'])(
  'its spelling %s of an id is signed, whatever the gateway made of it',
  async (spelled) => {
    const path = encodeURI(`${PATH}/${spelled}`).replaceAll('%25', '%');
    expect(await signed(path, undefined, `${PATH}/a:b/c%20d!+%C3%A9`)).toMatchObject({ status: 200 });
    expect(await signed(path, undefined, `${PATH}/a:b/c%20d!+%C3%A8`)).toMatchObject({ status: 401 });
  },
);

test('what UCP calls not found is 200, nobody is 401, and a key without the scope is 403', async () => {
  const error = (code: string) => ({ ucp: { status: 'error' }, messages: [{ type: 'error', code }] });
  const bearer = (of: string) => ({ authorization: `Bearer ${of}` });
  expect(await get(`${PATH}/other`, bearer('reader'))).toMatchObject({ status: 200, body: error('not_found') });
  for (const headers of [{}, bearer('made-up'), { 'x-api-key': 'x' }, { cookie: '__Host-longshore=a' }])
    expect(await get(`${PATH}/${order.id}`, headers)).toMatchObject({ status: 401, body: error('unauthorized') });
  const { status, body } = await get(`${PATH}/${order.id}`, bearer('shipper'));
  expect({ status, body }).toMatchObject({ status: 403, body: error('insufficient_scope') });
});

test('a signature of nobody we know is refused as UCP has it', async () => {
  expect(await signed(`${PATH}/1`, 'https://other.example/ucp')).toMatchObject({
    ...{
      status: 403,
      body: { code: 'profile_not_trusted', content: 'no endpoint of profile ucp is at https://other.example' },
    },
  });
  for (const profile of ['http://platform.example/ucp', 'nonsense', ''])
    expect(await signed(`${PATH}/1`, profile)).toMatchObject({ status: 400, body: { code: 'invalid_profile_url' } });
});
