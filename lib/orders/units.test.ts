import { describe, expect, test } from 'vitest';
import type { Connection } from '#lib/connections/connection';
import { at, MUGS, orderOf, PLATE, shipmentOf, snapshotOf, sourceOf } from '#test/support/orders';
import { assign } from './by-hand.ts';
import { differenceOf, shippedOf } from './holders.ts';
import { minus } from './line-quantities.ts';
import type { Order, OrderSnapshot } from './order.ts';
import { planDeliveries } from './plan.ts';
import { applyShipment } from './shipment.ts';
import { applySnapshot } from './snapshot.ts';
import { dueOf, lessOf, numberOf, takeBack } from './units.ts';

const connection = (id: string, marketplace: string): [string, Connection] => [
  id,
  { id, marketplace, baseUrl: 'https://x.example', settings: {}, pollIntervalSeconds: 60, requestsPerMinute: 60 },
];
const network = {
  connections: new Map([
    connection('scopio-main', 'scopio'),
    connection('shed', 'marketful'),
    connection('yard', 'marketful'),
  ]),
  routes: [{ from: '*', to: 'shed' }],
  roleOf: (marketplace: string) => ({ info: { sells: marketplace === 'scopio' } }),
};
/** What is planned for an order, and the order with it, as `changeOrder` would write it. */
function plan(order: Order) {
  const planned = planDeliveries(order, network);
  const deliveries = [...order.deliveries, ...planned.deliveries.map(({ id }) => id)];
  return { deliveries: planned.deliveries, order: { ...planned.order, deliveries } };
}
const asked = ({ deliveries }: ReturnType<typeof plan>) =>
  deliveries.map(({ action, subject }) => [action, 'lineItems' in subject ? subject.lineItems : undefined]);
const with2 = (mugs: number, changes: Partial<OrderSnapshot> = {}) =>
  orderOf({ lines: [{ ...MUGS, quantity: mugs }, PLATE], ...changes });
/** An order after its sales channel said something else; who has what is unchanged. */
const become = (now: Order, { placements, own, assigned, routed, deliveries }: Order): Order => ({
  ...now,
  ...{ placements, routed, deliveries, ...(own && { own }), ...(assigned && { assigned }) },
});

const first = plan(with2(2));

