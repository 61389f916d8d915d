import { expect, test } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import * as items from '#lib/platform/table/items';
import { memoryTable } from '#test/support/memory-table';
import { at, MUGS, orderOf, PLATE, snapshotOf, sourceOf } from '#test/support/orders';
import { deliveryOf } from '../../test/support/fake-hub.ts';
import { changeOrder } from './change.ts';
import { countUnits } from './count-units.ts';
import { holdersOf } from './holders.ts';
import type { LineQuantity, Order, OrderSnapshot, Placement } from './order.ts';
import type { Network } from './planning.ts';
import { applySnapshot } from './snapshot.ts';
import { getOrder } from './store.ts';
import { dueOf } from './units.ts';

const connection = (id: string) => ({
  ...{
    id,
    marketplace: id,
    baseUrl: 'https://x.example',
    settings: {},
    pollIntervalSeconds: 60,
    requestsPerMinute: 60,
  },
});
const network: Network = {
  connections: new Map([
    ['scopio-main', connection('scopio-main')],
    ['shed', connection('shed')],
  ]),
  routes: [
    { from: '*', match: { skuPrefix: 'MUG' }, to: 'shed' },
    { from: '*', to: 'erp' },
  ],
  roleOf: () => ({}),
};
const TWO = [{ id: 'li_1', quantity: 2 }];
const lines = (mugs: number, plates = 1) => [
  { ...MUGS, quantity: mugs },
  { ...PLATE, quantity: plates },
];

/** An order as it was stored before units were kept: two mugs with the warehouse, a plate with the seller. */
function stored(changes: Partial<OrderSnapshot> = {}): Order {
  const { returns: _1, own: _2, releasedAt: _3, ...order } = orderOf(changes);
  const placements: Placement[] = [{ delivery: 'dlv_1', connection: 'shed' }];
  return { ...order, placements, routed: ['li_1', 'li_2'], deliveries: ['dlv_1'], revision: 3 };
}
const placed = (changes: Partial<Delivery> = {}) =>
  deliveryOf({ subject: { lineItems: TWO } }, { state: 'succeeded', ...changes });

/** The order after a later snapshot of its channel. */
async function say(changes: Partial<OrderSnapshot>, before: Order = stored(), deliveries: Delivery[] = [placed()]) {
  const table = memoryTable();
  await table.put({ Item: { ...before, ...items.order.key(before) } });
  for (const delivery of deliveries) await table.put({ Item: { ...delivery, ...items.delivery.key(delivery) } });
  const told = snapshotOf({ version: '2026-11-21T08:15:00.000Z', ...changes });
  const { order, opened } = await changeOrder(
    before.id,
    (now) => ({ order: applySnapshot(now, told, sourceOf(9)).order }),
    { by: 'webhook', origin: 'evt_9', network },
    { table, ring: async () => {}, now: () => new Date(at(9)) },
  );
  return { order, asked: opened.map(({ action, connection: to, subject }) => [action, to, subject.lineItems]) };
}
const one = (id: string, quantity = 1): LineQuantity[] => [{ id, quantity }];

test.each<[string, Partial<OrderSnapshot>, unknown[]]>([
  ['as it was', { note: 'Ring twice' }, []],
  ['more', { lines: lines(5) }, [['order', 'shed', one('li_1', 3)]]],
  ['less', { lines: lines(1) }, [['cancel', 'shed', one('li_1')]]],
  ['nothing', { cancelled: true }, [['cancel', 'shed', TWO]]],
  ['a line more', { lines: [...lines(2), { ...MUGS, id: 'li_3', quantity: 1 }] }, [['order', 'shed', one('li_3')]]],
  ['more of what the seller ships', { lines: lines(2, 4) }, []],
])('an order from before units were kept follows a later word: %s', async (_what, changes, asked) => {
  const said = await say(changes);
  expect(said.asked).toEqual(asked);
  expect(said.order?.placements[0]).toMatchObject({ delivery: 'dlv_1', isOld: true, lineItems: TWO });
});

test('what was not followed before is left to the seller, or shown as too much', async () => {
  const more = await say({ lines: lines(3), note: 'x' }, stored({ lines: lines(3) }));
  expect([more.asked, more.order?.own]).toEqual([[], [...one('li_1'), ...one('li_2')]]);
  const less = await say({ lines: lines(1), note: 'x' }, stored({ lines: lines(1) }));
  expect(less.asked).toEqual([['cancel', 'shed', one('li_1')]]);
});

test('what was cancelled then is with nobody, and is placed anew once the order is restored', async () => {
  const cancel = (state: Delivery['state']) =>
    deliveryOf({ id: 'dlv_2', action: 'cancel', subject: { placement: 'dlv_1' } }, { state });
  const before = { ...stored({ cancelled: true }), deliveries: ['dlv_1', 'dlv_2'] };
  const done = await say({ cancelled: false }, before, [placed(), cancel('succeeded')]);
  expect(done.asked).toEqual([['order', 'shed', TWO]]);
  expect(done.order?.placements.at(-1)).toMatchObject({ n: 2 });
  expect((await say({ cancelled: true, note: 'x' }, before, [placed(), cancel('blocked')])).asked).toEqual([]);
});

test('it is counted where one order is read', async () => {
  const table = memoryTable();
  const before = stored();
  await table.put({ Item: { ...before, ...items.order.key(before) } });
  await table.put({ Item: { ...placed(), ...items.delivery.key({ id: 'dlv_1' }) } });
  const order = (await getOrder(before.id, table)) as Order;
  expect(holdersOf(order, 'li_1').holders).toEqual([
    { delivery: 'dlv_1', connection: 'shed', quantity: 2, open: 2, late: 0 },
  ]);
  expect(order.own).toEqual(one('li_2'));
  expect(order.ucp.fulfillment.expectations).toMatchObject([{ line_items: TWO }, { line_items: one('li_2') }]);
  expect(dueOf(order).filter(({ place, less }) => place > 0 || less.length > 0)).toEqual([]);
});

test.each<[string, Partial<Delivery>]>([
  ['was routed once more', { action: 'route' }],
  ['was stopped', { state: 'dead', cause: { code: 'order_cancelled', description: '' } }],
])('units of a placement that %s are not with it', (_what, changes) => {
  expect(countUnits(stored(), [placed(changes)]).placements).toMatchObject([{ lineItems: [] }]);
});
