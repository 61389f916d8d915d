import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScopioSandbox, startScopioSandbox } from './scopio/index.ts';
import { call } from './test-receiver.ts';

const headers = { 'x-api-key': 'sk_test' };
const FULFILL = 'POST /api/seller/orders/{orderId}/fulfill';
const parcel = { tracking_number: 'JD01', carrier: 'dhl' };

describe('a fault', () => {
  let sandbox: ScopioSandbox;
  const list = () => call(`${sandbox.url}/api/seller/orders`, { headers });
  const fulfill = (id: string) =>
    call(`${sandbox.url}/api/seller/orders/${id}/fulfill`, { method: 'POST', headers, body: parcel });
  const fault = (body: unknown) => call(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body });

  beforeEach(async () => {
    sandbox = await startScopioSandbox({ apiKey: 'sk_test', webhookSecret: 's' });
  });
  afterEach(() => sandbox.stop());

  it('status: fails the next N with the vendor’s words and then heals', async () => {
    await fault({ on: 'GET /api/seller/orders', kind: 'status', status: 500, times: 2 });
    const first = await list();
    expect([first.status, first.json]).toEqual([500, { code: 'internal_error', description: expect.any(String) }]);
    expect((await list()).status).toBe(500);
    expect((await list()).status).toBe(200);
    expect(sandbox.faults.list()).toMatchObject([{ applied: 2 }]);
  });

  it('status: says how long to wait, in the header or where the vendor says it', async () => {
    await fault({ on: '* *', kind: 'status', status: 503, retryAfter: 7 });
    await fault({ on: '* *', kind: 'status', status: 429, retryAfter: 2 });
    expect((await list()).headers.get('retry-after')).toBe('7');
    const throttled = await list();
    expect(throttled.json).toEqual({ error: 'Too Many Requests', retry_after_seconds: 2 });
    expect(throttled.headers.get('retry-after')).toBeNull();
  });

  it('status: answers with the body that was asked for', async () => {
    await fault({ on: '* /api/*', kind: 'status', status: 422, body: { code: 'odd', description: 'odd' } });
    expect((await list()).json).toEqual({ code: 'odd', description: 'odd' });
  });

  it('hang: never answers', async () => {
    await fault({ on: '* *', kind: 'hang' });
    const hung = fetch(`${sandbox.url}/api/seller/orders`, { headers, signal: AbortSignal.timeout(150) });
    await expect(hung).rejects.toThrow(/timeout/i);
  });

  it('accept-then-reset: does the work and drops the connection', async () => {
    const [order] = sandbox.place();
    await fault({ on: FULFILL, kind: 'accept-then-reset' });
    await expect(fulfill(order?.id ?? '')).rejects.toThrow();
    expect(sandbox.received().counts.accepted).toBe(1);
    expect((await list()).json.orders).toEqual([]);
  });

  it('hang after work: does the work and never answers', async () => {
    const [order] = sandbox.place();
    await fault({ on: FULFILL, kind: 'hang', afterWork: true, delayMs: 50 });
    await expect(fulfill(order?.id ?? '')).rejects.toThrow();
    expect(sandbox.received().counts.accepted).toBe(1);
  });

  it('status after work: does the work and says it failed', async () => {
    const [order] = sandbox.place();
    await fault({ on: FULFILL, kind: 'status', status: 502, afterWork: true });
    expect(await fulfill(order?.id ?? '')).toMatchObject({ status: 502, json: { code: 'http_502' } });
    expect(sandbox.received().counts.accepted).toBe(1);
  });

  it('reset: drops the connection and does nothing', async () => {
    const [order] = sandbox.place();
    await fault({ on: FULFILL, kind: 'reset' });
    await expect(fulfill(order?.id ?? '')).rejects.toThrow();
    expect(sandbox.received().counts.accepted).toBe(0);
  });

  it('slow: answers late', async () => {
    await fault({ on: '* *', kind: 'slow', delayMs: 120 });
    const before = performance.now();
    expect((await list()).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(110);
  });

  it('garbage: answers 200 with something that is not JSON', async () => {
    await fault({ on: '* *', kind: 'garbage' });
    const answer = await list();
    expect(answer.status).toBe(200);
    expect(() => JSON.parse(answer.text)).toThrow();
  });

  it('applies to one order, or to what its request holds', async () => {
    const [first, second] = sandbox.place({ count: 2 });
    await fault({ on: `POST /api/seller/orders/${first?.id}/fulfill`, kind: 'status', times: 'always' });
    expect((await fulfill(second?.id ?? '')).status).toBe(200);
    expect((await fulfill(first?.id ?? '')).status).toBe(500);
    await call(`${sandbox.url}/_sandbox/faults`, { method: 'DELETE' });
    await fault({ on: FULFILL, kind: 'status', contains: 'JD99' });
    expect((await fulfill(first?.id ?? '')).status).toBe(200);
  });

  it('can be looked at and switched off', async () => {
    const { json } = await fault({ on: '* *', kind: 'status', times: 5 });
    await list();
    const { json: seen } = await call(`${sandbox.url}/_sandbox/faults`);
    expect(seen.faults).toEqual([expect.objectContaining({ id: json.fault.id, left: 4, applied: 1 })]);
    await call(`${sandbox.url}/_sandbox/faults/${json.fault.id}`, { method: 'DELETE' });
    expect((await list()).status).toBe(200);
    expect((await call(`${sandbox.url}/_sandbox/faults/none`, { method: 'DELETE' })).status).toBe(404);
  });

  it('that makes no sense is refused with the reason', async () => {
    const reasonOf = async (body: unknown) => (await fault(body)).json.error.description;
    expect(await reasonOf({ on: 'POST /api/seller/nothing', kind: 'status' })).toMatch(
      /no such endpoint; there are: GET/,
    );
    expect(await reasonOf({ on: '* *', kind: 'explode' })).toMatch(/^kind: /);
    expect(await reasonOf({ on: '* *', kind: 'status', time: 3 })).toMatch(/time/);
    expect(await reasonOf({ on: 'webhook', kind: 'hang' })).toMatch(/^kind: /);
    expect(await reasonOf('not json')).toBe('the body is not JSON');
  });
});
