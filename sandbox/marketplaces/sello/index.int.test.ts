import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startSelloSandbox } from './index.ts';
import { API_KEY, startAccount } from './test-account.ts';

const parcel = { id: 'JD0146000055', method: 'dhl' };

describe('Sello', () => {
  it('takes the key alone, after a token, or as a user name, and refuses any other', async () => {
    const { api } = await startAccount();
    const basic = `Basic ${Buffer.from(`${API_KEY}:`).toString('base64')}`;
    for (const right of [API_KEY, `some-token:${API_KEY}`, basic]) {
      expect((await api('GET', '/orders', undefined, right)).status).toBe(200);
    }
    for (const wrong of [null, 'no', `${API_KEY}:no`, `Bearer ${API_KEY}`, 'some-token:']) {
      expect(await api('GET', '/orders', undefined, wrong)).toMatchObject({
        status: 401,
        json: { message: 'Unauthorized' },
      });
    }
    const { api: other } = await startAccount({ apiKey: 'token:key' });
    for (const right of ['token:key', 'key'])
      expect((await other('GET', '/status', undefined, right)).status).toBe(200);
  });

  it('tells in every answer what is left of 30 requests a minute', async () => {
    let at = Date.parse('2026-11-20T08:00:00Z');
    const { api, control } = await startAccount({ now: () => new Date(at), requestsPerMinute: undefined });
    const left = async () => {
      const { status, headers } = await api('GET', '/status');
      return [status, ...['limit', 'remaining', 'reset'].map((name) => headers.get(`x-ratelimit-${name}`))];
    };
    expect(await left()).toEqual([200, '30', '29', '60']);
    expect((await api('GET', '/orders/1')).headers.get('x-ratelimit-remaining')).toBe('28');
    at += 20_000;
    for (let request = 0; request < 27; request += 1) await left();
    expect(await left()).toEqual([200, '30', '0', '40']);
    expect(await left()).toEqual([429, '30', '0', '40']);
    expect((await api('GET', '/status', undefined, `token:${API_KEY}`)).json).toEqual({ message: 'Too Many Requests' });
    expect((await api('GET', '/status', undefined, 'another')).status).toBe(401);
    at += 40_000;
    expect(await left()).toEqual([200, '30', '29', '60']);
    await control('PUT', '/rate-limit', { requestsPerMinute: 100, resetUnit: 'unix' });
    expect(await left()).toEqual([200, '100', '98', String(Date.parse('2026-11-20T08:02:00Z') / 1000)]);
  });

  it('lists ten orders without rows, the newest first, and pages up to 300', async () => {
    const { api, control, sandbox } = await startAccount();
    expect((await control('POST', '/orders', { count: 320 })).json.orders).toHaveLength(320);
    const page = async (query: string) => (await api('GET', `/orders${query}`)).json;
    const first = await page('');
    expect(first.meta).toEqual({ total: 320 });
    expect(first.orders).toHaveLength(10);
    expect(first.orders[0].number).toBe(865 + 319);
    expect(first.orders[0]).not.toHaveProperty('rows');
    expect((await page('?size=300')).orders).toHaveLength(300);
    expect((await page('?size=900')).orders).toHaveLength(300);
    const second = await page('?size=200&offset=200&sort=created_at&sort_direction=asc');
    expect(second.orders.map(({ id }: { id: number }) => id)).toEqual(
      sandbox
        .orders()
        .slice(200)
        .map(({ id }) => id),
    );
  });

  it('sorts, filters and searches as the document allows, and refuses what it does not', async () => {
    const { api, control } = await startAccount();
    await control('POST', '/orders', { id: 1, customer_country_code: 'NO', customer_alias: 'b' });
    await control('POST', '/orders', { id: 2, paid: false, customer_alias: 'a', customer_city: 'Stockholm' });
    await control('POST', '/orders', { id: 3, status_id: 2591261, integration_id: 9, customer_alias: 'c' });
    await control('PATCH', '/orders/1', { notes: 'changed' });
    const ids = async (query: string) =>
      (await api('GET', `/orders?${query}`)).json.orders.map(({ id }: { id: number }) => id);
    expect(await ids('sort=updated_at&sort_direction=desc')).toEqual([1, 3, 2]);
    expect(await ids('sort=customer_alias&sort_direction=asc')).toEqual([2, 1, 3]);
    expect(await ids('filter[is_paid]=true&filter[is_delivered]=false')).toEqual([1]);
    expect(await ids('filter[customer_country_code]=NO&filter[status_id]=2591259')).toEqual([1]);
    expect(await ids('filter[integration_id]=9')).toEqual([3]);
    expect(await ids('search=stockholm&filter[is_active]=true')).toEqual([2]);
    expect((await api('GET', '/orders?filter[updated_at]=2026-11-20')).status).toBe(400);
    expect((await api('GET', '/orders?sort=customer_city')).status).toBe(400);
  });

  it('shows times with the offset of the day and sorts by the instants', async () => {
    const { api, control } = await startAccount();
    await control('POST', '/orders', { id: 1, updated_at: '2026-10-25T00:59:59Z' });
    await control('POST', '/orders', { id: 2, updated_at: '2026-10-25T01:00:00Z' });
    await control('POST', '/orders', { id: 3, created_at: '2026-10-25T00:30:00+02:00' });
    const { orders } = (await api('GET', '/orders?sort=updated_at')).json;
    const shown = orders.map((order: { id: number; updated_at: string }) => [order.id, order.updated_at]);
    expect(shown).toEqual([
      [2, '2026-10-25T02:00:00+01:00'],
      [1, '2026-10-25T02:59:59+02:00'],
      [3, '2026-10-25T00:30:00+02:00'],
    ]);
  });

  it('changes what may be changed, silently ignores the rest, and takes flags from the status', async () => {
    const { api, control } = await startAccount();
    await control('POST', '/orders', { id: 1, paid: false });
    const before = (await api('GET', '/orders/1')).json;
    const { status, text } = await api('PUT', '/orders/1', { customer_alias: 'New', total: 1, shipping_cost: '12.5' });
    expect([status, text]).toEqual([200, '']);
    const after = (await api('GET', '/orders/1')).json;
    expect(after).toMatchObject({ customer_alias: 'New', shipping_cost: 12.5, total: before.total - 49 + 12.5 });
    await api('PUT', '/orders', { orders: [1], changes: { status_id: '2591259' } });
    expect((await api('GET', '/orders/1')).json).toMatchObject({ status_id: 2591259, is_paid: true, is_active: true });
    for (const [path, body, message] of [
      ['/orders/1', { status_id: 5 }, 'No such status found'],
      ['/orders/1', '{"notes":', 'The body is not JSON'],
      ['/orders/1', { shipping_cost: 'free' }, 'shipping_cost must be a number'],
    ] as const) {
      expect(await api('PUT', path, body)).toMatchObject({ status: 400, json: { message } });
    }
    for (const path of ['/orders/9', '/orders/9/rows', '/orders/9/history', '/orders/9/deliveries']) {
      expect(await api('GET', path)).toMatchObject({ status: 404, json: { message: 'No such order found' } });
    }
  });

  it('tells the marketplace the tracking ids with a delivered status, and takes none back', async () => {
    const { api, control, sandbox, events } = await startAccount();
    await control('POST', '/orders', { id: 1 });
    for (const id of ['A1', 'A2', 'A1']) await api('POST', '/orders/1/deliveries', { ...parcel, id });
    await api('POST', '/orders/1/deliveries', { ...parcel, id: 'A2', method: 'ups' });
    const { deliveries } = (await api('GET', '/orders/1/deliveries')).json;
    expect(deliveries.map(({ id, method }: { id: string; method: string }) => [id, method])).toEqual([
      ['A1', 'dhl'],
      ['A2', 'ups'],
    ]);
    await api('PUT', '/orders/1', { status_id: 2591261 });
    expect((await api('GET', '/orders/1')).json).toMatchObject({
      is_delivered: true,
      delivered_at: expect.stringMatching(/\+0[12]:00$/),
    });
    await api('DELETE', '/orders/1/deliveries/A1');
    expect(sandbox.orders()[0]).toMatchObject({ synced: ['A1', 'A2'], deliveries: [{ id: 'A2' }] });
    expect(events).toContainEqual({ type: 'delivery.added', orderId: 1 });
    const { counts } = (await control('GET', '/received')).json;
    expect(counts).toMatchObject({ accepted: 6, byAction: { delivery: 4, order: 1 }, byOrder: { 1: 4 } });
  });

  it('refuses deliveries that miss something', async () => {
    const { api, control, sandbox } = await startAccount();
    await control('POST', '/orders', { id: 1 });
    for (const wrong of [
      { id: 'A1' },
      { method: 'dhl' },
      { ...parcel, method: 'estafeta' },
      { ...parcel, documents: 1 },
    ]) {
      expect((await api('POST', '/orders/1/deliveries', wrong)).status).toBe(400);
    }
    expect((await api('POST', '/orders/2/deliveries', parcel)).status).toBe(404);
    expect((await api('DELETE', '/orders/1/deliveries/none')).status).toBe(404);
    expect(sandbox.received().counts).toMatchObject({ accepted: 0, refused: 6 });
  });

  it('fails as it is told to, in its own words', async () => {
    const { api, control, sandbox } = await startAccount();
    await control('POST', '/orders', { id: 1 });
    const fault = (body: unknown) => control('POST', '/faults', body);
    const on = 'POST /v5/orders/{id}/deliveries';
    expect((await fault({ on: 'POST /orders/{id}/deliveries', kind: 'reset' })).status).toBe(400);
    await fault({ on, kind: 'status', status: 429, retryAfter: 7 });
    const limited = await api('POST', '/orders/1/deliveries', parcel);
    expect([limited.status, limited.json.message]).toEqual([429, 'Too Many Requests']);
    expect(['remaining', 'reset'].map((name) => limited.headers.get(`x-ratelimit-${name}`))).toEqual(['0', '7']);
    await fault({ on, kind: 'status', status: 503, afterWork: true });
    expect((await api('POST', '/orders/1/deliveries', parcel)).status).toBe(503);
    await fault({ on, kind: 'accept-then-reset' });
    await expect(api('POST', '/orders/1/deliveries', parcel)).rejects.toThrow();
    await fault({ on: '* *', kind: 'garbage' });
    expect((await api('GET', '/orders/1')).text).toContain('<html>');
    expect(sandbox.received().counts.byOrder).toEqual({ 1: 2 });
  });

  it('knows everything after a restart, and nothing after a reset', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sello-'));
    const first = await startSelloSandbox({
      apiKey: API_KEY,
      dataDir,
      webhooks: { orderNew: 'http://127.0.0.1:1/a/secret' },
    });
    first.place({ id: 1, notify: false });
    first.setStock({ sku: 'MUG-RED', quantity: 7, notify: false });
    await first.stop();

    const { api, sandbox, control } = await startAccount({ dataDir });
    expect((await api('GET', '/orders/1')).json.rows[0].reference).toBe('MUG-RED');
    expect((await api('GET', '/products/sku/MUG-RED')).json.quantity).toBe(7);
    expect(sandbox.registered()).toEqual([{ url: 'http://127.0.0.1:1/a/secret', hook: 'orderNew' }]);
    for (const path of ['', '/registry', '/webhooks', '/received', '/orders', '/requests']) {
      expect((await control('GET', path)).text).not.toContain('secret');
    }
    expect((await control('POST', '/reset')).status).toBe(204);
    expect((await api('GET', '/orders')).json.meta.total).toBe(0);
    expect((await api('GET', '/status')).json).toHaveLength(4);
  });
});
