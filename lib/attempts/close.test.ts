import { expect, test } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import type { LineQuantity } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import * as z from '#lib/platform/zod';
import { connectorWith, deliveryOf, fakeHub } from '#test/support/fake-hub';
import { orderOf } from '#test/support/orders';
import { closeDelivery, type Finding } from './close.ts';

const ORDER = orderOf();
const cause = { code: 'http_422', description: 'no' };
const dead = deliveryOf({}, { state: 'dead', cause, nextAttemptAt: null, unknown: true });
const finding: Finding = { by: 'ops', reason: 'it stands in their panel', remoteId: '5021' };

/** Closes a delivery; what stands then, and what was written and done beside it. */
async function close(delivery: Delivery, found = finding, others: Delivery[] = []) {
  const order = { ...ORDER, deliveries: [delivery, ...others].map(({ id }) => id) };
  const { hub, seen, ledger } = fakeHub({ orders: [order], deliveries: [delivery, ...others] });
  const ticket = {
    ...{ Input: z.unknown(), summary: 'Asks.', push: async () => ({}) },
    orderOf: (input: unknown) => (input as { order: string }).order,
  };
  const loadConnector = async () => connectorWith({ requests: { ticket } });
  const closed = await closeDelivery(delivery, found, {
    ...{ ...hub, loadConnector },
  });
  const also = seen.flatMap(([what, , writes]) => (what === 'transition' && Array.isArray(writes) ? writes : []));
  return { closed, seen, stands: ledger.get(delivery.id), written: also.map(({ Put }) => Put.Item) };
}

test('a dead placement that a person found done counts as placed, and its order is told who said so', async () => {
  const { closed, stands, written, seen } = await close(dead);
  expect(closed).toEqual(stands);
  expect(closed).toMatchObject({ state: 'succeeded', unknown: false, cause: null });
  expect(closed?.closed).toMatchObject({ by: 'ops', was: 'dead', cause });
  expect(closed?.placed).toMatchObject({ remoteId: '5021', number: 'SC-1001', channel: 'scopio-main' });
  expect(written).toMatchObject([
    { act: 'delivery.closed', about: 'dlv_1', by: 'ops' },
    { type: 'delivery.closed', by: 'ops', detail: { delivery: 'dlv_1', was: 'dead', remoteId: '5021' } },
    { order: ORDER.id },
  ]);
  expect(seen).toContainEqual(['note', 'shed', { sku: 'MUG-RED', title: 'Red mug', ean: '5901234123457' }]);
});

test('a placement that is known already stays as it is, unless its id was read', async () => {
  const placed = { remoteId: '7', number: 'SC-1', channel: 'shop', at: '2026-11-20T09:00:00.000Z' };
  const known = { ...dead, placed };
  expect((await close(known, { by: 'ops', reason: 'done' })).closed?.placed).toEqual(placed);
  expect((await close(known)).closed?.placed).toMatchObject({ remoteId: '5021' });
});

test('a request that was done is told on the order that it was about', async () => {
  const asked = deliveryOf({ action: 'ticket', order: null, subject: { input: { order: ORDER.id } } });
  const { written } = await close({ ...asked, state: 'blocked', nextAttemptAt: null });
  const told = { type: 'delivery.closed', detail: { action: 'ticket' } };
  expect(written).toMatchObject([{ act: 'delivery.closed' }, told, { order: ORDER.id }]);
});

test('a request can be closed of which the erasure of its buyer left nothing', async () => {
  const asked = deliveryOf({ action: 'ticket', order: null, subject: { input: null } });
  const { closed, written } = await close({ ...asked, state: 'dead', nextAttemptAt: null });
  expect(closed?.state).toBe('succeeded');
  expect(written).toMatchObject([{ act: 'delivery.closed' }]);
});

