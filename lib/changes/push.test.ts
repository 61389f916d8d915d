import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Result } from '#lib/attempts/attempt';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import { RetryableError, ThrottledError } from '#lib/platform/errors';
import type { Lease } from '#lib/platform/table/lease';
import { memoryTable } from '#test/support/memory-table';
import type { Change } from './change-schema.ts';
import { EARLIEST, encodeMarks } from './cursor.ts';
import { type EndpointState, FOREVER, judge, openEndpointStates } from './endpoint-state.ts';
import { openFeed } from './feed.ts';
import { HUB, type Hub, notify, pushTo } from './push.ts';
import { readChanges } from './read.ts';
import { sendChange } from './send.ts';

beforeAll(() => void vi.spyOn(console, 'log').mockImplementation(() => undefined));

const LONG_AGO = new Date(0).toISOString();
const NOW = new Date('2026-11-20T08:15:00.000Z');
const endpoint: Endpoint = {
  ...{ id: 'erp', url: 'https://erp.example', profile: 'standard-webhooks', types: ['order.*'], payload: 'thin' },
  since: NOW.toISOString(),
};
const change = (order: string, revision: number, type: Change['type'] = 'order.changed'): Change => ({
  ...{ id: `${order}/${revision}`, type, order: `shop:${order}`, connection: 'shop', revision },
  ...{ occurredAt: NOW.toISOString(), changed: [], delivery: null, sku: null },
});
const failed = (code: string): Result => ({
  ok: false,
  error: new RetryableError({ code, description: code }),
  unknown: false,
});

const CREDENTIALS = { secrets: { signingSecret: `whsec_${'A'.repeat(32)}` }, settings: {} };

/** An endpoint that answers each change by its id, and what was done about it. */
async function scene(changes: readonly Change[], answers: Record<string, Result> = {}) {
  const table = memoryTable();
  const feed = openFeed(table);
  const states = openEndpointStates(table);
  for (const each of changes) await feed.append(each.id.charCodeAt(0) % 3, () => [each], LONG_AGO);
  const sent: string[] = [];
  const opened: string[] = [];
  const seen: string[] = [];
  let now = NOW;
  const hub: Hub = {
    ...HUB,
    present: async () => [],
    states,
    now: () => now,
    getEndpoints: async () => new Map([['erp', endpoint]]),
    marksAt: async () => EARLIEST,
    readChanges: (wanted) => readChanges(wanted, feed),
    sendChange: async (_endpoint, { id }) => {
      sent.push(id);
      return answers[id] ?? { ok: true, httpStatus: 204 };
    },
    openNotify: async (_endpoint, { id }) => void opened.push(id),
    workFirst: async (id) => void seen.push(`first ${id}`),
    hurry: async () => void seen.push((await states.get('erp')).paused ? 'hurry, and find it paused' : 'hurry'),
    ringEndpoints: async () => void seen.push('ring'),
  };
  const push = () => pushTo({ endpoint: 'erp' }, hub);
  return { hub, push, sent, opened, seen, states, feed, later: (ms: number) => (now = new Date(now.getTime() + ms)) };
}

const inOrder = (sent: readonly string[], order: string) => sent.filter((id) => id.startsWith(order));

test('what an endpoint wants to know is sent once, in order for each order, and costs no delivery', async () => {
  const { push, sent, opened } = await scene([
    change('a', 1),
    change('b', 1),
    change('c', 1),
    change('a', 2),
    change('b', 2, 'delivery.dead'),
  ]);
  await push();
  await push();
  expect([...sent].sort()).toEqual(['a/1', 'a/2', 'b/1', 'c/1']);
  expect(inOrder(sent, 'a')).toEqual(['a/1', 'a/2']);
  expect(opened).toEqual([]);
});

