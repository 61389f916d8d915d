import { describe, expect, it, vi } from 'vitest';
import { fixture, startAccount, startHookReceiver } from './test-account.ts';

describe('the webhooks of Sello', () => {
  it('are listed, added and replaced as the document prints them', async () => {
    const receiver = await startHookReceiver();
    const { api } = await startAccount();
    const here = (webhooks: Array<{ url: string; hook: string }>) =>
      webhooks.map(({ url, hook }) => ({ url: url.replace('http://requestb.in', receiver.url), hook }));
    const [known, added] = [here(fixture('webhooks')), here(fixture('webhooks-added'))];
    expect(await api('PUT', '/developers/webhooks', known)).toMatchObject({ status: 200, text: '' });
    expect((await api('GET', '/developers/webhooks')).json).toEqual(known);
    // Of four, three are different: an entry may be there twice.
    expect(receiver.delivered).toHaveLength(3);
    expect(await api('POST', '/developers/webhooks', added.at(-1))).toMatchObject({ status: 201, json: added });
    expect(receiver.delivered).toHaveLength(4);
    expect(receiver.delivered.at(-1)).toMatchObject({ path: '/1e6yy7j1', text: '' });
    expect((await api('PUT', '/developers/webhooks', [])).status).toBe(200);
    expect((await api('GET', '/developers/webhooks')).json).toEqual([]);
  });

  it('are not taken without a 2xx from their URL', async () => {
    const receiver = await startHookReceiver([500, 302, 204, 404]);
    const { api, sandbox } = await startAccount({ webhookTimeoutMs: 500 });
    const hook = { hook: 'orderNew', url: `${receiver.url}/a` };
    const add = async (body: unknown) => (await api('POST', '/developers/webhooks', body)).status;
    expect([await add(hook), await add(hook), await add(hook)]).toEqual([400, 400, 201]);
    const changed = [{ ...hook, url: `${receiver.url}/b` }];
    expect((await api('PUT', '/developers/webhooks', changed)).status).toBe(400);
    expect(await add({ ...hook, url: 'http://127.0.0.1:1/' })).toBe(400);
    expect(await add({ ...hook, url: 'ftp://127.0.0.1/' })).toBe(400);
    expect(await add({ ...hook, hook: 'orderGone' })).toBe(400);
    expect((await api('PUT', '/developers/webhooks', hook)).status).toBe(400);
    expect(sandbox.registered()).toEqual([hook]);
  });

  it('carry the id alone, and a new order also when it is updated', async () => {
    const receiver = await startHookReceiver();
    const webhooks = {
      orderNew: [`${receiver.url}/new/1`, `${receiver.url}/new/2`],
      orderPaid: `${receiver.url}/paid`,
      orderUpdated: `${receiver.url}/updated`,
    };
    const { api, control } = await startAccount({ webhooks });
    const expectNext = async (paths: string[]) => {
      await vi.waitFor(() => expect(receiver.delivered.map(({ path }) => path).sort()).toEqual(paths));
      for (const { text } of receiver.delivered.splice(0)) expect(text).toBe('{"id":13901393}');
    };
    await control('POST', '/orders', { id: 13901393, paid: false });
    await expectNext(['/new/1', '/new/2']);
    await control('POST', '/orders/13901393/pay');
    await expectNext(['/new/1', '/new/2', '/paid', '/updated']);
    await api('POST', '/orders/13901393/deliveries', { id: 'A1', method: 'dhl' });
    await expectNext(['/new/1', '/new/2', '/updated']);
    await control('PATCH', '/orders/13901393', { notes: 'quiet', notify: false });
    await control('POST', '/orders/13901393/notify', { hooks: ['orderPaid'] });
    await expectNext(['/paid']);
  });

  it('tell of products, and of quantities when an order takes some', async () => {
    const receiver = await startHookReceiver();
    const webhooks = {
      productUpdated: `${receiver.url}/updated`,
      productQuantityUpdated: `${receiver.url}/quantity`,
    };
    const { api, control } = await startAccount({ webhooks });
    const { id } = (await api('GET', '/products/sku/MUG-RED')).json;
    const expectNext = async (paths: string[]) => {
      await vi.waitFor(() => expect(receiver.delivered.map(({ path }) => path).sort()).toEqual(paths));
      for (const { text } of receiver.delivered.splice(0)) expect(JSON.parse(text)).toEqual({ id });
    };
    await api('PUT', `/products/${id}`, { private_name: 'New private name' });
    await expectNext(['/updated']);
    await control('PUT', '/stock', { sku: 'MUG-RED', quantity: 5 });
    await expectNext(['/quantity']);
    await api('PUT', '/products/sku/MUG-RED', { quantity: 5, notes: 'as many as before' });
    await expectNext(['/updated']);
    await control('POST', '/orders', { rows: [{ reference: 'MUG-RED', quantity: 2 }] });
    await expectNext(['/quantity']);
    expect((await api('GET', `/products/${id}`)).json).toMatchObject({ quantity: 3, sold: 2 });
  });

  it('are tried again for 75 minutes after a 5xx or no answer, and not after a 4xx', async () => {
    const receiver = await startHookReceiver([500, 503, 401]);
    const { sandbox, control } = await startAccount({
      webhooks: { orderNew: `${receiver.url}/new`, orderPaid: 'http://127.0.0.1:1/' },
      timeScale: 45_000,
    });
    await control('POST', '/orders', {});
    const state = (topic: string) => sandbox.webhookSender.list().find((sent) => sent.topic === topic)?.state;
    await vi.waitFor(() => expect([state('orderNew'), state('orderPaid')]).toEqual(['given-up', 'given-up']));
    const [refused, unreachable] = sandbox.webhookSender.list();
    expect(refused?.attempts.map(({ status }) => status)).toEqual([500, 503, 401]);
    expect(unreachable?.attempts).toHaveLength(6);
  });

  it('go wrong as they are told to', async () => {
    const receiver = await startHookReceiver();
    const { control } = await startAccount({ webhooks: { orderNew: `${receiver.url}/new/s3cret` } });
    await control('POST', '/faults', { on: 'webhook orderNew', kind: 'bad-signature' });
    await control('POST', '/orders', {});
    await vi.waitFor(() => expect(receiver.delivered).toHaveLength(1));
    expect(receiver.delivered[0]?.path).toBe('/new/not-the-secret');
    await control('POST', '/faults', { on: 'webhook', kind: 'duplicate', copies: 3 });
    await control('POST', '/orders', {});
    await vi.waitFor(() => expect(receiver.delivered).toHaveLength(4));
  });

  it('of a burst of a thousand orders all arrive', async () => {
    const receiver = await startHookReceiver();
    const { control } = await startAccount({ webhooks: { orderNew: `${receiver.url}/new` } });
    expect((await control('POST', '/orders', { count: 1000 })).status).toBe(201);
    await vi.waitFor(() => expect(receiver.delivered).toHaveLength(1000));
    expect(new Set(receiver.delivered.map(({ text }) => text)).size).toBe(1000);
  });
});
