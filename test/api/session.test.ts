import { afterAll, beforeAll, expect, test } from 'vitest';
import { workOnce } from './failing.ts';
import { type Answer, type Call, putOrder, startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
  await api.putKey('reader-key', 'erp', ['orders:read']);
});
afterAll(() => api.stop());

const origin = 'https://hub.example';
const signIn = async (key = 'key-with-everything'): Promise<string> => {
  const { cookies } = await api.call('POST', '/session', { key: null, body: { key } });
  return cookies[0]?.split(';')[0] ?? '';
};
const asSession = (cookie: string, method: string, path: string, { headers, ...more }: Call = {}): Promise<Answer> =>
  api.call(method, path, { ...more, key: null, headers: { cookie, ...(method !== 'GET' && { origin }), ...headers } });

test('a key is exchanged for a cookie, which is the session until it is ended', async () => {
  expect(await api.call('POST', '/session', { key: null, body: { key: 'wrong' } })).toMatchObject({
    status: 401,
    cookies: [],
  });
  const { body, cookies } = await api.call('POST', '/session', { key: null, body: { key: 'key-with-everything' } });
  expect(body).toMatchObject({ key: 'operator', scopes: ['ops'] });
  expect(cookies[0]).toMatch(/^__Host-longshore=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  const [cookie = ''] = cookies[0]?.split(';') ?? [];
  expect(await asSession(cookie, 'GET', '/deliveries')).toMatchObject({ status: 200 });
  expect(await asSession(cookie, 'DELETE', '/session')).toMatchObject({ status: 200 });
  expect(await asSession(cookie, 'GET', '/deliveries')).toMatchObject({
    status: 401,
    body: { error: { code: 'session_ended' } },
  });
});

test('a write with the cookie wants the hub’s own origin, one with a key does not', async () => {
  const cookie = await signIn();
  const replay = { body: { filter: { state: 'dead' }, dryRun: true } };
  for (const foreign of ['https://evil.test', 'null', 'https://hub.example:8443', ''])
    expect(
      await asSession(cookie, 'POST', '/deliveries/replay', { ...replay, headers: { origin: foreign } }),
      foreign,
    ).toMatchObject({ status: 403 });
  expect(await asSession(cookie, 'POST', '/deliveries/replay', replay)).toMatchObject({ status: 200 });
  expect(
    await asSession(cookie, 'POST', '/deliveries/replay', {
      body: '{}',
      headers: { 'content-type': 'text/plain', origin: 'null' },
    }),
  ).toMatchObject({ status: 403 });
  expect(
    await api.call('POST', '/deliveries/replay', { ...replay, headers: { origin: 'https://evil.test', cookie } }),
  ).toMatchObject({ status: 200 });
});

test('a session may do what its key may', async () => {
  const cookie = await signIn('reader-key');
  expect(await asSession(cookie, 'GET', '/orders')).toMatchObject({ status: 200 });
  expect(await asSession(cookie, 'GET', '/deliveries')).toMatchObject({ status: 403 });
});

test('a code signs in once', async () => {
  const { body } = await api.call('POST', '/session/codes');
  expect(body.url).toBe(`https://hub.example/console/sign-in#${body.code}`);
  const redeem = () => api.call('POST', '/session', { key: null, body: { code: body.code } });
  expect(await redeem()).toMatchObject({ status: 200, body: { key: 'operator' } });
  expect(await redeem()).toMatchObject({ status: 401 });
  expect(await api.call('POST', '/session/codes', { key: null })).toMatchObject({ status: 401 });
});

test('a session is answered without the buyer until it reveals, which is on record', async () => {
  const { id } = await putOrder('masked', {
    ...{
      buyer: { first_name: 'Zoraida', last_name: 'Quispe', email: 'zoraida@example.com', phone_number: '+52 55 1234' },
    },
    shippingAddress: { street_address: 'Calle Secreta 5', postal_code: '03940', address_country: 'MX' },
  });
  const cookie = await signIn();
  for (const path of ['/orders', `/orders/${id}`, '/deliveries', '/deliveries/causes', '/events']) {
    const text = JSON.stringify((await asSession(cookie, 'GET', path)).body);
    for (const word of ['Zoraida', 'Quispe', 'zoraida@example.com', '+52 55 1234', 'Calle Secreta'])
      expect(text, path).not.toContain(word);
  }
  expect((await asSession(cookie, 'GET', `/orders/${id}`)).body.shippingAddress).toEqual({
    ...{ street_address: 'C•••••', postal_code: '03•••••', address_country: 'MX' },
  });
  expect((await api.call('GET', `/orders/${id}`)).body.buyer.first_name).toBe('Zoraida');
  expect((await asSession(cookie, 'POST', `/orders/${id}/reveal`)).body.buyer.first_name).toBe('Zoraida');
  expect((await asSession(cookie, 'GET', '/audit')).body.acts[0]).toMatchObject({
    act: 'order.revealed',
    about: id,
    by: 'operator',
  });
});

test('a cause that names the buyer is shown without him, and is what a session has replayed', async () => {
  const shippingAddress = { first_name: 'Perpetua', street_address: 'Calle Loma 5', address_country: 'MX' };
  const { id, deliveries } = await putOrder('caused', { shippingAddress });
  await workOnce(deliveries[0]?.id ?? '', { description: 'no street Calle  Loma 5, Perpetua' });
  const cookie = await signIn();
  const { causes } = (await asSession(cookie, 'GET', '/deliveries/causes')).body;
  expect(JSON.stringify(causes)).not.toMatch(/Loma|Perpetua/);
  await api.putKey('privacy-key', 'privacy', ['privacy']);
  const office = await signIn('privacy-key');
  const exported = await asSession(office, 'POST', '/buyers/export', { body: { order: id } });
  expect(exported).toMatchObject({ status: 200, body: { orders: [id] } });
  expect(JSON.stringify(exported.body)).not.toMatch(/Loma|Perpetua/);
  const { filter } = causes.find(({ message }: { message: string }) => message.startsWith('no street'));
  const replay = { body: { filter, dryRun: true } };
  expect((await asSession(cookie, 'POST', '/deliveries/replay', replay)).body).toMatchObject({ matched: 1 });
});
