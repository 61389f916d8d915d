import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { eventOf, scopioOrder } from '../support/webhook.ts';
import { startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  api = await startApi();
});
afterAll(() => api.stop());

const bodyOf = (id: string, change = {}): string => eventOf(scopioOrder(id, change), '2026-11-20T08:15:00Z');

async function receive(id: string, body: string): Promise<void> {
  const { ingest } = await import('#lib/inbound/ingest');
  const { loadConnector } = await import('#lib/marketplaces/load');
  const received = { id, connection: 'shop', topic: 'order-paid', receivedBy: 'webhook' } as const;
  await ingest({ ...received, receivedAt: '2026-11-20T09:00:00.000Z', body, encoding: 'utf8' }, loadConnector);
}

test('what came is known by its members, and an order by what was not read of it', async () => {
  await receive('evt_1', bodyOf('one', { loyalty: { points: 3 } }));
  const { body: order } = await api.call('GET', '/orders/shop:one');
  expect(order.unread).toContain('order.loyalty');
  await vi.waitFor(async () => {
    const { body } = await api.call('GET', '/connections/shop/shape');
    expect(body).toMatchObject({ connection: 'shop', topics: [{ topic: 'order-paid', bodies: 1 }] });
    const members = body.topics[0].members as Array<{ path: string }>;
    const member = (path: string) => members.find((each) => each.path === path);
    expect(member('order.loyalty.points')).toMatchObject({
      types: ['number'],
      seen: 1,
      isRead: false,
      appearedAt: null,
    });
    expect(member('order.items[].quantity')).toMatchObject({ isRead: true });
    expect(JSON.stringify(body)).not.toContain('Torres');
  });
  const { body: all } = await api.call('GET', '/connections');
  expect(all.connections[0].shape).toEqual({ appeared: 0, vanished: 0 });
  expect((await api.call('GET', '/connections/none/shape')).status).toBe(404);
});

test('a body that is tried shows what it would come to, and leaves no trace', async () => {
  const asked = { topic: 'order-paid', body: JSON.parse(bodyOf('two', { loyalty: 1 })) };
  const { status, body } = await api.call('POST', '/connections/shop/try', { body: asked });
  expect([status, body]).toMatchObject([
    200,
    {
      ...{ connection: 'shop', topic: 'order-paid', means: 'order', error: null, aliases: [], change: null },
      ...{ read: expect.arrayContaining(['order.id']), unread: expect.arrayContaining(['order.loyalty']) },
      ...{ order: { id: 'shop:two' }, placements: [{ to: 'shed' }], explanation: { stage: 'placing' } },
    },
  ]);
  expect((await api.call('GET', '/orders/shop:two')).status).toBe(404);
  const broken = { ...asked, body: { order: { id: 'three' } } };
  expect((await api.call('POST', '/connections/shop/try', { body: broken })).body).toMatchObject({
    ...{ means: null, order: null, placements: [], explanation: null },
    error: {
      code: 'unexpected_shape',
      field: 'order.items',
      description: expect.stringContaining('settings.fields'),
    },
  });
  const shed = await api.call('POST', '/connections/shed/try', {
    body: { topic: 'order-created', body: { id: 5021 } },
  });
  expect(shed.body).toMatchObject({ means: 'fetch', change: { action: 'shipment', resource: '5021' }, read: ['id'] });
  expect((await api.call('POST', '/connections/none/try', { body: asked })).status).toBe(404);
});
