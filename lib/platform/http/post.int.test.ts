import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { lookupOutside } from './inside.ts';
import { createPoster } from './post.ts';

const LOCAL = { loopback: true };
const POSTING = { headers: { 'content-type': 'application/json' }, body: '{}', timeoutMs: 5_000 };
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const serve = (listener: RequestListener): Promise<string> =>
  new Promise((resolve) => {
    const opened = createServer(listener);
    server = opened.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(opened.address() as AddressInfo).port}/hooks`),
    );
  });

test('answers the status and the words, whatever they are', async () => {
  const url = await serve((_request, response) => void response.writeHead(422, { 'retry-after': '7' }).end('no'));
  const answer = await createPoster(LOCAL)(url, POSTING);
  expect([answer.status, answer.body, answer.headers.get('retry-after')]).toEqual([422, 'no', '7']);
});

test('answers JSON as what it says: Python and PHP escape all letters but ASCII ones', async () => {
  const url = await serve((_request, response) => void response.writeHead(422).end('{"error":"no \\u017baneta"}'));
  expect((await createPoster(LOCAL)(url, POSTING)).body).toEqual({ error: 'no \u017baneta' });
});

test('without a body a URL is read, as far as it may be long', async () => {
  const url = await serve(
    ({ method, headers }, response) =>
      void response.end(`${method} ${headers['content-length'] ?? 'nothing'} ${'x'.repeat(20_000)}`),
  );
  const { body } = await createPoster(LOCAL)(url, { headers: {}, timeoutMs: 5_000, maxBytes: 30_000 });
  expect(body).toMatch(/^GET nothing x{20000}$/);
});

test('a redirect is an answer, and not followed', async () => {
  let calls = 0;
  const url = await serve((_request, response) => {
    calls += 1;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect((await createPoster(LOCAL)(url, POSTING)).status).toBe(302);
  expect(calls).toBe(1);
});

test('an answer without an end is cut off, and one that never comes is a timeout', async () => {
  const endless = await serve((_request, response) => {
    response.writeHead(200);
    const more = setInterval(() => response.write('x'.repeat(4096)), 1);
    response.once('close', () => clearInterval(more));
  });
  const answer = await createPoster(LOCAL)(endless, POSTING);
  expect([answer.status, String(answer.body).length]).toEqual([200, 16 * 1024]);
  const silent = await serve(() => {});
  await expect(createPoster(LOCAL)(silent, { ...POSTING, timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
});

test('to a POST the status is the answer, though its words break off or do not end; what is read has to be whole', async () => {
  const cut = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half', () => setTimeout(() => response.destroy(), 20));
  });
  expect(await createPoster(LOCAL)(cut, POSTING)).toMatchObject({ status: 200, body: 'half' });
  const { body: _, ...reading } = POSTING;
  await expect(createPoster(LOCAL)(cut, reading)).rejects.toMatchObject({ code: 'unreachable' });
  const drips = await serve((_request, response) => response.writeHead(202).write('x'));
  expect(await createPoster(LOCAL)(drips, { ...POSTING, timeoutMs: 300 })).toMatchObject({ status: 202 });
});

test('a URL that hangs takes no connection from another at its host', async () => {
  const url = await serve((request, response) => void (request.url === '/hooks' && response.end('heard')));
  const post = createPoster(LOCAL);
  const hang = () => post(new URL('/hang', url).href, POSTING).catch(() => 'timeout');
  const hanging = Array.from({ length: 10 }, hang);
  expect(await Promise.race([post(url, POSTING), ...hanging])).toMatchObject({ body: 'heard' });
});

test('a host that would speak another protocol is no answer', async () => {
  const url = await serve(
    ({ socket }) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
  );
  await expect(createPoster(LOCAL)(url, POSTING)).rejects.toMatchObject({ code: 'unreachable' });
});

test('a connection that was kept and is closed meanwhile costs nothing: another one is asked', async () => {
  const used = new WeakSet();
  const url = await serve(({ socket }, response) => {
    if (used.has(socket)) return void socket.destroy();
    used.add(socket);
    response.end('heard');
  });
  const post = createPoster(LOCAL);
  for (const _each of [1, 2, 3]) expect((await post(url, POSTING)).body).toBe('heard');
});

test('a name that leads elsewhere is followed within a minute, though whoever was there answers still', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const answer: RequestListener = ({ socket }, response) => void response.end(`at ${socket.localAddress}`);
  const { port } = new URL(await serve(answer));
  const elsewhere = createServer(answer).listen(Number(port), '127.0.0.2');
  await new Promise((resolve) => elsewhere.once('listening', resolve));
  let address = '127.0.0.1';
  const post = createPoster(
    LOCAL,
    lookupOutside(LOCAL, ((_host: string, _options: object, done: (e: null, f: object) => void) =>
      done(null, [{ address, family: 4 }])) as never),
  );
  const url = `http://erp.example:${port}/hooks`;
  const heard = async () => (await post(url, POSTING)).body;
  expect(await heard()).toBe('at 127.0.0.1');
  address = '127.0.0.2';
  vi.setSystemTime(Date.now() + 30_000);
  expect(await heard()).toBe('at 127.0.0.1');
  vi.setSystemTime(Date.now() + 30_000);
  await heard();
  expect(await heard()).toBe('at 127.0.0.2');
  elsewhere.close().closeAllConnections();
  vi.useRealTimers();
});

test('nothing is sent inside: neither to an address nor by a name that leads there', async () => {
  let calls = 0;
  const url = await serve((_request, response) => {
    calls += 1;
    response.end();
  });
  const inside = { code: 'address_inside' };
  await expect(createPoster({ loopback: false })(url, POSTING)).rejects.toMatchObject(inside);
  const named = lookupOutside({ loopback: false }, ((
    _host: string,
    _options: object,
    callback: (e: null, f: object) => void,
  ) => callback(null, [{ address: '127.0.0.1', family: 4 }])) as never);
  const byName = url.replace('127.0.0.1', 'erp.example');
  await expect(createPoster(LOCAL, named)(byName, POSTING)).rejects.toMatchObject(inside);
  expect(calls).toBe(0);
});

test('what cannot be reached says so, and whether its certificate is why', async () => {
  const ends = (code: string) =>
    createPoster(LOCAL, (_host, _options, done) => done(Object.assign(new Error(), { code }), []))(
      'https://erp.example/',
      POSTING,
    );
  await expect(ends('CERT_HAS_EXPIRED')).rejects.toMatchObject({ code: 'certificate_invalid' });
  await expect(ends('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')).rejects.toMatchObject({ code: 'unreachable' });
  await expect(createPoster(LOCAL)('http://127.0.0.1:1/', POSTING)).rejects.toMatchObject({ code: 'unreachable' });
});