test('a cancellation that a person made there takes its units back from who was to ship them', async () => {
  const TWO = [{ id: 'li_1', quantity: 2 }];
  const placements = [{ delivery: 'dlv_0', connection: 'shed', lineItems: TWO, less: TWO }];
  const order = { ...orderOf({ cancelled: true }), routed: ['li_1'], placements };
  const orders = [order];
  const asked = { id: 'dlv_1', action: 'cancel', subject: { placement: 'dlv_0', lineItems: TWO } };
  const blocked = deliveryOf(asked, { state: 'blocked', cause: { code: 'cancel_unsupported', description: '' } });
  const { hub } = fakeHub({ orders, deliveries: [blocked] });
  expect((await closeDelivery(blocked, { by: 'ops', reason: 'phoned' }, hub))?.state).toBe('succeeded');
  expect(orders[0]?.placements).toEqual([{ delivery: 'dlv_0', connection: 'shed', lineItems: [], gone: TWO }]);
});

test('units that left before a person could stop them stay with who shipped them, and nobody is asked once more', async () => {
  const [ONE, TWO] = [1, 2].map((quantity) => [{ id: 'li_1', quantity }]) as [LineQuantity[], LineQuantity[]];
  const placements = [{ delivery: 'dlv_0', connection: 'shed', lineItems: TWO, less: TWO }];
  const parcel = { id: 'ful_1', by: 'shed', carrier: 'dhl', trackingNumber: 'JD1', shippedAt: ORDER.placedAt };
  const fulfillments = [{ ...parcel, lineItems: ONE }];
  const orders = [{ ...orderOf({ cancelled: true }), routed: ['li_1'], placements, fulfillments }];
  const asked = { id: 'dlv_1', action: 'cancel', subject: { placement: 'dlv_0', lineItems: TWO } };
  const blocked = deliveryOf(asked, { state: 'blocked', cause: { code: 'cancel_unsupported', description: '' } });
  const { hub } = fakeHub({ orders, deliveries: [blocked] });
  await closeDelivery(blocked, { by: 'ops', reason: 'one had left' }, hub);
  const [order = ORDER] = orders;
  expect(order.placements).toEqual([{ delivery: 'dlv_0', connection: 'shed', lineItems: ONE, less: ONE, gone: ONE }]);
  const { deliveries } = planDeliveries(order, await hub.getNetwork());
  expect(deliveries.filter(({ action }) => action === 'cancel')).toEqual([]);
});

test('a person who did a part of what is unwanted by now has done no more than that', async () => {
  const [NONE, ONE, TWO] = [0, 1, 2].map((quantity) => (quantity > 0 ? [{ id: 'li_1', quantity }] : []));
  for (const [done, left, gone] of [
    [ONE, ONE, ONE],
    [NONE, TWO, undefined],
  ]) {
    const placements = [{ delivery: 'dlv_0', connection: 'shed', lineItems: TWO, less: TWO }];
    const orders = [{ ...orderOf({ cancelled: true }), routed: ['li_1'], placements }];
    const asked = { id: 'dlv_1', action: 'cancel', subject: { placement: 'dlv_0', lineItems: done } };
    const cause = { code: 'amend_unsupported', description: '' };
    const blocked = deliveryOf(asked as never, { state: 'blocked', cause });
    const { hub } = fakeHub({ orders: orders as never, deliveries: [blocked] });
    await closeDelivery(blocked, { by: 'ops', reason: 'done there' }, hub);
    expect(orders[0]?.placements).toMatchObject([{ lineItems: left, less: left, ...(gone && { gone }) }]);
  }
});

test('what waited for it is rung', async () => {
  const sello = { connection: 'sello-se', marketplace: 'sello' };
  const report = {
    ...deliveryOf({ ...sello, action: 'fulfillment', subject: { fulfillment: 'f' } }),
    state: 'dead' as const,
  };
  const waiting = deliveryOf({ ...sello, id: 'dlv_2', action: 'status', subject: { about: 'x', after: ['dlv_1'] } });
  expect((await close(report, finding, [waiting])).seen.at(-1)).toEqual(['ring', 'dlv_2']);
});

test.each(['pending', 'leased', 'succeeded'] as const)('what is %s is left to the worker', async (state) => {
  const { closed, seen } = await close(deliveryOf({}, { state }));
  expect(closed).toBeUndefined();
  expect(seen).toEqual([]);
});
