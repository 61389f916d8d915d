import { expect, test, vi } from 'vitest';
import type { Result } from '#lib/attempts/attempt';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import type { Delivery } from '#lib/deliveries/delivery';
import { codeOf } from '#lib/deliveries/settle';
import type { Order } from '#lib/orders/order';
import { AWAY, RetryableError, ThrottledError } from '#lib/platform/errors';
import { bare, type Item, type Write } from '#lib/platform/table/table';
import { memoryTable } from '#test/support/memory-table';
import type { Change } from './change-schema.ts';
import { openEndpointStates } from './endpoint-state.ts';
import { HUB, type Hub, hurry, openNotify, workerOf } from './notify.ts';

const delivery = { id: 'dlv_1', connection: 'erp', subject: { change: { id: 'chg_1' } } } as unknown as Delivery;
const endpoint = { id: 'erp' } as Endpoint;
/** A hub with that endpoint; orders are shown as nothing. */
const hubOf = (more: Partial<Hub>): Hub => ({
  ...{
    ...HUB,
    present: async () => [],
    ringEndpoints: async () => undefined,
    getEndpoints: async () => new Map([['erp', endpoint]]),
  },
  ...more,
});

test('what the hub itself cannot read costs a delivery to an endpoint no attempt, and the endpoint nothing', async () => {
  const states = openEndpointStates(memoryTable());
  const hub = hubOf({
    states,
    sendChange: () => Promise.reject(new Error('no answer')),
  });
  const result = await workerOf(hub).attempt(delivery, {} as never);
  expect(result).toMatchObject({ ok: false, error: { name: 'NotYetError', waitMs: 60_000 } });
  expect(await states.get('erp')).toEqual({});
});

test('what waits for an endpoint that asked for patience is not sent meanwhile, and costs no attempt', async () => {
  const states = openEndpointStates(memoryTable());
  await states.update('erp', { heldUntil: '2026-11-20T08:15:30.000Z' });
  const sent: string[] = [];
  let now = new Date('2026-11-20T08:15:00.000Z');
  const hub = hubOf({
    states,
    now: () => now,
    sendChange: async (_endpoint, { id }) => {
      sent.push(id);
      return { ok: true, httpStatus: 204 };
    },
  });
  const { attempt } = workerOf(hub);
  expect(await attempt(delivery, {} as never)).toMatchObject({ error: { name: 'NotYetError', waitMs: 30_000 } });
  expect(sent).toEqual([]);
  now = new Date('2026-11-20T08:15:30.000Z');
  expect(await attempt(delivery, {} as never)).toMatchObject({ ok: true });
});

test('what was not told yet is rung for when a repeat succeeds, and when the wait that a repeat was asked for is over', async () => {
  const states = openEndpointStates(memoryTable());
  await states.update('erp', { failures: 3 });
  const rung: unknown[] = [];
  const answers: Result[] = [
    { ok: false, unknown: false, error: new ThrottledError({ code: 'http_429', description: '' }, 2) },
    { ok: true, httpStatus: 204 },
    { ok: true, httpStatus: 204 },
  ];
  let now = '2026-11-20T08:15:00.000Z';
  const hub = hubOf({
    states,
    now: () => new Date(now),
    sendChange: async () => answers.shift() as Result,
    ringEndpoints: async (behind, at) => {
      rung.push([behind, at]);
      throw new Error('SQS is away');
    },
  });
  expect(await workerOf(hub).attempt(delivery, {} as never)).toMatchObject({ error: { detail: { code: 'http_429' } } });
  now = '2026-11-20T08:15:02.000Z';
  for (const _ of [2, 3]) expect(await workerOf(hub).attempt(delivery, {} as never)).toMatchObject({ ok: true });
  expect(rung).toEqual([
    [[{ endpoint: 'erp' }], now],
    [[{ endpoint: 'erp' }], null],
  ]);
});

