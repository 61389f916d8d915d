import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import { putOrder as put } from '../support/put-order.ts';
import { putFailed, workOnce } from './failing.ts';
import { drain, putOrder, snapshotOf, startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const close = (id: string, body: object = { reason: 'it stands there' }) =>
  api.call('POST', `/deliveries/${id}/close`, { body });
const timelineOf = async (id: string) => (await api.call('GET', `/orders/${id}`)).body.timeline;

test('a delivery that a person found done is succeeded without an attempt, on record with who, why and what it was', async () => {
  const blocked = await putFailed('found', { code: 'outcome_unknown', state: 'blocked', unknown: true });
  const { status, body } = await close(blocked.id, { reason: ' it is in their panel ', remoteId: '5021' });
  expect(status).toBe(200);
  const cause = { code: 'outcome_unknown', description: 'no such carrier' };
  expect(body).toMatchObject({
    id: blocked.id,
    state: 'succeeded',
    cause: null,
    waitsFor: null,
    nextAttemptAt: null,
    attemptCount: 1,
    attempts: [{ number: 1, outcome: 'refused' }],
    closed: { by: 'operator', reason: 'it is in their panel', was: 'blocked', cause, at: body.updatedAt },
  });
  expect(await timelineOf('shop:found')).toContainEqual({
    at: body.updatedAt,
    type: 'delivery.closed',
    by: 'operator',
    detail: {
      ...{ delivery: blocked.id, action: 'order', connection: 'shed', was: 'blocked', ...cause },
      ...{ reason: 'it is in their panel', remoteId: '5021' },
    },
  });
  expect((await api.call('GET', '/deliveries?state=blocked')).body.deliveries).toEqual([]);
  const { findByRemoteId } = await import('#lib/orders/store');
  expect(await findByRemoteId('shed', '5021')).toBe('shop:found');
  expect(await followed()).toContainEqual(expect.objectContaining({ remoteId: '5021', number: 'N-found' }));
});

test('a placement without its id is followed by its number, and one that is known keeps its id', async () => {
  const { transition } = await import('#lib/deliveries/ledger');
  const unknown = await putFailed('by-number');
  await close(unknown.id);
  expect(await followed()).toContainEqual(
    expect.objectContaining({ orderId: 'shop:by-number', remoteId: null, number: 'N-by-number', channel: 'shop' }),
  );
  const known = await putFailed('known-there');
  const placed = { remoteId: '77', number: 'N-known-there', channel: 'shop', at: known.updatedAt };
  await transition(known, { ...known, placed });
  await close(known.id);
  expect(await followed()).toContainEqual(expect.objectContaining({ orderId: 'shop:known-there', remoteId: '77' }));
});

/** The placements that the shed's poller asks about. */
async function followed() {
  const { listOpenPlacements } = await import('#lib/orders/placements');
  return Array.fromAsync(listOpenPlacements('shed', null));
}

test('the pushes that waited for it are rung', async () => {
  const { applySnapshot } = await import('#lib/orders/snapshot');
  const now = new Date();
  const source = { connection: 'shop', event: 'evt_after', receivedAt: now.toISOString() };
  const { order } = applySnapshot(null, snapshotOf('after'), source);
  const push = { kind: 'push' as const, connection: 'se', marketplace: 'sello', order: order.id };
  const deliveries = [
    { ...push, id: 'dlv_first', action: 'fulfillment', subject: { fulfillment: 'ful_1' } },
    { ...push, id: 'dlv_then', action: 'status', subject: { about: 'after', after: ['dlv_first'] } },
  ];
  await put(order, { deliveries });
  await workOnce('dlv_first', { code: 'http_422' });
  await drain('sello-deliveries');
  await close('dlv_first');
  expect(await drain('sello-deliveries')).toEqual(['dlv_then']);
});

test('what a worker may still do, or has done, is not closed', async () => {
  const { deliveries } = await putOrder('in-hand', { shippingAddress: { address_country: 'MX' } });
  const [pending] = deliveries as [Delivery];
  const refusal = (state: string) => ({
    status: 409,
    body: {
      error: {
        code: 'delivery_not_closable',
        description: `the delivery is ${state}: only dead and blocked ones are closed`,
      },
    },
  });
  expect(await close(pending.id)).toMatchObject(refusal('pending'));
  const { leaseDelivery, transition } = await import('#lib/deliveries/ledger');
  const leased = await leaseDelivery(pending, new Date());
  if (!leased) throw new Error('not leased');
  expect(await close(pending.id)).toMatchObject(refusal('leased'));
  await transition(leased, pending);
  await workOnce(pending.id);
  expect(await close(pending.id)).toMatchObject(refusal('succeeded'));
  expect((await api.call('GET', `/deliveries/${pending.id}`)).body.closed).toBeNull();
});

test('a reason is wanted, and an id only where there can be one', async () => {
  const dead = await putFailed('reasons');
  for (const [body, field] of [
    [{}, 'reason'],
    [{ reason: ' ' }, 'reason'],
    [{ reason: 'x'.repeat(501) }, 'reason'],
    [{ reason: 'x', why: 'y' }, 'why'],
  ] as const)
    expect(await close(dead.id, body)).toMatchObject({ status: 400, body: { error: { field } } });
  const { deliveries } = await putOrder('nowhere', { shippingAddress: { address_country: 'DE' } });
  const [route] = deliveries as [Delivery];
  expect(route).toMatchObject({ action: 'route', state: 'blocked' });
  expect(await close(route.id, { reason: 'x', remoteId: '1' })).toMatchObject({
    status: 400,
    body: { error: { field: 'remoteId' } },
  });
  expect(await close('dlv_none')).toMatchObject({ status: 404 });
  expect(await close(route.id)).toMatchObject({ status: 200, body: { state: 'succeeded' } });
});

test('a replay probes what was closed before it pushes, and keeps the word on record', async () => {
  const dead = await putFailed('reopened');
  await close(dead.id, { reason: 'seen' });
  const { getDelivery } = await import('#lib/deliveries/ledger');
  await api.call('POST', `/deliveries/${dead.id}/replay`);
  expect(await getDelivery(dead.id)).toMatchObject({ state: 'pending', unknown: true, closed: { reason: 'seen' } });
});

test('a replay by filter counts what was closed meanwhile as done', async () => {
  const [first, second] = [await putFailed('while-1', { code: 'slow' }), await putFailed('while-2', { code: 'slow' })];
  const { body } = await api.call('POST', '/deliveries/replay', { body: { filter: { cause: 'slow' }, canary: true } });
  await close(second.id);
  await workOnce(first.id);
  const { advanceReplay } = await import('#lib/replays/advance');
  await advanceReplay(body.replayId);
  await advanceReplay(body.replayId);
  const replay = (await api.call('GET', `/replays/${body.replayId}`)).body;
  expect(replay).toMatchObject({ state: 'finished', matched: 2, succeeded: 2 });
});
