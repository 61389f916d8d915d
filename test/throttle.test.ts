import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './support/hub.ts';
import { SHED, SHOP, type Stage, startStage } from './support/stage.ts';

const PLACE = 'POST /shopi_orders/multicanal_api';
const LIMIT = 20;

describe.concurrent('a remote that asks for patience', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  const sell = (id: string) => stage.scopio.place({ id });
  const waited = async (id: string, action: string) => {
    const { attempts } = await stage.settled(id, action, 'succeeded');
    const [first, second] = attempts;
    return { attempts, seconds: (Date.parse(second?.startedAt ?? '') - Date.parse(first?.endedAt ?? '')) / 1000 };
  };

  test('503 with Retry-After is waited for, is on record as throttled and costs no retry', async () => {
    const fault = { kind: 'status', status: 503, retryAfter: 2, contains: `${SHOP}:patient` };
    stage.marketful.faults.add({ on: PLACE, ...fault });
    stage.marketful.faults.add({ on: PLACE, ...fault, retryAfter: undefined, times: 3 });
    sell('patient');
    const { attempts, seconds } = await waited('patient', 'order');
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['throttled', 'failed', 'failed', 'failed', 'succeeded']);
    expect(attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(seconds).toBeGreaterThanOrEqual(2);
    expect(seconds).toBeLessThan(60);
  });

  test('an absurd Retry-After is an hour at most', async () => {
    const contains = `${SHOP}:absurd`;
    stage.marketful.faults.add({ on: PLACE, kind: 'status', status: 503, retryAfter: 1e9, contains });
    sell('absurd');
    await expect
      .poll(
        async () => {
          const [attempt] = (await stage.delivery('absurd', 'order')).attempts;
          return attempt && Date.parse(attempt.nextAttemptAt ?? '') - Date.parse(attempt.endedAt);
        },
        { timeout: 90_000 },
      )
      .toBe(3600_000);
  });

  test('429 with retry_after_seconds is waited for and costs no retry', async () => {
    sell('polite');
    await stage.settled('polite', 'order', 'succeeded');
    const fault = { on: 'POST /api/seller/orders/polite/fulfill', kind: 'status', status: 429, retryAfter: 2 };
    stage.scopio.faults.add(fault);
    stage.marketful.ship(`${SHOP}:polite`, { carrier: 'DHL' });
    const { attempts, seconds } = await waited('polite', 'fulfillment');
    expect(attempts).toMatchObject([{ outcome: 'throttled', httpStatus: 429 }, { outcome: 'succeeded' }]);
    expect(seconds).toBeGreaterThanOrEqual(2);
    expect(seconds).toBeLessThan(60);
  });

  test('429 without a hint waits one retry interval, also where that is short', async () => {
    stage.marketful.faults.add({ on: PLACE, kind: 'status', status: 429, contains: `${SHOP}:hintless` });
    sell('hintless');
    const { attempts, seconds } = await waited('hintless', 'order');
    expect(attempts).toMatchObject([{ outcome: 'throttled', httpStatus: 429 }, { outcome: 'succeeded' }]);
    expect(seconds).toBeLessThan(60);
  });

  test('host blocked the connector: of a burst of 30 orders at 20 requests a minute no more leave than that, and the rest wait without losing a retry', async () => {
    const env = { POLL_INTERVAL_SECONDS: '1', HTTP_TIMEOUT_SECONDS: '20' };
    const stage = await startStage({ requestsPerMinute: LIMIT, env });
    const started = Date.now();
    stage.scopio.place({ count: 30 });
    const placements = () => stage.deliveries(`connection=${SHED}&kind=push&limit=200`);
    await eventually(async () => (await placements()).length === 30, 'thirty placements to make');
    await eventually(() => stage.marketful.received().counts.accepted >= LIMIT / 4, 'the burst');
    await sleep(3000);
    const { requests } = (await (await fetch(`${stage.marketful.url}/_sandbox/requests`)).json()) as {
      requests: Array<{ at: string }>;
    };
    // A quarter may burst, the rest is spread over the minute, so that no minute ever has more than the limit.
    const seconds = (Date.now() - started) / 1000;
    const left = requests.filter(({ at }) => Date.parse(at) >= started);
    expect(left.length).toBeLessThanOrEqual(LIMIT / 4 + (seconds * LIMIT * 0.75) / 60 + 1);
    const waiting = (await placements()).filter(({ state }) => state !== 'succeeded');
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting.filter(({ state, attempts }) => attempts.length > 0 || state === 'dead')).toEqual([]);
    expect(stage.marketful.received().counts.refused).toBe(0);
    await stage.stop();
  });
});
