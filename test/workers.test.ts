import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { DeliveryDue } from '#events/delivery-due';
import { workDeliveries } from '#lib/attempts/work';
import { getDelivery, leaseDelivery, transition } from '#lib/deliveries/ledger';
import { ring } from '#lib/deliveries/ring';
import { sweep } from '#lib/deliveries/sweep';
import { connector as scopio } from '#lib/marketplaces/scopio/index';
import { functions, queues } from '#lib/topology';
import type { InProcess } from './support/in-process.ts';
import {
  emptyQueues,
  fake,
  lost,
  open,
  outcomes,
  read,
  refused,
  startWorkers,
  workDelivery,
} from './support/workers.ts';

let hub: InProcess;
beforeAll(async () => {
  vi.stubEnv('RETRY_INTERVAL_SECONDS', '0');
  hub = await startWorkers();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
});
beforeEach(() => emptyQueues(hub));

describe('4: one worker at a time, and a probe after an unknown outcome', () => {
  test('ten pushers rung for one delivery at once push it once', async () => {
    const id = await open();
    const { calls, connector } = fake({
      push: async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return { remoteId: '1' };
      },
    });
    await Promise.all(Array.from({ length: 10 }, () => workDelivery(id, connector)));
    await workDelivery(id, connector);
    expect(calls).toEqual(['push']);
    expect(await read(id)).toMatchObject({ state: 'succeeded', attemptCount: 1 });
  });

  test('what the probe finds is not pushed again', async () => {
    const id = await open();
    const { calls, connector } = fake({ push: lost, probe: async () => ({ remoteId: '77' }) });
    await workDelivery(id, connector);
    expect(await read(id)).toMatchObject({ state: 'pending', unknown: true });
    await workDelivery(id, connector);
    expect(calls).toEqual(['push', 'probe']);
    expect(await outcomes(id)).toEqual(['timeout', 'succeeded']);
  });

  test('a probe that gets no answer is asked again before anything is pushed', async () => {
    const id = await open();
    const probes = [refused, lost, async () => null];
    const { calls, connector } = fake({
      push: () => (calls.length === 1 ? lost() : Promise.resolve({})),
      probe: () => (probes.shift() ?? refused)(),
    });
    for (let ring = 0; ring < 5; ring++) await workDelivery(id, connector);
    expect(calls).toEqual(['push', 'probe', 'probe', 'probe', 'push']);
    expect((await read(id)).state).toBe('succeeded');
  });

  test('a worker that died with its lease leaves an unknown outcome, an attempt on record and a probe', async () => {
    const id = await open();
    const { calls, connector } = fake({ probe: async () => ({ remoteId: '9' }) });
    const leased = await leaseDelivery(await read(id), new Date(Date.now() - 91_000));
    expect(leased?.state).toBe('leased');
    await workDelivery(id, connector);
    await workDelivery(id, connector);
    expect(calls).toEqual(['probe']);
    expect(await outcomes(id)).toEqual(['worker_lost', 'succeeded']);
  });

  test('visibility timeout shorter than the request timeout: a lease outlives the longest push', async () => {
    const now = new Date();
    const leased = await leaseDelivery(await read(await open()), now);
    const seconds = (Date.parse(leased?.lease?.until ?? '') - now.getTime()) / 1000;
    for (const { timeoutSeconds } of functions.filter(({ name }) => name.startsWith('pusher-')))
      expect(seconds).toBeGreaterThan(timeoutSeconds);
    for (const { visibilityTimeoutSeconds } of queues) expect(visibilityTimeoutSeconds).toBeGreaterThan(seconds);
  });

  test('an outcome that comes after the lease went to somebody else is not written over theirs', async () => {
    const id = await open();
    const { connector } = fake({
      push: async () => {
        const stale = await read(id);
        await transition(stale, { ...stale, state: 'succeeded', lease: null, updatedAt: '2100-01-01T00:00:00.000Z' });
        return {};
      },
    });
    await workDelivery(id, connector);
    expect(await read(id)).toMatchObject({
      state: 'succeeded',
      updatedAt: '2100-01-01T00:00:00.000Z',
      attemptCount: 0,
    });
  });
});

