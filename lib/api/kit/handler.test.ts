import { gunzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { createHandler } from './handler.ts';
import type { ApiEnv } from './route.ts';

const app = new Hono<ApiEnv>();
app.all('/things/:id{.+}', async ({ req, json }) =>
  json({ id: req.param('id'), body: await req.text(), type: req.header('content-type') }),
);
const handler = createHandler(app);

/** What an HTTP API makes of a request: the path comes decoded. */
async function call(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const rawPath = decodeURIComponent(path);
  const event = {
    ...{ version: '2.0', rawPath, rawQueryString: '', headers, body, isBase64Encoded: false },
    requestContext: { http: { method, path: rawPath }, domainName: 'odd host' },
  } as unknown as APIGatewayProxyEventV2;
  const { statusCode, body: answer = '{}', isBase64Encoded, headers: told } = await handler(event, {} as Context);
  const text = isBase64Encoded ? gunzipSync(Buffer.from(answer, 'base64')).toString() : answer;
  return { status: statusCode, 'content-encoding': told?.['content-encoding'], ...JSON.parse(text) };
}

test.each([
  ...['a:b', 'a/b', 'å b', '100%', '%41', '%2F', '50%25', 'a?b', 'a#b', 'a\\b', '"<>^`{|}'],
  ...['shop:..', 'a/../b', 'a/..', './.', 'a/./b', '..', '\u0000', '\ud83d\ude80'],
])('the id %j arrives as it was encoded', async (id) => {
  expect(await call('GET', `/things/${encodeURIComponent(`x${id}`)}`)).toMatchObject({ status: 200, id: `x${id}` });
});

test('a body is passed on, but for GET, which the Fetch API would throw at', async () => {
  const type = { 'content-type': 'text/plain' };
  expect(await call('POST', '/things/1', 'hello', type)).toMatchObject({ status: 200, body: 'hello' });
  expect(await call('GET', '/things/1', 'hello', { ...type, 'content-length': '5' })).toMatchObject({
    ...{ status: 200, body: '', type: 'text/plain' },
  });
  expect(await call('DELETE', '/things/1', '', type)).not.toHaveProperty('type');
});

test('a method that there is not is 405 in the one shape', async () => {
  expect(await call('BREW', '/things/1')).toMatchObject({ status: 405, error: { code: 'method_not_allowed' } });
});

test('an answer that Lambda would not hand on travels packed, or is refused by name', async () => {
  const body = 'x'.repeat(4_000_001);
  const { 'content-encoding': encoding, ...answer } = await call('POST', '/things/1', body, {
    'accept-encoding': 'br, GZIP',
  });
  expect([encoding, answer]).toMatchObject(['gzip', { status: 200, id: '1', body }]);
  const refused = { status: 406, error: { code: 'answer_too_large' } };
  expect(await call('POST', '/things/1', body)).toMatchObject(refused);
  expect(await call('POST', '/things/1', body, { 'accept-encoding': 'br, gzip;q=0' })).toMatchObject(refused);
});
