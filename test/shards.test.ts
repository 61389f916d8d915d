import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import { INDEX_SHARDS } from '#lib/platform/names';
import type { InProcess } from './support/in-process.ts';
import { putOrder } from './support/put-order.ts';
import { emptyQueues, startWorkers } from './support/workers.ts';

let hub: InProcess;
beforeAll(async () => {
  hub = await startWorkers();
});
afterAll(() => hub.stop());

const MINUTE = 60_000;
const start = Date.now() - 600 * MINUTE;
const minute = (count: number): string => new Date(start + count * MINUTE).toISOString();

/** Due deliveries, one a minute, that nobody has looked at. */
async function putDue(prefix: string, count: number, connectionOf: (n: number) => string): Promise<Delivery[]> {
  const { openDelivery, putNewDelivery } = await import('#lib/deliveries/ledger');
  const { transact } = await import('#lib/platform/table/table');
  const all = Array.from({ length: count }, (_, n): Delivery => {
    const asked = {
      id: `dlv_${prefix}_${n}`,
      kind: 'push',
      action: 'stock',
      order: null,
      subject: { sku: 'A' },
    } as const;
    return openDelivery({ ...asked, connection: connectionOf(n), marketplace: 'marketful' }, minute(n));
  });
  for (let first = 0; first < count; first += 100)
    await transact(all.slice(first, first + 100).map((delivery) => putNewDelivery(delivery)));
  return all;
}

const idsOf = (deliveries: readonly Pick<Delivery, 'id'>[]): string[] => deliveries.map(({ id }) => id);

test.each([1, 7, 100])(
  'a list in pages of %i is whole and newest first, whichever shards and connections its items stand in',
  async (limit) => {
    // One connection has nearly all of them.
    const put = await putDue(`list${limit}`, limit === 1 ? 51 : 150, (n) => (n % 50 === 0 ? 'shed-b' : 'shed-a'));
    const { listDeliveries } = await import('#lib/deliveries/list');
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listDeliveries({ state: 'pending', limit, cursor });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      listed.push(...idsOf(page.items));
      cursor = page.cursor;
    } while (cursor);
    expect(listed.filter((id) => id.startsWith(`dlv_list${limit}_`))).toEqual(idsOf(put).reverse());
  },
);

test('placements that still move are told oldest first over all shards, also from the middle', async () => {
  const { listOpenPlacements } = await import('#lib/orders/placements');
  const { getDelivery, leaseDelivery, transition } = await import('#lib/deliveries/ledger');
  const { open } = await import('./support/workers.ts');
  const { getOrder } = await import('#lib/orders/store');
  const orders: string[] = [];
  for (let n = 0; n < 120; n++) {
    const pending = await getDelivery(await open({ connection: 'shed-b' }));
    const leased = pending && (await leaseDelivery(pending, new Date()));
    if (!leased) throw new Error('not leased');
    const order = await getOrder(leased.order ?? '');
    if (!order) throw new Error('no order');
    const placements = [{ delivery: leased.id, connection: 'shed-b' }];
    await putOrder({ ...order, placements });
    const placed = { at: minute(n), remoteId: String(n), number: String(n), channel: 'shop' };
    await transition(leased, { ...leased, state: 'succeeded', lease: null, nextAttemptAt: null, placed });
    orders.push(leased.order ?? '');
  }
  const told = async (after: string | null) =>
    (await Array.fromAsync(listOpenPlacements('shed-b', after))).map(({ orderId }) => orderId);
  expect(await told(null)).toEqual(orders);
  expect(await told(orders[70] ?? '')).toEqual(orders.slice(71));
});

test('what was written before there were shards is still found', async () => {
  const [put] = await putDue('old', 1, () => 'shed-b');
  const { db } = await import('#lib/platform/table/table');
  await db.update({
    Key: { pk: `DELIVERY#${put?.id}`, sk: 'DELIVERY' },
    UpdateExpression: 'SET statePk = :plain',
    ExpressionAttributeValues: { ':plain': 'due#shed-b' },
  });
  const { listDeliveries } = await import('#lib/deliveries/list');
  const { items } = await listDeliveries({ state: 'pending', connection: 'shed-b', limit: 1000 });
  expect(idsOf(items)).toContain(put?.id);
});

const sweepOnce = async (now: Date): Promise<string[]> => {
  const { sweep } = await import('#lib/deliveries/sweep');
  await sweep(now);
  return (await hub.drain('marketful-deliveries')).map((body) => JSON.parse(body).deliveryId);
};

test('rings that were lost by the thousand are rung again in a few sweeps', async () => {
  const lost = idsOf(await putDue('lost', 1_500, () => 'shed-a'));
  await emptyQueues(hub);
  const rung = new Set(await sweepOnce(new Date(start + 1_501 * MINUTE)));
  expect(lost.filter((id) => rung.has(id)).length).toBeGreaterThan(1_450);
});

test('what has its ring in the queue is not rung for once more, but for the oldest and a few', async () => {
  const take = await import('#lib/platform/queue/redrive');
  const counting = vi.spyOn(take, 'countMessages');
  const rungOf = async (queued: number) => {
    counting.mockResolvedValue(queued);
    return (await sweepOnce(new Date(start + 1_501 * MINUTE))).length;
  };
  const due = await rungOf(0);
  expect(await rungOf(1_000)).toBe(due - 1_000 + 10);
  expect(await rungOf(5_000)).toBe(100 + 10);
  counting.mockRestore();
});

test('what is in a long queue is not rung for again as a whole, and still nothing stays out of sight for ever', async () => {
  const { FULL_QUEUE, LEAST_LOOK } = await import('#lib/deliveries/sweep');
  const take = await import('#lib/platform/queue/redrive');
  const counting = vi.spyOn(take, 'countMessages').mockResolvedValue(FULL_QUEUE);
  const { listDeliveries } = await import('#lib/deliveries/list');
  const { items } = await listDeliveries({ state: 'pending', connection: 'shed-a', limit: 5_000 });
  const [oldest, newest] = [idsOf(items.slice(-LEAST_LOOK)), new Set(idsOf(items.slice(0, 500)))];
  let seen = false;
  for (let sweeps = 0; sweeps < 200 && !seen; sweeps++) {
    const rung = await sweepOnce(new Date(start + 1_501 * MINUTE));
    // Two connections, two places in each shard.
    expect(rung.length).toBeLessThanOrEqual(2 * 2 * INDEX_SHARDS * LEAST_LOOK);
    expect(rung).toEqual(expect.arrayContaining(oldest));
    seen = rung.some((id) => newest.has(id));
  }
  expect(seen).toBe(true);
  counting.mockRestore();
});

test('a queue whose length is not known is taken for a long one', async () => {
  const take = await import('#lib/platform/queue/redrive');
  const counting = vi.spyOn(take, 'countMessages').mockRejectedValue(new Error('no answer'));
  expect((await sweepOnce(new Date(start + 1_501 * MINUTE))).length).toBeGreaterThan(0);
  counting.mockRestore();
});
