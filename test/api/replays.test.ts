import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import { putFailed, putManyFailed, workOnce } from './failing.ts';
import { type Answer, startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const read = async (id: string): Promise<Delivery> => {
  const { getDelivery } = await import('#lib/deliveries/ledger');
  const found = await getDelivery(id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};
const statesOf = async (all: readonly Delivery[]) => Promise.all(all.map(async ({ id }) => (await read(id)).state));
const replay = async (body: object): Promise<string> => {
  const answer = await api.call('POST', '/deliveries/replay', { body });
  expect(answer.status).toBe(202);
  return answer.body.replayId;
};
const look = async (id: string): Promise<Answer['body']> => (await api.call('GET', `/replays/${id}`)).body;
const pendingOf = async (all: readonly Delivery[]) => {
  const found = await Promise.all(all.map(({ id }) => read(id)));
  return found.filter(({ state }) => state === 'pending');
};
/** A tick of the sweeper at this instant. */
const tick = async (id: string, now: Date) => {
  const { advanceReplay } = await import('#lib/replays/advance');
  return advanceReplay(id, { now: () => now });
};

describe('a replay', () => {
  test('counts what it released until all of it has settled, and is over then', async () => {
    const [first, second, third] = await putManyFailed('counted', 3, { code: 'counted' });
    const id = await replay({ filter: { cause: 'counted' }, perMinute: 6000, reason: 'carrier added' });
    expect(await look(id)).toMatchObject({ matched: 3, released: 3, pending: 3, waiting: 0, state: 'running' });
    await workOnce(first?.id ?? '');
    await workOnce(second?.id ?? '', { code: 'again' });
    expect(await look(id)).toMatchObject({ released: 3, pending: 1, succeeded: 1, dead: 1, endedAt: null });
    await workOnce(third?.id ?? '', { state: 'blocked' });
    expect(await look(id)).toMatchObject({
      by: 'operator',
      reason: 'carrier added',
      filter: { cause: 'counted' },
      state: 'finished',
      matched: 3,
      pending: 0,
      succeeded: 1,
      dead: 1,
      blocked: 1,
      endedAt: expect.any(String),
    });
    const { replays } = (await api.call('GET', '/replays?limit=1')).body;
    expect(replays).toEqual([await look(id)]);
  });

  test('of what a dry run matched is one, however often it is started at once', async () => {
    await putManyFailed('once', 3, { code: 'once' });
    const asked = { filter: { cause: 'once' }, canary: true };
    const { digest } = (await api.call('POST', '/deliveries/replay', { body: { ...asked, dryRun: true } })).body;
    const start = () => api.call('POST', '/deliveries/replay', { body: { ...asked, expect: digest } });
    const started = (await Promise.all([start(), start(), start()])).filter(({ status }) => status === 202);
    expect(new Set(started.map(({ body }) => body.replayId)).size).toBe(1);
    expect(await start()).toMatchObject({ status: 409, body: { error: { code: 'matched_changed' } } });
  });

  test('that was cancelled before it released anything stands in no other’s way', async () => {
    const { cancelReplay, startReplay } = await import('#lib/replays/start');
    const settings = { by: 'test', reason: null, perMinute: 4, canary: true };
    const start = async () => (await startReplay({ cause: 'unreleased' }, settings, { digest: 'same' })).id;
    const first = await start();
    expect(await start()).toBe(first);
    await cancelReplay(first, { by: 'test', reason: null });
    expect(await start()).not.toBe(first);
  });

  test('is paced on the clock: each minute its share, no burst after an hour of standing still', async () => {
    const all = await putManyFailed('paced', 12, { code: 'paced' });
    const { startReplay } = await import('#lib/replays/start');
    const start = new Date('2030-01-01T00:00:00.000Z');
    const at = (seconds: number) => new Date(start.getTime() + seconds * 1000);
    const settings = { by: 'test', reason: null, perMinute: 4, canary: false };
    const { id } = await startReplay({ cause: 'paced' }, settings, { now: start });
    await tick(id, start);
    const due = async () =>
      (await pendingOf(all)).map(({ nextAttemptAt }) => (Date.parse(nextAttemptAt ?? '') - start.getTime()) / 1000);
    expect(await due()).toEqual([0, 15, 30, 45, 60, 75, 90]);
    await tick(id, at(5));
    expect(await due()).toHaveLength(7);
    await tick(id, at(3600));
    // Oldest first, and evenly spaced from now on.
    expect(await due()).toEqual([0, 15, 30, 45, 60, 75, 90, 3600, 3615, 3630, 3645, 3660]);
    for (const { id: delivery } of all) await workOnce(delivery);
    expect(await tick(id, at(3700))).toMatchObject({ state: 'finished', succeeded: 12 });
  });

  test('tries again later what a worker has in hand, and does not skip it', async () => {
    const { leaseDelivery, transition } = await import('#lib/deliveries/ledger');
    const dead = await putFailed('in-hand', { code: 'in_hand' });
    const { startReplay } = await import('#lib/replays/start');
    const settings = { by: 'test', reason: null, perMinute: 60, canary: false };
    const { id } = await startReplay({ cause: 'in_hand' }, settings);
    const { collectChunk } = await import('#lib/replays/collect');
    const { getReplay } = await import('#lib/replays/store');
    for (let record = await getReplay(id); record?.state === 'collecting'; record = await getReplay(id))
      await collectChunk(record, new Date());
    // Somebody takes it between its being matched and released.
    const { reopen } = await import('#lib/deliveries/reopen');
    const now = new Date().toISOString();
    const reopened = reopen(dead, now, now);
    await transition(dead, reopened);
    const leased = await leaseDelivery(reopened, new Date());
    if (!leased) throw new Error('not leased');
    expect(await tick(id, new Date())).toMatchObject({ state: 'running', matched: 1 });
    expect((await read(dead.id)).state).toBe('leased');
    expect(await look(id)).toMatchObject({ pending: 1, succeeded: 0 });
    // The worker fails: now it can be released.
    await transition(leased, { ...leased, state: 'dead', lease: null, cause: dead.cause, nextAttemptAt: null });
    await tick(id, new Date(Date.now() + 10_000));
    expect((await read(dead.id)).state).toBe('pending');
    await workOnce(dead.id).catch(() => undefined);
  });

  test('leaves out what nobody knows and no probe can tell, unless its cause is named', async () => {
    const known = await putFailed('known', { state: 'blocked', code: 'known_cause' });
    const blind = await putFailed('blind', { state: 'blocked', code: 'outcome_unknown', unknown: true });
    const filter = { state: 'blocked', since: known.createdAt };
    const dry = (await api.call('POST', '/deliveries/replay', { body: { filter, dryRun: true } })).body;
    expect(dry).toMatchObject({ matched: 1, leftOut: 1, complete: true });
    const id = await replay({ filter });
    expect(await look(id)).toMatchObject({ matched: 1 });
    expect(await statesOf([known, blind])).toEqual(['pending', 'blocked']);
    await replay({ filter: { ...filter, cause: 'outcome_unknown' } });
    expect(await statesOf([blind])).toEqual(['pending']);
  });

  test('reads back first what may have happened, and the dry run says so', async () => {
    const dead = await putFailed('unknown', { code: 'timeout', unknown: true });
    const filter = { cause: 'timeout' };
    const { body } = await api.call('POST', '/deliveries/replay', { body: { filter, dryRun: true } });
    expect(body.calls).toEqual([expect.objectContaining({ count: 1, probedFirst: 1 })]);
    await replay({ filter });
    expect(await read(dead.id)).toMatchObject({ state: 'pending', unknown: true, failures: 0 });
  });

  test('of a big group is found page by page: the answer waits for none of them, and its record does not grow', async () => {
    const { openDelivery, putNewDelivery } = await import('#lib/deliveries/ledger');
    const { getItem, transact } = await import('#lib/platform/table/table');
    const { startReplay } = await import('#lib/replays/start');
    const { advanceReplay } = await import('#lib/replays/advance');
    const asked = { kind: 'push', action: 'order', connection: 'shed', marketplace: 'marketful', order: null } as const;
    const dead = { state: 'dead', cause: { code: 'big_group', description: 'many' }, nextAttemptAt: null } as const;
    const at = new Date().toISOString();
    for (let page = 0; page < 4; page++) {
      const ids = Array.from({ length: 75 }, (_, index) => `dlv_big_${page}_${index}`);
      await transact(
        ids.map((id) => putNewDelivery({ ...openDelivery({ ...asked, id, subject: { lineItems: [] } }, at), ...dead })),
      );
    }
    const settings = { by: 'test', reason: null, perMinute: 60, canary: true };
    const { id } = await startReplay({ cause: 'big_group' }, settings);
    const bytes = async () => JSON.stringify(await getItem({ pk: `REPLAY#${id}`, sk: 'REPLAY' })).length;
    const first = await bytes();
    const now = new Date();
    expect(await advanceReplay(id, { deadline: now.getTime() })).toMatchObject({ state: 'collecting', matched: 0 });
    expect(await advanceReplay(id)).toMatchObject({ state: 'running', matched: 300, stage: 'one' });
    expect(Math.abs((await bytes()) - first)).toBeLessThan(100);
    await api.call('POST', `/replays/${id}/cancel`);
  });

  test('is 404 for a stranger, and its decisions take no other members', async () => {
    for (const path of ['/replays/rpl_none/cancel', '/replays/rpl_none/resume'])
      expect(await api.call('POST', path)).toMatchObject({ status: 404 });
    expect(await api.call('GET', '/replays/rpl_none')).toMatchObject({ status: 404 });
    expect(await api.call('POST', '/replays/rpl_none/cancel', { body: { why: 1 } })).toMatchObject({ status: 400 });
  });
});

describe('cancelling', () => {
  test('releases nothing more, takes back what is not yet due, and lets the rest be', async () => {
    const all = await putManyFailed('cancelled', 5, { code: 'to_cancel' });
    const id = await replay({ filter: { cause: 'to_cancel' }, perMinute: 2 });
    expect(await look(id)).toMatchObject({ released: 4, waiting: 1 });
    const { body } = await api.call('POST', `/replays/${id}/cancel`, { body: { reason: 'wrong carrier' } });
    expect(body).toMatchObject({
      state: 'cancelled',
      cancelled: { by: 'operator', reason: 'wrong carrier' },
      released: 1,
      waiting: 4,
    });
    expect(await statesOf(all)).toEqual(['pending', 'dead', 'dead', 'dead', 'dead']);
    const [running, recalled] = all;
    expect(await read(recalled?.id ?? '')).toEqual(recalled);
    const { timeline } = (await api.call('GET', '/orders/shop:cancelled-1')).body;
    expect(timeline).toContainEqual(
      expect.objectContaining({
        type: 'delivery.recalled',
        by: 'operator',
        detail: { delivery: recalled?.id, replay: id, reason: 'wrong carrier' },
      }),
    );
    await workOnce(running?.id ?? '');
    expect(await look(id)).toMatchObject({ state: 'cancelled', succeeded: 1, endedAt: expect.any(String) });
    expect(await api.call('POST', `/replays/${id}/cancel`)).toMatchObject({ status: 200 });

    const resumed = await api.call('POST', `/replays/${id}/resume`, { body: { reason: 'it was right' } });
    expect(resumed.body).toMatchObject({ state: 'running', resumed: { reason: 'it was right' }, endedAt: null });
    for (let round = 0; round < 4; round++) {
      const released = await pendingOf(all);
      for (const delivery of released) await workOnce(delivery.id).catch(() => undefined);
      await tick(id, new Date(Date.now() + (round + 1) * 120_000));
    }
    for (const delivery of await pendingOf(all)) {
      const { transition } = await import('#lib/deliveries/ledger');
      await transition(delivery, { ...delivery, state: 'succeeded', nextAttemptAt: null });
    }
    expect(await look(id)).toMatchObject({ state: 'finished', matched: 5, succeeded: 5 });
    expect(await api.call('POST', `/replays/${id}/cancel`)).toMatchObject({
      status: 409,
      body: { error: { code: 'replay_ended' } },
    });
  });
});

describe('a canary', () => {
  test('replays 1, then 10, then the rest, each stage once the one before has settled', async () => {
    const all = await putManyFailed('canary', 14, { code: 'canary_ok' });
    const id = await replay({ filter: { cause: 'canary_ok' }, perMinute: 6000, canary: true });
    const released = async () =>
      (await pendingOf(all)).map(({ id: delivery }) => all.findIndex((d) => d.id === delivery));
    expect(await look(id)).toMatchObject({ canary: true, stage: 'one', released: 1, waiting: 13 });
    expect(await released()).toEqual([0]);
    await tick(id, new Date());
    expect(await released()).toEqual([0]);
    await workOnce(all[0]?.id ?? '');
    expect(await look(id)).toMatchObject({ stage: 'ten', released: 11, succeeded: 1 });
    expect(await released()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const { id: delivery } of all.slice(1, 10)) await workOnce(delivery);
    expect(await look(id)).toMatchObject({ stage: 'ten', released: 11, succeeded: 10, pending: 1 });
    await workOnce(all[10]?.id ?? '');
    expect(await look(id)).toMatchObject({ stage: 'rest', released: 14 });
    for (const { id: delivery } of all.slice(11)) await workOnce(delivery);
    expect(await look(id)).toMatchObject({ state: 'finished', succeeded: 14, relapse: null });
  });

  test.each(['dead', 'blocked'] as const)('stops at the first that is %s again, and says why', async (state) => {
    const code = `canary_${state}`;
    const all = await putManyFailed(code, 13, { code });
    // Slow enough that at most one of the ten is due while the test looks, even on a busy machine.
    const id = await replay({ filter: { cause: code }, perMinute: 7, canary: true });
    await workOnce(all[0]?.id ?? '');
    expect(await look(id)).toMatchObject({ stage: 'ten', released: 11 });
    await workOnce(all[1]?.id ?? '', { code: 'still_wrong', description: 'no carrier 7', state });
    const seen = await look(id);
    expect(seen).toMatchObject({
      state: 'relapsed',
      succeeded: 1,
      [state]: 1,
      relapse: { delivery: all[1]?.id, state, cause: { code: 'still_wrong', description: 'no carrier 7' } },
    });
    expect(seen.released).toBeLessThan(11);
    await tick(id, new Date(Date.now() + 3600_000));
    // What was not due yet is as dead as before.
    expect((await statesOf(all.slice(2))).filter((each) => each === 'dead').length).toBeGreaterThanOrEqual(10);
    expect(await look(id)).toMatchObject({ state: 'relapsed' });
  });

  test('that relapsed begins again at its first stage when it is resumed', async () => {
    const all = await putManyFailed('resumed', 4, { code: 'canary_resumed' });
    const id = await replay({ filter: { cause: 'canary_resumed' }, canary: true });
    await workOnce(all[0]?.id ?? '', { code: 'again' });
    expect(await look(id)).toMatchObject({ state: 'relapsed', waiting: 3, endedAt: expect.any(String) });
    const { body } = await api.call('POST', `/replays/${id}/resume`);
    expect(body).toMatchObject({ state: 'running', stage: 'one', released: 2, waiting: 2, relapse: null });
  });
});

describe('causes', () => {
  test('group by reason, and the filter of a group replays it and nothing else', async () => {
    const since = new Date().toISOString();
    await putFailed('reason-1', { code: 'http_409', description: 'order 1001 is closed' });
    await putFailed('reason-2', { code: 'http_409', description: "order 'AB-7' is closed" });
    await putFailed('reason-3', { code: 'http_409', description: 'order 1003 is on hold' });
    await putFailed('reason-4', { code: 'http_400', description: 'order 1004 is closed' });
    await putFailed('reason-5', { code: 'http_409', description: 'order 1005 is closed', state: 'blocked' });
    const newest = await putFailed('reason-6', { code: 'http_409', description: 'order 6 is closed' });
    const { body } = await api.call('GET', `/deliveries/causes?since=${since}`);
    expect(body).toMatchObject({ looked: 6, complete: true });
    expect(body.causes.map(({ code, message, state, count }: Answer['body']) => [code, message, state, count])).toEqual(
      expect.arrayContaining([
        ['http_409', 'order … is closed', 'dead', 3],
        ['http_409', 'order … is on hold', 'dead', 1],
        ['http_400', 'order … is closed', 'dead', 1],
        ['http_409', 'order … is closed', 'blocked', 1],
      ]),
    );
    const [largest] = body.causes;
    expect(largest).toMatchObject({ marketplace: 'marketful', action: 'order', count: 3, lastSeen: newest.updatedAt });
    expect(largest.firstSeen < largest.lastSeen).toBe(true);
    expect(largest.sample).toMatchObject({ id: newest.id, attempts: [{ number: 1 }] });
    // The same reason, but later than the look.
    await putFailed('reason-7', { code: 'http_409', description: 'order 7 is closed' });
    const ask = { filter: largest.filter };
    const dry = await api.call('POST', '/deliveries/replay', { body: { ...ask, dryRun: true } });
    expect(dry.body).toMatchObject({ matched: 3 });
    expect(await look(await replay(ask))).toMatchObject({ matched: 3 });
    const after = (await api.call('GET', `/deliveries/causes?since=${since}&connection=shed`)).body;
    expect(after.causes.map(({ count }: Answer['body']) => count)).toEqual([1, 1, 1, 1]);
    expect((await api.call('GET', '/deliveries/causes?connection=shop')).body.causes).toEqual([]);
    expect(await api.call('GET', '/deliveries/causes?state=dead')).toMatchObject({ status: 400 });
  });

  test('that were not all looked at say so', async () => {
    const { groupCauses } = await import('#lib/deliveries/failures');
    expect(await groupCauses({ connection: 'shed' }, { maxLooked: 4 })).toMatchObject({ complete: false });
  });

  test('of a message are found whatever its ids, in lists too, and an empty message is no filter', async () => {
    const dead = await putFailed('worded', { code: 'worded', description: 'parcel 77 was lost on 2026-11-20' });
    const message = encodeURIComponent('parcel 12 was lost on 2025-01-01');
    const { deliveries } = (await api.call('GET', `/deliveries?message=${message}`)).body;
    expect(deliveries.map(({ id }: Answer['body']) => id)).toEqual([dead.id]);
    const find = async (query: string) => (await api.call('GET', `/deliveries?cause=worded&${query}`)).body.deliveries;
    expect(await find(`until=${dead.createdAt}&marketplace=marketful&action=order`)).toHaveLength(1);
    expect(await find(`until=${new Date(Date.parse(dead.createdAt) - 1).toISOString()}`)).toHaveLength(0);
    expect(await find('marketplace=scopio')).toHaveLength(0);
    expect(await find('action=fulfillment')).toHaveLength(0);
    const blank = { filter: { message: ' ' }, dryRun: true };
    expect((await api.call('POST', '/deliveries/replay', { body: blank })).body).toMatchObject({ matched: 0 });
  });
});
