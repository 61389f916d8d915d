import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ScopioOptions, type ScopioSandbox, startScopioSandbox } from './scopio/index.ts';
import { sign } from './scopio/signature.ts';
import { call, startReceiver } from './test-receiver.ts';

const stops: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(statuses: number[] = [], options: Partial<ScopioOptions> = {}) {
  const receiver = await startReceiver(statuses);
  const sandbox: ScopioSandbox = await startScopioSandbox({
    apiKey: 'k',
    webhookSecret: 'shared',
    webhookUrl: `${receiver.url}/hook`,
    retryIntervalMs: 40,
    ...options,
  });
  stops.push(receiver.stop, sandbox.stop);
  const states = (): string[] => sandbox.webhookSender.list().map(({ state }) => state);
  const fault = (body: unknown) => call(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body });
  return { receiver, sandbox, states, fault, delivered: receiver.delivered };
}

describe('a webhook', () => {
  it('is tried 3 more times at its interval when the answer is not 200, then given up', async () => {
    const { sandbox, delivered, states } = await start([500, 204, 302, 404, 200]);
    sandbox.place();
    await vi.waitFor(() => expect(states()).toEqual(['given-up']));
    expect(delivered).toHaveLength(4);
    expect(new Set(delivered.map(({ text }) => text)).size).toBe(1);
    for (let index = 1; index < 4; index += 1) {
      expect((delivered[index]?.at ?? 0) - (delivered[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(38);
    }
    await wait(80);
    expect(delivered).toHaveLength(4);
    const { json } = await call(`${sandbox.url}/_sandbox/webhooks`);
    expect(json.webhooks[0].attempts.map(({ status }: { status: number }) => status)).toEqual([500, 204, 302, 404]);
  });

  it('is retried at a twelve-hundredth of five minutes when time runs 1200 times faster', async () => {
    const { sandbox, delivered } = await start([503], { retryIntervalMs: undefined, timeScale: 1200 });
    sandbox.place();
    await vi.waitFor(() => expect(delivered).toHaveLength(2));
    expect((delivered[1]?.at ?? 0) - (delivered[0]?.at ?? 0)).toBeGreaterThanOrEqual(245);
  });

  it('waits for an answer only so long, and a closed port counts as a failure', async () => {
    const { sandbox } = await start([], { webhookUrl: 'http://127.0.0.1:1/hook' });
    sandbox.place();
    const attempts = () => sandbox.webhookSender.list()[0]?.attempts ?? [];
    await vi.waitFor(() => expect(attempts()).toHaveLength(4));
    expect(attempts()[0]).toMatchObject({ status: null, error: expect.any(String) });
  });

  it('can be sent again', async () => {
    const { sandbox, delivered } = await start();
    sandbox.place();
    await vi.waitFor(() => expect(delivered).toHaveLength(1));
    const [sent] = sandbox.webhookSender.list();
    const resend = (id?: string) => call(`${sandbox.url}/_sandbox/webhooks/${id}/resend`, { method: 'POST' });
    expect((await resend(sent?.id)).status).toBe(202);
    await vi.waitFor(() => expect(delivered).toHaveLength(2));
    expect(delivered[1]?.text).toBe(delivered[0]?.text);
    expect((await resend('nothing')).status).toBe(404);
  });

  it('can be duplicated, dropped and delayed', async () => {
    const { sandbox, delivered, states, fault } = await start();
    await fault({ on: 'webhook order.paid', kind: 'duplicate', copies: 3 });
    await fault({ on: 'webhook', kind: 'drop' });
    await fault({ on: 'webhook', kind: 'delay', delayMs: 60 });
    sandbox.place();
    await vi.waitFor(() => expect(delivered).toHaveLength(3));
    sandbox.place();
    expect(states()[3]).toBe('dropped');
    const before = Date.now();
    sandbox.place();
    await vi.waitFor(() => expect(delivered).toHaveLength(4));
    expect((delivered[3]?.at ?? 0) - before).toBeGreaterThanOrEqual(58);
  });

  it('can be overtaken by the next one', async () => {
    const { sandbox, delivered, fault } = await start();
    await fault({ on: 'webhook', kind: 'reorder' });
    sandbox.place({ number: 'first' });
    await wait(50);
    sandbox.place({ number: 'second' });
    await vi.waitFor(() => expect(delivered).toHaveLength(2));
    expect(delivered.map(({ text }) => JSON.parse(text).order.number)).toEqual(['second', 'first']);
  });

  it('can be signed wrongly, once', async () => {
    const { sandbox, delivered, fault } = await start([401]);
    await fault({ on: 'webhook', kind: 'bad-signature' });
    sandbox.place();
    await vi.waitFor(() => expect(delivered).toHaveLength(2));
    const right = sign(delivered[0]?.text ?? '', 'shared')['X-Scopio-Signature'];
    expect(delivered[0]?.headers['x-scopio-signature']).not.toBe(right);
    expect(delivered[1]?.headers['x-scopio-signature']).toBe(right);
  });
});
