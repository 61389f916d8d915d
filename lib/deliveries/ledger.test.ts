import { beforeEach, describe, expect, test, vi } from 'vitest';
import { transact, type Write } from '#lib/platform/table/table';
import { deliveryOf, NOW } from '#test/support/fake-hub';
import { memoryTable } from '#test/support/memory-table';
import type { Attempt, Delivery } from './delivery.ts';
import { coverFetch, findReading } from './fetch-cover.ts';
import {
  checkDelivery,
  getAttempts,
  getDeliveries,
  getDelivery,
  leaseDelivery,
  leaseDue,
  putNewDelivery,
  transition,
  withAttempt,
} from './ledger.ts';

const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
let table = memoryTable();
beforeEach(() => {
  table = memoryTable();
});

async function put(...deliveries: Delivery[]): Promise<void> {
  expect(await transact(deliveries.map(putNewDelivery), table)).toBe(true);
}
const read = async (id = 'dlv_1') => (await getDelivery(id, table)) as Delivery;

test('a delivery is put once', async () => {
  await put(deliveryOf({}));
  expect(await transact([putNewDelivery(deliveryOf({}))], table)).toBe(false);
  expect(await getDeliveries(['dlv_1', 'gone'], table)).toEqual([deliveryOf({})]);
});

test('what has succeeded is kept packed; a read or a report as long as its event, another push as long as its order, a request as long as a buyer', async () => {
  const push = deliveryOf({}, { id: 'dlv_1', state: 'succeeded' });
  const read = deliveryOf({}, { id: 'dlv_2', kind: 'fetch', order: null, state: 'succeeded' });
  const open = deliveryOf({}, { id: 'dlv_3' });
  const request = deliveryOf({ subject: { input: { title: 'x' } } }, { id: 'dlv_4', order: null, state: 'succeeded' });
  const report = deliveryOf({ subject: { fulfillment: 'ful_1' } }, { id: 'dlv_5', state: 'succeeded' });
  const closing = { by: 'eve', at: push.updatedAt, was: 'dead' as const, cause: null, reason: 'told by hand' };
  const refused = { ...report, id: 'dlv_6', state: 'dead' as const };
  const closed = { ...report, id: 'dlv_7', closed: closing };
  const tried = { ...report, id: 'dlv_9', attemptCount: 9 };
  const throttled = { ...read, id: 'dlv_10', attemptCount: 9 };
  await put(push, read, open, request, report, refused, closed, tried, throttled);
  const stored = async (id: string) => (await table.get({ Key: { pk: `DELIVERY#${id}`, sk: 'DELIVERY' } })) ?? {};
  const days = async (id: string) =>
    (Number((await stored(id)).expiresAt) - Date.parse(push.updatedAt) / 1000) / 86_400;
  expect(await getDeliveries(['dlv_1', 'dlv_2', 'dlv_3'], table)).toEqual([push, read, open]);
  expect(Object.keys(await stored('dlv_1'))).not.toContain('attempts');
  expect(Object.keys(await stored('dlv_3'))).toContain('nextAttemptAt');
  expect([await days('dlv_1'), await days('dlv_2'), await days('dlv_4')]).toEqual([1095, 90, 365]);
  expect([await days('dlv_5'), await days('dlv_6'), await days('dlv_7')]).toEqual([90, 1095, 1095]);
  // An erasure finds the attempts beside it, with a remote's words, by the delivery.
  expect([await days('dlv_9'), await days('dlv_10')]).toEqual([1095, 1095]);
  vi.stubEnv('RETENTION_ORDER_DAYS', '0');
  await put({ ...report, id: 'dlv_8' });
  expect((await stored('dlv_8')).expiresAt).toBeUndefined();
  vi.unstubAllEnvs();
});