test('one delivery at a time asks an endpoint that always hangs, and first attempts ask before', async () => {
  const states = openEndpointStates(memoryTable());
  const heldUntil = '2026-11-20T08:16:00.000Z';
  const failingSince = '2026-11-20T08:15:00.000Z';
  const lastError = { code: 'timeout', at: failingSince };
  await states.update('erp', { failures: 20, failingSince, heldUntil, lastError });
  let now = new Date(heldUntil);
  const answers: Result[] = [
    { ok: false, unknown: false, error: new RetryableError({ code: 'timeout', description: '' }) },
    { ok: true, httpStatus: 204 },
  ];
  const hub = hubOf({
    states,
    now: () => now,
    sendChange: async () => answers.shift() as Result,
  });
  const random = vi.spyOn(Math, 'random').mockReturnValue(1);
  const attempt = () => workerOf(hub).attempt(delivery, {} as never);
  const together = async (at: string) => {
    now = new Date(at);
    return (await Promise.all([attempt(), attempt(), attempt()])).map((it) => (it.ok ? 204 : codeOf(it.error))).sort();
  };
  expect(await together(heldUntil)).toEqual([AWAY, AWAY, AWAY]);
  expect(await together('2026-11-20T08:17:00.000Z')).toEqual([AWAY, AWAY, 'timeout']);
  expect(await attempt()).toMatchObject({ error: { detail: { code: AWAY }, waitMs: 120_000 } });
  now = new Date('2026-11-20T08:30:00.000Z');
  await states.update('erp', { heldUntil: now.toISOString() });
  expect(await attempt()).toMatchObject({ error: { waitMs: 300_000 } });
  vi.stubEnv('NOTIFY_SCHEDULE_SECONDS', '0,1,2');
  expect(await attempt()).toMatchObject({ error: { waitMs: 10_000 } });
  vi.unstubAllEnvs();
  random.mockRestore();
  expect(await together('2026-11-20T12:17:00.000Z')).toEqual([204, AWAY, AWAY]);
  expect(await states.get('erp')).toMatchObject({ failures: 0, heldUntil: null });
});

test('one that refuses everything at once is attempted as its schedule says', async () => {
  const states = openEndpointStates(memoryTable());
  const [at, heldUntil] = ['2026-11-20T08:15:00.000Z', '2026-11-20T08:17:00.000Z'];
  await states.update('erp', { failures: 20, failingSince: at, heldUntil, lastError: { code: 'http_500', at } });
  const error = new RetryableError({ code: 'http_500', description: '' });
  const hub = hubOf({
    states,
    now: () => new Date(at),
    sendChange: async () => ({ ok: false, unknown: false, error }),
  });
  const attempts = [1, 2, 3].map(() => workerOf(hub).attempt(delivery, {} as never));
  for (const result of await Promise.all(attempts))
    expect(result).toMatchObject({ error: { detail: { code: 'http_500' } } });
});

test('what waited for an endpoint that is back comes ten a second, and nothing later than it was due', async () => {
  vi.useFakeTimers({ now: new Date('2026-11-20T08:15:00.000Z') });
  const later = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const waiting = Array.from({ length: 25 }, (_, nth) => ({
    ...{ ...delivery, id: `dlv_${nth}`, state: 'pending' as const, nextAttemptAt: later(nth === 24 ? 1 : 3600) },
  }));
  const rung: Array<string | null> = [];
  await hurry('erp', Date.now() + 1000, {
    async *eachDelivery() {
      yield* waiting;
    },
    transition: async () => true,
    ring: async (due) => void rung.push(...due.map(({ nextAttemptAt }) => nextAttemptAt)),
  });
  expect(rung).toEqual(Array.from({ length: 24 }, (_, nth) => later(Math.floor(nth / 10))));
  vi.useRealTimers();
});

test('repeats that fail at the same time all count', async () => {
  const states = openEndpointStates(memoryTable());
  const error = new RetryableError({ code: 'timeout', description: '' });
  const hub = hubOf({
    states,
    sendChange: async () => ({ ok: false, unknown: false, error }),
  });
  await Promise.all(Array.from({ length: 20 }, () => workerOf(hub).attempt(delivery, {} as never)));
  expect(await states.get('erp')).toMatchObject({ failures: 20 });
});

test('nothing is repeated to an endpoint that was removed and added anew by a worker who knows the one before', async () => {
  const states = openEndpointStates(memoryTable());
  await states.update('erp', { since: '2026-11-20T08:15:00.000Z' });
  const before = { ...endpoint, since: '2026-11-01T08:15:00.000Z' };
  const getEndpoints = async () => new Map([['erp', before]]);
  const hub = { ...HUB, present: async () => [], states, getEndpoints, sendChange: () => Promise.reject(new Error()) };
  expect(await workerOf(hub).attempt(delivery, {} as never)).toMatchObject({ error: { waitMs: 5_000 } });
});

test('the words in which an endpoint refuses an order are not kept once its buyer was erased', async () => {
  const change = { id: 'chg_1', type: 'order.changed', order: 'shop:1' } as Change;
  const error = new RetryableError({ code: 'http_500', description: 'Zenobia is unknown here', httpStatus: 500 });
  const said = async (erased: Order['erased']) => {
    const written: Write[] = [];
    await openNotify(endpoint, change, { ok: false, error, unknown: false }, '2026-11-20T08:15:00.000Z', {
      ...HUB,
      getOrder: async () => ({ id: 'shop:1', erased }) as Order,
      transact: async (writes) => written.push(...writes) > 0,
      ring: async () => undefined,
    });
    return JSON.stringify(written.map((write) => bare(write.Put?.Item as Item<object>)));
  };
  expect(await said(undefined)).toContain('Zenobia');
  expect(await said({ at: '2026-11-19T08:15:00.000Z', by: 'dpo', email: null })).not.toContain('Zenobia');
});
