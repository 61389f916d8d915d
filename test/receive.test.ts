import { createHmac } from 'node:crypto';
import { request as forward } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { envName } from '#lib/platform/names';
import { serveLoopback } from '#sandbox/loopback';
import { type InProcess, startInProcess } from './support/in-process.ts';

const CAP = 256 * 1024;
const scopio = (id: string, secrets: object, settings: object = {}) => ({
  id,
  marketplace: 'scopio',
  baseUrl: 'http://127.0.0.1:1',
  secrets: { apiKey: 'k', ...secrets },
  settings,
});
const file = {
  connections: [
    scopio('hex', { webhookSecret: 'current', previousWebhookSecret: 'previous' }),
    scopio('single', { webhookSecret: 'only' }),
    scopio('base64', { webhookSecret: 'current' }, { signatureEncoding: 'base64', signatureHeader: 'X-Other-Header' }),
    scopio('sha512', { webhookSecret: 'current' }, { signatureAlgorithm: 'sha512' }),
    scopio('rotating', { webhookSecret: 'before' }),
    { ...scopio('walled', { webhookSecret: 'current' }), allowedSources: ['203.0.113.0/24', '2001:db8::/32'] },
    {
      id: 'shed',
      marketplace: 'marketful',
      baseUrl: 'http://127.0.0.1:1',
      secrets: { accessToken: 't', userId: 'u', webhookSecret: 'path-secret', previousWebhookSecret: 'old secret+' },
    },
  ],
};

type Receiver = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
let hub: InProcess;
let receivers: { scopio: Receiver; marketful: Receiver };
beforeAll(async () => {
  hub = await startInProcess(file);
  receivers = {
    scopio: (await import('#functions/webhooks/scopio')).handler as unknown as Receiver,
    marketful: (await import('#functions/webhooks/marketful')).handler as unknown as Receiver,
  };
});
afterAll(() => hub.stop());
beforeEach(async () => {
  await hub.drain('inbound');
});

interface Sent {
  body?: string | Buffer;
  headers?: Record<string, string>;
  base64?: boolean;
  from?: string;
}

/** One request as API Gateway passes it on. */
async function call(path: string, { body = '{}', headers = {}, base64 = false, from = '198.51.100.1' }: Sent = {}) {
  const [, , marketplace = ''] = path.split('/');
  const event = {
    rawPath: path,
    headers,
    body: base64 ? Buffer.from(body).toString('base64') : String(body),
    isBase64Encoded: base64,
    requestContext: { http: { sourceIp: from } },
  } as unknown as APIGatewayProxyEventV2;
  const { statusCode, body: text = '' } = await receivers[marketplace as 'scopio'](event, {} as Context);
  return { status: statusCode, body: text };
}

const hmac = (body: string | Buffer, secret: string, encoding: 'hex' | 'base64' = 'hex', algorithm = 'sha256') =>
  createHmac(algorithm, secret).update(body).digest(encoding);
const signed = (body: string | Buffer, secret = 'current') => ({
  body,
  headers: { 'x-scopio-signature': hmac(body, secret) },
});
const at = (connection: string) => `/webhooks/scopio/${connection}/order-paid`;
const REFUSED = { status: 401, body: '{"error":{"code":"unauthorized","description":"not authorized"}}' };

