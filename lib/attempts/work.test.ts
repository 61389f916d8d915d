import { describe, expect, test } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import type { Actions } from '#lib/marketplaces/action';
import {
  AwayError,
  BlockedError,
  BudgetSpentError,
  ContractError,
  RejectedError,
  RetryableError,
  ThrottledError,
  UnknownOutcomeError,
} from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import { orderOf } from '#test/support/orders';
import { connectorWith, deliveryOf, fakeHub, NOW } from '../../test/support/fake-hub.ts';
import { type HUB, workDeliveries, workDelivery } from './work.ts';

const later = (seconds: number): string => new Date(NOW.getTime() + seconds * 1000).toISOString();
const LEASE = { owner: 'another', until: later(60), startedAt: later(-30) };
const placed: Actions = { order: { push: async () => ({ remoteId: '5021' }), probe: async () => null } };
const failing = (error: Error): Actions => ({
  order: { push: () => Promise.reject(error), probe: async () => null },
});

/** Has a worker of the warehouse look at a delivery. */
async function look(delivery: Delivery, actions: Actions = placed, changes: Partial<typeof HUB> = {}) {
  const { hub, seen, ledger } = fakeHub({ orders: [orderOf()], deliveries: [delivery] });
  const worker = { connector: connectorWith(actions), ingest: async () => {}, hub: { ...hub, ...changes } };
  await workDelivery(delivery.id, worker);
  return { seen, now: ledger.get(delivery.id) };
}