describe("5: a pusher cannot act for a connection other than the delivery's own", () => {
  test('a message in the wrong queue does nothing at all', async () => {
    const id = await open();
    const push = vi.fn(async () => ({}));
    const order = { push, probe: async () => null };
    await workDelivery(id, { ...scopio, actions: { order, fulfillment: order } });
    expect(push).not.toHaveBeenCalled();
    expect(await read(id)).toMatchObject({ state: 'pending', attemptCount: 0, lease: null });
  });

  test.each(['shed-a', 'shed-b'])(
    'a delivery of %s is pushed with its own settings and secrets',
    async (connection) => {
      const { connector, remotes } = fake();
      await workDelivery(await open({ connection }), connector);
      expect(remotes).toMatchObject([
        { connection: { id: connection }, secrets: { accessToken: connection.replace('shed', 'token') } },
      ]);
    },
  );

  test('a connection that is gone, or of another marketplace now, blocks and calls nobody', async () => {
    const id = await open({ connection: 'shed-c' });
    const { calls, connector } = fake();
    await workDelivery(id, connector);
    expect(calls).toEqual([]);
    expect(await read(id)).toMatchObject({ state: 'blocked', cause: { code: 'connection_missing' } });
  });
});

test('accepted, nothing delivered, no trace: the sweeper rings again for what is due and was not served', async () => {
  const due = await open();
  const leased = await open();
  const served = await open();
  await workDelivery(served, fake().connector);
  await leaseDelivery(await read(leased), new Date(Date.now() - 91_000));
  const rung = async (now: Date) => {
    await sweep(now);
    return (await hub.drain('marketful-deliveries')).map((body) => JSON.parse(body).deliveryId);
  };
  const later = await rung(new Date(Date.now() + 31_000));
  expect(later).toEqual(expect.arrayContaining([due, leased]));
  expect(later).not.toContain(served);
});

test('what is due too far ahead for SQS is rung once, when its time comes, in messages for several', async () => {
  // A whole minute, like the intervals of sweeps.
  const at = Math.ceil((Date.now() + 20 * 60_000) / 60_000) * 60_000;
  const ids = new Set<string>();
  for (let n = 0; n < 25; n++) {
    const id = await open();
    const was = await getDelivery(id);
    if (!was) throw new Error(`no delivery ${id}`);
    await transition(was, { ...was, updatedAt: new Date().toISOString(), nextAttemptAt: new Date(at).toISOString() });
    ids.add(id);
  }
  await emptyQueues(hub);
  await ring((await Promise.all([...ids].map((id) => getDelivery(id)))).flatMap((delivery) => delivery ?? []));
  const rungAt = async (now: number) => {
    await sweep(new Date(now));
    const bodies = await hub.drain('marketful-deliveries');
    const rung = bodies.map((body) => DeliveryDue.parse(JSON.parse(body)));
    const messages = rung.map(({ deliveryId, others = [] }) => [deliveryId, ...others].filter((id) => ids.has(id)));
    return messages.filter((message) => message.length > 0).map(({ length }) => length);
  };
  expect(await rungAt(at - 3 * 60_000)).toEqual([]);
  expect((await rungAt(at)).reduce((sum, count) => sum + count, 0)).toBe(25);
  expect((await rungAt(at)).length).toBeLessThan(25);
  expect(await rungAt(at + 1)).toEqual([]);
});

test('a message that rings for several has all of them worked, and comes back when one could not be', async () => {
  const [one, other] = [await open(), await open()];
  const { connector } = fake();
  const ingest = async () => {};
  await workDeliveries({ deliveryId: one, others: [other] }, { connector, ingest });
  expect(await Promise.all([outcomes(one), outcomes(other)])).toEqual([['succeeded'], ['succeeded']]);
  const [third, fourth] = [await open(), await open()];
  await expect(
    workDeliveries({ deliveryId: 'x'.repeat(3_000), others: [third, fourth] }, { connector, ingest }),
  ).rejects.toThrow();
  expect(await Promise.all([outcomes(third), outcomes(fourth)])).toEqual([['succeeded'], ['succeeded']]);
});