describe('raw bytes', () => {
  // Valid JSON that no serializer would write exactly like this.
  const awkward = '{ "b":1.0,\r\n"a" : "\\u00e9é🎁", "b":2 }  ';

  test('parsed body breaks verification: the very bytes are verified, and queued as they came', async () => {
    expect(await call(at('hex'), signed(awkward))).toMatchObject({ status: 200 });
    const [message] = await hub.drain('inbound');
    expect(JSON.parse(message ?? '')).toMatchObject({ connection: 'hex', topic: 'order-paid', body: awkward });
    expect(await call(at('hex'), { ...signed(awkward), body: JSON.stringify(JSON.parse(awkward)) })).toEqual(REFUSED);
  });

  test('base64 bodies: what API Gateway encoded is decoded before it is verified', async () => {
    expect(await call(at('hex'), { ...signed(awkward), base64: true })).toMatchObject({ status: 200 });
    expect(JSON.parse((await hub.drain('inbound'))[0] ?? '').body).toBe(awkward);
  });

  test('two characters stop a connection: what SQS refuses travels escaped and arrives as it came', async () => {
    const odd = '{"gift_note":"a\uffffb\ufffe"}';
    expect(await call(at('hex'), signed(odd))).toMatchObject({ status: 200 });
    expect(JSON.parse((await hub.drain('inbound'))[0] ?? '').body).toBe(odd);
  });

  const INDENTED = '{\n  "-": "I0^k.g",\n  "1yGWrb": "q;w 0 v^i`w"\n}';
  const long = `{"id":"evt_1","lines":"${Array.from({ length: 60_000 }, (_, line) => line).join()}"}`;
  test.each([
    ['gzip', gzipSync(long), long],
    ['GZip', gzipSync(long), long],
    ['br', brotliCompressSync(long), long],
    ['deflate', deflateSync(long), long],
    ['deflate', deflateRawSync(long), long],
    ['identity, gzip , br', brotliCompressSync(gzipSync(long)), long],
    // A proxy undid it, and did not say so; the second also reads as deflate, which says `å` and ends there.
    ['gzip', Buffer.from(awkward), awkward],
    ['deflate', Buffer.from(INDENTED), INDENTED],
    ['klingon', Buffer.from(awkward), awkward],
  ])('a body packed by %s is verified as it came, and queued unpacked', async (coding, packed, text) => {
    const { headers } = signed(packed);
    const sent = { body: packed, headers: { ...headers, 'content-encoding': coding }, base64: true };
    expect(await call(at('hex'), sent)).toMatchObject({ status: 200 });
    expect(JSON.parse((await hub.drain('inbound'))[0] ?? '').body).toBe(text);
    expect(
      await call(at('hex'), { ...sent, headers: { ...signed(text).headers, 'content-encoding': coding } }),
    ).toEqual(text !== long ? expect.objectContaining({ status: 200 }) : REFUSED);
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('a bomb packed by %s is kept as it came, and said to be no JSON', async (coding, pack) => {
    const bomb = pack(Buffer.alloc(2 * 1024 * 1024, ' '));
    const headers = { ...signed(bomb).headers, 'content-encoding': coding };
    expect(await call(at('hex'), { body: bomb, headers, base64: true })).toMatchObject({ status: 400 });
    const [message] = await hub.drain('inbound');
    expect(JSON.parse(message ?? '')).toMatchObject({ encoding: 'base64', body: bomb.toString('base64') });
    expect(await call(at('hex'), { body: bomb, headers: { ...headers, ...signed('').headers }, base64: true })).toEqual(
      REFUSED,
    );
    expect(JSON.parse((await hub.drain('inbound'))[0] ?? '')).toMatchObject({ codings: coding });
  });

  test('bytes that are not UTF-8 are kept whole', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]);
    expect(await call(at('hex'), { ...signed(bytes), base64: true })).toMatchObject({ status: 400 });
    const [message] = await hub.drain('inbound');
    expect(JSON.parse(message ?? '')).toMatchObject({ encoding: 'base64', body: bytes.toString('base64') });
  });
});

