import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Attempt, Delivery } from '#lib/deliveries/delivery';
import type { Connector } from '#lib/marketplaces/contract';
import { applySnapshot } from '#lib/orders/snapshot';
import { BlockedError, RejectedError, RetryableError, ThrottledError, UnknownOutcomeError } from '#lib/platform/errors';
import { type InProcess, startInProcess } from './support/in-process.ts';
import { snapshotOf, sourceOf } from './support/orders.ts';
import { putOrder } from './support/put-order.ts';

const AWAY = 'http://127.0.0.1:9';
const SHOP = { id: 'shop', marketplace: 'scopio', baseUrl: AWAY, secrets: { apiKey: 'k', webhookSecret: 'w' } };
const SHED = {
  id: 'shed',
  marketplace: 'marketful',
  baseUrl: AWAY,
  secrets: { accessToken: 't', userId: 'u', webhookSecret: 'w' },
};
const INTERVAL_SECONDS = 300;
const LIMIT = 3;

let hub: InProcess;
let ledger: typeof import('#lib/deliveries/ledger');
let close: typeof import('#lib/attempts/close');
let replay: typeof import('#lib/deliveries/reopen');
/** Nothing is fetched here. */
const ingest = async () => {};
let workDelivery: typeof import('#lib/attempts/work').workDelivery;
let marketful: Connector;
beforeAll(async () => {
  hub = await startInProcess({ connections: [SHOP, SHED] });
  ledger = await import('#lib/deliveries/ledger');
  close = await import('#lib/attempts/close');
  replay = await import('#lib/deliveries/reopen');
  ({ workDelivery } = await import('#lib/attempts/work'));
  marketful = (await import('#lib/marketplaces/marketful/index')).connector;
  // Only the calendar: sockets and the emulators keep the real clock.
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-20T08:00:00.000Z') });
});
afterAll(async () => {
  vi.useRealTimers();
  await hub.stop();
});

const detail = (httpStatus?: number) => ({ code: 'c', description: 'd', ...(httpStatus && { httpStatus }) });
const OUTCOMES = {
  ok: { done: true },
  lost: { done: false, error: new UnknownOutcomeError(detail()) },
  'done and lost': { done: true, error: new UnknownOutcomeError(detail()) },
  busy: { done: false, error: new RetryableError(detail(503)) },
  'done and 500': { done: true, error: new RetryableError(detail(500)) },
  refused: { done: false, error: new RejectedError(detail(422)) },
  forbidden: { done: false, error: new BlockedError(detail(403), 'connection') },
  throttled: { done: false, error: new ThrottledError(detail(429), 90) },
  'a bug': { done: false, error: new TypeError('x') },
} as const;
type Outcome = keyof typeof OUTCOMES;
const outcome = fc.constantFrom(...(Object.keys(OUTCOMES) as Outcome[]));

/** What the laws are checked by: how often the remote accepted it, and where each set of attempts begins. */
interface Model {
  accepted: number;
  sets: number[];
}

/** The ledger, the worker, and a remote that does as it is told. */
class Real {
  id = '';
  next: Outcome = 'ok';
  probeFails = false;
  calls: string[] = [];
  model: Model = { accepted: 0, sets: [1] };

  async open(nth: number): Promise<void> {
    const snapshot = snapshotOf({ externalId: `ord_${nth}`, number: `N-${nth}` });
    const { order } = applySnapshot(null, snapshot, sourceOf(0, { connection: 'shop' }));
    const asked = {
      id: `dlv_${nth}`,
      kind: 'push' as const,
      action: 'order',
      connection: 'shed',
      marketplace: 'marketful',
      order: order.id,
      subject: { lineItems: [{ id: 'li_1', quantity: 2 }] },
    };
    await putOrder(order, { deliveries: [asked] });
    this.id = asked.id;
  }

  get connector(): Connector {
    const push = async () => {
      const { done, error } = OUTCOMES[this.next] as { done: boolean; error?: Error };
      this.calls.push(`push ${this.next}`);
      if (done) this.model.accepted += 1;
      if (error) throw error;
      return { remoteId: this.id };
    };
    const probe = async () => {
      this.calls.push('probe');
      if (this.probeFails) throw new RetryableError(detail(503));
      return this.model.accepted > 0 ? { remoteId: this.id } : null;
    };
    return { ...marketful, actions: { ...marketful.actions, order: { push, probe } } };
  }

  async read(): Promise<Delivery> {
    const delivery = await ledger.getDelivery(this.id);
    if (!delivery) throw new Error(`no ${this.id}`);
    return delivery;
  }

