import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import type { Handler } from './handlers.ts';
import { createApiGateway } from './http.ts';

const MEGABYTES = 1024 * 1024;

async function answerOf(handler: Handler) {
  const server = createServer(createApiGateway(new Map([['api', handler]])));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`);
  const body = await response.text();
  server.closeAllConnections();
  server.close();
  return { status: response.status, body };
}

it('passes on six megabytes, and answers for a function that said more as API Gateway does', async () => {
  const logged: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((line) => void logged.push(String(line)));
  const saying = (length: number) => answerOf(async () => ({ statusCode: 200, body: 'x'.repeat(length) }));
  expect((await saying(6 * MEGABYTES - 1000)).body).toHaveLength(6 * MEGABYTES - 1000);
  expect(await saying(6 * MEGABYTES + 200)).toEqual({ status: 500, body: '{"message":"Internal Server Error"}' });
  expect(logged).toEqual([expect.stringContaining('Function.ResponseSizeTooLarge')]);
  vi.restoreAllMocks();
});
