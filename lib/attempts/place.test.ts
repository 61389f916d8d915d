import { describe, expect, test } from 'vitest';
import type { Connection } from '#lib/connections/connection';
import type { Order } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { BlockedError, StoppedError } from '#lib/platform/errors';
import { action, failed, PLACED, run, SOLD, TWO } from '#test/support/attempt';
import { CONNECTIONS, connectorWith, deliveryOf, fakeHub } from '#test/support/fake-hub';
import { MUGS, orderOf, PLATE } from '#test/support/orders';
import { attempt } from './jobs.ts';

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
      placed: {
        ...{ remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: '2026-11-20T10:00:00.000Z' },
        revision: SOLD.revision,
      },
    });
    expect(seen).toEqual([
      ['note', 'shed', { sku: 'MUG-RED', title: 'Red mug', ean: '5901234123457' }],
      ['remember', 'shed', '5021', SOLD.id, 'dlv_1'],
    ]);
  });

  test('does not say as what order it stands where an earlier attempt placed it', async () => {
    const { result } = await run(deliveryOf({}), { order: action({ remoteId: '5021', isFound: true }) });
    expect(result).toMatchObject({ placed: { remoteId: '5021' }, opened: [{ action: 'stock', state: 'pending' }] });
    expect(result).not.toHaveProperty('placed.revision');
  });

  test('is not what stands under its number where another order was placed as that', async () => {
    const order = action({ remoteId: '5021', isFound: true });
    const taken = await run(deliveryOf({}), { order }, { remotes: { '5021': 'sello-se:9' } });
    expect(taken.result).toMatchObject(failed(BlockedError, 'number_taken', true));
    expect(taken.result).toHaveProperty('error.message', expect.stringContaining('sello-se:9'));
    expect(taken.seen.map(([what]) => what)).not.toContain('remember');
    const own = await run(deliveryOf({}), { order }, { remotes: { '5021': SOLD.id } });
    expect(own.result).toMatchObject({ ok: true });
    // An id that was just given is this order's, whichever order had it before (the remote may have restarted its ids).
    const fresh = await run(deliveryOf({}), { order: action({ remoteId: '5021' }) }, { remotes: { '5021': 'x:1' } });
    expect(fresh.result).toMatchObject({ ok: true });
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
    expect(seen.slice(0, 2)).toEqual([['change'], ['reserve', '1 li_1']]);
  });

  test.each([
    [1, false, true, [['push', { lineItems: [{ id: 'li_1', quantity: 1 }] }]]],
    [2, false, true, []],
    [
      2,
      true,
      true,
      [
        ['probe', { lineItems: TWO }],
        ['probe', { lineItems: TWO }],
      ],
    ],
    [2, true, false, [['probe', { lineItems: TWO }]]],
    [
      1,
      true,
      false,
      [
        ['probe', { lineItems: TWO }],
        ['push', { lineItems: [{ id: 'li_1', quantity: 1 }] }],
      ],
    ],
  ])(
    'asks for nothing anew that has left: %d of two, perhaps placed before: %s, which is found: %s',
    async (...row) => {
      const [quantity, unknown, found, calls] = row;
      const parcel = { id: 'ful_1', by: 'shed', carrier: 'dhl', trackingNumber: 'JD1', shippedAt: SOLD.placedAt };
      const sent = { ...SOLD, fulfillments: [{ ...parcel, lineItems: [{ id: 'li_1', quantity }] }] };
      const order = action({}, found ? { remoteId: '5021' } : null);
      await run(deliveryOf({}, { unknown }), { order }, { orders: [sent] });
      expect(order.calls).toMatchObject(calls);
    },
  );

  test('of what is paid on delivery waits for a person where its shipper cannot collect cash', async () => {
    const [shop, ...others] = CONNECTIONS;
    const settings = { release: ['paid', 'on_delivery'] };
    const order = action({});
    const paid = { ...orderOf({ paidAt: null, payment: { method: 'cod', state: 'on_delivery' } }), ...PLACED };
    const { result } = await run(
      deliveryOf({}),
      { order },
      { orders: [paid], connections: [{ ...shop, settings } as Connection, ...others] },
    );
    expect(result).toMatchObject(failed(BlockedError, 'cod_unsupported'));
    expect(order.calls).toEqual([]);
  });

  test('of what is paid on delivery by now waits for a person also where it may have been placed before', async () => {
    const order = action({ remoteId: '5021' }, { remoteId: '5021' });
    const { result } = await place(order, { reads: ON_DELIVERY, unknown: true });
    expect(result).toMatchObject(failed(BlockedError, 'cod_unsupported', true));
    expect(order.calls).toEqual([]);
  });

  test('of what is paid on delivery is done by a shipper that collects cash', async () => {
    const { result } = await place(action({}), { reads: ON_DELIVERY, collectsCash: true });
    expect(result).toMatchObject({ ok: true });
  });

  test('takes what a person gave to a shipper from what the channels are told', async () => {
    const placements = [{ delivery: 'dlv_1', connection: 'shed', lineItems: TWO, named: true as const }];
    const { seen } = await run(deliveryOf({}), { order: action({}) }, { orders: [{ ...SOLD, placements }] });
    expect(seen[0]).toEqual(['reserve', '2 li_1']);
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
    expect([acts.calls, seen]).toEqual([[], [['change'], ['reserve']]]);
    expect(result).toMatchObject(failed(StoppedError, 'order_unreleased'));
    expect(result).toMatchObject({ error: { detail: { description: unreleased } } });
    const network = { ...(await fakeHub().hub.getNetwork()), routes: [{ from: '*', to: 'shed' }] };
    const now = orders[0] as Order;
    expect(planDeliveries(now, network).deliveries).toEqual([]);
    const { order, deliveries } = planDeliveries({ ...now, history: orderOf().history }, network);
    expect(deliveries).toMatchObject([{ action: 'order', subject: { lineItems: [{ id: 'li_1', quantity: 2 }] } }]);
    // The first was never asked for under that number.
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
    // Which state of the order is there is unknown.
    expect(result).not.toHaveProperty('placed.revision');
    // Its warehouse may have told a number without these units since.
    expect(result).toMatchObject({ opened: [{ action: 'stock', state: 'pending' }] });
  });

  test('of what its shipper gave no id is followed by its number alone', async () => {
    const { result, seen } = await run(deliveryOf({}), { order: action({}) });
    expect(result).toMatchObject({ placed: { remoteId: null, number: 'SC-1001' } });
    expect(seen.map(([what]) => what)).toEqual(['note']);
  });

  test('what may have been asked for before its order was cancelled stands where it is found', async () => {
    const order = action({ remoteId: '5021' }, { remoteId: '5021' });
    const orders = [{ ...orderOf({ cancelled: true }), ...PLACED }];
    const { result } = await run(deliveryOf({}, { unknown: true }), { order }, { orders });
    expect(order.calls.map(([what]) => what)).toEqual(['probe', 'probe']);
    expect(result).toMatchObject({ ok: true, placed: { remoteId: '5021' } });
    expect(orders[0]?.placements).toMatchObject([{ lineItems: TWO }]);
  });

  test('what a person gave to a shipper is nobody’s once its order is cancelled', async () => {
    const placements = [{ delivery: 'dlv_1', connection: 'shed', lineItems: TWO, named: true as const }];
    const orders: Order[] = [
      { ...orderOf({ cancelled: true, held: 'it is not active at Scopio' }), ...PLACED, placements },
    ];
    await run(deliveryOf({}), { order: action({}) }, { orders });
    expect(orders[0]).not.toHaveProperty('assigned');
    expect(orders[0]?.placements).toMatchObject([{ lineItems: [] }]);
  });

  test('gives back what is wanted no longer before a placement that was asked for, though that is later', async () => {
    const later = { delivery: 'dlv_2', connection: 'shed', lineItems: [{ id: 'li_1', quantity: 1 }], n: 2 };
    const orders: Order[] = [{ ...SOLD, placements: [...SOLD.placements, later] }];
    const order = action({});
    await run(deliveryOf({}), { order }, { orders });
    expect(order.calls).toMatchObject([['push', { lineItems: [{ id: 'li_1', quantity: 1 }] }]]);
    expect(orders[0]?.placements[1]).toEqual(later);
  });

  describe('whose order changes between its reading and the write that gives units back', () => {
    test('asks for all of it where all is wanted again, and leaves the order as it stands', async () => {
      const order = action({});
      const { stands } = await place(order, { reads: lessOf(1), stands: SOLD });
      expect(order.calls).toMatchObject([['push', { lineItems: TWO }]]);
      expect(stands()).toBe(SOLD);
    });

    test('asks for nothing where it may not ship by then, and says so', async () => {
      const order = action({});
      const { result } = await place(order, { reads: lessOf(1), stands: held() });
      expect(result).toMatchObject(failed(StoppedError, 'order_unreleased'));
      expect(order.calls).toEqual([]);
    });

    test('waits for a person where it is paid on delivery by then', async () => {
      const order = action({});
      const { result } = await place(order, { reads: lessOf(1), stands: ON_DELIVERY });
      expect(result).toMatchObject(failed(BlockedError, 'cod_unsupported'));
      expect(order.calls).toEqual([]);
    });

    test('is stopped where it is gone', async () => {
      const { result } = await place(action({}), { reads: lessOf(1), stands: null });
      expect(result).toMatchObject(failed(StoppedError, 'order_cancelled'));
    });
  });

  test('gives units back in the name of its shipper', async () => {
    const { changes } = await place(action({}), { reads: lessOf(1) });
    expect(changes).toMatchObject([{ by: 'shed', origin: 'dlv_1' }]);
  });
});

