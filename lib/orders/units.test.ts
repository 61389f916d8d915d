import { describe, expect, test } from 'vitest';
import type { Connection } from '#lib/connections/connection';
import { MUGS, orderOf, PLATE } from '#test/support/orders';
import type { Order, OrderSnapshot } from './order.ts';
import { planDeliveries } from './plan.ts';
import { assign } from './post-route.ts';
import { differenceOf, numberOf } from './units.ts';

const connection = (id: string, marketplace: string): [string, Connection] => [
  id,
  { id, marketplace, baseUrl: 'https://x.example', settings: {}, pollIntervalSeconds: 60, requestsPerMinute: 60 },
];
const network = {
  connections: new Map([connection('scopio-main', 'scopio'), connection('shed', 'marketful')]),
  routes: [{ from: '*', to: 'shed' }],
  roleOf: (marketplace: string) => ({ info: { sells: marketplace === 'scopio' } }),
};
/** What is planned of an order, and the order with it, as `changeOrder` would write it. */
function plan(order: Order) {
  const planned = planDeliveries(order, network);
  const deliveries = [...order.deliveries, ...planned.deliveries.map(({ id }) => id)];
  return { deliveries: planned.deliveries, order: { ...planned.order, deliveries } };
}
const asked = ({ deliveries }: ReturnType<typeof plan>) =>
  deliveries.map(({ action, subject }) => [action, 'lineItems' in subject ? subject.lineItems : undefined]);
const with2 = (mugs: number, changes: Partial<OrderSnapshot> = {}) =>
  orderOf({ lines: [{ ...MUGS, quantity: mugs }, PLATE], ...changes });
/** An order whose sales channel says something else now, with who has what as it was. */
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

  test('is told in SKUs', () => {
    const [one, left] = [[{ id: 'li_1', quantity: 1 }], [{ id: 'li_1', quantity: 1 }]];
    expect(differenceOf(first.order, one, left)).toBe('MUG-RED: 2 placed, 1 wanted');
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
