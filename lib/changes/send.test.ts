import { expect, test } from 'vitest';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import { send } from './send.ts';

const NOW = Date.parse('2026-11-20T08:15:00.000Z');
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();
const endpoint: Endpoint = {
  ...{ id: 'erp', url: 'https://erp.example/hooks', profile: 'standard-webhooks', types: [], payload: 'thin' },
  since: ago(90 * 86_400),
};

/** What is signed with, how old what was read of it might be, and what came of it. */
async function sent(more: Partial<Endpoint> = {}, settings = {}, status = 204, headers = {}, body: unknown = 'no') {
  const asked: Array<number | undefined> = [];
  let signedWith: object = {};
  const result = await send(
    { ...endpoint, ...more },
    async (secrets) => {
      signedWith = secrets;
      return { headers: {}, body: '{}' };
    },
    {
      getCredentials: async (_endpoint, _id, maxAgeMs) => {
        asked.push(maxAgeMs);
        return { secrets: { signingSecret: 'new', previousSigningSecret: 'old' }, settings };
      },
      getOrder: async () => undefined,
      post: async () => ({ status, headers: new Headers(headers), body }),
      now: () => new Date(NOW),
    },
  );
  return { asked, signedWith, result };
}

test('a secret is held for an hour, and no longer than since it was replaced', async () => {
  const maxAgeSeconds = async (more: Partial<Endpoint>) => ((await sent(more)).asked[0] ?? 0) / 1000;
  expect(await maxAgeSeconds({})).toBe(3600);
  expect(await maxAgeSeconds({ secretsAt: ago(86_400) })).toBe(3600);
  // The clock of the writer may be a minute ahead of the reader's.
  expect(await maxAgeSeconds({ secretsAt: ago(600) })).toBe(540);
  expect(await maxAgeSeconds({ secretsAt: ago(2) })).toBe(1);
});

test('the secret before signs until its time is over', async () => {
  const both = { signingSecret: 'new', previousSigningSecret: 'old' };
  expect((await sent({}, { previousUntil: ago(-1) })).signedWith).toEqual(both);
  expect((await sent({}, { previousUntil: ago(0) })).signedWith).toEqual({ signingSecret: 'new' });
  expect((await sent()).signedWith).toEqual(both);
});

test('all that is not 2xx may heal, and whatever says how long asks for patience', async () => {
  const errorOf = async (status: number, headers = {}) => (await sent({}, {}, status, headers)).result;
  expect(await errorOf(204)).toEqual({ ok: true, httpStatus: 204 });
  for (const status of [302, 400, 401, 404, 500])
    expect(await errorOf(status)).toMatchObject({
      ok: false,
      error: { name: 'RetryableError', code: `http_${status}` },
    });
  expect(await errorOf(301)).toMatchObject({
    error: { message: expect.stringContaining('redirects are not followed') },
  });
  expect(await errorOf(304)).toMatchObject({ error: { message: expect.stringContaining('no') } });
  const throttled = { name: 'ThrottledError', retryAfterSeconds: 30 };
  for (const status of [429, 503, 400])
    expect(await errorOf(status, { 'retry-after': '30' })).toMatchObject({ ok: false, error: throttled });
  expect(await errorOf(429)).toMatchObject({ error: { name: 'ThrottledError', retryAfterSeconds: null } });
});

test('an endpoint’s refusal is kept in full', async () => {
  const body = { message: 'invalid', errors: { sku: ['unknown:\nMUG'] } };
  expect((await sent({}, {}, 422, {}, body)).result).toMatchObject({
    error: { message: expect.stringContaining('{"message":"invalid","errors":{"sku":["unknown: MUG"]}}') },
  });
});
