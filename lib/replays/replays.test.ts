import { beforeEach, describe, expect, test } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import type { DeliveryFilter } from '#lib/deliveries/delivery-schema';
import { getDelivery, putNewDelivery, transition } from '#lib/deliveries/ledger';
import { listActs } from '#lib/platform/audit';
import { transact } from '#lib/platform/table/table';
import { deliveryOf, NOW } from '#test/support/fake-hub';
import { memoryTable } from '#test/support/memory-table';
import { advanceReplay } from './advance.ts';
import { statesOf } from './collect.ts';
import { countMembers, listMembers, pageOfMembers } from './members.ts';
import type { Replay } from './replay.ts';
import { newReplay } from './start.ts';
import { commitReplay, getReplay, putNewReplay } from './store.ts';

const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const cause = { code: 'http_422', description: 'no' };
const DEAD = { state: 'dead', cause, nextAttemptAt: null, deadLettered: true, failures: 4, attemptCount: 4 } as const;

let table = memoryTable();
let rung: string[] = [];
beforeEach(() => {
  table = memoryTable();
  rung = [];
});
const ring = async (deliveries: readonly Delivery[]) => void rung.push(...deliveries.map(({ id }) => id));
const advance = (id: string, seconds = 0) => advanceReplay(id, { now: () => later(seconds) }, { table, ring });

/** Dead deliveries, created a second apart. */
async function putDead(count: number, more: Partial<Delivery> = {}): Promise<void> {
  const all = Array.from({ length: count }, (_, n) =>
    deliveryOf({ id: `dlv_${n}` }, { ...DEAD, createdAt: later(n).toISOString(), ...more }),
  );
  expect(await transact(all.map(putNewDelivery), table)).toBe(true);
}

/** A replay of what is dead at the warehouse. */
async function start(changes: Partial<Replay> = {}): Promise<string> {
  const filter: DeliveryFilter = { state: 'dead', connection: 'shed' };
  const replay: Replay = {
    ...newReplay({ by: 'ops', reason: 'mended', perMinute: 60, canary: false }, NOW),
    ...{ filter, state: 'collecting', collect: { states: statesOf(filter), cursor: null } },
    ...changes,
  };
  expect(await transact(putNewReplay(replay), table)).toBe(true);
  return replay.id;
}

const read = async (id: string) => (await getDelivery(id, table)) as Delivery;
/** The remote has answered. */
async function settle(id: string, state: 'succeeded' | 'dead'): Promise<void> {
  const was = await read(id);
  const now = { ...was, state, nextAttemptAt: null, updatedAt: later(1_000).toISOString(), cause: null };
  expect(await transition(was, now, [], table)).toBe(true);
}

