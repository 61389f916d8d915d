import { createHmac } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import { rotated } from '#lib/ucp/keys';
import { orderOf } from '#test/support/orders';
import { PROFILES, type Telling } from './profiles.ts';

const NOW = new Date('2026-11-20T08:15:00.500Z');
const KEY = Buffer.from('a key of twenty-four bytes');
const OLDER = Buffer.from('the key that was before it');
const secretOf = (key: Buffer): string => `whsec_${key.toString('base64')}`;
const endpoint: Endpoint = {
  ...{ id: 'erp-main', url: 'https://erp.example/hooks', profile: 'standard-webhooks', types: [], payload: 'thin' },
  since: NOW.toISOString(),
};
const change: Telling['change'] = {
  ...{ id: 'chg_1', type: 'order.changed', order: 'shop:1', connection: 'shop', revision: 3 },
  ...{ occurredAt: '2026-11-20T08:14:59.000Z', changed: ['note'], delivery: null, sku: null },
};
const tell = (more: Partial<Telling> = {}) =>
  PROFILES['standard-webhooks']({
    ...{ endpoint, change, secrets: { signingSecret: secretOf(KEY) }, now: NOW },
    readOrder: async () => orderOf(),
    present: async (orders) => orders.map(({ number }) => ({ number })),
    ...more,
  });
const signatureBy = (key: Buffer, body: string): string =>
  `v1,${createHmac('sha256', key).update(`chg_1.1795162500.${body}`).digest('base64')}`;

test('a change is a Standard Webhook under its own id, signed over id, time and body', async () => {
  const message = await tell();
  expect(JSON.parse(message?.body ?? '')).toEqual({
    type: 'order.changed',
    timestamp: change.occurredAt,
    data: change,
  });
  expect(message?.headers).toMatchObject({ 'webhook-id': 'chg_1', 'webhook-timestamp': '1795162500' });
  expect(message?.headers['webhook-signature']).toBe(signatureBy(KEY, message?.body ?? ''));
});

test('while a secret is replaced, also more than once, all sign', async () => {
  const signaturesBy = async (previousSigningSecret: string) =>
    (await tell({ secrets: { signingSecret: secretOf(KEY), previousSigningSecret } }))?.headers['webhook-signature'];
  const body = (await tell())?.body ?? '';
  const [by, older] = [KEY, OLDER].map((key) => signatureBy(key, body));
  expect(await signaturesBy(secretOf(OLDER))).toBe(`${by} ${older}`);
  expect(await signaturesBy(`${secretOf(KEY)} ${secretOf(OLDER)}`)).toBe(`${by} ${by} ${older}`);
});

test('a full payload has the order as it is, or null where it is gone', async () => {
  const full = { endpoint: { ...endpoint, payload: 'full' as const } };
  const snapshotOf = async (more: Partial<Telling>) => JSON.parse((await tell({ ...full, ...more }))?.body ?? '').data;
  expect(await snapshotOf({})).toEqual({ ...change, snapshot: { number: orderOf().number } });
  expect(await snapshotOf({ readOrder: async () => undefined })).toEqual({ ...change, snapshot: null });
});

test('a UCP platform is sent the order as it is, when something of it has changed, under one id and time for each change', async () => {
  vi.stubEnv('PUBLIC_URL', 'https://hub.example');
  const telling = {
    endpoint: { ...endpoint, profile: 'ucp' as const },
    secrets: {},
    now: NOW,
    present: async () => [],
  };
  const keys = rotated([]);
  const send = (of: Partial<Telling['change']>, readOrder: Telling['readOrder'] = async () => orderOf(), made = keys) =>
    PROFILES.ucp({ ...telling, change: { ...change, ...of }, readOrder }, async () => made);
  const message = await send({ changed: ['ucp'] });
  expect(JSON.parse(message?.body ?? '')).toMatchObject({
    ...{ id: orderOf().id, permalink_url: 'https://hub.example/console/orders/scopio-main%3Aord_8f3a' },
  });
  expect(message?.headers).toMatchObject({
    ...{ 'webhook-timestamp': '1795162499', 'ucp-agent': 'profile="https://hub.example/.well-known/ucp"' },
    'signature-input': expect.stringContaining(`keyid="${keys[0]?.jwk.kid}"`),
  });
  expect(await send({ type: 'order.created', changed: [] })).toBeDefined();
  expect(await send({ changed: ['deliveries', 'note'] })).toBeUndefined();
  expect(await send({ changed: ['ucp'] }, async () => undefined)).toBeUndefined();
  await expect(send({ changed: ['ucp'] }, undefined, [])).rejects.toMatchObject({
    ...{ name: 'BlockedError', code: 'ucp_key_missing', message: expect.stringContaining('longshore ucp rotate-key') },
  });
  const broken = { ...orderOf(), ucp: { ...orderOf().ucp, currency: 7 as never } };
  await expect(send({ changed: ['ucp'] }, async () => broken)).rejects.toMatchObject({ code: 'order_invalid' });
  vi.unstubAllEnvs();
});
