import { describe, expect, it } from 'vitest';
import { RejectedError, RetryableError, ThrottledError, UnknownOutcomeError } from '../errors.ts';
import { createHttp } from './client.ts';

/** HTTP over a remote that answers what it is told, with what reached it and how often it was paused. */
function startHttp(answer: () => Response = () => Response.json({ ok: true }), maxBytes?: number) {
  const requests: Array<{ url: string; method?: string | undefined; body: unknown; type: string | null }> = [];
  const paused: unknown[] = [];
  const budget = { take: async () => undefined, pause: async (seconds: unknown) => void paused.push(seconds) };
  const fetch = async (url: string | URL | Request, { method, body, headers }: RequestInit = {}) => {
    requests.push({ url: String(url), method, body, type: new Headers(headers).get('content-type') });
    return answer();
  };
  const options = { baseUrl: 'https://remote.test/v5/', budget, timeoutMs: 50, fetch, ...(maxBytes && { maxBytes }) };
  return { ...createHttp(options), requests, paused };
}

describe('requests', () => {
  it('join the base path, encode the query and send JSON or a form', async () => {
    const { request, requests } = startHttp();
    await request({ method: 'POST', path: '/orders', query: { orden: '# 1254', n: 2 }, json: { a: 1 } });
    await request({ method: 'POST', path: '/token', form: { grant: 'a b' } });
    expect(requests).toEqual([
      {
        ...{ method: 'POST', url: 'https://remote.test/v5/orders?orden=%23+1254&n=2' },
        ...{ body: '{"a":1}', type: 'application/json' },
      },
      {
        ...{ method: 'POST', url: 'https://remote.test/v5/token' },
        ...{ body: 'grant=a+b', type: 'application/x-www-form-urlencoded' },
      },
    ]);
  });

  it('are not redirected: a POST must not arrive somewhere else', async () => {
    const { request, requests } = startHttp(() => new Response(null, { status: 307, headers: { location: '/else' } }));
    await expect(request({ method: 'POST', path: '/moved', json: {} })).rejects.toMatchObject({ code: 'redirected' });
    expect(requests).toHaveLength(1);
  });
});

it('JSON within a JSON text is read as JSON, and any other text stays one', async () => {
  const bodies = ['"[{\\"a\\":1}]"', '"5021"', '"Processed"', 'plain'];
  const asked = bodies.map((body) => startHttp(() => new Response(body)).request({ method: 'GET', path: '/' }));
  expect((await Promise.all(asked)).map(({ body }) => body)).toEqual([[{ a: 1 }], '5021', 'Processed', 'plain']);
});

it('429 pauses the whole connection', async () => {
  const { request, paused } = startHttp(() => new Response('', { status: 429, headers: { 'retry-after': '3' } }));
  await expect(request({ method: 'GET', path: '/limit' })).rejects.toBeInstanceOf(ThrottledError);
  expect(paused).toEqual([3]);
});

describe('a page under 200', () => {
  const page = () => new Response('\uFEFF\n<!doctype html><p>Back soon');

  it('is no answer to what reads, and counts as an outage: it names no status of the remote', async () => {
    for (const reading of [{ method: 'GET' }, { method: 'POST', reads: true }] as const) {
      const asked = startHttp(page).request({ ...reading, path: '/' });
      await expect(asked).rejects.toBeInstanceOf(RetryableError);
      await expect(asked).rejects.not.toHaveProperty('detail.httpStatus');
      await expect(asked).rejects.toThrow(/a page under status 200: .*Back soon/s);
    }
  });

  it('to what was told is judged by whoever told it, as it may have been done', async () => {
    const { body } = await startHttp(page).request({ method: 'POST', path: '/', json: {} });
    expect(body).toContain('Back soon');
  });
});

it('to a port that `fetch` goes to for nobody never left', async () => {
  const budget = { take: async () => undefined, pause: async () => undefined };
  const asked = createHttp({ baseUrl: 'https://remote.test:6000', budget, timeoutMs: 50 }).request({
    ...{ method: 'POST', path: '/', json: {} },
  });
  await expect(asked).rejects.toBeInstanceOf(RetryableError);
  await expect(asked).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('bad port') });
});

describe('an answer that is too large', () => {
  const chunk = new TextEncoder().encode('"Zażółć"'.repeat(100));
  /** An answer that never ends, and how much of it was taken. */
  function endless(status = 200) {
    let bytes = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        bytes += chunk.length;
        controller.enqueue(chunk);
      },
    });
    return { answer: () => new Response(body, { status }), taken: () => bytes };
  }

  it('is refused for what reads, whatever its method', async () => {
    for (const reading of [{ method: 'GET' }, { method: 'POST', reads: true }] as const) {
      const { answer, taken } = endless();
      const error = startHttp(answer, 10_000).request({ ...reading, path: '/' });
      await expect(error).rejects.toBeInstanceOf(RejectedError);
      await expect(error).rejects.toMatchObject({ detail: { code: 'response_too_large', httpStatus: 200 } });
      expect(taken()).toBeLessThan(20_000);
    }
  });

  it('leaves open what was done, as it may have been', async () => {
    const error = startHttp(endless().answer, 10_000).request({ method: 'POST', path: '/', json: {} });
    await expect(error).rejects.toBeInstanceOf(UnknownOutcomeError);
    await expect(error).rejects.toMatchObject({ code: 'response_too_large' });
  });

  it('to a request that failed says with its status what happens next', async () => {
    const { answer, taken } = endless(422);
    await expect(startHttp(answer, 10_000).request({ method: 'POST', path: '/', json: {} })).rejects.toMatchObject({
      code: 'http_422',
    });
    expect(taken()).toBeLessThan(20_000);
  });

  it('is not one that just fits', async () => {
    const text = JSON.stringify('ż'.repeat(499));
    const { request } = startHttp(() => new Response(text), 1_000);
    expect((await request({ method: 'GET', path: '/' })).body).toBe('ż'.repeat(499));
  });
});