describe('a delivery that is due', () => {
  test('is leased, attempted and recorded', async () => {
    const { now, seen } = await look(deliveryOf({}));
    expect(now).toMatchObject({ state: 'succeeded', lease: null, attemptCount: 1, placed: { remoteId: '5021' } });
    expect(now?.attempts).toMatchObject([{ number: 1, outcome: 'succeeded', told: [{ type: 'order.placed' }] }]);
    expect(seen.at(-1)).toEqual(['ring', 'dlv_1']);
  });

  test('begins once the configuration is read, however long that took', async () => {
    let now = NOW;
    const { hub, ledger } = fakeHub({ orders: [orderOf()], deliveries: [deliveryOf({})] });
    const getNetwork: typeof HUB.getNetwork = async () => {
      now = new Date(later(8));
      return hub.getNetwork();
    };
    const worker = { connector: connectorWith(placed), ingest: async () => {} };
    await workDelivery('dlv_1', { ...worker, hub: { ...hub, getNetwork, now: () => now } });
    expect(ledger.get('dlv_1')?.attempts).toMatchObject([{ startedAt: later(8) }]);
  });

  test('begins after the attempt before it, whose outcome was recorded while this lease was asked for', async () => {
    let now = NOW;
    const recorded = deliveryOf({}, { updatedAt: later(3) });
    const { hub, ledger } = fakeHub({ orders: [orderOf()], deliveries: [recorded] });
    const leaseDue: typeof HUB.leaseDue = async (...asked) => {
      now = new Date(later(4));
      return hub.leaseDue(...asked);
    };
    const worker = { connector: connectorWith(placed), ingest: async () => {} };
    await workDelivery('dlv_1', { ...worker, hub: { ...hub, leaseDue, now: () => now } });
    expect(ledger.get('dlv_1')?.attempts).toMatchObject([{ startedAt: later(4) }]);
  });

  test('is tried again as the policy of its connection says, and then dead', async () => {
    const busy = failing(new RetryableError({ code: 'http_503', description: 'busy' }));
    const policies: unknown[] = [];
    const retryPolicyOf: typeof HUB.retryPolicyOf = (connection) => {
      policies.push(connection?.id);
      return { limit: 1, intervalSeconds: 60 };
    };
    const first = await look(deliveryOf({}), busy, { retryPolicyOf });
    expect(first.now).toMatchObject({ state: 'pending', nextAttemptAt: later(60) });
    const last = await look(deliveryOf({}, { failures: 1 }), busy, { retryPolicyOf });
    expect(last.now).toMatchObject({ state: 'dead', deadLettered: true });
    expect(policies).toEqual(['shed', 'shed']);
  });

  test('keeps no word of its remote where the buyer was erased', async () => {
    const refused = failing(new RejectedError({ code: 'http_422', description: 'no street for Ana Torres' }));
    const erased = { at: later(-60), by: 'dpo', email: null };
    const { now } = await look(deliveryOf({}), refused, { getOrder: async () => ({ ...orderOf(), erased }) });
    expect(now).toMatchObject({ state: 'dead', cause: { code: 'http_422', description: 'erased' } });
    expect(JSON.stringify(now)).not.toContain('Ana');
    const reading = { kind: 'fetch', order: null, subject: { resource: '77' } } as const;
    const read = await look(deliveryOf({}, reading), refused, { findNamed: async () => ({ ...orderOf(), erased }) });
    expect(JSON.stringify(read.now)).not.toContain('Ana');
  });

  test.each([
    ['what is refused', new RejectedError({ code: 'http_422', description: 'no' }), 'delivery.dead'],
    [
      'what waits for somebody',
      new BlockedError({ code: 'http_403', description: 'no' }, 'connection'),
      'delivery.blocked',
    ],
  ])('tells its order of %s', async (_what, error, type) => {
    const { now } = await look(deliveryOf({}), failing(error));
    expect(now?.attempts).toMatchObject([{ told: [{ type, detail: { attempt: 1, code: error.code } }] }]);
  });

  test('has its ninth attempt beside it', async () => {
    const attempt = {
      startedAt: later(-60),
      endedAt: later(-59),
      outcome: 'throttled' as const,
      nextAttemptAt: later(-1),
    };
    const attempts = Array.from({ length: 8 }, (_, index) => ({ ...attempt, number: index + 1 }));
    const { now, seen } = await look(deliveryOf({}, { attempts, attemptCount: 8 }));
    expect(now).toMatchObject({ state: 'succeeded', attemptCount: 9, attempts });
    expect(seen).toContainEqual([
      'transition',
      'succeeded',
      [{ Put: expect.objectContaining({ Item: expect.objectContaining({ number: 9 }) }) }],
    ]);
  });

  test.each([
    ['done', placed],
    ['to be put off', failing(new BudgetSpentError('shed', 5_000))],
  ])('whose lease another has by the time it is %s is left to that one', async (_what, actions) => {
    const written: unknown[] = [];
    const transition: typeof HUB.transition = async (_was, { state }) => {
      written.push(state);
      return false;
    };
    const { now, seen } = await look(deliveryOf({}), actions, { transition });
    expect([now?.state, written.length]).toEqual(['leased', 1]);
    expect(seen.map(([what]) => what)).not.toContain('ring');
  });

  test('whose turn it is not comes back without an attempt', async () => {
    const { now, seen } = await look(deliveryOf({}), failing(new BudgetSpentError('shed', 5_000)));
    expect(now).toMatchObject({ state: 'pending', attemptCount: 0, turnedAway: 1, nextAttemptAt: later(5) });
    expect(seen).toContainEqual(['ring', 'dlv_1']);
  });

  test('shipped twice after a timeout that had succeeded: whose turn it is not is still to be probed', async () => {
    const spent = () => Promise.reject(new BudgetSpentError('shed', 5_000));
    const actions: Actions = { order: { push: async () => ({}), probe: spent } };
    const { now } = await look(deliveryOf({}, { unknown: true }), actions);
    expect(now).toMatchObject({ state: 'pending', attemptCount: 0, unknown: true });
  });

  test('joins the waitlist of the rate limit, and comes back as one that was on it', async () => {
    const waitlists: unknown[] = [];
    const openRemote: typeof HUB.openRemote = (connection, { waitlist }) => {
      waitlists.push(waitlist);
      return fakeHub({}).hub.openRemote(connection, { maxWaitMs: 0 });
    };
    await look(deliveryOf({}), placed, { openRemote });
    await look(deliveryOf({}, { turnedAway: 1 }), placed, { openRemote });
    const cause = { code: 'connection_away', description: 'shed has failed' };
    await look(deliveryOf({}, { turnedAway: 1, cause }), placed, { openRemote });
    expect(waitlists, 'one that only waited for its remote has no place there').toEqual(['join', 'return', 'join']);
  });

  test('that only asked whether a remote is back spends no attempt and never dies of it', async () => {
    const busy = failing(new RetryableError({ code: 'http_503', description: 'busy', httpStatus: 503 }));
    const { hub } = fakeHub({ isAsking: true });
    const openRemote: typeof HUB.openRemote = async (connection, patience) => {
      const remote = await hub.openRemote(connection, patience);
      return { ...remote, http: { ...remote.http, sent: () => 1 } };
    };
    const { now } = await look(deliveryOf({}, { failures: 3 }), busy, { openRemote });
    expect(now).toMatchObject({ state: 'pending', failures: 3, nextAttemptAt: later(300) });
    expect(now?.attempts).toMatchObject([{ outcome: 'failed', httpStatus: 503 }]);
  });

  test('of a remote that is away waits with what it has left, and says so until it is back', async () => {
    const away = failing(new AwayError('shed', NOW.getTime(), 60_000));
    const { now: waiting } = await look(deliveryOf({}, { failures: 2 }), away);
    expect(waiting).toMatchObject({ state: 'pending', failures: 2, attemptCount: 0, nextAttemptAt: later(60) });
    expect(waiting?.cause).toMatchObject({ code: 'connection_away' });
    const { now } = await look(
      { ...waiting, ...deliveryOf({}), cause: waiting?.cause ?? null },
      failing(new BudgetSpentError('shed', 5_000)),
    );
    expect(now?.cause).toBeNull();
  });

  const odd = new ContractError({ code: 'invalid_amount', description: '' });
  test.each([
    ['a 503', new RetryableError({ code: 'http_503', description: '', httpStatus: 503 }), 'failed'],
    ['no answer', new UnknownOutcomeError({ code: 'timeout', description: '' }), 'failed'],
    ['nobody there', new RetryableError({ code: 'unreachable', description: '' }), 'failed'],
    ['a refusal', new RejectedError({ code: 'http_422', description: '', httpStatus: 422 }), 'succeeded'],
    [
      'an odd 2xx',
      new UnknownOutcomeError({ code: 'unexpected_answer', description: '', httpStatus: 200 }),
      'succeeded',
    ],
    [
      "a probe's odd answer",
      new RetryableError({ code: 'invalid_amount', description: '' }, { cause: odd }),
      'succeeded',
    ],
    ['a 429', new ThrottledError({ code: 'http_429', description: '', httpStatus: 429 }, null), undefined],
    [
      'a 503 that says how long',
      new ThrottledError({ code: 'http_503', description: '', httpStatus: 503 }, 9),
      undefined,
    ],
  ])('tells by %s whether the remote is there', async (_, error, told) => {
    const health: string[] = [];
    const { hub } = fakeHub({});
    const openRemote: typeof HUB.openRemote = async (connection, patience) => {
      const remote = await hub.openRemote(connection, patience);
      return {
        ...remote,
        http: { ...remote.http, sent: () => 1 },
        budget: {
          ...remote.budget,
          failed: async () => void health.push('failed'),
          succeeded: async () => health.push('succeeded') === 0,
        },
      };
    };
    await look(deliveryOf({}), failing(error), { openRemote });
    expect(health).toEqual(told ? [told] : []);
  });

  test('that finds a remote back from being away brings forward what waited for it', async () => {
    const { hub } = fakeHub({});
    const openRemote: typeof HUB.openRemote = async (connection, patience) => {
      const remote = await hub.openRemote(connection, patience);
      const budget = { ...remote.budget, succeeded: async () => true };
      return { ...remote, http: { ...remote.http, sent: () => 1 }, budget };
    };
    const { seen } = await look(deliveryOf({}), placed, { openRemote });
    expect(seen).toContainEqual(['forward', deliveryOf({}).connection]);
  });

  test('that stands at the remote stands, whether or not the health of the remote could be told', async () => {
    const { hub } = fakeHub({});
    const openRemote: typeof HUB.openRemote = async (connection, patience) => {
      const remote = await hub.openRemote(connection, patience);
      const succeeded = async () => Promise.reject(new Error('DynamoDB is away'));
      return { ...remote, http: { ...remote.http, sent: () => 1 }, budget: { ...remote.budget, succeeded } };
    };
    const { now } = await look(deliveryOf({}), placed, { openRemote });
    expect(now).toMatchObject({ state: 'succeeded' });
  });

  test('of a connection that is gone is settled by the policy that such have', async () => {
    const policies: unknown[] = [];
    const retryPolicyOf: typeof HUB.retryPolicyOf = (connection) => {
      policies.push(connection);
      return { limit: 3, intervalSeconds: 300 };
    };
    const { now } = await look(deliveryOf({ connection: 'gone' }), placed, { retryPolicyOf });
    expect(now).toMatchObject({ state: 'blocked', cause: { code: 'connection_missing' } });
    expect(policies).toEqual([undefined]);
  });
});