const ON_DELIVERY: Order = {
  ...orderOf({ paidAt: null, payment: { method: 'cod', state: 'on_delivery' } }),
  ...PLACED,
};

/** One attempt at a placement of an order that is read as one thing and stands as another when it is written. */
async function place(
  order: ReturnType<typeof action>,
  {
    reads,
    stands = reads,
    unknown = false,
    collectsCash = false,
  }: { reads: Order; stands?: Order | null; unknown?: boolean; collectsCash?: boolean },
) {
  const orders = stands ? [stands] : [];
  const [shop, ...others] = CONNECTIONS;
  const settings = { release: ['paid', 'on_delivery'] };
  const { hub } = fakeHub({ orders, connections: [{ ...shop, settings } as Connection, ...others] });
  const changes: unknown[] = [];
  const changeOrder: typeof hub.changeOrder = (id, decide, options) => {
    changes.push(options);
    return hub.changeOrder(id, decide, options);
  };
  const result = await attempt({
    ...{ delivery: deliveryOf({}, { unknown }), network: await hub.getNetwork(), ingest: async () => {} },
    connector: connectorWith({ order }, { ...(collectsCash && { collectsCash }) }),
    hub: { ...hub, getOrder: async () => reads, changeOrder },
  });
  return { result, changes, stands: () => orders[0] };
}