describe('a replay', () => {
  test('of what a remote said, which may name a buyer, remembers it until all are found, and the audit never', async () => {
    await putDead(1);
    const id = await start({ filter: { state: 'dead', connection: 'shed', message: 'no' } });
    const { items: acts } = await listActs({ limit: 10 }, table);
    expect(acts).toMatchObject([{ act: 'replay.started', detail: { filter: { state: 'dead', message: 'erased' } } }]);
    expect(await getReplay(id, table)).toMatchObject({ filter: { message: 'no' } });
    expect(await advance(id)).toMatchObject({ matched: 1 });
    expect(await getReplay(id, table)).toMatchObject({ filter: { state: 'dead', message: 'erased' } });
  });

  test('gives what its filter matches a fresh set of attempts, the oldest first, as fast as it was asked to', async () => {
    await putDead(3);
    const id = await start({ perMinute: 30 });
    expect(await advance(id)).toMatchObject({ state: 'running', matched: 3 });
    expect(rung).toEqual(['dlv_0', 'dlv_1', 'dlv_2']);
    const due = await Promise.all(rung.map(async (each) => (await read(each)).nextAttemptAt));
    expect(due).toEqual([later(0), later(2), later(4)].map((at) => at.toISOString()));
    expect(await read('dlv_0')).toMatchObject({ state: 'pending', failures: 0, attemptCount: 4, deadLettered: false });
  });

  test('releases first what must leave first', async () => {
    await putDead(2);
    const urgent = { ...DEAD, createdAt: later(99).toISOString(), shipBy: later(3_600).toISOString() };
    await transact([putNewDelivery(deliveryOf({ id: 'dlv_urgent' }, urgent))], table);
    await advance(await start());
    expect(rung[0]).toBe('dlv_urgent');
  });

  test('counts what became of each, and is over with the last', async () => {
    await putDead(2);
    const id = await start();
    await advance(id);
    await settle('dlv_0', 'succeeded');
    expect(await advance(id, 10)).toMatchObject({ state: 'running', succeeded: 1, dead: 0 });
    await settle('dlv_1', 'dead');
    expect(await advance(id, 20)).toMatchObject({
      state: 'finished',
      succeeded: 1,
      dead: 1,
      endedAt: expect.any(String),
    });
    expect(await countMembers(id, 'DONE', table)).toBe(2);
  });

  test('tells its deliveries page by page: those under way, those that have settled, those that wait', async () => {
    await putDead(5);
    const id = await start({ perMinute: 1 });
    await advance(id);
    await settle(rung[0] ?? '', 'succeeded');
    await advance(id);
    const told: string[] = [];
    for (let cursor: string | undefined = 'OPEN#'; cursor !== undefined; ) {
      const page: Awaited<ReturnType<typeof pageOfMembers>> = await pageOfMembers(id, 2, cursor, table);
      expect(page.members.length).toBeLessThanOrEqual(2);
      told.push(...page.members.map(({ phase, delivery }) => `${phase} ${delivery}`));
      cursor = page.cursor;
    }
    const whole = await pageOfMembers(id, 200, undefined, table);
    expect(told).toEqual(whole.members.map(({ phase, delivery }) => `${phase} ${delivery}`));
    expect([...told].map((each) => each.split(' ')[1]).sort()).toEqual(['dlv_0', 'dlv_1', 'dlv_2', 'dlv_3', 'dlv_4']);
    expect(told.map((each) => each.split(' ')[0]).join(' ')).toMatch(/^(OPEN )+DONE( WAITING)+$/);
  });

  test('leaves out what no probe can tell, unless that is its very filter', async () => {
    await putDead(1, { cause: { code: 'outcome_unknown', description: 'look there' } });
    expect(await advance(await start())).toMatchObject({ state: 'finished', matched: 0 });
    expect(await advance(await start({ filter: { cause: 'outcome_unknown', connection: 'shed' } }))).toMatchObject({
      matched: 1,
    });
  });

  test('releases what a worker has in hand once the worker has let go of it', async () => {
    await putDead(3);
    const id = await start({ perMinute: 1 });
    await advance(id);
    expect(rung).toEqual(['dlv_0', 'dlv_1']);
    const was = await read('dlv_2');
    const lease = { owner: 'x', until: later(90).toISOString(), startedAt: NOW.toISOString() };
    const leased: Delivery = { ...was, state: 'leased', lease };
    await transition(was, leased, [], table);
    await advance(id, 60);
    expect(rung).toEqual(['dlv_0', 'dlv_1']);
    await transition(leased, was, [], table);
    await advance(id, 180);
    expect(rung).toEqual(['dlv_0', 'dlv_1', 'dlv_2']);
  });

  test('that two advance at once releases nothing twice', async () => {
    await putDead(5);
    const id = await start();
    await Promise.all([advance(id), advance(id), advance(id)]);
    await advance(id);
    expect([...rung].sort()).toEqual(['dlv_0', 'dlv_1', 'dlv_2', 'dlv_3', 'dlv_4']);
  });
});

describe('a canary', () => {
  test('releases one, then ten, then the rest, each when all before have settled well', async () => {
    await putDead(13);
    const id = await start({ canary: true, perMinute: 6_000 });
    const settleAll = async () => {
      const open = await listMembers(id, 'OPEN', 100, table);
      for (const { delivery } of open) await settle(delivery, 'succeeded');
    };
    const released: number[] = [];
    for (let stage = 0; stage < 3; stage++) {
      await advance(id, stage);
      released.push(rung.length);
      expect(await advance(id, stage)).toMatchObject({ state: 'running' });
      expect(rung.length).toBe(released.at(-1));
      await settleAll();
    }
    expect(released).toEqual([1, 11, 13]);
    expect(await advance(id, 10)).toMatchObject({ state: 'finished', succeeded: 13 });
  });

  test('stops at the first that fails again, and says which', async () => {
    await putDead(13);
    const id = await start({ canary: true });
    await advance(id);
    await settle('dlv_0', 'dead');
    const stopped = { state: 'relapsed', relapse: { delivery: 'dlv_0', state: 'dead' } };
    expect(await advance(id, 10)).toMatchObject(stopped);
    expect(rung).toEqual(['dlv_0']);
  });
});