describe('a success', () => {
  test('that could not be recorded is read back', async () => {
    let writes = 0;
    const { hub, ledger } = fakeHub({ orders: [orderOf()], deliveries: [deliveryOf({})] });
    const transition: typeof HUB.transition = async (...write) => {
      writes += 1;
      if (writes === 1) throw new Error('DynamoDB is away');
      return hub.transition(...write);
    };
    await workDelivery('dlv_1', {
      ...{ connector: connectorWith(placed), ingest: async () => {}, hub: { ...hub, transition } },
    });
    expect(ledger.get('dlv_1')).toMatchObject({ state: 'pending', unknown: true, attemptCount: 1 });
  });

  test('that another worker has written over stays theirs', async () => {
    const { now, seen } = await look(deliveryOf({}), placed, { transition: async () => false });
    expect(now).toMatchObject({ state: 'leased' });
    expect(seen.map(([what]) => what)).not.toContain('ring');
  });

  test('whose writes met somebody else’s comes back to be probed', async () => {
    const asked = deliveryOf({ action: 'ticket', order: null, subject: { input: {} } });
    const { hub, ledger } = fakeHub({ orders: [orderOf()], deliveries: [asked] });
    const ticket = { Input: z.unknown(), summary: 'Asks.', orderOf: () => orderOf().id, push: async () => ({}) };
    const transition: typeof HUB.transition = async (was, now, also = []) =>
      also.length === 0 && hub.transition(was, now);
    await workDelivery('dlv_1', {
      ...{ connector: connectorWith({ requests: { ticket } }), ingest: async () => {}, hub: { ...hub, transition } },
    });
    expect(ledger.get('dlv_1')).toMatchObject({ state: 'pending', unknown: true, attemptCount: 0 });
  });

  test('of a report rings for what waited for it', async () => {
    const parcel = { id: 'ful_1', by: 'shed', carrier: 'DHL', trackingNumber: 'J', shippedAt: '', lineItems: [] };
    const order = { ...orderOf(), fulfillments: [parcel], deliveries: ['dlv_1', 'dlv_2'] };
    const sello = { connection: 'sello-se', marketplace: 'sello', order: order.id };
    const report = deliveryOf({ ...sello, action: 'fulfillment', subject: { fulfillment: 'ful_1' } });
    const subject = { about: 'x', after: ['dlv_1'] };
    const waiting = deliveryOf({ ...sello, id: 'dlv_2', action: 'status', subject });
    const { hub, seen } = fakeHub({ orders: [order], deliveries: [report, waiting] });
    const { connector } = await import('#lib/marketplaces/sello/index');
    const fulfillment = { push: async () => ({}), probe: async () => null };
    await workDelivery('dlv_1', {
      ...{ connector: { ...connector, actions: { fulfillment } }, ingest: async () => {}, hub },
    });
    expect(seen.at(-1)).toEqual(['ring', 'dlv_1', 'dlv_2']);
  });
});

