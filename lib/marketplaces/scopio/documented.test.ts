import { expect, test } from 'vitest';
import { ThrottledError } from '#lib/platform/errors';
import { createRemote } from '#test/conformance/kit';
import { fulfillOrder, listOrders } from './api.ts';

const secrets = { apiKey: 'sk_mkt_ca1d5b9' };
const answering = (status: number, body: object) => createRemote('scopio', [{ status, body: JSON.stringify(body) }]);

test('"Response excerpt", under "Authorization: Bearer sk_mkt_ca1d5b9..."', async () => {
  const { http, calls } = answering(200, { success: true, orders: [] });
  expect(await listOrders({ http, secrets })).toEqual({ orders: [], hasMore: false });
  expect(calls[0]?.headers.get('authorization')).toBe('Bearer sk_mkt_ca1d5b9');
});

test('"Payload data"', async () => {
  const payload = { tracking_number: 'XYZ123', carrier: 'inpost_locker' };
  const { http, calls } = answering(200, { success: true });
  await fulfillOrder({ http, secrets }, 'ord_1', payload);
  expect(calls[0]).toMatchObject({ method: 'POST', body: payload });
});

test('"HTTP 429 Rate Limit Response"', async () => {
  const { http } = answering(429, { error: 'Too Many Requests', retry_after_seconds: 60 });
  const throttled = listOrders({ http, secrets });
  await expect(throttled).rejects.toBeInstanceOf(ThrottledError);
  await expect(throttled).rejects.toMatchObject({ retryAfterSeconds: 60 });
});

test.each([
  [400, 'RejectedError'],
  [401, 'BlockedError'],
  [403, 'BlockedError'],
  [404, 'RejectedError'],
  [500, 'RetryableError'],
])('%i: "a standardized JSON structure with code and description"', async (status, name) => {
  const { http } = answering(status, { code: 'bad_payload', description: 'No.' });
  await expect(
    fulfillOrder({ http, secrets }, 'ord_1', { tracking_number: 'X', carrier: 'dhl' }),
  ).rejects.toMatchObject({
    name,
    detail: { description: 'bad_payload: No.' },
  });
});
