import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi } from './hub-api.ts';

const secrets = { signingSecret: `whsec_${Buffer.alloc(24).toString('base64')}` };
const url = 'http://127.0.0.1:9/hooks';
let api: Awaited<ReturnType<typeof startApi>>;

beforeAll(async () => {
  api = await startApi();
  const { HUB, putEndpoints } = await import('#lib/connections/endpoints');
  const at = { url, payload: 'thin' } as const;
  await putEndpoints(
    [
      { endpoint: { ...at, id: 'erp', profile: 'standard-webhooks', types: ['order.*'] }, secrets },
      { endpoint: { ...at, id: 'agent', profile: 'ucp', types: [] } },
    ],
    { ...HUB, isLocal: () => true },
  );
});
afterAll(() => api.stop());

const post = (path: string) => api.call('POST', path, { body: {} });
const show = async () => (await api.call('GET', '/endpoints')).body.endpoints;
const acts = async () =>
  (await api.call('GET', '/audit')).body.acts.map(({ act, about }: Record<string, string>) => `${act} ${about}`);

test('endpoints are listed without their secrets', async () => {
  expect(await show()).toMatchObject([
    { id: 'agent', profile: 'ucp', state: 'active', paused: null },
    { id: 'erp', url, types: ['order.*'], state: 'active', lagEntries: 0, lastError: null },
  ]);
  expect(JSON.stringify(await show())).not.toContain('whsec_');
});

test('what came of a test is told whatever it is, and is no attempt at a change', async () => {
  // A hub that is not on this machine never connects to its addresses, whatever was put.
  expect(await post('/endpoints/erp/test')).toMatchObject({
    ...{ status: 200, body: { ok: false, httpStatus: null, code: 'address_inside' } },
  });
  expect(await acts()).toContain('endpoint.tested erp');
  expect(await show()).toMatchObject([{}, { id: 'erp', lastError: null, failingSince: null }]);
});

test('one that is sent nothing for a while says until when', async () => {
  const { openEndpointStates } = await import('#lib/changes/endpoint-state');
  const told = async (heldUntil: string) => {
    await openEndpointStates().update('erp', { heldUntil });
    return (await show())[1].heldUntil;
  };
  const soon = new Date(Date.now() + 60_000).toISOString();
  expect(await told(soon)).toBe(soon);
  expect(await told('2026-11-20T08:15:00.000Z')).toBeNull();
});

test('the profile of whole orders has nothing to test with', async () => {
  const answer = await post('/endpoints/agent/test');
  expect([answer.status, answer.body.error.code]).toEqual([409, 'not_testable']);
});

test('one that a person pauses says who and since when, until a person resumes it, and both are on record', async () => {
  const paused = await post('/endpoints/erp/pause');
  expect(paused.body).toMatchObject({
    state: 'paused',
    heldUntil: null,
    paused: { why: 'asked', by: expect.any(String) },
  });
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