test('rings of one moment are one look at what any of them rings for', async () => {
  const { hub, sent, states } = await scene([change('a', 1), change('b', 1), change('c', 1)]);
  const read = vi.spyOn(hub, 'readChanges');
  const ring = (partitions?: number[]) => notify({ endpoint: 'erp', partitions }, hub);
  await Promise.all([ring([1]), ring([2])]);
  expect(sent).toEqual(['a/1', 'b/1']);
  expect(read).toHaveBeenCalledTimes(1);
  expect(await states.get('erp')).not.toHaveProperty('rung');
  await Promise.all([ring([1]), ring()]);
  expect(sent).toEqual(['a/1', 'b/1', 'c/1']);
});

test('a change that was refused becomes a delivery, and the others go on', async () => {
  const { push, sent, opened, states } = await scene([change('a', 1), change('a', 2), change('b', 1)], {
    'a/1': failed('http_500'),
  });
  await push();
  expect([inOrder(sent, 'a'), opened]).toEqual([['a/1', 'a/2'], ['a/1']]);
  expect(await states.get('erp')).toMatchObject({ failures: 0, failingSince: null, lastError: { code: 'http_500' } });
});

test('who rings while another tells it has that one look again', async () => {
  const { push, sent, feed, states } = await scene([change('a', 1)]);
  const begun = await states.begin(endpoint, NOW);
  await push();
  expect(sent).toEqual([]);
  await feed.append(5, () => [change('z', 1)], LONG_AGO);
  expect(await states.release('erp', begun?.lease as Lease, {}, begun?.item)).toBe(false);
});

test('one that was removed and added anew is told by nobody who still knows the one before', async () => {
  const { hub, push, sent, states } = await scene([change('a', 1)]);
  await states.update('erp', { since: endpoint.since });
  const before = new Map([['erp', { ...endpoint, since: LONG_AGO }]]);
  await pushTo({ endpoint: 'erp' }, { ...hub, getEndpoints: async () => before });
  expect(sent).toEqual([]);
  await push();
  expect(sent).toEqual(['a/1']);
});

test('a pause by a person outlasts an attempt that was under way', async () => {
  const { states } = await scene([]);
  const read = { failures: 3, failingSince: LONG_AGO };
  await states.update('erp', read);
  const paused = { why: 'asked', by: 'ops', at: NOW.toISOString() } as const;
  await states.take('erp', { paused, heldUntil: FOREVER });
  for (const result of [failed('http_500'), { ok: true } as const])
    expect(await states.learn('erp', read, judge(read, [result], NOW.toISOString()))).toBe(false);
  expect(await states.get('erp')).toMatchObject({ ...read, paused, heldUntil: FOREVER });
});

describe('trouble of the hub’s own', () => {
  const ofAws = () => Object.assign(new Error('no answer'), { $metadata: { attempts: 3 } });
  const changes = [change('a', 1), change('a', 2), change('b', 1)];

  test('with what a message is made of leaves the changes untold, and the endpoint without blame', async () => {
    const the = await scene(changes);
    let [trouble, full]: [Error | undefined, boolean] = [ofAws(), false];
    const read = async <T>(found: T): Promise<T> => {
      if (trouble) throw trouble;
      return found;
    };
    the.hub.sendChange = (endpoint, change, present) =>
      sendChange({ ...endpoint, payload: full ? 'full' : 'thin' }, change, present, {
        getCredentials: () => (full ? Promise.resolve(CREDENTIALS) : read(CREDENTIALS)),
        getOrder: () => read(undefined),
        post: async () => {
          the.sent.push(change.id);
          return { status: 204, headers: new Headers(), body: '' };
        },
        now: the.hub.now,
      });
    await the.push();
    full = true;
    await the.push();
    expect([the.sent, the.opened]).toEqual([[], []]);
    expect(await the.states.get('erp')).toMatchObject({ committed: encodeMarks(EARLIEST), lease: null });
    expect(await the.states.get('erp')).not.toHaveProperty('failures');
    trouble = undefined;
    await the.push();
    expect([inOrder(the.sent, 'a'), inOrder(the.sent, 'b')]).toEqual([['a/1', 'a/2'], ['b/1']]);
    // A bug in making one message is another kind of trouble: later changes are still sent.
    trouble = new TypeError('a bug');
    await the.feed.append(1, () => [change('c', 1)], LONG_AGO);
    await the.push();
    expect(the.opened).toEqual(['c/1']);
  });

  test('with a delivery ends the others’ work before the lease, and that change is told again', async () => {
    const the = await scene([...changes, change('b', 2)], { 'a/1': failed('http_500') });
    const { openNotify, sendChange } = the.hub;
    const answering = Promise.withResolvers<void>();
    the.hub.openNotify = () => Promise.reject(ofAws());
    the.hub.sendChange = async (...args) => {
      const result = await sendChange(...args);
      if (args[1].id === 'b/1') await answering.promise;
      return result;
    };
    const pushed = the.push();
    await vi.waitFor(() => expect(the.sent).toHaveLength(2));
    await new Promise(setImmediate);
    expect(await the.states.begin(endpoint, NOW)).toBeUndefined();
    answering.resolve();
    await pushed;
    expect(the.sent).toEqual(['a/1', 'b/1']);
    the.hub.openNotify = openNotify;
    await the.push();
    expect(the.sent).toEqual(['a/1', 'b/1', 'a/1', 'b/2', 'a/2']);
    expect(the.opened).toEqual(['a/1']);
  });
});

