import { describe, expect, it, vi } from 'vitest';
import { serveLoopback } from '../../loopback.ts';
import { start, startTold, stopAfterEach } from './test-partner.ts';

stopAfterEach();

describe('Notifications of Shoppo', () => {
  it('call one URL for each event, with the accesstoken and as JSON', async () => {
    const { sandbox, receiver } = await startTold();
    sandbox.changeSku('SHP-1', { inventory: 5 });
    sandbox.toggleMerchants('{ "merchants": [{ "id": "1146001", "enabled": false }] }');
    await vi.waitFor(() => expect(receiver.delivered).toHaveLength(2));
    expect(receiver.delivered.map(({ path }) => path).sort()).toEqual(['/toggle-merchant', '/update-sku']);
    for (const { headers } of receiver.delivered) {
      expect(headers).toMatchObject({ accesstoken: 'told-by-shoppo', 'content-type': 'application/json' });
    }
  });

  it('carry the types of the table, and no id of what is new', async () => {
    const { control, bodies, sandbox, skuId } = await startTold();
    const sku = { identifier: 'NEW-1', color: 'red', price: 1.25, msrp: 2, inventory: 4 };
    await control('POST', '/products', { identifier: 'NEW', name: 'New', skus: [sku] });
    sandbox.changeSku('NEW-1', { price: 1.5 });
    await vi.waitFor(() => expect(bodies('update-sku')).toHaveLength(1));
    await vi.waitFor(() => expect(bodies('create-sku')).toHaveLength(1));
    expect(bodies('create-product')[0]).toMatchObject({ identifier: 'NEW', inventory: 4, enabled: true });
    expect(bodies('create-product')[0]).not.toHaveProperty('product_id');
    expect(bodies('create-sku')[0]).toMatchObject({ identifier: 'NEW-1', price: 1.25, msrp: 2, shipping_price: 3 });
    expect(bodies('create-sku')[0]).not.toHaveProperty('sku_id');
    expect(bodies('update-sku')[0]).toMatchObject({ sku_id: skuId('NEW-1'), price: 1.5, inventory: 4 });
    expect(bodies('update-sku')[0].time_updated).toBeCloseTo(Date.now() / 1000, -1);
  });

  it('tell of the inventory when an order takes pieces and when it gives them back', async () => {
    const { create, sandbox, bodies } = await startTold();
    await create('PO-1', { 'SHP-4': 2 });
    await vi.waitFor(() => expect(bodies('update-sku')).toHaveLength(1));
    sandbox.cancel('PO-1');
    await vi.waitFor(() => expect(bodies('update-sku')).toHaveLength(2));
    expect(bodies('update-sku').map(({ inventory }: { inventory: number }) => inventory)).toEqual([1, 3]);
  });

  it('are tried again three times unless the answer is exactly 200', async () => {
    const { sandbox, receiver } = await startTold([500, 204, 302, 404]);
    sandbox.changeSku('SHP-1', { inventory: 5 });
    await vi.waitFor(() => expect(sandbox.webhookSender.list()[0]?.state).toBe('given-up'));
    expect(receiver.delivered).toHaveLength(4);
    expect(sandbox.webhookSender.list()[0]).toMatchObject({ topic: 'update-sku', attempts: { length: 4 } });
    sandbox.changeSku('SHP-1', { inventory: 6 });
    await vi.waitFor(() => expect(sandbox.webhookSender.list()[1]?.state).toBe('accepted'));
  });

  it('are retried a six-hundredth of a minute apart when time runs 600 times faster', async () => {
    const { sandbox } = await start({ notifications: { 'update-sku': 'http://127.0.0.1:1/' }, timeScale: 600 });
    sandbox.changeSku('SHP-1', { inventory: 5 });
    const attempts = () => sandbox.webhookSender.list()[0]?.attempts ?? [];
    await vi.waitFor(() => expect(attempts()).toHaveLength(4));
    const times = attempts().map(({ at }) => Date.parse(at));
    expect((times[3] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(290);
  });

  it('show what the partner answered', async () => {
    const { url, close } = await serveLoopback((_, response) =>
      response.writeHead(422).end('{"error":"unknown ticket"}'),
    );
    const { sandbox, control } = await start({ notifications: { 'update-sku': url }, retryIntervalMs: 10_000 });
    sandbox.changeSku('SHP-1', { inventory: 5 });
    await vi.waitFor(() => expect(sandbox.webhookSender.list()[0]?.attempts).toHaveLength(1));
    expect((await control('GET', '/webhooks')).json.webhooks[0].attempts[0]).toMatchObject({
      status: 422,
      answer: '{"error":"unknown ticket"}',
    });
    await close();
  });

  it('are forged, doubled and dropped on demand, go elsewhere when told to, and stay away when asked', async () => {
    const { sandbox, receiver, control } = await startTold();
    await control('POST', '/faults', { on: 'webhook update-sku', kind: 'bad-signature' });
    await control('POST', '/faults', { on: 'webhook update-sku', kind: 'duplicate', copies: 3 });
    sandbox.changeSku('SHP-1', { inventory: 5 });
    await vi.waitFor(() => expect(receiver.delivered).toHaveLength(3));
    const tokens = receiver.delivered.map(({ headers }) => headers.accesstoken).sort();
    expect(tokens).toEqual(['not the token', 'told-by-shoppo', 'told-by-shoppo']);
    await control('PUT', '/notifications', { urls: { 'update-sku': `${receiver.url}/moved` }, accesstoken: 'rotated' });
    sandbox.changeSku('SHP-1', { inventory: 6 });
    await vi.waitFor(() => expect(receiver.delivered[3]).toMatchObject({ path: '/moved' }));
    expect(receiver.delivered[3]?.headers.accesstoken).toBe('rotated');
    sandbox.changeSku('SHP-1', { inventory: 7, notify: false });
    await control('PUT', '/notifications', { urls: { 'update-sku': null } });
    sandbox.changeSku('SHP-1', { inventory: 8 });
    expect(sandbox.webhookSender.list()).toHaveLength(4);
    expect((await control('PUT', '/notifications', { urls: { 'order-paid': receiver.url } })).status).toBe(400);
  });
});