describe('a lease', () => {
  test('on what is due goes to one of many', async () => {
    await put(deliveryOf({}));
    const tries = await Promise.all(Array.from({ length: 5 }, () => leaseDue('dlv_1', 'marketful', NOW, table)));
    expect(tries.filter(({ leased }) => leased)).toHaveLength(1);
    expect(tries.filter(({ found }) => found?.state === 'leased')).toHaveLength(4);
    expect(await read()).toMatchObject({ state: 'leased', lease: { startedAt: NOW.toISOString() } });
  });

  test.each([
    ['of another marketplace', deliveryOf({}), 'shoppo', NOW],
    ['not due yet', deliveryOf({}, { nextAttemptAt: later(1).toISOString() }), 'marketful', NOW],
    ['written later', deliveryOf({}, { updatedAt: later(1).toISOString() }), 'marketful', NOW],
    ['waiting for another', deliveryOf({ subject: { about: 'x', after: ['dlv_0'] } }), 'marketful', NOW],
    ['blocked', deliveryOf({}, { state: 'blocked', nextAttemptAt: null }), 'marketful', NOW],
  ])('is not had of what is %s, which is shown as it stands', async (_what, delivery, marketplace, now) => {
    await put(delivery);
    expect(await leaseDue('dlv_1', marketplace, now, table)).toEqual({ found: delivery });
  });

  test('of what does not exist is nothing', async () => {
    expect(await leaseDue('gone', 'marketful', NOW, table)).toEqual({});
  });

  test('whose answer was lost is found to be our own when the SDK repeats it', async () => {
    await put(deliveryOf({}));
    const twice = {
      ...table,
      update: async (input: Parameters<typeof table.update>[0]) => {
        await table.update(input);
        return table.update(input);
      },
    };
    expect((await leaseDue('dlv_1', 'marketful', NOW, twice)).leased).toMatchObject({ state: 'leased' });
  });

  test('on a delivery as it was read is had once', async () => {
    await put(deliveryOf({}));
    expect(await leaseDelivery(deliveryOf({}), NOW, table)).toMatchObject({ state: 'leased' });
    expect(await leaseDelivery(deliveryOf({}), NOW, table)).toBeUndefined();
  });
});

describe('a transition', () => {
  const done: Delivery = {
    ...deliveryOf({}),
    state: 'succeeded',
    nextAttemptAt: null,
    updatedAt: later(1).toISOString(),
  };

  test('stands with whatever belongs to it, or not at all', async () => {
    await put(deliveryOf({}));
    const also: Write[] = [putNewDelivery(deliveryOf({ id: 'dlv_2' }))];
    expect(await transition(deliveryOf({}), done, also, table)).toBe(true);
    expect(await transition(deliveryOf({}), done, [putNewDelivery(deliveryOf({ id: 'dlv_3' }))], table)).toBe(false);
    expect(await read('dlv_2')).toBeDefined();
    expect(await read('dlv_3')).toBeUndefined();
  });

  test.each([
    ['in another state', { state: 'blocked' as const }],
    ['written at another instant', { updatedAt: later(9).toISOString() }],
    ['with an attempt more, at the same instant', { attemptCount: 1 }],
  ])('from a delivery that is %s fails', async (_what, change) => {
    await put(deliveryOf({}));
    expect(await transition({ ...deliveryOf({}), ...change }, done, [], table)).toBe(false);
    expect(await read()).toMatchObject({ state: 'pending' });
  });

  test('from a lease that went to another worker at the same instant fails', async () => {
    const lease = { owner: 'me', until: later(90).toISOString(), startedAt: NOW.toISOString() };
    await put(deliveryOf({}, { state: 'leased', lease }));
    const was = deliveryOf({}, { state: 'leased', lease: { ...lease, owner: 'another' } });
    expect(await transition(was, done, [], table)).toBe(false);
  });

  test('whose answer was lost is known to stand when the SDK repeats it', async () => {
    await put(deliveryOf({}));
    expect(await transition(deliveryOf({}), done, [], table)).toBe(true);
    expect(await transition(deliveryOf({}), done, [], table)).toBe(true);
  });

  test('is no business of a check that only holds a delivery to what was read', async () => {
    await put(deliveryOf({}));
    const write = (id: string) => [checkDelivery(deliveryOf({})), putNewDelivery(deliveryOf({ id }))];
    expect(await transact(write('dlv_2'), table)).toBe(true);
    await transition(deliveryOf({}), done, [], table);
    expect(await transact(write('dlv_3'), table)).toBe(false);
  });
});

describe('the attempts at a delivery', () => {
  const attempt = (number: number): Attempt => ({
    ...{ number, startedAt: later(number).toISOString(), endedAt: later(number).toISOString() },
    ...{ outcome: 'failed', nextAttemptAt: null },
  });

  test('stand in it until there are many, then beside it, and are read in their order', async () => {
    let delivery = deliveryOf({});
    await put(delivery);
    for (let number = 1; number <= 12; number++) {
      const next = withAttempt({ ...delivery, attemptCount: number }, attempt(number));
      expect(await transition(delivery, next.delivery, next.also, table)).toBe(true);
      delivery = next.delivery;
    }
    const stored = await read();
    expect(stored.attempts).toHaveLength(8);
    expect((await getAttempts(stored, table)).map(({ number }) => number)).toEqual(
      Array.from({ length: 12 }, (_, n) => n + 1),
    );
    const beside = await table.get({ Key: { pk: 'DELIVERY#dlv_1', sk: 'ATTEMPT#000009' } });
    expect(Number(beside?.expiresAt) - Date.parse(attempt(9).endedAt) / 1000).toBe(1095 * 86_400);
  });
});

