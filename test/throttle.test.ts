import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
    expect(seconds).toBeLessThan(15);
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
        { timeout: 5000 },
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
    expect(seconds).toBeLessThan(15);
  });

  test('429 without a hint waits one retry interval, also where that is short', async () => {
    stage.marketful.faults.add({ on: PLACE, kind: 'status', status: 429, contains: `${SHOP}:hintless` });
    sell('hintless');
    const { attempts, seconds } = await waited('hintless', 'order');
    expect(attempts).toMatchObject([{ outcome: 'throttled', httpStatus: 429 }, { outcome: 'succeeded' }]);
    expect(seconds).toBeLessThan(15);
  });

  test('host blocked the connector: of a burst of 30 orders at 20 requests a minute no more leave than that, and the rest wait without losing a retry', async () => {
    const env = { POLL_INTERVAL_SECONDS: '1' };
    const stage = await startStage({ requestsPerMinute: LIMIT, env });
    const sold = stage.scopio.place({ count: 30, notify: true });
    const started = Date.now();
    await sleep(8000);
    const { requests } = (await (await fetch(`${stage.marketful.url}/_sandbox/requests`)).json()) as {
      requests: Array<{ at: string; path: string }>;
    };
    const times = requests.map(({ at }) => Date.parse(at)).filter((at) => at >= started - 1000);
    // A quarter may burst, the rest is spread over the minute: what has left after these seconds is on the way to at most 20.
    const seconds = (Date.now() - started) / 1000;
    expect(times.length).toBeGreaterThanOrEqual(LIMIT / 4);
    expect(times.length).toBeLessThanOrEqual(LIMIT / 4 + (seconds * LIMIT * 0.75) / 60 + 2);
    const waiting = await stage.deliveries(`connection=${SHED}&state=pending&limit=200`);
    expect(waiting.length).toBeGreaterThan(sold.length / 2);
    expect(waiting.flatMap(({ attempts }) => attempts)).toEqual([]);
    expect(stage.marketful.received().counts.refused).toBe(0);
    await stage.stop();
  });
});
