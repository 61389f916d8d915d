import { describe, expect, test } from 'vitest';
import {
  BudgetSpentError,
  RejectedError,
  RetryableError,
  ThrottledError,
  UnknownOutcomeError,
} from '#lib/platform/errors';
import { once } from './run.ts';

const detail = (httpStatus?: number) => ({ code: 'c', description: 'd', ...(httpStatus && { httpStatus }) });

/** A push that fails like this after so many requests; whether the next attempt probes first. */
async function probesAfter(error: Error, requests: number, probeTells = true): Promise<boolean> {
  let sent = 3;
  const progress = { unknown: false, sent: () => sent, probeTells };
  const push = async () => {
    sent += requests;
    throw error;
  };
  await expect(once(progress, async () => null, push)).rejects.toBe(error);
  return progress.unknown;
}

describe('after a push that failed, the next attempt probes first', () => {
  test.each([
    ['no answer', new UnknownOutcomeError(detail()), 1],
    ['500, which a remote may say after its work', new RetryableError(detail(500)), 1],
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
    ['409, which heals', new RetryableError(detail(409)), 1],
    ['nobody there', new RetryableError(detail()), 1],
    ['no room in the budget', new BudgetSpentError('shop', 5), 0],
    ['a bug before any request', new TypeError('x'), 0],
  ])('%s', async (_what, error, requests) => {
    expect(await probesAfter(error, requests)).toBe(false);
  });
});

test('where no probe can tell, the word of the remote that it failed is taken, and that of a gateway is not', async () => {
  expect(await probesAfter(new RetryableError(detail(500)), 1, false)).toBe(false);
  expect(await probesAfter(new RetryableError(detail(504)), 1, false)).toBe(true);
});

test('a push that went well counts as unknown until it is on record', async () => {
  const progress = { unknown: false, sent: () => 0 };
  expect(
    await once(
      progress,
      async () => null,
      async () => ({ remoteId: '1' }),
    ),
  ).toEqual({ result: { remoteId: '1' }, probed: false });
  expect(progress.unknown).toBe(true);
});

test('a probe that fails leaves the outcome unknown, and one that finds nothing lets the push go', async () => {
  const progress = { unknown: true, sent: () => 0 };
  const lost = new UnknownOutcomeError(detail());
  await expect(
    once(
      progress,
      () => Promise.reject(lost),
      async () => ({}),
    ),
  ).rejects.toBe(lost);
  expect(progress.unknown).toBe(true);
  expect(
    await once(
      progress,
      async () => null,
      async () => ({}),
    ),
  ).toMatchObject({ probed: false });
});

test('a probe that only infers from what is gone is not asked to doubt a 5xx, but after no answer it is', async () => {
  const after = async (error: Error) => {
    const progress = { unknown: false, sent: () => 1, probeInfers: true };
    await expect(
      once(
        progress,
        async () => null,
        () => Promise.reject(error),
      ),
    ).rejects.toBe(error);
    return progress.unknown;
  };
  expect(await after(new RetryableError(detail(503)))).toBe(false);
  expect(await after(new RetryableError(detail(502)))).toBe(false);
  expect(await after(new UnknownOutcomeError(detail()))).toBe(true);
});