describe('a fetch that an event asks for', () => {
  const fetch = (id: string, listed?: string) => ({
    ...{ id, connection: 'shed', action: 'order' },
    subject: { resource: '5021', ...(listed && { unless: { externalId: '5021', version: listed } }) },
  });
  const fetched = (id: string, more: Partial<Delivery> = {}) =>
    deliveryOf({ id, kind: 'fetch', order: null, subject: { resource: '5021' } }, more);
  const ask = (id: string, at = NOW.toISOString()) => coverFetch(fetch(id), at, table);
  const open = async (delivery: Delivery, at?: string): Promise<void> => {
    const { writes } = await ask(delivery.id, at);
    expect(await transact([putNewDelivery(delivery), ...writes], table)).toBe(true);
  };

  test('is covered by one that has yet to begin, as long as that is still so', async () => {
    await open(fetched('dlv_1'));
    const { covered, writes } = await ask('dlv_2');
    expect(covered).toBe('dlv_1');
    expect(await transact(writes, table)).toBe(true);
    await leaseDue('dlv_1', 'marketful', NOW, table);
    expect(await transact(writes, table)).toBe(false);
  });

  test('has a blocked one tried again, in its place', async () => {
    const cause = { code: 'http_401', description: 'no' };
    await open(fetched('dlv_1', { state: 'blocked', cause, waitsFor: 'connection', nextAttemptAt: null }));
    const { covered, writes } = await ask('dlv_2');
    expect([covered, await transact(writes, table)]).toEqual(['dlv_1', true]);
    const again = await getDelivery('dlv_1', table);
    expect(again).toMatchObject({ state: 'pending', cause: null, nextAttemptAt: expect.any(String) });
    expect(again?.subject).toEqual({ resource: '5021' });
  });

  test('is asked for by a list as long as nothing else asks', async () => {
    const subject = { resource: '5021', unless: { externalId: '5021', version: '1' } };
    const delivery = deliveryOf({ id: 'dlv_1', kind: 'fetch', order: null, subject });
    const { writes } = await coverFetch(fetch('dlv_1', '1'), NOW.toISOString(), table);
    expect(await transact([putNewDelivery(delivery), ...writes], table)).toBe(true);
    for (const [listed, stands] of [
      ['2', '2'],
      ['1', '2'],
      [undefined, undefined],
      ['3', undefined],
    ]) {
      const { covered, writes } = await coverFetch(fetch('dlv_2', listed), NOW.toISOString(), table);
      expect(covered).toBe('dlv_1');
      expect(await transact(writes, table)).toBe(true);
      expect((await getDelivery('dlv_1', table))?.subject.unless?.version).toBe(stands);
    }
  });

  test('is covered by one that began after the event arrived, and by none that began before', async () => {
    const startedAt = later(10).toISOString();
    await open(fetched('dlv_1', { state: 'leased', lease: { owner: 'x', until: later(90).toISOString(), startedAt } }));
    expect((await ask('dlv_2', later(9).toISOString())).covered).toBe('dlv_1');
    expect((await ask('dlv_2', later(11).toISOString())).covered).toBeNull();
  });

  test('is not covered by one that found everything read already, or may still find it', async () => {
    const startedAt = later(10).toISOString();
    const attempt = { number: 1, startedAt, endedAt: startedAt, outcome: 'succeeded' as const, nextAttemptAt: null };
    const at = later(9).toISOString();
    await open(fetched('dlv_1', { state: 'succeeded', attempts: [{ ...attempt, httpStatus: 200 }] }));
    expect((await ask('dlv_2', at)).covered).toBe('dlv_1');
    await open(fetched('dlv_3', { state: 'succeeded', attempts: [attempt] }), later(11).toISOString());
    expect((await ask('dlv_4', at)).covered).toBeNull();
    const subject = { resource: '5021', unless: { externalId: '5021', version: '1' } };
    const lease = { owner: 'x', until: later(90).toISOString(), startedAt };
    await open(fetched('dlv_5', { state: 'leased', subject, lease }));
    expect((await ask('dlv_6', at)).covered).toBeNull();
  });

  describe('behind one that has begun', () => {
    const startedAt = NOW.toISOString();
    const lease = { owner: 'x', until: later(90).toISOString(), startedAt };
    const leased = fetched('dlv_1', { state: 'leased', lease });
    const askedAt = later(1).toISOString();
    const leasedAt = (at: Date) => ({ owner: 'y', until: later(90).toISOString(), startedAt: at.toISOString() });
    const second = fetched('dlv_2', { subject: { resource: '5021', behind: { delivery: 'dlv_1', askedAt } } });
    const now = async (was: Delivery, then: Partial<Delivery>) =>
      transition((await getDelivery(was.id, table)) as Delivery, { ...was, ...then }, [], table);
    const attempt = (at: string) => [
      { number: 1, startedAt: at, endedAt: at, outcome: 'succeeded' as const, nextAttemptAt: null, httpStatus: 200 },
    ];
    const both = async () => {
      await open(leased);
      expect((await ask('dlv_2', askedAt)).behind).toEqual({ delivery: 'dlv_1', askedAt });
      await open(second, askedAt);
    };

    test('reads by itself, but where that one had to wait, and reads for later events, too', async () => {
      await both();
      expect(await findReading(second, table)).toBeNull();
      await now(leased, { state: 'pending', lease: null, turnedAway: 1 });
      expect(await findReading(second, table)).toBe('read');
      await now(second, { state: 'succeeded' });
      expect((await ask('dlv_3', later(2).toISOString())).covered).toBe('dlv_1');
    });

    test('reads by itself where that one began before an event that both are to tell of', async () => {
      await both();
      const { covered, writes } = await ask('dlv_3', later(5).toISOString());
      expect([covered, await transact(writes, table)]).toEqual(['dlv_2', true]);
      const asked = (await getDelivery('dlv_2', table)) as Delivery;
      await now(leased, { state: 'succeeded', attempts: attempt(later(3).toISOString()) });
      expect([await findReading(second, table), await findReading(asked, table)]).toEqual(['read', null]);
    });

    test('reads by itself where that one may find everything known, until it has read', async () => {
      const listed = { ...leased, subject: { resource: '5021', unless: { externalId: '5021', version: '1' } } };
      await open(listed);
      expect((await ask('dlv_2', later(-1).toISOString())).behind?.delivery).toBe('dlv_1');
      const waiting = fetched('dlv_2', {
        subject: { resource: '5021', behind: { delivery: 'dlv_1', askedAt: later(-1).toISOString() } },
        lease: leasedAt(later(1)),
      });
      expect(await findReading(waiting, table)).toBe('in_hand');
      await now(listed, { ...listed, state: 'pending', lease: null, turnedAway: 1 });
      expect(await findReading(waiting, table)).toBeNull();
      await now(listed, { ...listed, state: 'succeeded', attempts: attempt(startedAt) });
      expect(await findReading(waiting, table)).toBe('read');
    });

    test('reads for that one, where it was faster', async () => {
      await both();
      await now(leased, { state: 'pending', lease: null, turnedAway: 1 });
      const waiting = (await getDelivery('dlv_1', table)) as Delivery;
      expect(await findReading(waiting, table)).toBeNull();
      await now(second, { state: 'succeeded', attempts: attempt(later(4).toISOString()) });
      expect(await findReading(waiting, table)).toBe('read');
    });

    test('stands behind that one, too, where the next was faster: it then reads for the third', async () => {
      await both();
      await now(leased, { state: 'pending', lease: null, turnedAway: 1 });
      await now(second, { state: 'succeeded', attempts: attempt(later(4).toISOString()) });
      const at = later(5).toISOString();
      const { covered, behind } = await ask('dlv_3', at);
      expect({ covered, behind }).toEqual({ covered: null, behind: { delivery: 'dlv_1', askedAt: at } });
      const third = fetched('dlv_3', { subject: { resource: '5021', behind: { delivery: 'dlv_1', askedAt: at } } });
      await open(third, at);
      expect(await findReading(third, table)).toBe('read');
      await now(third, { state: 'succeeded' });
      expect(await findReading(await read('dlv_1'), table)).toBeNull();
    });

    test.each([
      { seconds: [20, 21], finds: [null, 'in_hand'] },
      { seconds: [21, 20], finds: ['in_hand', null] },
      { seconds: [20, 20], finds: [null, 'in_hand'] },
    ])('of two that are leased after $seconds s the one that was leased first reads', async ({ seconds, finds }) => {
      await both();
      const subject = { resource: '5021', unless: { externalId: '5021', version: '1' } };
      const [first, then] = [leased, second].map((fetch, n) => ({
        ...fetch,
        ...(n === 0 && { subject }),
        state: 'leased' as const,
        lease: leasedAt(later(seconds[n] ?? 0)),
      })) as [Delivery, Delivery];
      await now(leased, first);
      await now(second, then);
      expect([await findReading(first, table), await findReading(then, table)]).toEqual(finds);
    });
  });

  test('is not covered by a dead one, which waits for a person', async () => {
    await open(fetched('dlv_1', { state: 'dead', nextAttemptAt: null }));
    expect((await ask('dlv_2')).covered).toBeNull();
  });

  test('that two events ask for at once is opened once', async () => {
    const [one, other] = [await ask('dlv_1'), await ask('dlv_2')];
    expect(await transact(one.writes, table)).toBe(true);
    expect(await transact(other.writes, table)).toBe(false);
  });
});