describe('the difference', () => {
  test('of what is wanted to what is placed is placed, and nothing twice', () => {
    expect(asked(plan(first.order))).toEqual([]);
    const more = plan(become(with2(5), first.order));
    expect(asked(more)).toEqual([['order', [{ id: 'li_1', quantity: 3 }]]]);
    expect(more.order.placements.map(({ n }) => numberOf(more.order, n))).toEqual(['SC-1001', 'SC-1001-2']);
    expect(asked(plan(more.order))).toEqual([]);
  });

  test('of what is placed to what is wanted is one delivery each time it changes, and none for a unit twice', () => {
    const less = plan(become(with2(1), first.order));
    expect(asked(less)).toEqual([['cancel', [{ id: 'li_1', quantity: 1 }]]]);
    expect(asked(plan(less.order))).toEqual([]);
    const restored = plan(become(with2(2), less.order));
    expect(asked(restored)).toEqual([['cancel', []]]);
    const again = plan(become(with2(1), restored.order));
    expect(new Set([less, restored, again].map(({ deliveries }) => deliveries[0]?.id)).size).toBe(3);
  });

  test('is taken from the latest placement first', () => {
    const more = plan(become(with2(5), first.order));
    expect(plan(become(with2(4), more.order)).deliveries).toMatchObject([
      { action: 'cancel', subject: { placement: more.order.placements[1]?.delivery } },
    ]);
  });

  test('of an order that came in shipped is none: nobody ships it twice', () => {
    const sent = with2(2, {
      lines: [
        { ...MUGS, fulfilled: 2 },
        { ...PLATE, fulfilled: 0 },
      ],
    });
    expect(asked(plan(sent))).toEqual([['order', [{ id: 'li_2', quantity: 1 }]]]);
  });

  test('of a cancelled order that has left is put before a person, unless it came back', () => {
    const connection = 'shed';
    const parcel = { carrier: 'DHL', trackingNumber: 'JD01', shippedAt: at(1) };
    const placed = [MUGS, PLATE].map(({ id, quantity }) => ({ id, quantity }));
    const [sent, back] = [[], [{ id: 'e1', type: 'returned_to_sender', at: at(2) }]].map(
      (events) => applyShipment(first.order, shipmentOf({ parcels: [parcel], events }), { connection, placed }).order,
    );
    const cancelled = (order = first.order) =>
      asked(plan(applySnapshot(order, snapshotOf({ version: at(9), cancelled: true }), sourceOf(9)).order)).filter(
        ([action]) => action === 'cancel',
      );
    expect(cancelled(sent)).toEqual([['cancel', placed]]);
    expect(cancelled(back)).toEqual([]);
  });

  test('is told in SKUs', () => {
    const [one, left] = [[{ id: 'li_1', quantity: 1 }], [{ id: 'li_1', quantity: 1 }]];
    const [{ delivery = '' } = {}] = first.order.placements;
    expect(differenceOf(first.order, delivery, one, left)).toBe('MUG-RED: 2 placed, 1 wanted');
  });

  test('says what has left, also of what was given back or came back', () => {
    const [placement] = plan(with2(4)).order.placements;
    const { delivery = '', connection = '' } = placement ?? {};
    const units = (quantity: number) => [{ id: 'li_1', quantity }];
    const parcels = [{ carrier: 'DHL', trackingNumber: 'JD01', shippedAt: at(1), lineItems: units(4) }];
    const told = (wanted: Order, has: number) => {
      const gone = { lineItems: units(has), gone: units(4 - has) };
      const order = { ...wanted, placements: [{ delivery, connection, ...gone }] };
      const sent = applyShipment(order, shipmentOf({ parcels }), { connection: 'shed', placed: [] }).order;
      const less = lessOf(dueOf(sent), delivery);
      return differenceOf(sent, delivery, less, minus(units(has), less));
    };
    expect(told(with2(3), 4)).toBe('MUG-RED: 4 placed, 3 wanted, 1 too many left already');
    expect(told(with2(3), 3)).toBe('MUG-RED: 4 placed, 3 wanted, 1 too many left already');
    const back = { id: 'ret_1', by: 'erp', at: at(2), lineItems: units(2), reason: null, refund: null };
    expect(told({ ...with2(1), returns: [back] }, 4)).toBe('MUG-RED: 4 placed, 1 wanted, 1 too many left already');
    const three = { ...back, lineItems: units(3) };
    expect(told({ ...with2(1), returns: [three] }, 4)).toBe('');
    expect(told({ ...with2(4, { cancelled: true }), returns: [back] }, 4)).toBe(
      'MUG-RED: 4 placed, 0 wanted, 2 too many left already',
    );
    const byHand = (trackingNumber: string) => ({
      ...with2(4),
      fulfillments: [{ id: 'ful_1', by: 'erp', carrier: 'dhl', trackingNumber, lineItems: units(1), shippedAt: at(1) }],
    });
    expect(told(byHand('E1'), 4)).toBe('MUG-RED: 4 placed, 3 wanted, 1 too many left already');
    expect(told(byHand('JD01'), 4)).toBe('');
  });
});

test('units given to somebody else are taken from who has them first', () => {
  const to = assign(first.order, { lineItems: [{ id: 'li_1', quantity: 2 }], to: 'erp' }, network);
  const moving = plan(to);
  expect(asked(moving)).toEqual([['cancel', [{ id: 'li_1', quantity: 2 }]]]);
  expect(() => assign(moving.order, { lineItems: [{ id: 'li_1', quantity: 1 }], to: 'erp' }, network)).toThrow(
    /li_1|0 of it/,
  );
});

test('units go back to a shipper that has sent others of the line', () => {
  const { order } = plan(with2(4));
  const [{ delivery = '' } = {}] = order.placements;
  const two = [{ id: 'li_1', quantity: 2 }];
  const parcels = [{ carrier: 'DHL', trackingNumber: 'JD01', shippedAt: at(1), lineItems: two }];
  const sent = applyShipment(order, shipmentOf({ parcels }), { connection: 'shed', placed: [] }).order;
  const moving = plan(assign(sent, { lineItems: two, to: 'erp' }, network)).order;
  const moved = plan(takeBack(moving, delivery, two)).order;
  expect(moved.own).toContainEqual({ id: 'li_1', quantity: 2 });
  expect(asked(plan(assign(moved, { lineItems: two, to: 'shed' }, network)))).toEqual([['order', two]]);
});

