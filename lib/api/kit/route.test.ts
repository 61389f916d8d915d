import { expect, test } from 'vitest';
import * as z from '#lib/platform/zod';
import { createApp } from './app.ts';
import { createFindCaller } from './caller.ts';
import { json, optionalBody, Routes } from './route.ts';

const KEYS = {
  reader: { name: 'erp', scopes: ['orders:read'] },
  operator: { name: 'night-shift', scopes: ['ops'] },
} as const;

const route = {
  summary: '',
  scope: 'orders:read',
  request: {
    params: z.object({ id: z.string() }),
    query: z.strictObject({ color: z.optional(z.enum(['red', 'blue'])) }),
    headers: z.object({ 'x-once': z.optional(z.string()) }),
    body: optionalBody(z.strictObject({ size: z._default(z.int(), 1) })),
  },
  responses: { 200: json('', z.unknown()) },
} as const;
const findCaller = createFindCaller({ findKey: async (key) => KEYS[key as keyof typeof KEYS] });
const things = new Routes('things', { findCaller });
things.add('POST /things/{id}/parts', {
  ...route,
  answer: ({ by, params, query, headers, body }) => [by, params.id, query.color, headers['x-once'], body.size],
});
const app = createApp(new Routes(''), { things: async () => ({ routes: things }) });

async function post(path: string, { key = 'reader', ...init }: RequestInit & { key?: string } = {}) {
  const headers = { ...(key && { authorization: `Bearer ${key}` }), ...(init.headers as Record<string, string>) };
  const response = await app.request(path, { method: 'POST', ...init, headers });
  const answer = (await response.json()) as { error?: { code: string; field?: string } };
  return { status: response.status, answer, headers: response.headers };
}
const JSON_BODY = { 'content-type': 'application/json' };

test('a handler gets each part of the request as its schema reads it', async () => {
  const init = { headers: { ...JSON_BODY, 'x-once': 'k' }, body: '{"size":3}' };
  expect(await post('/things/a%2Fb%25c/parts?color=red', init)).toMatchObject({
    status: 200,
    answer: ['erp', 'a/b%c', 'red', 'k', 3],
  });
  expect(await post('/things/7/parts')).toMatchObject({ answer: ['erp', '7', null, null, 1] });
});

test('an id may hold slashes that the gateway has decoded', async () => {
  expect(await post('/things/a/b/parts')).toMatchObject({ answer: ['erp', 'a/b', null, null, 1] });
  expect(await post('/things/a/parts/parts')).toMatchObject({ answer: ['erp', 'a/parts', null, null, 1] });
  expect(await post('/things/a%0Ab/parts')).toMatchObject({ answer: ['erp', 'a\nb', null, null, 1] });
});

test.each([
  ['?color=green', {}, 400, 'color'],
  ['?colour=red', {}, 400, 'colour'],
  ['?color=red&color=blue', {}, 400, 'color'],
  ['', { headers: JSON_BODY, body: '{"size":"x"}' }, 400, 'size'],
  ['', { headers: JSON_BODY, body: '{"weight":1}' }, 400, 'weight'],
  ['', { headers: JSON_BODY, body: '{"size":' }, 400, undefined],
  ['', { headers: { 'content-type': 'text/plain' }, body: 'size=1' }, 415, undefined],
  ['', { headers: { 'content-type': 'application/vnd.api+json; charset=utf-8' }, body: '{}' }, 200, undefined],
] as const)('%s with %j is %i and names %s', async (query, init, status, field) => {
  const { answer, ...response } = await post(`/things/1/parts${query}`, init);
  expect(response).toMatchObject({ status });
  expect(answer.error?.field).toBe(field);
});

test('a key is wanted, with the scope or with ops', async () => {
  const nobody = await post('/things/1/parts', { key: '' });
  expect(nobody).toMatchObject({ status: 401, answer: { error: { code: 'unauthorized' } } });
  expect(nobody.headers.get('www-authenticate')).toBe('Bearer');
  expect(await post('/things/1/parts', { key: 'made-up' })).toMatchObject({ status: 401 });
  expect(await post('/things/1/parts', { key: 'operator' })).toMatchObject({
    answer: ['night-shift', '1', null, null, 1],
  });
  const writing = new Routes('', {
    findCaller: createFindCaller({ findKey: async () => ({ name: 'erp', scopes: ['orders:read'] }) }),
  });
  writing.add('POST /things/{id}/parts', { ...route, scope: 'fulfillments:write', answer: () => ({}) });
  const response = await createApp(writing, {}).request('/things/1/parts', {
    method: 'POST',
    headers: { authorization: 'Bearer reader' },
  });
  expect(response.status).toBe(403);
  expect(await response.text()).toContain('the API key erp lacks the scope fulfillments:write');
});

test('what is no route is 404 in the one shape, before and behind a segment that is loaded', async () => {
  for (const path of ['/nowhere', '/things/1/wholes'])
    expect(await post(path)).toMatchObject({ status: 404, answer: { error: { code: 'not_found' } } });
});

test('an id may hold slashes, and takes nothing of the path behind it', async () => {
  const routes = new Routes('');
  const get = { ...route, scope: null, request: { params: z.object({ id: z.string() }) } } as const;
  routes.add('GET /things/{id}/parts', { ...get, answer: ({ params }) => ['parts', params.id] });
  routes.add('GET /things/{id}', { ...get, answer: ({ params }) => ['thing', params.id] });
  const answer = async (path: string) => (await createApp(routes, {}).request(path)).json();
  expect(await answer('/things/a%2Fb/parts')).toEqual(['parts', 'a/b']);
  expect(await answer('/things/a/b')).toEqual(['thing', 'a/b']);
});
