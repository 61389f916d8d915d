import { describe, expect, test } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import type { Actions } from '#lib/marketplaces/action';
import { DECLINED, UNTOLD } from '#lib/orders/decline';
import { derive } from '#lib/orders/derive';
import type { Order } from '#lib/orders/order';
import { destinationHash, goodsHash } from '#lib/orders/plan';
import { takeBack } from '#lib/orders/units';
import { BlockedError, NotYetError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import { action, failed, PLACED, run, SOLD, TWO } from '#test/support/attempt';
import { CONNECTIONS, deliveryOf, NOW } from '#test/support/fake-hub';
import { MUGS, orderOf, PLATE } from '#test/support/orders';

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

  test('at a shipper that left the connections file, what it was never asked for is taken back', async () => {
    const connections = CONNECTIONS.filter(({ id }) => id !== 'shed');
    const removed = (placement: Delivery) =>
      run(withdrawal, {}, { orders: [GONE], deliveries: [placement], connections });
    const cause = { code: 'connection_missing', description: '' };
    const { result, ledger } = await removed(deliveryOf({}, { state: 'blocked', cause }));
    expect(result).toEqual({ ok: true });
    expect(ledger.get('dlv_1')).toMatchObject({ state: 'dead', cause: { code: 'order_cancelled' } });
    for (const asked of [standing, deliveryOf({}, { state: 'blocked', cause, unknown: true })])
      expect((await removed(asked)).result).toMatchObject(failed(BlockedError, 'connection_missing'));
  });

  test('a placement that was refused alarms nobody any more', async () => {
    const cause = { code: 'http_422', description: 'postal code' };
    const { ledger } = await cancel(deliveryOf({}, { state: 'dead', cause, deadLettered: true }), {}, [GONE]);
    expect(ledger.get('dlv_1')).toMatchObject({ state: 'dead', cause: { code: 'order_cancelled' } });
  });

  test('a placement that has not happened and keeps units will ask for those', async () => {
    const orders = [ONE];
    const cause = { code: 'http_403', description: 'no' };
    const { ledger, seen } = await cancel(deliveryOf({}, { state: 'blocked', cause }), {}, orders);
    expect(orders[0]?.placements).toMatchObject([{ lineItems: [{ id: 'li_1', quantity: 1 }] }]);
    expect(ledger.get('dlv_1')).toMatchObject({ state: 'blocked', cause });
    expect(seen).toEqual([['change'], ['reserve', '1 li_1']]);
  });

  test('a placement that its shipper declined says what is left of it', async () => {
    const cause = { code: DECLINED, description: 'MUG-RED: 2' };
    const { ledger } = await cancel(deliveryOf({}, { state: 'blocked', cause }), {}, [ONE]);
    expect(ledger.get('dlv_1')).toMatchObject({ state: 'blocked', cause: { code: DECLINED } });
    expect(ledger.get('dlv_1')?.cause?.description).not.toBe(cause.description);
  });

  test('a placement that was stopped is told of once', async () => {
    const cause = { code: 'order_cancelled', description: '' };
    const { seen } = await cancel(deliveryOf({}, { state: 'dead', cause, deadLettered: true }), {}, [GONE]);
    expect(seen).toEqual([['change'], ['reserve']]);
  });

  test('who routes was never at a remote', async () => {
    const order = action({}, { remoteId: '5021' });
    await cancel(deliveryOf({ action: 'route' }, { unknown: true }), { order, cancel: action({}) });
    expect(order.calls).toEqual([]);
  });

  test('a placement on the lost part of a ledger that was restored is looked for, with all that was asked', async () => {
    const undone = action({});
    const order = action<{ lineItems: unknown }, { remoteId?: string }>({}, { remoteId: '5021' });
    await run(withdrawal, { cancel: undone, order }, { orders: [ONE], deliveries: [deliveryOf({})], lost: true });
    expect(order.calls).toMatchObject([['probe', { lineItems: TWO }]]);
    expect(undone.calls.map(([what]) => what)).toEqual(['probe', 'push']);
  });

  test('what was taken back meanwhile is taken back once', async () => {
    const orders = [GONE];
    const cancelling = {
      ...action({}),
      push: async () => {
        orders[0] = takeBack(GONE, 'dlv_1', [{ id: 'li_1', quantity: 1 }]);
        return {};
      },
    };
    await cancel(standing, { cancel: cancelling }, orders);
    expect(orders[0]?.placements).toMatchObject([{ lineItems: [], gone: TWO }]);
  });

  test.each([
    ['all of it', GONE, TWO, []],
    ['a part', ONE, [{ id: 'li_1', quantity: 1 }], [{ id: 'li_1', quantity: 1 }]],
  ])('a placement that stands is undone as far as it is not wanted: %s', async (_what, order, lineItems, left) => {
    const undone = action({});
    const orders = [order];
    const { result, seen } = await cancel(standing, { cancel: undone }, orders);
    expect(undone.calls).toMatchObject([['push', { remoteId: '5021', number: 'SC-1001', nth: 1, lineItems, left }]]);
    expect(seen).toEqual([['change'], ['reserve', ...left.map(({ id, quantity }) => `${quantity} ${id}`)]]);
    expect(result).toMatchObject({ told: { type: 'order.withdrawn' } });
    expect(orders[0]?.placements).toMatchObject([{ lineItems: left, gone: lineItems }]);
  });

  test('what a person told the parcel of, as its shipper was done and had not, is not undone', async () => {
    const cause = { code: UNTOLD, description: '' };
    const posted = { by: 'erp', carrier: 'dhl', trackingNumber: 'X1', lineItems: TWO, shippedAt: SOLD.placedAt };
    const sent: Order = derive({ ...SOLD, fulfillments: [{ id: 'ful_1', ...posted }] });
    for (const [order, calls] of [
      [sent, 0],
      [GONE, 1],
    ] as const) {
      const undone = action({});
      const waiting = deliveryOf({}, { state: 'blocked', cause, unknown: true, placed });
      await cancel(waiting, { cancel: undone, order: action({}, { remoteId: '5021' }) }, [order]);
      expect(undone.calls).toHaveLength(calls);
    }
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

  test.each([
    [2, /^order 5021 left already: have it sent back$/],
    [1, /^Marketful cannot cancel .* 5021 stopped there by hand, as far as it has not left already$/],
  ])('what has left already is to be sent back: %d of two units', async (quantity, words) => {
    const parcel = { id: 'ful_1', by: 'shed', carrier: 'dhl', trackingNumber: 'JD1', shippedAt: SOLD.placedAt };
    const fulfillments = [{ ...parcel, lineItems: [{ id: 'li_1', quantity }] }];
    const { result } = await cancel(standing, {}, [{ ...GONE, fulfillments }]);
    expect(result).toMatchObject(failed(BlockedError, 'cancel_unsupported'));
    expect(result).toMatchObject({ error: { detail: { description: expect.stringMatching(words) } } });
  });

  test('of what the remote can undo in part the order knows, and the rest is a person’s', async () => {
    const TWO_LINES = {
      ...PLACED,
      own: [],
      placements: [{ delivery: 'dlv_1', connection: 'shed', lineItems: [...TWO, { id: 'li_2', quantity: 1 }] }],
    };
    const orders = [
      {
        ...orderOf({
          lines: [
            { ...MUGS, quantity: 1 },
            { ...PLATE, quantity: 0 },
          ],
        }),
        ...TWO_LINES,
      },
    ];
    const kept = [{ id: 'li_1', quantity: 1 }];
    const { result } = await cancel(standing, { cancel: action({ kept }) }, orders);
    expect(orders[0]?.placements).toMatchObject([{ lineItems: TWO, gone: [{ id: 'li_2', quantity: 1 }] }]);
    expect(result).toMatchObject({
      ok: false,
      error: { detail: { code: 'amend_unsupported', description: 'MUG-RED: 2 placed, 1 wanted' } },
    });
  });

  const moved = (subject: object, more = {}) =>
    deliveryOf({ id: 'dlv_2', action: 'cancel', subject: { placement: 'dlv_1', readdressed: 5, ...subject } }, more);
  const since = (revision?: number) => ({ ...standing, placed: { ...placed, ...(revision && { revision }) } });
  test.each([
    [
      'with the address before',
      since(4),
      /^Marketful cannot change an address .*: have order 5021 changed there by hand$/,
    ],
    ['and nobody knows with which', since(), /order 5021/],
    ['and may stand', deliveryOf({}, { unknown: true }), /order SC-1001/],
  ])('an order that goes elsewhere is a person’s where it was placed %s', async (_what, placement, words) => {
    const { result } = await run(moved({}), { cancel: action({}) }, { orders: [SOLD], deliveries: [placement] });
    expect(result).toMatchObject(failed(BlockedError, 'address_changed'));
    expect(result).toMatchObject({ error: { detail: { description: expect.stringMatching(words) } } });
  });

  test('goods that stand on a line since it was placed are a person’s, by name', async () => {
    const orders = [SOLD];
    const exchanged = deliveryOf({ id: 'dlv_2', action: 'cancel', subject: { placement: 'dlv_1', exchanged: 5 } });
    const { result } = await run(exchanged, { cancel: action({}) }, { orders, deliveries: [since(4)] });
    expect(result).toMatchObject(failed(BlockedError, 'goods_changed'));
    expect(result).toMatchObject({
      error: { detail: { description: expect.stringMatching(/have order 5021 changed to 2 MUG-RED at Marketful/) } },
    });
    const done = { ok: true, httpStatus: 200 };
    expect((await run(exchanged, { cancel: action({}) }, { orders, deliveries: [since(5)] })).result).toEqual(done);
    // The goods that were placed are back.
    const back = { ...exchanged, subject: { ...exchanged.subject, goods: goodsHash(SOLD, 'dlv_1') } };
    expect((await run(back, {}, { orders, deliveries: [since(4)] })).result).toEqual(done);
    expect((await run(back, {}, { orders, deliveries: [since()] })).result).toMatchObject({ ok: false });
  });

  test.each([
    ['it was placed with the new address', since(5), moved({})],
    ['it was not placed yet', deliveryOf({}), moved({})],
    [
      'a person saw to it',
      since(4),
      moved({}, { closed: { by: 'me', reason: 'done', at: SOLD.placedAt, was: 'blocked', cause: null } }),
    ],
  ])('an order that goes elsewhere waits for nobody where %s', async (_what, placement, delivery) => {
    const { result } = await run(delivery, { cancel: action({}) }, { orders: [SOLD], deliveries: [placement] });
    expect(result).toEqual({ ok: true, httpStatus: 200 });
  });

  test('an order that goes where it was placed again waits for nobody', async () => {
    const from = destinationHash(SOLD);
    const ids = ['', '2'].map((n) => cancelId(n));
    const away = deliveryOf({
      id: ids[0] ?? '',
      action: 'cancel',
      subject: { placement: 'dlv_1', readdressed: 5, from },
    });
    const back = moved({ readdressed: 6, from: 'b' });
    const order = { ...SOLD, deliveries: ['dlv_1', ...ids] };
    const told = async (placement: Delivery, first = away) => {
      const deliveries = [placement, first, { ...back, id: ids[1] ?? '' }];
      return (await run({ ...back, id: ids[1] ?? '' }, {}, { orders: [order], deliveries })).result;
    };
    expect(await told(since(4))).toEqual({ ok: true, httpStatus: 200 });
    expect(await told(since(5))).toMatchObject(failed(BlockedError, 'address_changed'));
    // Nobody knows with which of the two addresses it was placed.
    expect(await told(since())).toMatchObject(failed(BlockedError, 'address_changed'));
    const closed = { by: 'me', reason: 'done', at: SOLD.placedAt, was: 'blocked' as const, cause: null };
    expect(await told(since(4), { ...away, closed })).toMatchObject(failed(BlockedError, 'address_changed'));
  });

  test('one that is paid back is a person’s where it was placed before, with what else has changed', async () => {
    const refunded = (subject: object, more = {}) =>
      deliveryOf({ id: 'dlv_2', action: 'cancel', subject: { placement: 'dlv_1', refunded: 5, ...subject } }, more);
    const PAID_BACK = { ...orderOf({ payment: { method: null, state: 'refunded' } }), ...PLACED };
    const told = async (delivery: Parameters<typeof run>[0], revision: number, order: Order = PAID_BACK) =>
      (await run(delivery, { cancel: action({}) }, { orders: [order], deliveries: [since(revision)] })).result;
    const words = /^its payment was given back after it was placed: have order 5021 stopped at Marketful/;
    expect(await told(refunded({}), 4)).toMatchObject({
      error: { detail: { code: 'payment_refunded', description: expect.stringMatching(words) } },
    });
    const both = /^its shipping address changed .* and its payment was given back/;
    expect(await told(refunded({ readdressed: 5 }), 4)).toMatchObject({
      error: { detail: { code: 'payment_refunded', description: expect.stringMatching(both) } },
    });
    expect(await told(refunded({}), 5)).toEqual({ ok: true, httpStatus: 200 });
    expect(await told(refunded({}), 4, SOLD)).toEqual({ ok: true, httpStatus: 200 });
  });

  test('an order that is cancelled goes nowhere, whatever its address was', async () => {
    const { result } = await run(moved({}), { cancel: action({}) }, { orders: [GONE], deliveries: [since(4)] });
    expect(result).toMatchObject({ ok: true });
  });

  test('what heals by itself says nothing of the address', async () => {
    const refused = new BlockedError({ code: 'http_401', description: 'no' }, 'connection');
    const given = { cancel: { ...action<never, never>({} as never), push: () => Promise.reject(refused) } };
    const { result } = await run(moved({}), given, { orders: [ONE], deliveries: [since(4)] });
    expect(result).toMatchObject({ error: { detail: { description: 'no' } } });
  });

  test.each([
    ['failed', 1],
    ['unknown', 1],
    ['refused', 0],
  ] as const)('an attempt that %s before the change may stand with the address before', async (outcome, count) => {
    const at = { number: 1, endedAt: SOLD.placedAt, outcome, nextAttemptAt: null } as const;
    const before = { ...at, startedAt: new Date(NOW.getTime() - 1).toISOString() };
    const between = { ...since(), placed: { ...placed, at: NOW.toISOString() }, attempts: [before], attemptCount: 1 };
    const { result } = await run(moved({}), { cancel: action({}) }, { orders: [SOLD], deliveries: [between] });
    expect(result.ok ? 0 : 1).toBe(count);
  });

  test('of a placement that goes elsewhere what is not wanted is taken back first', async () => {
    const undone = action({});
    const orders = [ONE];
    const { result } = await run(moved({}), { cancel: undone }, { orders, deliveries: [since(4)] });
    expect(undone.calls).toHaveLength(1);
    expect(orders[0]?.placements).toMatchObject([{ gone: [{ id: 'li_1', quantity: 1 }] }]);
    expect(result).toMatchObject({ error: { detail: { code: 'address_changed' } } });
    const blocks = action<never, never>({} as never);
    const stuck = new BlockedError({ code: 'amend_unsupported', description: 'MUG-RED' }, 'operator');
    const given = { cancel: { ...blocks, push: () => Promise.reject(stuck) } };
    const { result: half } = await run(moved({}), given, { orders: [ONE], deliveries: [since(4)] });
    expect(half).toMatchObject({
      error: { detail: { description: expect.stringMatching(/^MUG-RED; its .* changed/) } },
    });
    const { result: unable } = await run(moved({}), {}, { orders: [ONE], deliveries: [since(4)] });
    expect(unable).toMatchObject({
      error: {
        detail: { description: 'MUG-RED: 2 placed, 1 wanted; its shipping address changed after it was placed' },
      },
    });
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
    const given = [standing, { ...first, ...blocked, state: 'dead' as const }, second];
    const { ledger } = await run(second, { cancel: action({}) }, { orders: [order], deliveries: given });
    expect(ledger.get(first.id)).toMatchObject({ state: 'succeeded', cause: null });
    const inHand = [standing, { ...first, state: 'leased' as const }, second];
    const { result } = await run(second, { cancel: action({}) }, { orders: [order], deliveries: inHand });
    expect(result).toMatchObject(failed(NotYetError, 'placement_in_hand'));
    // The earlier cancellation may have done it.
    const undone = action({});
    const unsure = [standing, { ...first, ...blocked, unknown: true }, second];
    await run(second, { cancel: undone }, { orders: [order], deliveries: unsure });
    expect(undone.calls.map(([what]) => what)).toEqual(['probe', 'push']);
  });
});

const cancelId = (n: string) => `dlv_${shortHash(...[SOLD.id, 'cancel', 'shed', 'dlv_1', n].filter(Boolean))}`;
