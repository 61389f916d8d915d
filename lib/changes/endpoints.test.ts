import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import { testEndpoint } from './endpoints.ts';
import type { Message } from './profiles.ts';

const NOW = new Date('2026-11-20T08:15:00.000Z');
const KEY = Buffer.alloc(24, 7);
const endpoint: Endpoint = {
  ...{ id: 'erp', url: 'https://erp.example/hooks', profile: 'standard-webhooks', types: [], payload: 'thin' },
  since: NOW.toISOString(),
};

test('a test is a message of its own type and id, signed as all are', async () => {
  let sent: Message | undefined;
  const result = await testEndpoint(endpoint, NOW, async (_endpoint, compose) => {
    sent = await compose({ signingSecret: `whsec_${KEY.toString('base64')}` });
    return { ok: true, httpStatus: 204 };
  });
  expect(result).toEqual({ ok: true, httpStatus: 204 });
  const { headers = {}, body = '' } = sent ?? {};
  expect(JSON.parse(body)).toEqual({
    ...{ type: 'endpoint.test', timestamp: NOW.toISOString(), data: { endpoint: 'erp' } },
  });
  expect(headers['webhook-id']).toMatch(/^test_[0-9a-f-]{36}$/);
  const content = `${headers['webhook-id']}.${NOW.getTime() / 1000}.${body}`;
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', KEY).update(content).digest('base64')}`);
});

test('a profile without such a message has none to send', async () => {
  const sending = testEndpoint({ ...endpoint, profile: 'ucp' }, NOW, () => Promise.reject(new Error('sent')));
  await expect(sending).rejects.toMatchObject({ name: 'StateError', code: 'not_testable' });
});
