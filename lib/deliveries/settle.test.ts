import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockedError, RejectedError, RetryableError, ThrottledError, UnknownOutcomeError } from '#lib/platform/errors';
import type { Attempt, Delivery } from './delivery.ts';
import { openDelivery } from './ledger.ts';
import { reopen } from './reopen.ts';
import { clampWait, plusSeconds, type Result, settle } from './settle.ts';

const START = '2026-11-20T08:15:00.000Z';
const POLICY = { limit: 3, intervalSeconds: 300 };
const detail = { code: 'http_503', description: 'Service Unavailable', httpStatus: 503 };

const opened = openDelivery(
  {
    id: 'dlv_1',
    kind: 'push',
    action: 'order',
    connection: 'shed',
    marketplace: 'marketful',
    order: 'a:1',
    subject: { lineItems: [] },
  },
  START,
);

const failed = (error: unknown): Result => ({ ok: false, error, unknown: error instanceof UnknownOutcomeError });
const retryable = failed(new RetryableError(detail));
const throttled = (seconds: number | null) => failed(new ThrottledError({ ...detail, code: 'http_429' }, seconds));

/** Runs a delivery on a controlled clock, each attempt exactly when it is due and `tookSeconds` long, until it rests. */
function run(delivery: Delivery, results: (number: number) => Result, tookSeconds = 2, policy = POLICY) {
  const attempts: Attempt[] = [];
  let current = delivery;
  while (current.state === 'pending' && current.nextAttemptAt && attempts.length < 2000) {
    const startedAt = current.nextAttemptAt;
    const leased: Delivery = { ...current, state: 'leased', lease: { owner: 'me', until: '', startedAt } };
    const times = { startedAt, endedAt: plusSeconds(startedAt, tookSeconds) };
    const settled = settle(leased, results(attempts.length + 1), times, policy);
    attempts.push(settled.attempt);
    current = settled.delivery;
  }
  return { delivery: current, attempts };
}

const minutesIn = (attempts: readonly Attempt[], from = START) =>
  attempts.map(({ startedAt }) => (Date.parse(startedAt) - Date.parse(from)) / 60_000);

describe('retries', () => {
  it('happen at 0, 5, 10 and 15 minutes exactly, however long each took, and never a fifth time', () => {
    for (const took of [0, 2, 59]) {
      const { delivery, attempts } = run(opened, () => retryable, took);
      expect(minutesIn(attempts)).toEqual([0, 5, 10, 15]);
      expect(attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
      expect(delivery).toMatchObject({ state: 'dead', nextAttemptAt: null, cause: { code: 'http_503' } });
    }
  });

  it('are not spent by asking whether a remote is back, and it says meanwhile that it is away', () => {
    const asking: Result = { ok: false, error: new RetryableError(detail), unknown: false, isFree: true };
    const { delivery, attempts } = run(opened, (number) => (number < 9 ? asking : retryable));
    expect(attempts).toHaveLength(12);
    expect(attempts[0]).toMatchObject({ code: 'http_503', description: 'Service Unavailable' });
    expect(delivery).toMatchObject({ state: 'dead', failures: 4, cause: { code: 'http_503' } });
    expect(settle(opened, asking, { startedAt: START, endedAt: START }, POLICY).delivery.cause).toEqual({
      ...{ code: 'connection_away', description: 'Service Unavailable: it is still away' },
    });
  });

  it('happen the same way when nobody knows what happened, or when it was a bug', () => {
    const unknown = failed(new UnknownOutcomeError({ code: 'timeout', description: 'no answer' }));
    for (const result of [unknown, failed(new TypeError('a secret is in here'))]) {
      const { delivery, attempts } = run(opened, () => result);
      expect(minutesIn(attempts)).toEqual([0, 5, 10, 15]);
      expect(delivery.state).toBe('dead');
      expect(JSON.stringify([delivery, attempts])).not.toContain('secret');
    }
  });

  it('are given anew by a replay, with numbers that go on counting', () => {
    const first = run(opened, () => retryable).delivery;
    const later = '2026-11-21T00:00:00.000Z';
    const { delivery, attempts } = run(reopen(first, later, later), () => retryable);
    expect(minutesIn(attempts, later)).toEqual([0, 5, 10, 15]);
    expect(attempts.map(({ number }) => number)).toEqual([5, 6, 7, 8]);
    expect(delivery).toMatchObject({ state: 'dead', attemptCount: 8 });
  });

  it('follow the settings of the deployment', () => {
    const { attempts } = run(opened, () => retryable, 0, { limit: 1, intervalSeconds: 60 });
    expect(minutesIn(attempts)).toEqual([0, 1]);
  });
});

describe('what ends it at once', () => {
  it('a refusal that cannot heal is dead after one attempt, with the reason', () => {
    const { delivery, attempts } = run(opened, () => failed(new RejectedError({ ...detail, code: 'http_422' })));
    expect(attempts).toMatchObject([{ number: 1, outcome: 'refused', httpStatus: 503 }]);
    expect(delivery).toMatchObject({ state: 'dead', cause: { code: 'http_422' } });
  });

  it('what a person must do blocks, says what it waits for and costs no retry', () => {
    const { delivery } = run(opened, () => failed(new BlockedError({ ...detail, code: 'http_401' }, 'connection')));
    expect(delivery).toMatchObject({ state: 'blocked', waitsFor: 'connection', failures: 0, nextAttemptAt: null });
  });

  it('success forgets cause, throttling and doubt', () => {
    const { delivery, attempts } = run(opened, (number) =>
      number === 1 ? throttled(5) : { ok: true, httpStatus: 200 },
    );
    expect(delivery).toMatchObject({ state: 'succeeded', cause: null, throttledSince: null, unknown: false });
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['throttled', 'succeeded']);
  });
});

