import { expect, it, vi } from 'vitest';
import { serveLoopback } from '../loopback.ts';
import type { Handler } from './handlers.ts';
import { createApiGateway } from './http.ts';

const MEGABYTES = 1024 * 1024;

async function answerOf(handler: Handler) {
  const { url, close } = await serveLoopback(createApiGateway(new Map([['api', handler]])));
  const response = await fetch(`${url}/orders`);
  const body = await response.text();
  await close();
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