describe('a ring for anything else', () => {
  test.each([
    ['at the wrong pusher', deliveryOf({ marketplace: 'shoppo' })],
    ['for what is done', deliveryOf({}, { state: 'succeeded', nextAttemptAt: null })],
    ['for what is blocked', deliveryOf({}, { state: 'blocked', nextAttemptAt: null })],
    ['for what another worker has in hand', deliveryOf({}, { state: 'leased', lease: LEASE })],
    ['for what is dead and buried', deliveryOf({}, { state: 'dead', nextAttemptAt: null, deadLettered: true })],
  ])('%s does nothing', async (_what, delivery) => {
    const { now, seen } = await look(delivery);
    expect(now).toEqual(delivery);
    expect(seen).toEqual([]);
  });

  test('that comes too early is rung again', async () => {
    const { seen } = await look(deliveryOf({}, { nextAttemptAt: later(60) }));
    expect(seen).toEqual([['ring', 'dlv_1']]);
  });

  test('for what waits for others does nothing until they have succeeded', async () => {
    const subject = { about: 'x', after: ['dlv_0'] };
    const waiting = deliveryOf({ action: 'status', subject });
    const followUps = { status: { push: async () => ({}), probe: async () => null } };
    const stateAfter = async (...states: Array<'pending' | 'succeeded'>) => {
      const { hub, ledger } = fakeHub({
        orders: [orderOf()],
        deliveries: [...states.map((state) => deliveryOf({ id: 'dlv_0' }, { state })), waiting],
      });
      await workDelivery('dlv_1', { connector: connectorWith({ followUps }), ingest: async () => {}, hub });
      return ledger.get('dlv_1')?.state;
    };
    expect(await stateAfter('pending')).toBe('pending');
    expect(await stateAfter('succeeded')).toBe('succeeded');
    // A report that went well is not kept as long as its order.
    expect(await stateAfter()).toBe('succeeded');
  });

  test('for a worker that died records its attempt as unknown, by the policy of the connection', async () => {
    const lease = { ...LEASE, until: later(-1) };
    const { now } = await look(deliveryOf({}, { state: 'leased', lease }));
    expect(now).toMatchObject({ state: 'pending', unknown: true, failures: 1, cause: { code: 'worker_lost' } });
    expect(now?.nextAttemptAt).toBe(later(-30 + 300));
  });

  test('for a worker that died while its remote is away takes no attempt from what it held back', async () => {
    const lease = { ...LEASE, until: later(-1) };
    const awaySince = async () => later(-900);
    const { now } = await look(deliveryOf({}, { state: 'leased', failures: 3, lease }), placed, { awaySince });
    expect(now).toMatchObject({ state: 'pending', unknown: true, failures: 3, cause: { code: 'connection_away' } });
  });
});