describe('signatures', () => {
  const body = '{"id":"evt_1"}';

  test.each([
    ['hex', 'hex', { 'x-scopio-signature': hmac(body, 'current') }],
    ['upper-case hex', 'hex', { 'x-scopio-signature': hmac(body, 'current').toUpperCase() }],
    ['hex behind sha256=', 'hex', { 'x-scopio-signature': `sha256=${hmac(body, 'current')}` }],
    ['base64 in another header', 'base64', { 'x-other-header': hmac(body, 'current', 'base64') }],
    ['base64 behind sha256=', 'base64', { 'x-other-header': `sha256=${hmac(body, 'current', 'base64')}` }],
    ['sha512', 'sha512', { 'x-scopio-signature': hmac(body, 'current', 'hex', 'sha512') }],
    ['the previous secret, alone', 'hex', { 'x-scopio-signature': hmac(body, 'previous') }],
  ])('%s is accepted', async (_, connection, headers) => {
    expect(await call(at(connection), { body, headers })).toMatchObject({ status: 200 });
  });

  const good = hmac(body, 'current');
  test.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one bit off', good.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))],
    ['cut short', good.slice(0, -2)],
    ['more behind it', `${good}00`],
    ['characters that are no hex', `${good.slice(0, -1)}g`],
    ['the wrong prefix', `sha1=${good}`],
    ['base64 where hex is expected', hmac(body, 'current', 'base64')],
    ['an empty secret', hmac(body, '')],
    ['another connection’s secret', hmac(body, 'only')],
    ['the word undefined as the secret', hmac(body, 'undefined')],
  ])('%s is refused', async (_, signature) => {
    const headers: Record<string, string> = signature === undefined ? {} : { 'x-scopio-signature': signature };
    expect(await call(at('hex'), { body, headers })).toEqual(REFUSED);
  });

  test('a connection without a previous secret takes no other', async () => {
    expect(await call(at('single'), signed(body, 'only'))).toMatchObject({ status: 200 });
    for (const secret of ['', 'previous', 'current', 'undefined', 'null'])
      expect(await call(at('single'), signed(body, secret))).toEqual(REFUSED);
  });

  test('rotation refused valid events: the new secret counts as soon as it is put, the old one while it is kept', async () => {
    expect(await call(at('rotating'), signed(body, 'before'))).toMatchObject({ status: 200 });
    const rotated = scopio('rotating', { webhookSecret: 'after', previousWebhookSecret: 'before' });
    await hub.put({ connections: file.connections.map((one) => (one.id === 'rotating' ? rotated : one)) });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6_000 });
    expect(await call(at('rotating'), signed(body, 'after'))).toMatchObject({ status: 200 });
    expect(await call(at('rotating'), signed(body, 'before'))).toMatchObject({ status: 200 });
    expect(await call(at('rotating'), signed(body, 'never'))).toEqual(REFUSED);
    vi.useRealTimers();
  });

  test('a secret in the URL: current and previous, each alone, and nothing else', async () => {
    const post = (rest: string) => call(`/webhooks/marketful/shed/order-created${rest}`);
    expect(await post('/path-secret')).toMatchObject({ status: 200 });
    expect(await post('/old secret+')).toMatchObject({ status: 200 });
    for (const rest of ['', '/', '/path-secre', '/path-secret/', '/path-secret/more', '/old%20secret+', '/%zz'])
      expect(await post(rest)).toEqual(REFUSED);
  });
});

describe('what it says to strangers', () => {
  test('an unknown connection, topic and path and a bad signature are the same 401', async () => {
    const body = '{"id":"evt_1"}';
    const paths = [
      ...[at('nobody'), at(''), at('__proto__'), at('constructor'), at('shed')],
      ...['/webhooks/scopio/hex/order-shipped', '/webhooks/scopio/hex', '/webhooks/scopio/hex/order-paid/extra'],
      ...['/webhooks/scopio/', '/webhooks/scopio/%E0%A4%A/order-paid', '/webhooks/marketful/hex/order-created/current'],
    ];
    for (const path of paths) expect([path, await call(path, signed(body))]).toEqual([path, REFUSED]);
    expect(await hub.drain('inbound')).toEqual([]);
  });

  test('a body of 256 KiB passes and one byte more is 413, before anything else is looked at', async () => {
    const body = JSON.stringify({ id: 'evt_1', pad: '' });
    const full = body.replace('""', `"${'x'.repeat(CAP - body.length)}"`);
    expect(Buffer.byteLength(full)).toBe(CAP);
    expect(await call(at('hex'), signed(full))).toMatchObject({ status: 200 });
    expect(await call(at('hex'), signed(`${full} `))).toMatchObject({ status: 413 });
    expect(await call(at('nobody'), { body: `${full} ` })).toMatchObject({ status: 413 });
    // Bytes count, not characters.
    expect(await call(at('hex'), signed('é'.repeat(CAP / 2 + 1)))).toMatchObject({ status: 413 });
    expect(await hub.drain('inbound')).toHaveLength(1);
  });

  test.each(['', 'order', '{"id":', '\u0000\u0001'.repeat(100_000)])(
    'not JSON is 400 and still queued to be kept',
    async (body) => {
      expect(await call(at('hex'), signed(body))).toMatchObject({
        status: 400,
        body: '{"error":{"code":"not_json","description":"the body is not JSON"}}',
      });
      expect(await hub.drain('inbound')).toHaveLength(1);
    },
  );
});

