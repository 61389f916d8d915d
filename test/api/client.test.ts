import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, HubError } from '#client/index';
import { putOrder, startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
let hub: Client;
beforeAll(async () => {
  api = await startApi();
  hub = createClient({
    url: 'https://hub.test',
    key: 'key-with-everything',
    retries: 0,
    fetch: async (asked) => {
      const { method, url, headers, text } = asked as Request;
      const { pathname, search } = new URL(url);
      const body = (await text.call(asked)) || undefined;
      const answer = await api.call(method, pathname + search, { body, headers: Object.fromEntries(headers) });
      return Response.json(answer.body, { status: answer.status });
    },
  });
});
afterAll(() => api.stop());

test('the client lists, reads, posts once and follows the feed of a real hub', async () => {
  for (const id of ['one', 'two', 'three']) await putOrder(id, { shippingAddress: { address_country: 'SE' } });
  const numbers: string[] = [];
  for await (const { number } of hub.list('/orders', { limit: 2, status: 'open' })) numbers.push(number);
  expect(numbers.sort()).toEqual(['N-one', 'N-three', 'N-two']);

  const params = { path: { id: 'shop:one' } };
  const parcel = { params, body: { carrier: 'dhl', trackingNumber: 'JD1' } };
  const { data } = await hub.POST('/orders/{id}/fulfillments', parcel);
  expect(data?.fulfillment).toMatchObject({ carrier: 'dhl', trackingNumber: 'JD1' });
  expect((await hub.GET('/orders/{id}', { params })).data?.status).toBe('fulfilled');

  const missing = hub.GET('/orders/{id}', { params: { path: { id: 'shop:none' } } });
  await expect(missing).rejects.toEqual(expect.any(HubError));
  await expect(missing).rejects.toMatchObject({ status: 404, code: 'not_found' });

  await hub.PUT('/consumers/{id}', { params: { path: { id: 'erp' } }, body: { from: 'earliest' } });
  for await (const change of hub.changes('erp')) expect(change.order).toMatch(/^shop:/);
  expect((await hub.GET('/consumers/{id}', { params: { path: { id: 'erp' } } })).data?.lagEntries).toBe(0);
});
