import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Received, startReceiver } from '../support/receiver.ts';
import { startApi } from './hub-api.ts';

// Only a hub on this machine may push to this machine, which is looked at when the hub is loaded.
vi.hoisted(() => Object.assign(process.env, { LONGSHORE_EMULATED: '' }));

const secrets = { signingSecret: `whsec_${Buffer.alloc(24).toString('base64')}` };
let api: Awaited<ReturnType<typeof startApi>>;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let status = 204;
const messages: Array<Pick<Received, 'headers' | 'body'>> = [];

beforeAll(async () => {
  receiver = await startReceiver((message) => {
    messages.push(message);
    return status;
  });
  api = await startApi();
  const { putEndpoints } = await import('#lib/connections/put-endpoints');
  const at = { url: receiver.url, types: ['order.*'], payload: 'thin' } as const;
  await putEndpoints([
    { endpoint: { ...at, id: 'erp', profile: 'standard-webhooks', types: ['order.*'] }, secrets },
    { endpoint: { ...at, id: 'agent', profile: 'ucp', types: [] } },
  ]);
});
afterAll(() => Promise.all([api.stop(), receiver.close()]));

const post = (path: string) => api.call('POST', path, { body: {} });
const show = async () => (await api.call('GET', '/endpoints')).body.endpoints;
const acts = async () =>
  (await api.call('GET', '/audit')).body.acts.map(({ act, about }: Record<string, string>) => `${act} ${about}`);

test('endpoints are listed without their secrets', async () => {
  expect(await show()).toMatchObject([
    { id: 'agent', profile: 'ucp', state: 'active', paused: null },
    { id: 'erp', url: receiver.url, types: ['order.*'], state: 'active', lagEntries: 0, lastError: null },
  ]);
  expect(JSON.stringify(await show())).not.toContain('whsec_');
});

test('a test is a signed message, and its answer is told whatever it is', async () => {
  expect(await post('/endpoints/erp/test')).toMatchObject({
    ...{ status: 200, body: { ok: true, httpStatus: 204, code: null, description: null } },
  });
  const [message] = messages;
  expect(JSON.parse(message?.body ?? '')).toMatchObject({ type: 'endpoint.test', data: { endpoint: 'erp' } });
  expect(message?.headers).toMatchObject({ 'webhook-id': expect.any(String), 'webhook-signature': expect.any(String) });
  status = 401;
  expect((await post('/endpoints/erp/test')).body).toMatchObject({ ok: false, httpStatus: 401, code: 'http_401' });
  expect(await acts()).toContain('endpoint.tested erp');
  // What a test comes to is no attempt at a change.
  expect(await show()).toMatchObject([{}, { id: 'erp', lastError: null, failingSince: null }]);
});

test('the profile of whole orders has nothing to test with', async () => {
  const answer = await post('/endpoints/agent/test');
  expect([answer.status, answer.body.error.code]).toEqual([409, 'not_testable']);
});

test('one that a person pauses says who and since when, until a person resumes it, and both are on record', async () => {
  const paused = await post('/endpoints/erp/pause');
  expect(paused.body).toMatchObject({ state: 'paused', paused: { why: 'asked', by: expect.any(String) } });
  expect((await post('/endpoints/erp/pause')).body.paused.why).toBe('asked');
  const resumed = await post('/endpoints/erp/resume');
  expect(resumed.body).toMatchObject({ id: 'erp', state: 'active', paused: null, failingSince: null });
  expect(await acts()).toEqual(expect.arrayContaining(['endpoint.paused erp', 'endpoint.resumed erp']));
});

test.each(['test', 'pause', 'resume'])('%s of one that is not there is 404 and changes nothing', async (act) => {
  const before = await acts();
  const answer = await post(`/endpoints/nobody/${act}`);
  expect([answer.status, answer.body.error.code]).toEqual([404, 'not_found']);
  expect(await acts()).toEqual(before);
});