  async holdsTheLaws(): Promise<void> {
    const delivery = await this.read();
    const attempts = await ledger.getAttempts(delivery);
    expect(this.model.accepted, this.calls.join(', ')).toBeLessThanOrEqual(1);
    if (delivery.state === 'succeeded') expect(this.model.accepted).toBe(1);
    expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, index) => index + 1));
    expect(delivery.attemptCount).toBe(attempts.length);
    expect(delivery.nextAttemptAt === null).toBe(delivery.state !== 'pending' && delivery.state !== 'leased');
    for (const [index, first] of this.model.sets.entries())
      holdsItsTimes(attempts.slice(first - 1, (this.model.sets[index + 1] ?? Number.POSITIVE_INFINITY) - 1));
  }
}

/** At most 1 + 3 attempts that count, none before it is due, each due five minutes after the previous one began. */
function holdsItsTimes(set: readonly Attempt[]): void {
  const counted = set.filter(({ outcome: came }) => came === 'failed' || came === 'unknown');
  expect(counted.length).toBeLessThanOrEqual(1 + LIMIT);
  for (const [index, attempt] of set.entries()) {
    const { outcome: came, startedAt, endedAt, nextAttemptAt } = attempt;
    if (!nextAttemptAt) continue;
    const due = Date.parse(nextAttemptAt);
    if (came === 'throttled') expect(due - Date.parse(endedAt)).toBe(90_000);
    else expect(due - Date.parse(startedAt)).toBe(INTERVAL_SECONDS * 1000);
    const next = set[index + 1];
    if (next) expect(Date.parse(next.startedAt)).toBeGreaterThanOrEqual(due);
  }
}

const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

type Command = fc.AsyncCommand<Model, Real>;
const command = (name: string, run: (real: Real) => Promise<unknown>): Command => ({
  check: () => true,
  run: async (_model, real) => {
    await run(real);
    await real.holdsTheLaws();
  },
  toString: () => name,
});

const ring = (came: Outcome, probeFails: boolean, workers: number): Command =>
  command(`${workers} rung: ${came}${probeFails ? ', probes fail' : ''}`, async (real) => {
    real.next = came;
    real.probeFails = probeFails;
    await Promise.all(
      Array.from({ length: workers }, () => workDelivery(real.id, { connector: real.connector, ingest })),
    );
  });

const wait = (seconds: number): Command => command(`${seconds} s pass`, async () => pass(seconds));

/** The worker dies with its lease, perhaps after the remote accepted; the lease runs out. */
const die = (done: boolean): Command =>
  command(`the worker dies${done ? ' after the work' : ''}`, async (real) => {
    const delivery = await real.read();
    const isDue = delivery.state === 'pending' && Date.parse(delivery.nextAttemptAt ?? '') <= Date.now();
    if (!isDue || !(await ledger.leaseDelivery(delivery, new Date()))) return;
    // A worker pushes only what is not known to be there; if that is unknown, it reads first.
    if (done && real.model.accepted === 0) real.model.accepted += 1;
    pass(91);
    await workDelivery(real.id, { connector: real.connector, ingest });
  });

const replayIt = (): Command =>
  command('replayed', async (real) => {
    const delivery = await real.read();
    if (delivery.state === 'leased') return;
    const now = new Date().toISOString();
    if (await ledger.transition(delivery, replay.reopen(delivery, now, now)))
      real.model.sets.push(delivery.attemptCount + 1);
  });

/** Somebody finds it done at the remote and closes it. */
const closeIt = (): Command =>
  command('closed', async (real) => {
    const delivery = await real.read();
    if (real.model.accepted > 0) await close.closeDelivery(delivery, { by: 'a person', reason: 'it stands there' });
  });

const commands = fc.commands(
  [
    fc
      .tuple(outcome, fc.boolean(), fc.constantFrom(1, 1, 3))
      .map(([came, fails, workers]) => ring(came, fails, workers)),
    fc.tuple(outcome, fc.constantFrom(1, 2)).map(([came, workers]) => ring(came, false, workers)),
    fc.constantFrom(1, 90, 299, 300, 301, 3600).map(wait),
    fc.constant(300).map(wait),
    fc.boolean().map(die),
    fc.constant(null).map(replayIt),
    fc.constant(null).map(closeIt),
  ],
  { maxCommands: 30, size: 'max' },
);

let count = 0;
test('whatever is rung, lost, refused, replayed, closed or dies in hand, in any order: taken once, on time, four times at most, and it always ends well', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (script) => {
      const real = new Real();
      count += 1;
      await real.open(count);
      await fc.asyncModelRun(() => ({ model: real.model, real }), script);
      // Somebody replays what is dead or blocked, and fixes the remote.
      const last = await real.read();
      if (last.state === 'dead' || last.state === 'blocked') await replayIt().run(real.model, real);
      for (let rung = 0; rung < 3; rung++) {
        pass(3600);
        await ring('ok', false, 1).run(real.model, real);
      }
      expect(await real.read()).toMatchObject({ state: 'succeeded' });
      expect(real.model.accepted).toBe(1);
    }),
    { numRuns: 30 },
  );
});