describe('an endpoint that', () => {
  const state = async ({ states }: Awaited<ReturnType<typeof scene>>): Promise<EndpointState> => states.get('erp');

  test('asks for patience is left alone for as long', async () => {
    const throttled: Result = {
      ...{ ok: false, unknown: false },
      error: new ThrottledError({ code: 'http_429', description: 'later' }, 30),
    };
    const the = await scene([change('a', 1), change('a', 2), change('d', 1)], { 'a/1': throttled });
    const ring = vi.spyOn(the.hub, 'ringEndpoints');
    await the.push();
    expect(ring.mock.calls).toEqual([[[{ endpoint: 'erp' }], '2026-11-20T08:15:30.000Z']]);
    await the.feed.append(4, () => [change('b', 1)], LONG_AGO);
    await the.push();
    expect([the.sent, the.opened]).toEqual([['a/1', 'd/1'], ['a/1']]);
    the.later(31_000);
    await the.push();
    // What it accepted meanwhile is noted beyond what it was not told, and is not sent twice.
    expect(the.sent).toEqual(['a/1', 'd/1', 'a/2', 'b/1']);
    expect(await state(the)).toMatchObject({ told: [] });
  });

  test('answers 410 is told nothing more, and first of all that again', async () => {
    const the = await scene([change('a', 1), change('a', 2)], { 'a/1': failed('http_410') });
    await the.push();
    expect([the.sent, (await state(the)).paused?.why]).toEqual([['a/1'], 'gone']);
    the.later(30 * 24 * 3600_000);
    await the.push();
    expect(the.sent).toEqual(['a/1']);
    await the.states.take('erp', { paused: null, heldUntil: null, failures: 0, failingSince: null, resumed: true });
    await the.push();
    expect(the.seen).toEqual([expect.stringMatching(/^first dlv_/), 'hurry']);
    expect(the.sent).toEqual(['a/1', 'a/2']);
  });

  test('fails for a day is paused, asked once an hour, and goes on where it stood', async () => {
    const answers: Record<string, Result> = {};
    const the = await scene([], answers);
    for (let hour = 0; hour < 30; hour += 5) {
      answers[`o/${hour}`] = failed('unreachable');
      await the.feed.append(1, () => [change('o', hour)], LONG_AGO);
      await the.push();
      await the.push();
      the.later(5 * 3600_000);
    }
    expect((await state(the)).paused?.why).toBe('failing');
    expect(the.sent).toHaveLength(6);
    await the.feed.append(7, () => [change('p', 1)], LONG_AGO);
    await the.push();
    expect(await state(the)).toMatchObject({ paused: null, failures: 0, failingSince: null });
    expect(the.seen).toContain('hurry');
  });
});
