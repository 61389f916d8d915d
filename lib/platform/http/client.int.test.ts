import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RejectedError, RetryableError, UnknownOutcomeError } from '../errors.ts';
import { createHttp } from './client.ts';

/** A quarter of a gigabyte of nothing in a quarter of a megabyte. */
const BOMB = gzipSync(Buffer.alloc(256 * 2 ** 20));
let server: Server;
let baseUrl: string;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    await request.resume().toArray();
    const { url } = request;
    if (url?.includes('reset')) request.socket.resetAndDestroy();
    else if (url?.includes('half')) {
      response.writeHead(200, { 'content-length': 100 }).write('{"half":');
      setTimeout(() => request.socket.destroy(), 20);
    } else if (url?.includes('stall')) response.writeHead(200).write('{');
    else if (url?.includes('bomb')) response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB);
    else if (!url?.includes('hang')) response.writeHead(200).end('{"ok":true}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v5/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function http({ base = baseUrl, timeoutMs = 60_000 } = {}) {
  const budget = { take: async () => undefined, pause: async () => undefined };
  return createHttp({ baseUrl: base, budget, timeoutMs });
}

describe('when no answer comes', () => {
  it.each([
    ['reset', {}],
    ['half', {}],
    ['hang', { timeoutMs: 150 }],
    ['stall', { timeoutMs: 150 }],
  ])('%s leaves the outcome unknown', async (what, patience) => {
    const asked = http(patience).request({ method: 'POST', path: `/${what}`, json: {} });
    await expect(asked).rejects.toBeInstanceOf(UnknownOutcomeError);
  });

  it('a refused connection never left, so it did not happen', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => gone.once('listening', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const error = http({ base: `http://127.0.0.1:${port}` }).request({ method: 'POST', path: '/', json: {} });
    await expect(error).rejects.toBeInstanceOf(RetryableError);
    await expect(error).rejects.not.toBeInstanceOf(UnknownOutcomeError);
  });
});

it('of an answer that unpacks to more than it may, no more is unpacked', async () => {
  const before = process.memoryUsage().rss;
  const error = await http()
    .request({ method: 'GET', path: '/bomb' })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RejectedError);
  expect(error).toMatchObject({ code: 'response_too_large' });
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
});
