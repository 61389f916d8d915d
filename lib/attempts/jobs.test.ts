import { describe, expect, test } from 'vitest';
import type { Route } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import type { Action } from '#lib/marketplaces/action';
import type { Order } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { BlockedError, RejectedError, RetryableError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import { action, failed, run, SOLD, TWO } from '#test/support/attempt';
import { connectorWith, deliveryOf, fakeHub } from '#test/support/fake-hub';
import { orderOf } from '#test/support/orders';
import { attempt } from './jobs.ts';

const parcel = (id: string, by = 'shed') => ({
  ...{ id, by, carrier: 'DHL', trackingNumber: `JD-${id}`, shippedAt: SOLD.placedAt },
  lineItems: [{ id: 'li_1', quantity: 2 }],
});

describe('whatever the job', () => {
  test('a connection that is gone blocks', async () => {
    const { result } = await run(deliveryOf({}), {}, { connections: [] });
    expect(result).toMatchObject(failed(BlockedError, 'connection_missing'));
  });

  test('an action that the marketplace does not have is refused', async () => {
    expect((await run(deliveryOf({}), {})).result).toMatchObject(failed(RejectedError, 'unknown_action'));
  });

  test('an order that is not on record is refused', async () => {
    const { result } = await run(deliveryOf({}), { order: action({}) }, { orders: [] });
    expect(result).toMatchObject(failed(RejectedError, 'order_missing'));
  });
});
describe('reporting', () => {
  const of = (order: Order, more: Partial<Delivery> = {}) =>
    deliveryOf({ action: 'fulfillment', order: order.id, subject: { fulfillment: 'ful_1' } }, more);
  const one = { ...SOLD, fulfillments: [parcel('ful_1')], deliveries: ['dlv_1', 'dlv_2'] };
  const two = { ...one, fulfillments: [parcel('ful_1'), parcel('ful_2')] };

  test('tells the parcel with its carrier by the shipper’s table', async () => {
    const fulfillment = action({});
    const { result } = await run(of(one), { fulfillment }, { orders: [one] });
    expect(fulfillment.calls[0]?.[1]).toMatchObject({
      fulfillment: { id: 'ful_1', carrierCode: 'dhl' },
      anotherReported: false,
    });
    expect(result).toMatchObject({ told: { type: 'fulfillment.reported', detail: { trackingNumber: 'JD-ful_1' } } });
  });

  test.each([
    ['erp', 'dhl'],
    ['gone', null],
  ])('a parcel by %s has the carrier %s', async (by, carrierCode) => {
    const order = { ...SOLD, fulfillments: [parcel('ful_1', by)] };
    const fulfillment = action({});
    await run(of(order), { fulfillment }, { orders: [order] });
    expect(fulfillment.calls[0]?.[1]).toMatchObject({ fulfillment: { carrierCode } });
  });

  test.each([
    ['another parcel was reported', { state: 'succeeded' as const }, true],
    ['another may have been', { unknown: true }, true],
    ['another has yet to be', {}, false],
  ])('after an unknown outcome the probe knows whether %s', async (_what, other, anotherReported) => {
    const fulfillment = action({}, {});
    const deliveries = [deliveryOf({ id: 'dlv_2', action: 'fulfillment', subject: { fulfillment: 'ful_2' } }, other)];
    await run(of(two, { unknown: true }), { fulfillment }, { orders: [two], deliveries });
    expect(fulfillment.calls).toMatchObject([['probe', { anotherReported }]]);
  });

  test('a report that went well and is no longer kept counts as reported', async () => {
    const fulfillment = action({}, {});
    const { deliveries } = planDeliveries({ ...two, deliveries: [] }, await fakeHub({}).hub.getNetwork());
    const reports = deliveries.filter((each) => each.action === 'fulfillment').map(({ id }) => id);
    expect(reports).toHaveLength(2);
    const late = { ...two, deliveries: ['dlv_1', reports[1] ?? ''] };
    await run(of(late, { unknown: true }), { fulfillment }, { orders: [late] });
    expect(fulfillment.calls).toMatchObject([['probe', { anotherReported: true }]]);
  });

  test('where a probe infers too little to tell the parcels apart, a 500 is taken at its word', async () => {
    const busy = new RetryableError({ code: 'http_500', description: 'no', httpStatus: 500 });
    const unknownAfter = async (order: Order, probeInfers: boolean) => {
      const fulfillment = { ...action({}), push: () => Promise.reject(busy), probeInfers };
      return (await run(of(order), { fulfillment }, { orders: [order] })).result;
    };
    expect(await unknownAfter(one, true)).toMatchObject({ unknown: true });
    expect(await unknownAfter(two, true)).toMatchObject({ unknown: false });
    expect(await unknownAfter(two, false)).toMatchObject({ unknown: true });
  });

  const statusDue = deliveryOf({
    ...{ connection: 'sello-se', marketplace: 'sello', action: 'status', subject: { about: 'ord_8f3a ful_1' } },
  });
  const all = { ...SOLD, fulfillments: [{ ...parcel('ful_1'), lineItems: [...TWO, { id: 'li_2', quantity: 1 }] }] };

  test('a follow-up is given what it is about', async () => {
    const status = action({ note: 'set' });
    const { result } = await run(statusDue, { followUps: { status } }, { orders: [all] });
    expect(status.calls).toMatchObject([['push', { about: 'ord_8f3a ful_1' }]]);
    expect(result).toMatchObject({ told: { type: 'status.reported', detail: { note: 'set' } } });
  });

  test('a follow-up that a cancelled order asks for no more is not pushed', async () => {
    const status = action({});
    const { result } = await run(statusDue, { followUps: { status } }, { orders: [{ ...all, cancelled: true }] });
    expect([result.ok, status.calls]).toEqual([true, []]);
  });
});
describe('fetching', () => {
  const fetched = deliveryOf({ kind: 'fetch', order: null, subject: { resource: '5021', askedBy: 'poll' } });
  const read = { push: async () => ({ topic: 'orden', body: { id: 5021 } }) };

  test('ingests what it read', async () => {
    const { result, ingested } = await run(fetched, { fetches: { order: read } });
    expect(result).toMatchObject({ ok: true });
    const message = { connection: 'shed', topic: 'orden', receivedBy: 'fetch', askedBy: 'poll', body: '{"id":5021}' };
    expect(ingested).toMatchObject([message]);
  });

  test('is dropped where what was listed has been read meanwhile', async () => {
    const unless = { externalId: '5021', version: '2' };
    const listed = { ...fetched, subject: { ...fetched.subject, unless } };
    const known = await run(listed, { fetches: { order: read } }, { known: true });
    expect(known.result).toMatchObject({ ok: true, description: 'was read meanwhile' });
    expect(known.ingested).toEqual([]);
    const newer = await run(listed, { fetches: { order: read } }, { known: false });
    expect(newer.ingested).toHaveLength(1);
  });

  test('is simply done again after an unknown outcome', async () => {
    const { result, ingested } = await run({ ...fetched, unknown: true }, { fetches: { order: read } });
    expect(result).toMatchObject({ ok: true });
    expect(ingested).toHaveLength(1);
  });

  test('that could not be ingested has failed, but nothing at the remote is in doubt', async () => {
    const { hub } = fakeHub();
    const ingest = () => Promise.reject(new Error('busy'));
    const connector = connectorWith({ fetches: { order: read } });
    const network = await hub.getNetwork();
    const result = await attempt({ delivery: fetched, connector, network, ingest, hub });
    expect(result).toMatchObject({ ok: false, unknown: false });
  });
});

describe('stock', () => {
  const told = deliveryOf({ action: 'stock', order: null, subject: { sku: 'MUG-RED' } });
  const listing = { id: 'x', connection: 'shed', sku: 'MUG-RED', updatedAt: '', revision: 1 };

  test('is told as the sum of this moment', async () => {
    const stock = action({});
    await run(told, { stock }, { product: listing });
    expect(stock.calls).toEqual([['push', { listing, quantity: 7 }]]);
  });

  test('of what is not listed there is not told', async () => {
    const stock = action({});
    expect((await run(told, { stock })).result).toMatchObject({ ok: true });
    expect(stock.calls).toEqual([]);
  });
});

describe('a request', () => {
  const asked = (more: Partial<Delivery> = {}) =>
    deliveryOf({ action: 'ticket', order: null, subject: { input: { order: SOLD.id } } }, more);
  const ticket = (acts: Action<unknown>) => ({
    requests: {
      ticket: { ...acts, Input: z.unknown(), summary: 'Asks.', orderOf: (input: unknown) => (input as Order).id },
    },
  });

  test('says what the remote said', async () => {
    const { result } = await run(asked(), ticket(action({ remoteId: 't1', note: 'open' })));
    expect(result).toMatchObject({ ok: true, description: 't1, open' });
  });

  test('tells the order that it names, which is found by what it made', async () => {
    const acts = action({ remoteId: 't1' });
    const named = { ...ticket(acts).requests.ticket, orderOf: (input: unknown) => (input as { order: string }).order };
    const { result } = await run(asked(), { requests: { ticket: named } });
    const [line, remote] = result.ok ? (result.also ?? []) : [];
    expect(line?.Put?.Item).toMatchObject({ type: 'ticket.done', detail: { delivery: 'dlv_1', remoteId: 't1' } });
    expect(remote?.Put?.Item).toMatchObject({ order: SOLD.id });
  });

  test('that nothing can read back is a person’s after an unknown outcome, and is not asked for twice', async () => {
    const { push, calls } = action({});
    const { result } = await run(asked({ unknown: true }), ticket({ push }));
    expect(result).toMatchObject(failed(BlockedError, 'outcome_unknown', true));
    expect(calls).toEqual([]);
  });
});

describe('routing', () => {
  const unrouted = deliveryOf({ action: 'route', connection: 'scopio-main', marketplace: 'scopio' });
  const route = async (order: Order, routes: Route[]) => {
    const orders = [order];
    const { hub, seen } = fakeHub({ orders });
    const network = { ...(await hub.getNetwork()), routes };
    const openRemote = () => Promise.reject(new Error('a remote was opened'));
    const work = { delivery: unrouted, connector: connectorWith({}), network, ingest: async () => {} };
    const result = await attempt({ ...work, hub: { ...hub, openRemote } });
    return { result, seen, plan: planDeliveries(orders[0] ?? order, network).deliveries };
  };
  const stuck = { ...SOLD, placements: [{ delivery: 'dlv_1', connection: 'scopio-main', lineItems: TWO }] };

  test('leaves the lines to the routes, without a call to any remote', async () => {
    const { result, plan } = await route(stuck, [{ from: '*', to: 'shed' }]);
    expect(result).toEqual({ ok: true });
    const lineItems = expect.arrayContaining([{ id: 'li_1', quantity: 2 }]);
    expect(plan).toMatchObject([{ action: 'order', connection: 'shed', subject: { lineItems } }]);
  });

  test('leaves an order of which some has left unseen to a person', async () => {
    const unclear = { ...stuck, history: orderOf({ partlyShipped: true }).history };
    const { result, plan } = await route(unclear, [{ from: '*', to: 'shed' }]);
    expect(result).toEqual({ ok: true });
    expect(plan).toMatchObject([{ action: 'order', connection: 'shed', blocked: { code: 'partly_shipped' } }]);
  });

  test('is blocked still where none matches', async () => {
    const { result, seen } = await route(stuck, []);
    expect(result).toMatchObject(failed(BlockedError, 'route_missing'));
    expect(seen).toEqual([]);
  });
});