test('units that left although they had been given back are told, where nobody wants them', () => {
  const two = [{ id: 'li_1', quantity: 2 }];
  const [{ delivery = '' } = {}] = first.order.placements;
  const given = plan(takeBack(plan(assign(first.order, { lineItems: two, to: 'erp' }, network)).order, delivery, two));
  const parcel = { carrier: 'DHL', shippedAt: at(1), lineItems: two };
  const shed = { parcels: [{ ...parcel, trackingNumber: 'JD01' }] };
  const sent = plan(applyShipment(given.order, shipmentOf(shed), { connection: 'shed', placed: [] }).order);
  const cancels = (planned: typeof sent) => asked(planned).filter(([action]) => action === 'cancel');
  expect([cancels(sent), sent.order.own]).toEqual([[], [{ id: 'li_1', quantity: 0 }]]);
  const byHand = { ...parcel, id: 'ful_2', by: 'erp', trackingNumber: 'E1' };
  const both = plan({ ...sent.order, fulfillments: [...sent.order.fulfillments, byHand] });
  expect(cancels(both)).toEqual([['cancel', two]]);
  expect(asked(plan(both.order))).toEqual([]);
  expect(shippedOf(both.order, delivery, two)).toEqual(two);
  const placed = minus(both.order.placements[0]?.lineItems, two);
  expect(differenceOf(both.order, delivery, two, placed)).toBe('MUG-RED: 2 placed, 0 wanted, 2 too many left already');
});

test('units on their way to somebody go elsewhere, or stay, by a later word', () => {
  const { order } = plan(with2(4));
  const [{ delivery = '' } = {}] = order.placements;
  const route = (from: Order, to: string, quantity: number) =>
    plan(assign(from, { lineItems: [{ id: 'li_1', quantity }], to }, network));
  const first = route(order, 'yard', 3).order;
  const again = route(first, 'erp', 3);
  expect(again.order.assigned).toEqual([
    { to: 'yard', lineItems: [{ id: 'li_1', quantity: 1 }] },
    { to: 'erp', lineItems: [{ id: 'li_1', quantity: 3 }] },
  ]);
  expect(asked(again)).toEqual([['cancel', [{ id: 'li_1', quantity: 4 }]]]);
  const moved = plan(takeBack(again.order, delivery, [{ id: 'li_1', quantity: 4 }]));
  expect(asked(moved)).toEqual([['order', [{ id: 'li_1', quantity: 1 }]]]);
  expect(moved.order.own).toContainEqual({ id: 'li_1', quantity: 3 });
  const staying = route(first, 'shed', 3);
  expect([staying.order.assigned, asked(staying)]).toEqual([undefined, [['cancel', []]]]);
  expect(() => route(first, 'shed', 4)).toThrow('3 of it are neither shipped nor with shed');
});

test('the latest of routes that there is not enough for has its units', () => {
  const give = (from: Order, to: string, quantity: number) =>
    assign(from, { lineItems: [{ id: 'li_1', quantity }], to }, network);
  const giveBack = (from: Order): Order => {
    const less = dueOf(from).flatMap((due) => due.less);
    const [first] = less;
    return first ? giveBack(plan(takeBack(from, first.delivery, lessOf(dueOf(from), first.delivery))).order) : from;
  };
  const yard = giveBack(plan(give(plan(with2(5)).order, 'yard', 1)).order);
  const back = plan(give(yard, 'shed', 1)).order;
  const own = giveBack(plan(give(back, 'erp', 2)).order);
  expect(own.own).toContainEqual({ id: 'li_1', quantity: 2 });
  const both = plan(give(plan(give(own, 'erp', 2)).order, 'yard', 2)).order;
  const last = giveBack(plan(give(both, 'shed', 1)).order);
  expect(
    last.placements.filter(({ connection }) => connection === 'shed').flatMap(({ lineItems }) => lineItems),
  ).toEqual(expect.arrayContaining([{ id: 'li_1', quantity: expect.toSatisfy((units) => units > 0) }]));
});

test('of a cancelled order nothing is given to another shipper', () => {
  const { order } = plan(with2(2, { cancelled: true }));
  const to = { lineItems: [{ id: 'li_1', quantity: 1 }], to: 'shed' };
  expect(() => assign(order, to, network)).toThrow('is cancelled');
});