describe('where it comes from', () => {
  test('a connection that lists addresses takes webhooks from those alone, and refuses any other like a bad signature', async () => {
    for (const from of ['203.0.113.9', '2001:db8::9', '::ffff:203.0.113.9'])
      expect(await call(at('walled'), { ...signed('{}'), from }), from).toMatchObject({ status: 200 });
    for (const from of ['198.51.100.1', '2001:db9::9', ''])
      expect(await call(at('walled'), { ...signed('{}'), from }), from).toEqual(REFUSED);
    expect(await call(at('walled'), { ...signed('{}', 'wrong'), from: '203.0.113.9' })).toEqual(REFUSED);
  });

  test('a list counts as soon as it is put', async () => {
    const [, ...others] = file.connections;
    const hex = { ...file.connections[0], allowedSources: ['203.0.113.9'] };
    await hub.put({ connections: [hex, ...others] });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 12_000 });
    expect(await call(at('hex'), { ...signed('{}', 'wrong') })).toEqual(REFUSED);
    expect(await call(at('hex'), signed('{}'))).toEqual(REFUSED);
    await hub.put(file);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 12_000 });
    expect(await call(at('hex'), signed('{}'))).toMatchObject({ status: 200 });
    vi.useRealTimers();
  });
});

test('with WATCH=lean only those calls are counted that an alarm counts: where nothing is sold', async () => {
  vi.stubEnv(envName.watch, 'lean');
  const info = vi.spyOn(console, 'info').mockReturnValue();
  const told = ['/webhooks/marketful/shed/order-updated/path-secret', at('hex')];
  for (const path of told) expect(await call(path, signed('{}'))).toMatchObject({ status: 200 });
  const lines = info.mock.calls.map(([line]) => JSON.parse(line));
  expect(lines.flatMap(({ Webhooks, Marketplace }) => (Webhooks ? Marketplace : []))).toEqual(['marketful']);
  info.mockRestore();
  vi.unstubAllEnvs();
});

describe('the queue', () => {
  test('once the secrets are known a webhook costs one call to SQS and no other', async () => {
    const calls: string[] = [];
    const inbound = new URL(process.env[envName.queueUrl('inbound')] ?? '');
    const edge = await serveLoopback((request, response) => {
      calls.push(String(request.headers['x-amz-target']));
      const { host: _host, ...headers } = request.headers;
      const onward = forward({ port: inbound.port, method: 'POST', path: request.url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    });
    await call(at('hex'), signed('{}'));
    vi.stubEnv(envName.queueUrl('inbound'), edge.url + inbound.pathname);
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', 'http://127.0.0.1:1');
    expect(await call(at('hex'), signed('{"once":1}'))).toMatchObject({ status: 200 });
    vi.unstubAllEnvs();
    expect(calls).toEqual(['AmazonSQS.SendMessage']);
    await edge.close();
  });

  test('acknowledged before it was durable: while SQS is away the answer is 503, never 200', async () => {
    vi.stubEnv(envName.queueUrl('inbound'), 'http://127.0.0.1:1/000000000000/inbound');
    const { status, body } = await call(at('hex'), signed('{}'));
    vi.unstubAllEnvs();
    expect({ status, body: JSON.parse(body) }).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } });
    expect(await call(at('hex'), signed('{}'))).toMatchObject({ status: 200 });
  });
});