describe('throttling', () => {
  it('costs no retry, is on record, and waits as long as it was asked to', () => {
    const { attempts, delivery } = run(opened, (number) => (number <= 10 ? throttled(60) : retryable), 0);
    expect(minutesIn(attempts)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25]);
    expect(attempts.map(({ outcome }) => outcome).filter((outcome) => outcome === 'throttled')).toHaveLength(10);
    expect(delivery).toMatchObject({ state: 'dead', attemptCount: 14 });
  });

  it.each([
    [0, 1],
    [-5, 1],
    [0.2, 1],
    [90, 90],
    [3600, 3600],
    [86_400, 3600],
    [Number.POSITIVE_INFINITY, 3600],
    [Number.NaN, 3600],
  ])('asked to wait %d seconds it waits %d', (asked, waited) => {
    expect(clampWait(asked)).toBe(waited);
  });

  it.each([0, -5, 1, 2, 59])('of %d seconds, for a day, are fewer attempts than two a minute', (hint) => {
    const { attempts, delivery } = run(opened, () => throttled(hint), 0);
    expect(delivery).toMatchObject({ state: 'dead', cause: { code: 'throttled_too_long' } });
    expect(attempts.length).toBeLessThan(1_600);
    const waits = attempts
      .slice(0, 5)
      .map(({ endedAt, nextAttemptAt }) => (Date.parse(nextAttemptAt ?? '') - Date.parse(endedAt)) / 1000);
    expect(waits).toEqual(Array(5).fill(Math.max(1, hint)));
  });

  it('of an endpoint, which has no hint and is tried again after 4 seconds, are as few', () => {
    const { attempts } = run(opened, () => throttled(null), 0, { limit: 9, intervalSeconds: 4 });
    expect(attempts.length).toBeLessThan(1_600);
  });

  it('without a hint waits one retry interval', () => {
    const { attempts } = run(opened, (number) => (number === 1 ? throttled(null) : { ok: true }), 0);
    expect(minutesIn(attempts)).toEqual([0, 5]);
  });

  it('of 24 hours and nothing else ends in death', () => {
    const { attempts, delivery } = run(opened, () => throttled(3600), 0);
    expect(minutesIn(attempts).at(-1)).toBe(24 * 60);
    expect(delivery).toMatchObject({ state: 'dead', cause: { code: 'throttled_too_long' } });
  });

  it('counts from anew after anything else', () => {
    const { delivery } = run(opened, (number) =>
      number === 20 ? retryable : number < 40 ? throttled(3600) : { ok: true },
    );
    expect(delivery.state).toBe('succeeded');
  });
});

describe('laws', () => {
  const outcome = fc.oneof(
    { weight: 3, arbitrary: fc.constant(retryable) },
    { weight: 3, arbitrary: fc.constant(failed(new UnknownOutcomeError({ code: 'reset', description: '' }))) },
    { weight: 3, arbitrary: fc.option(fc.double()).map(throttled) },
    fc.constant(failed(new RejectedError(detail))),
    fc.constant(failed(new BlockedError(detail, 'order'))),
    fc.constant<Result>({ ok: true }),
  );

  it('whatever comes, at most 1 + limit attempts fail, numbers have no gap, and it always comes to rest', () => {
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 1 }), fc.nat(5), fc.nat(59), (script, limit, took) => {
        const next = (number: number): Result => script[number - 1] ?? retryable;
        const { delivery, attempts } = run(opened, next, took, { limit, intervalSeconds: 300 });
        const counted = attempts.filter((attempt) => attempt.outcome === 'failed' || attempt.outcome === 'unknown');
        expect(counted.length).toBeLessThanOrEqual(1 + limit);
        expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, index) => index + 1));
        expect(['succeeded', 'dead', 'blocked']).toContain(delivery.state);
        expect(delivery).toMatchObject({ lease: null, nextAttemptAt: null });
        expect(delivery.unknown).toBe(attempts.at(-1)?.outcome === 'unknown');
      }),
      { numRuns: 200 },
    );
  });
});

it.each([
  ['is missing', 'items[0].sku: is missing'],
  ['the order has no items[0].sku', 'the order has no items[0].sku'],
])('names the field of what was refused, once: %s', (description, told) => {
  const refused = failed(new RejectedError({ code: 'invalid', description, field: 'items[0].sku' }));
  expect(run(opened, () => refused).delivery.cause?.description).toBe(told);
});
