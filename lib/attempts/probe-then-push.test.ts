import { describe, expect, test } from 'vitest';
import {
  BlockedError,
  BudgetSpentError,
  ContractError,
  RejectedError,
  RetryableError,
  ThrottledError,
  UnknownOutcomeError,
} from '#lib/platform/errors';
import { type Push, probeThenPush } from './probe-then-push.ts';

const detail = (httpStatus?: number) => ({ code: 'c', description: 'd', ...(httpStatus && { httpStatus }) });

const PUSH = {
  push: async () => ({}),
  probe: async () => null,
  sent: () => 0,
  unknown: false,
  probeTells: true,
  probeInfers: false,
};

/** A push that fails like this after this many requests; returns whether the next attempt probes first. */
async function probesAfter(error: Error, requests: number, change: Partial<Push<object>> = {}): Promise<boolean> {
  let sent = 3;
  const push = async () => {
    sent += requests;
    throw error;
  };
  const tried = await probeThenPush({ ...PUSH, sent: () => sent, push, ...change });
  if (tried.ok) throw new Error('it did not fail');
  expect(tried.error).toBe(error);
  return tried.unknown;
}

describe('after a push that failed, the next attempt probes first', () => {
  test.each([
    ['no answer', new UnknownOutcomeError(detail()), 1],
    ['500, which a remote may say after its work', new RetryableError(detail(500)), 1],
    ['408, which may come after its work', new RetryableError(detail(408)), 1],
    ['409, which may be said of what is there', new RetryableError(detail(409)), 1],
    ['302, with which a form answers that was done', new BlockedError(detail(302), 'connection'), 1],
    ["a gateway's 502", new RetryableError(detail(502)), 1],
    ['a refusal of the second of two calls', new RejectedError(detail(422)), 2],
    ['a second call that found no room in the budget', new BudgetSpentError('shop', 5), 1],
    ['a bug after a request', new TypeError('x'), 1],
  ])('%s', async (_what, error, requests) => {
    expect(await probesAfter(error, requests)).toBe(true);
  });
});

describe('after a push that certainly left nothing, the next attempt pushes', () => {
  test.each([
    ['a refusal', new RejectedError(detail(422)), 1],
    ['429', new ThrottledError(detail(429), 1), 1],
    ['423, which heals', new RetryableError(detail(423)), 1],
    ['308, which nothing followed', new BlockedError(detail(308), 'connection'), 1],
    ['nobody there', new RetryableError(detail()), 1],
    ['no room in the budget', new BudgetSpentError('shop', 5), 0],
    ['a bug before any request', new TypeError('x'), 0],
  ])('%s', async (_what, error, requests) => {
    expect(await probesAfter(error, requests)).toBe(false);
  });
});

test('where no probe can tell, the word of the remote that it failed is taken, and that of a gateway is not', async () => {
  expect(await probesAfter(new RetryableError(detail(500)), 1, { probeTells: false })).toBe(false);
  expect(await probesAfter(new RetryableError(detail(504)), 1, { probeTells: false })).toBe(true);
});

test('a push that goes well says what it made', async () => {
  const push = async () => ({ remoteId: '1' });
  expect(await probeThenPush({ ...PUSH, push })).toEqual({ ok: true, done: { remoteId: '1' }, probed: false });
});

test('a probe that fails leaves the outcome unknown and pushes nothing', async () => {
  const lost = new UnknownOutcomeError(detail());
  const push = () => Promise.reject(new Error('pushed'));
  const tried = await probeThenPush({ ...PUSH, unknown: true, probe: () => Promise.reject(lost), push });
  expect(tried).toEqual({ ok: false, error: lost, unknown: true });
});

test('a probe that finds it spares the push, and one that finds nothing lets it go', async () => {
  const push = async () => ({ remoteId: 'pushed' });
  const probed = (found: { remoteId: string } | null) =>
    probeThenPush({ ...PUSH, unknown: true, probe: async () => found, push });
  expect(await probed({ remoteId: 'found' })).toEqual({ ok: true, done: { remoteId: 'found' }, probed: true });
  expect(await probed(null)).toEqual({ ok: true, done: { remoteId: 'pushed' }, probed: false });
});

test('without a probe it is done again after an unknown outcome, as doing it twice is doing it once', async () => {
  const push = async () => ({ remoteId: 'again' });
  expect(await probeThenPush({ ...PUSH, probe: undefined, unknown: true, push })).toMatchObject({ ok: true });
});

test('a probe that only infers from what is gone doubts a 5xx where nothing else can have taken it away', async () => {
  const after = (error: Error, probeTells: boolean) => probesAfter(error, 1, { probeInfers: true, probeTells });
  for (const status of [500, 502, 503]) {
    expect(await after(new RetryableError(detail(status)), true)).toBe(true);
    expect(await after(new RetryableError(detail(status)), false)).toBe(false);
  }
  expect(await after(new UnknownOutcomeError(detail()), false)).toBe(true);
  // A conflict may mean that it was cancelled there, which also means that it is gone.
  expect(await after(new RetryableError(detail(409)), true)).toBe(false);
});

test('a push that is answered by 302 is looked for at once, and done where it is there', async () => {
  const error = new BlockedError(detail(302), 'connection');
  const push = () => Promise.reject(error);
  const tried = (probe: Push<object>['probe'], change: Partial<Push<object>> = {}) =>
    probeThenPush({ ...PUSH, push, probe, ...change });
  const found = async () => ({ remoteId: '7' });
  expect(await tried(found)).toEqual({ ok: true, done: { remoteId: '7' }, probed: true });
  const failed = { ok: false, error, unknown: true };
  expect(await tried(async () => null)).toEqual(failed);
  expect(await tried(() => Promise.reject(new TypeError('x')))).toEqual(failed);
  expect(await tried(found, { probeInfers: true })).toEqual(failed);
});

test('an answer in an odd shape is asked for again where something may stand, and ends what stands nowhere', async () => {
  const odd = new ContractError({ ...detail(), field: 'order' });
  const refuse = async () => {
    throw odd;
  };
  const again = { ok: false, error: expect.any(RetryableError), unknown: true };
  expect(await probeThenPush({ ...PUSH, unknown: true, probe: refuse })).toMatchObject(again);
  let sent = 0;
  const afterTwo = { ...PUSH, push: refuse, sent: () => (sent += 2) };
  expect(await probeThenPush(afterTwo)).toMatchObject(again);
  expect(await probeThenPush({ ...PUSH, push: refuse })).toEqual({ ok: false, error: odd, unknown: false });
});
