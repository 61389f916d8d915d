import { describe, expect, test } from 'vitest';
import type { Route } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import type { Action, Actions, ProbedAction } from '#lib/marketplaces/action';
import type { Order } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { BlockedError, NotYetError, RejectedError, RetryableError, StoppedError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import * as z from '#lib/platform/zod';
import { MUGS, orderOf, PLATE } from '#test/support/orders';
import { CONNECTIONS, connectorWith, deliveryOf, fakeHub } from '../../test/support/fake-hub.ts';
import { attempt } from './jobs.ts';

const TWO = [{ id: 'li_1', quantity: 2 }];
const PLACED: Partial<Order> = {
  ...{ routed: ['li_1', 'li_2'], own: [{ id: 'li_2', quantity: 1 }], deliveries: ['dlv_1'] },
  placements: [{ delivery: 'dlv_1', connection: 'shed', lineItems: TWO }],
};
const SOLD: Order = { ...orderOf(), ...PLACED };
const parcel = (id: string, by = 'shed') => ({
  ...{ id, by, carrier: 'DHL', trackingNumber: `JD-${id}`, shippedAt: SOLD.placedAt },
  lineItems: [{ id: 'li_1', quantity: 2 }],
});

/** An action that notes what it is asked to do. */
function action<Input, Done extends object>(done: Done, found: Done | null = null) {
  const calls: Array<[string, Input]> = [];
  const acts = {
    push: async (_remote: unknown, input: Input) => {
      calls.push(['push', input]);
      return done;
    },
    probe: async (_remote: unknown, input: Input) => {
      calls.push(['probe', input]);
      return found;
    },
  } satisfies ProbedAction<Input>;
  return { ...acts, calls };
}

async function run(delivery: Delivery, actions: Actions, hubOf: Parameters<typeof fakeHub>[0] = {}) {
  const { hub, seen, ledger } = fakeHub({ orders: [SOLD], ...hubOf });
  const ingested: unknown[] = [];
  const ingest = async (message: unknown) => void ingested.push(message);
  const network = await hub.getNetwork();
  const result = await attempt({ delivery, connector: connectorWith(actions), network, ingest, hub });
  return { result, seen, ledger, ingested };
}

const failed = (error: new (...args: never[]) => Error, code: string, unknown = false) => ({
  ok: false,
  unknown,
  error: expect.toSatisfy((thrown) => thrown instanceof error && (thrown as BlockedError).code === code),
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

describe('placing', () => {
  test('hands over the lines, is told, is followed by its id, and its products are watched', async () => {
    const order = action({ remoteId: '5021', note: 'taken' });
    const { result, seen } = await run(deliveryOf({}), { order });
    expect(order.calls).toEqual([
      ['push', { order: SOLD, source: CONNECTIONS[0], lineItems: TWO, number: 'SC-1001', nth: 1 }],
    ]);
    expect(result).toEqual({
      ok: true,
      httpStatus: 200,
      told: { type: 'order.placed', detail: { remoteId: '5021', note: 'taken' } },
      placed: { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: '2026-11-20T10:00:00.000Z' },
    });
    expect(seen).toEqual([
      ['note', 'shed', { sku: 'MUG-RED', title: 'Red mug', ean: '5901234123457' }],
      ['remember', 'shed', '5021', SOLD.id],
    ]);
  });

  const lessOf = (quantity: number): Order => ({
    ...orderOf({ lines: [{ ...MUGS, quantity }, PLATE] }),
    ...PLACED,
  });

  test('asks for what is wanted at that moment, which the order knows before', async () => {
    const orders = [lessOf(1)];
    const order = action({});
    const { seen } = await run(deliveryOf({}), { order }, { orders });
    expect(order.calls).toMatchObject([['push', { lineItems: [{ id: 'li_1', quantity: 1 }] }]]);
    expect(orders[0]?.placements).toEqual([
      {
        delivery: 'dlv_1',
        connection: 'shed',
        lineItems: [{ id: 'li_1', quantity: 1 }],
        gone: [{ id: 'li_1', quantity: 0 }],
      },
    ]);
    expect(seen[0]).toEqual(['change']);
  });

  test.each([
    ['nothing is wanted any more', lessOf(0)],
    ['the order is cancelled', { ...orderOf({ cancelled: true }), ...PLACED }],
    ['it was cancelled before units were kept', { ...orderOf({ cancelled: true }), deliveries: ['dlv_1'] }],
  ])('where %s, is stopped before any call, and nobody is alarmed', async (_what, order) => {
    const acts = action({});
    const { result } = await run(deliveryOf({}), { order: acts }, { orders: [order] });
    expect(result).toMatchObject(failed(StoppedError, 'order_cancelled'));
    expect(acts.calls).toEqual([]);
  });

  const held = (): Order => ({ ...orderOf({ held: 'it is not active at Scopio' }), ...PLACED });
  const unreleased = 'It does not ship: it is not active at Scopio; it will once Scopio says otherwise.';

  test('of an order that may not ship by now, is stopped, and its units are due once it may', async () => {
    const orders = [held()];
    const acts = action({});
    const { result, seen } = await run(deliveryOf({}), { order: acts }, { orders });
    expect([acts.calls, seen]).toEqual([[], [['change']]]);
    expect(result).toMatchObject(failed(StoppedError, 'order_unreleased'));
    expect(result).toMatchObject({ error: { detail: { description: unreleased } } });
    const network = { ...(await fakeHub().hub.getNetwork()), routes: [{ from: '*', to: 'shed' }] };
    const now = orders[0] as Order;
    expect(planDeliveries(now, network).deliveries).toEqual([]);
    const { order, deliveries } = planDeliveries({ ...now, history: orderOf().history }, network);
    expect(deliveries).toMatchObject([{ action: 'order', subject: { lineItems: [{ id: 'li_1', quantity: 2 }] } }]);
    // Nobody was asked for the first under that number.
    expect(order.placements.at(-1)).not.toHaveProperty('n');
  });

  test('what a person gave to a shipper stays assigned to it while the order may not ship', async () => {
    const placements = [{ delivery: 'dlv_1', connection: 'shed', lineItems: TWO, named: true as const }];
    const orders: Order[] = [{ ...held(), placements }];
    await run(deliveryOf({}), { order: action({}) }, { orders });
    expect(orders[0]?.assigned).toEqual([{ to: 'shed', lineItems: TWO }]);
    const network = await fakeHub().hub.getNetwork();
    const waiting = planDeliveries(orders[0] as Order, network).order;
    expect(waiting.assigned).toEqual(orders[0]?.assigned);
    const { deliveries } = planDeliveries({ ...waiting, history: orderOf().history }, network);
    expect(deliveries.map(({ connection }) => connection)).toEqual(['shed']);
  });

  test('what may have been asked for before its order was held stands where it is found', async () => {
    const order = action({ remoteId: '5021' }, { remoteId: '5021' });
    const { result } = await run(deliveryOf({}, { unknown: true }), { order }, { orders: [held()] });
    expect(order.calls.map(([what]) => what)).toEqual(['probe', 'probe']);
    expect(result).toMatchObject({ ok: true });
  });

  test.each([
    ['stands there with all of it, and the rest is a cancellation’s', { remoteId: '5021' }, ['probe', 'probe'], 2],
    ['is not there, and asks for less', null, ['probe', 'push'], 1],
  ])('what may have been asked for before less was wanted %s', async (_what, found, calls, units) => {
    const orders = [lessOf(1)];
    const order = action<unknown, { remoteId?: string }>({}, found);
    await run(deliveryOf({}, { unknown: true }), { order }, { orders });
    expect(order.calls.map(([what]) => what)).toEqual(calls);
    expect(order.calls.at(-1)).toMatchObject([calls.at(-1), { lineItems: [{ id: 'li_1', quantity: units }] }]);
  });

  test('after an unknown outcome is looked for first', async () => {
    const order = action({ remoteId: '5021' }, { remoteId: '5021' });
    const { result } = await run(deliveryOf({}, { unknown: true }), { order });
    expect(order.calls.map(([what]) => what)).toEqual(['probe']);
    expect(result).toMatchObject({ told: { detail: { probed: true } } });
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

  test('where no probe could tell the parcels apart, a 500 is taken at its word', async () => {
    const busy = new RetryableError({ code: 'http_500', description: 'no', httpStatus: 500 });
    const fulfillment = { ...action({}), push: () => Promise.reject(busy) };
    const unknownAfter = async (order: Order) => (await run(of(order), { fulfillment }, { orders: [order] })).result;
    expect(await unknownAfter(one)).toMatchObject({ unknown: true });
    expect(await unknownAfter(two)).toMatchObject({ unknown: false });
  });

  test('a follow-up is given what it is about', async () => {
    const status = action({ note: 'set' });
    const delivery = deliveryOf({ action: 'status', subject: { about: 'ord_8f3a ful_1' } });
    const { result } = await run(delivery, { followUps: { status } });
    expect(status.calls).toMatchObject([['push', { about: 'ord_8f3a ful_1' }]]);
    expect(result).toMatchObject({ told: { type: 'status.reported', detail: { note: 'set' } } });
  });
});

describe('cancelling', () => {
  const withdrawal = deliveryOf({ id: 'dlv_2', action: 'cancel', subject: { placement: 'dlv_1' } });
  const GONE: Order = { ...orderOf({ cancelled: true }), ...PLACED };
  const ONE: Order = { ...orderOf({ lines: [{ ...MUGS, quantity: 1 }, PLATE] }), ...PLACED };
  const cancel = (placement: Delivery | null, actions: Actions, orders = [GONE]) =>
    run(withdrawal, actions, { orders, deliveries: placement ? [placement] : [] });
  const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: SOLD.placedAt };
  const standing = deliveryOf({}, { state: 'succeeded', placed });

  test('a placement that does not exist leaves nothing to do', async () => {
    expect((await cancel(null, {})).result).toEqual({ ok: true, httpStatus: 200 });
  });

  test('a placement in a worker’s hands is looked at again', async () => {
    const { result } = await cancel(deliveryOf({}, { state: 'leased' }), { cancel: action({}) });
    expect(result).toMatchObject(failed(NotYetError, 'placement_in_hand'));
  });

  test('a placement that has not happened is stopped, and nobody is alarmed', async () => {
    const orders = [GONE];
    const { ledger, seen } = await cancel(deliveryOf({}), { cancel: action({}) }, orders);
    expect(ledger.get('dlv_1')).toMatchObject({ state: 'dead', deadLettered: true });
    expect(orders[0]?.placements).toMatchObject([{ lineItems: [], gone: [{ id: 'li_1', quantity: 0 }] }]);
    expect(seen).toContainEqual(['change', 'order.stopped']);
  });

  test('a placement that has not happened and keeps units will ask for those', async () => {
    const orders = [ONE];
    const { ledger } = await cancel(deliveryOf({}, { state: 'blocked' }), {}, orders);
    expect(orders[0]?.placements).toMatchObject([{ lineItems: [{ id: 'li_1', quantity: 1 }] }]);
    expect(ledger.get('dlv_1')).toMatchObject({ state: 'blocked' });
  });

  test.each([
    ['all of it', GONE, TWO, []],
    ['a part', ONE, [{ id: 'li_1', quantity: 1 }], [{ id: 'li_1', quantity: 1 }]],
  ])('a placement that stands is undone as far as it is not wanted: %s', async (_what, order, lineItems, left) => {
    const undone = action({});
    const orders = [order];
    const { result } = await cancel(standing, { cancel: undone }, orders);
    expect(undone.calls).toMatchObject([['push', { remoteId: '5021', number: 'SC-1001', nth: 1, lineItems, left }]]);
    expect(result).toMatchObject({ told: { type: 'order.withdrawn' } });
    expect(orders[0]?.placements).toMatchObject([{ lineItems: left, gone: lineItems }]);
  });

  test('once the order knows that it is undone, nothing is left to do', async () => {
    const undone = action({});
    const orders = [ONE];
    await cancel(standing, { cancel: undone }, orders);
    await cancel(standing, { cancel: undone }, orders);
    expect(undone.calls).toHaveLength(1);
  });

  test.each([
    ['and the remote has it', { remoteId: '5021' }, ['push']],
    ['and the remote has none', null, []],
  ])('a placement whose outcome is unknown is looked for: %s', async (_what, found, calls) => {
    const undone = action({});
    const order = action<unknown, { remoteId?: string }>({}, found);
    await cancel(deliveryOf({}, { unknown: true }), { cancel: undone, order });
    expect(undone.calls.map(([what]) => what)).toEqual(calls);
  });

  test.each([
    [GONE, 'cancel_unsupported', /5021 stopped there by hand/],
    [ONE, 'amend_unsupported', /^MUG-RED: 2 placed, 1 wanted$/],
  ])('what cannot be undone over an API is a person’s, with the difference', async (order, code, words) => {
    const { result } = await cancel(standing, {}, [order]);
    expect(result).toMatchObject(failed(BlockedError, code));
    expect(result).toMatchObject({ error: { detail: { description: expect.stringMatching(words) } } });
  });

  test('of several differences the latest stands for all, and those before it wait for nobody', async () => {
    const ids = ['', '2'].map((n) => cancelId(n));
    const order = { ...ONE, deliveries: ['dlv_1', ...ids] };
    const blocked = { state: 'blocked' as const, cause: { code: 'amend_unsupported', description: '' } };
    const [first, second] = ids.map((id) => deliveryOf({ id, action: 'cancel', subject: { placement: 'dlv_1' } }));
    if (!first || !second) throw new Error('there are two');
    const deliveries = [standing, { ...first, ...blocked }, second];
    const early = await run(first, { cancel: action({}) }, { orders: [order], deliveries });
    expect(early.seen).toEqual([]);
    const late = await run(second, { cancel: action({}) }, { orders: [order], deliveries });
    expect(late.ledger.get(first.id)).toMatchObject({ state: 'succeeded', cause: null });
  });
});

const cancelId = (n: string) => `dlv_${shortHash(...[SOLD.id, 'cancel', 'shed', 'dlv_1', n].filter(Boolean))}`;

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

  test('is blocked still where none matches', async () => {
    const { result, seen } = await route(stuck, []);
    expect(result).toMatchObject(failed(BlockedError, 'route_missing'));
    expect(seen).toEqual([]);
  });
});
