import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createConsole } from './console.ts';

const pack = (text: string) => ({
  type: 'text/javascript',
  br: brotliCompressSync(text).toString('base64'),
  gzip: gzipSync(text).toString('base64'),
});
const built = { document: '<meta content="{{session}}">{{first}}', files: { 'assets/main-1.js': pack('let a') } };
const key = { name: 'a"<b', scopes: ['ops'] } as const;
const app = createConsole(
  async () => built,
  async (token) => (token === 'good' ? { key, expiresAt: '2026-11-20T08:15:00.000Z' } : undefined),
);

test('every screen is the one document, which says who is signed in and is kept by nobody', async () => {
  for (const path of ['/console/', '/console/orders/shop:1', '/console/nowhere']) {
    const answer = await app.request(path);
    expect([answer.status, await answer.text()]).toEqual([200, '<meta content="">']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'/,
    );
  }
  const signedIn = await app.request('/console/', { headers: { cookie: '__Host-longshore=good' } });
  const home = await signedIn.text();
  expect(home).toContain('&quot;key&quot;:&quot;a\\&quot;&lt;b&quot;');
  expect(home).toContain('href="/deliveries/causes"');
});

test('the first call of Home stands in its document alone, and for a key that may make it', async () => {
  const cookie = '__Host-longshore=good';
  for (const [path, headers, scopes] of [
    ['/console/orders', { cookie }, ['ops']],
    ['/console/', {}, ['ops']],
    ['/console/', { cookie }, ['orders:read']],
  ] as const) {
    const one = createConsole(
      async () => built,
      async () => ({ key: { name: 'erp', scopes: [...scopes] }, expiresAt: '2026-11-20T08:15:00.000Z' }),
    );
    expect(await (await one.request(path, { headers })).text()).not.toContain('/deliveries/causes');
  }
});

test('a file is sent as the browser takes it, to be kept for good', async () => {
  for (const [accepts, encoding] of [
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['identity', null],
  ] as const) {
    const answer = await app.request('/console/assets/main-1.js', { headers: { 'accept-encoding': accepts } });
    expect(answer.headers.get('content-encoding')).toBe(encoding);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    if (encoding === null) expect(await answer.text()).toBe('let a');
  }
  expect((await app.request('/console/assets/old.js')).status).toBe(404);
});

test('where it was not built it says so', async () => {
  expect((await createConsole(async () => undefined).request('/console/')).status).toBe(503);
});