describe('a dead delivery', () => {
  const dies = failing(new RejectedError({ code: 'http_422', description: 'no' }));

  test('is marked only after its message is in the dead-letter queue', async () => {
    const { seen } = await look(deliveryOf({}), dies);
    expect(seen).toEqual([
      ['transition', 'dead'],
      ['dead letter', 'dlv_1'],
      ['transition', 'dead'],
      ['ring', 'dlv_1'],
    ]);
  });

  test('whose message was not sent is not marked, and the next ring sends it', async () => {
    const unsent = { deadLetter: () => Promise.reject(new Error('SQS is away')) };
    await expect(look(deliveryOf({}), dies, unsent)).rejects.toThrow('SQS is away');
    const { hub, ledger, seen } = fakeHub({ orders: [orderOf()], deliveries: [deliveryOf({})] });
    const worker = { connector: connectorWith(dies), ingest: async () => {} };
    await workDelivery('dlv_1', { ...worker, hub: { ...hub, ...unsent } }).catch(() => {});
    expect(ledger.get('dlv_1')).toMatchObject({ state: 'dead', deadLettered: false });
    await workDelivery('dlv_1', { ...worker, hub });
    expect(ledger.get('dlv_1')).toMatchObject({ state: 'dead', deadLettered: true });
    expect(seen).toContainEqual(['dead letter', 'dlv_1']);
  });
});

test('a message that rings for several throws when one of them could not be looked at, after the others', async () => {
  const { hub, ledger } = fakeHub({ orders: [orderOf()], deliveries: [deliveryOf({}), deliveryOf({ id: 'dlv_2' })] });
  const leaseDue: typeof HUB.leaseDue = (id, ...rest) =>
    id === 'dlv_1' ? Promise.reject(new Error('a bad key')) : hub.leaseDue(id, ...rest);
  const worker = { connector: connectorWith(placed), ingest: async () => {}, hub: { ...hub, leaseDue } };
  await expect(workDeliveries({ deliveryId: 'dlv_1', others: ['dlv_2'] }, worker)).rejects.toThrow('a bad key');
  expect(ledger.get('dlv_2')).toMatchObject({ state: 'succeeded' });
});
