import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RetryableError, ThrottledError, UnknownOutcomeError } from '../errors.ts';
import { createHttp } from './client.ts';

const requests: Array<{
  method?: string | undefined;
  url?: string | undefined;
  body: string;
  type: string | undefined;
}> = [];
let server: Server;
let baseUrl: string;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method, url, headers } = request;
    requests.push({ method, url, body: Buffer.concat(chunks).toString(), type: headers['content-type'] });
    if (url?.includes('reset')) request.socket.resetAndDestroy();
    else if (url?.includes('half')) {
      response.writeHead(200, { 'content-length': 100 }).write('{"half":');
      setTimeout(() => request.socket.destroy(), 20);
    } else if (url?.includes('stall')) response.writeHead(200).write('{');
    else if (url?.includes('limit')) response.writeHead(429, { 'retry-after': '3' }).end();
    else if (url?.includes('moved')) response.writeHead(307, { location: '/elsewhere' }).end();
    else if (!url?.includes('hang')) response.writeHead(200).end('{"ok":true}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v5/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function http(base = baseUrl) {
  const paused: unknown[] = [];
  const budget = { take: async () => undefined, pause: async (error: unknown) => void paused.push(error) };
  return { ...createHttp({ baseUrl: base, budget, timeoutMs: 150 }), paused };
}

describe('requests', () => {
  it('join the base path, encode the query and send JSON or a form', async () => {
    const { request } = http();
    await request({ method: 'POST', path: '/orders', query: { orden: '# 1254', n: 2 }, json: { a: 1 } });
    await request({ method: 'POST', path: '/token', form: { grant: 'a b' } });
    expect(requests.slice(-2)).toEqual([
      { method: 'POST', url: '/v5/orders?orden=%23+1254&n=2', body: '{"a":1}', type: 'application/json' },
      { method: 'POST', url: '/v5/token', body: 'grant=a+b', type: 'application/x-www-form-urlencoded' },
    ]);
  });

  it('are not redirected: a POST must not arrive somewhere else', async () => {
    const before = requests.length;
    await expect(http().request({ method: 'POST', path: '/moved', json: {} })).rejects.toMatchObject({
      code: 'http_307',
    });
    expect(requests).toHaveLength(before + 1);
  });
});

describe('when no answer comes', () => {
  it.each(['reset', 'half', 'hang', 'stall'])('%s leaves the outcome unknown', async (what) => {
    await expect(http().request({ method: 'POST', path: `/${what}`, json: {} })).rejects.toBeInstanceOf(
      UnknownOutcomeError,
    );
  });

  it('a refused connection never left, so it did not happen', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => gone.once('listening', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const error = http(`http://127.0.0.1:${port}`).request({ method: 'POST', path: '/', json: {} });
    await expect(error).rejects.toBeInstanceOf(RetryableError);
    await expect(error).rejects.not.toBeInstanceOf(UnknownOutcomeError);
  });
});

it('429 pauses the whole connection', async () => {
  const { request, paused } = http();
  await expect(request({ method: 'GET', path: '/limit' })).rejects.toBeInstanceOf(ThrottledError);
  expect(paused).toHaveLength(1);
});
