import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApi } from '#lib/api/api';
import { putApiKey } from '#lib/api/kit/keys';
import { sweep } from '#lib/deliveries/sweep';
import { type InProcess, startInProcess } from './support/in-process.ts';
import { emptyQueues, fake, open, outcomes, read, workDelivery } from './support/workers.ts';

const baseUrl = 'http://127.0.0.1:9';
const shop = { id: 'shop', marketplace: 'scopio', baseUrl, secrets: { apiKey: 'k', webhookSecret: 'w' } };
const shed = {
  ...{ id: 'shed-a', marketplace: 'marketful', baseUrl },
  secrets: { accessToken: 't', userId: 'u', webhookSecret: 'w' },
};

let hub: InProcess;
beforeAll(async () => {
  hub = await startInProcess({ connections: [shop, shed] });
  await putApiKey('key', 'operator', ['ops']);
});
afterAll(() => hub.stop());

const app = createApi();
async function get<K extends string>(path: string): Promise<Record<K, Array<Record<string, unknown>>>> {
  const response = await app.request(path, { headers: { authorization: 'Bearer key' } });
  return (await response.json()) as Record<K, Array<Record<string, unknown>>>;
}
const deliveriesOf = async (query: string) =>
  (await get<'deliveries'>(`/deliveries?${query}`)).deliveries.map(({ id }) => id);

test('what is left of a removed connection is seen, swept and blocked, and runs when the connection is back', async () => {
  const pending = await open();
  const done = await open();
  await workDelivery(done, fake().connector);
  await emptyQueues(hub);

  await hub.put({ connections: [shop] });
  expect(await deliveriesOf('state=pending')).toEqual([pending]);
  expect(await deliveriesOf('marketplace=marketful')).toEqual([done, pending]);
  expect(await get('/connections')).toMatchObject({
    connections: [{ id: 'shop' }],
    removed: [
      {
        id: 'shed-a',
        marketplace: 'marketful',
        removedAt: expect.any(String),
        deliveries: { pending: 1, blocked: 0, dead: 0 },
      },
    ],
  });
  await sweep(new Date(Date.now() + 60_000));
  expect((await hub.drain('marketful-deliveries')).map((body) => JSON.parse(body).deliveryId)).toEqual([pending]);
  const { calls, connector } = fake();
  await workDelivery(pending, connector);
  const cause = { code: 'connection_missing', description: 'shed-a is not in the connections file' };
  expect(await read(pending)).toMatchObject({ state: 'blocked', waitsFor: 'connection', cause });
  expect((await get('/deliveries/causes')).causes).toMatchObject([{ code: 'connection_missing', count: 1 }]);
  expect((await get('/connections')).removed).toMatchObject([{ deliveries: { pending: 0, blocked: 1 } }]);

  // A change of another connection is no reason to try again.
  await hub.put({ connections: [{ ...shop, requestsPerMinute: 30 }] });
  expect((await read(pending)).state).toBe('blocked');

  await hub.put({ connections: [shop, shed] });
  expect((await get('/connections')).removed).toEqual([]);
  expect((await read(pending)).state).toBe('pending');
  expect(calls).toEqual([]);
  expect(await outcomes(pending)).toEqual(['connection_missing']);
});

test('orders and events of a removed connection stay in the lists', async () => {
  await open();
  const { orders } = await get('/orders');
  await hub.put({ connections: [shed] });
  expect((await get('/orders')).orders).toEqual(orders);
  expect(orders).not.toEqual([]);
});

test('a push about an order whose sales channel was removed waits for it, too', async () => {
  await hub.put({ connections: [shop, shed] });
  const id = await open();
  await hub.put({ connections: [shed] });
  const { calls, connector } = fake();
  await workDelivery(id, connector);
  const cause = { code: 'connection_missing', description: 'shop is not in the connections file' };
  expect(await read(id)).toMatchObject({ state: 'blocked', waitsFor: 'connection', cause });
  expect(calls).toEqual([]);
});