test('a replay that is cancelled takes back what nobody has looked at yet, as it was before', async () => {
  await putDead(3);
  const id = await start({ perMinute: 1 });
  await advance(id);
  const before = await getReplay(id, table);
  const cancelled = { by: 'ops', reason: null, at: later(1).toISOString() };
  await commitReplay(before as Replay, { state: 'cancelled', cancelled }, later(1), [], table);
  await advance(id, 1);
  const states = await Promise.all([0, 1, 2].map(async (n) => (await read(`dlv_${n}`)).state));
  expect(states).toEqual(['pending', 'dead', 'dead']);
  expect(await read('dlv_1')).toMatchObject({ cause, deadLettered: true, failures: 4 });
});

test('what a remote said of a delivery stands with its attempt alone, and what was erased there is not taken back', async () => {
  const attempt = { number: 1, startedAt: '', endedAt: '', outcome: 'failed', nextAttemptAt: null } as const;
  const attempts = [{ ...attempt, code: 'http_422', description: cause.description }];
  await putDead(2, { attempts, attemptCount: 1 });
  const ours = { code: 'cancelled_by_supplier', description: '2 of MUG-RED' };
  await transact(
    [putNewDelivery(deliveryOf({ id: 'dlv_9' }, { ...DEAD, attempts, attemptCount: 1, cause: ours }))],
    table,
  );
  const id = await start({ perMinute: 30 });
  await advance(id);
  const open = async () => JSON.stringify(await listMembers(id, 'OPEN', 9, table));
  expect(await open()).not.toContain('"description":"no"');
  const was = await read('dlv_1');
  await transition(was, { ...was, attempts: [{ ...attempt, description: 'erased' }] }, [], table);
  const cancelled = { by: 'ops', reason: null, at: later(1).toISOString() };
  await commitReplay((await getReplay(id, table)) as Replay, { state: 'cancelled', cancelled }, later(1), [], table);
  await settle('dlv_0', 'succeeded');
  await advance(id, 1);
  expect((await read('dlv_1')).cause).toEqual({ code: 'http_422', description: 'erased' });
  expect((await read('dlv_9')).cause).toEqual(ours);
  const [done] = await listMembers(id, 'DONE', 9, table);
  expect(done).toMatchObject({ delivery: 'dlv_0', outcome: 'succeeded' });
  expect(done).not.toHaveProperty('before');
});

test('a replay that relapses while another has one of its deliveries in hand is over, and keeps that one waiting', async () => {
  await putDead(13);
  const id = await start({ canary: true, perMinute: 6_000 });
  await advance(id);
  await settle('dlv_0', 'succeeded');
  const was = await read('dlv_1');
  const lease = { owner: 'another', until: later(90).toISOString(), startedAt: NOW.toISOString() };
  const leased: Delivery = { ...was, state: 'leased', lease };
  await transition(was, leased, [], table);
  await advance(id, 1);
  expect(rung).not.toContain('dlv_1');
  await settle('dlv_2', 'dead');
  await transition(leased, was, [], table);
  const open = (await listMembers(id, 'OPEN', 100, table)).filter(({ delivery }) => delivery !== 'dlv_1');
  for (const { delivery } of open) if (delivery !== 'dlv_2') await settle(delivery, 'succeeded');
  expect(await advance(id, 10)).toMatchObject({ state: 'relapsed', endedAt: expect.any(String) });
  expect((await listMembers(id, 'WAITING', 100, table)).map(({ delivery }) => delivery)).toContain('dlv_1');
  expect((await read('dlv_1')).state).toBe('dead');
});

test("a dead-letter queue's replay that was cut off is said to be so", async () => {
  const id = await start({ filter: null, queue: 'scopio-dead-letters', state: 'running', collect: null });
  expect(await advance(id, 60)).toMatchObject({ state: 'running' });
  expect(await advance(id, 121)).toMatchObject({ state: 'interrupted' });
});
