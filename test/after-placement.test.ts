import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/hub.ts';
import { SHOP, type Stage, startStage } from './support/stage.ts';
import { eventOf, post, scopioOrder } from './support/webhook.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

const [MUG, TEA] = scopioOrder('x').items as Array<Record<string, unknown>>;

/** The shop tells the order's present state. */
async function say(id: string, mugs: number, changes: Record<string, unknown> = {}): Promise<void> {
  const updated_at = new Date().toISOString();
  const order = scopioOrder(id, { items: [{ ...MUG, quantity: mugs }, TEA], updated_at, ...changes });
  expect((await post(stage, eventOf(order, updated_at))).status).toBe(200);
}

/** What the warehouse was asked for, by number. */
const asked = (id: string) =>
  stage.marketful
    .orders()
    .filter(({ num_orden: number }) => number.startsWith(`N-${id}`))
    .map(({ num_orden: number, orden_id, items }) => [
      number,
      orden_id.replace(`${SHOP}:`, ''),
      Object.fromEntries(items.map(({ sku, cantidad }) => [sku, cantidad])),
    ]);

const placings = async (id: string, action = 'order') =>
  (await stage.deliveries(`order=${SHOP}:${id}`)).filter((delivery) => delivery.action === action);

const waitFor = (id: string, action: string, state: string, code?: string) =>
  eventually(async () => {
    const all = await placings(id, action);
    const found = all.find((delivery) => delivery.state === state && (!code || delivery.cause?.code === code));
    if (found) return found;
    throw new Error(JSON.stringify(all.map((delivery) => [delivery.state, delivery.cause])));
  }, `${action} of ${id} ${state}`);

const fault = (given: Record<string, unknown>) =>
  fetch(`${stage.marketful.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(given) });

const BUSY = { on: 'POST /shopi_orders/multicanal_api', kind: 'status', status: 503, times: 2 };

test('less is wanted before the push: the push takes what is left, also after a kill between', async () => {
  await fault({ ...BUSY, contains: 'N-early' });
  await say('early', 2);
  await waitFor('early', 'order', 'pending');
  await say('early', 1);
  await eventually(async () => (await placings('early', 'cancel')).length > 0, 'the difference');
  await stage.killAndRestart();
  await waitFor('early', 'order', 'succeeded');
  expect(asked('early')).toEqual([['N-early', 'early', { 'MUG-RED': 1, 'TEA-LINDEN': 1 }]]);
  await waitFor('early', 'cancel', 'succeeded');
});

test('nothing is left before the push: the delivery is cancelled, not dead-lettered, and nobody is asked', async () => {
  await fault({ ...BUSY, contains: 'N-never' });
  await say('never', 2);
  await waitFor('never', 'order', 'pending');
  await say('never', 2, { status: 'cancelled' });
  await waitFor('never', 'order', 'dead', 'order_cancelled');
  expect(asked('never')).toEqual([]);
  const kept = [await stage.hub.get<object>('/dead-letters'), await stage.hub.get<object>('/deliveries/causes')];
  expect(JSON.stringify(kept)).not.toContain((await placings('never'))[0]?.id);
});

test('less is wanted after the push: blocked with the exact difference, which follows the order', async () => {
  await say('late', 3);
  await waitFor('late', 'order', 'succeeded');
  await say('late', 2);
  expect((await waitFor('late', 'cancel', 'blocked', 'amend_unsupported')).cause?.description).toBe(
    'MUG-RED: 3 placed, 2 wanted',
  );
  await say('late', 1);
  await stage.killAndRestart();
  const open = await eventually(async () => {
    const blocked = (await placings('late', 'cancel')).filter(({ state }) => state === 'blocked');
    return blocked.length === 1 && blocked[0]?.cause?.description === 'MUG-RED: 3 placed, 1 wanted' && blocked[0];
  }, 'one difference');
  await say('late', 3);
  await eventually(async () => (await placings('late', 'cancel')).every(({ state }) => state === 'succeeded'), 'none');
  await say('late', 1);
  const again = await waitFor('late', 'cancel', 'blocked', 'amend_unsupported');
  expect(again.id).not.toBe(open.id);
  const closed = await stage.hub.send('POST', `/deliveries/${again.id}/close`, { reason: 'changed in their panel' });
  expect(closed.status).toBeLessThan(300);
  const { placements, lines } = await stage.order('late');
  expect(placements).toMatchObject([
    { state: 'placed', number: 'N-late', lineItems: [{ id: 'li_1', quantity: 1 }, {}] },
  ]);
  expect(lines?.[0]).toMatchObject({ quantity: 3, placed: 1, cancelled: 2 });
  expect(asked('late')).toHaveLength(1);
});

test('more is wanted: one more placement of the difference, whose probe does not mistake the first for it', async () => {
  await say('more', 1);
  await waitFor('more', 'order', 'succeeded');
  await fault({ on: BUSY.on, kind: 'reset', contains: 'N-more-2' });
  await say('more', 3);
  await eventually(
    async () => (await placings('more')).filter(({ state }) => state === 'succeeded').length === 2,
    'both',
  );
  expect(asked('more')).toEqual([
    ['N-more', 'more', { 'MUG-RED': 1, 'TEA-LINDEN': 1 }],
    ['N-more-2', 'more~2', { 'MUG-RED': 2 }],
  ]);
  stage.marketful.ship(`${SHOP}:more~2`, { carrier: 'DHL' });
  const { fulfillments } = await eventually(async () => {
    const order = await stage.order('more');
    return order.fulfillments.length === 1 && order;
  }, 'its parcel');
  expect(fulfillments).toMatchObject([{ lineItems: [{ id: 'li_1', quantity: 2 }] }]);
});

test('the warehouse cancels, and somebody else ships: units are with nobody, then with the seller', async () => {
  await say('gone', 2);
  await waitFor('gone', 'order', 'succeeded');
  stage.marketful.report(`${SHOP}:gone`, { status: 'cancelled' });
  const blocked = await waitFor('gone', 'order', 'blocked', 'cancelled_by_supplier');
  expect(blocked.cause?.description).toContain('2 MUG-RED, 1 TEA-LINDEN');
  expect((await stage.order('gone')).lines?.[0]).toMatchObject({ quantity: 2, placed: 0 });
  const route = async (body: object) => {
    const response = await stage.hub.send('POST', `/orders/${SHOP}:gone/route`, body);
    const { error } = (await response.json()) as { error?: { code: string } };
    return error?.code ?? response.status;
  };
  const lineItems = [{ id: 'li_1', quantity: 2 }];
  expect(await route({ lineItems, to: SHOP, reason: 'x' })).toBe('not_a_shipper');
  expect(await route({ lineItems, to: 'nobody', reason: 'x' })).toBe('unknown_connection');
  expect(await route({ lineItems, to: 'erp', reason: 'sold out' })).toBe(200);
  expect(await route({ lineItems, to: 'erp', reason: 'again' })).toBe('quantity_exceeded');
  // The blocked placement has only the tea left, which a replay places again.
  await eventually(
    async () => (await stage.order('gone')).placements?.[0]?.lineItems.length === 1,
    'the mugs are off it',
  );
  await stage.hub.send('POST', `/deliveries/${blocked.id}/replay`, { reason: 'they have tea' });
  await waitFor('gone', 'order', 'succeeded');
  expect(asked('gone')).toEqual([
    ['N-gone', 'gone', { 'MUG-RED': 2, 'TEA-LINDEN': 1 }],
    ['N-gone-2', 'gone~2', { 'TEA-LINDEN': 1 }],
  ]);
  const posted = { lineItems, carrier: 'dhl', trackingNumber: 'OWN1' };
  expect((await stage.hub.send('POST', `/orders/${SHOP}:gone/fulfillments`, posted)).status).toBe(201);
  const back = { lineItems: [{ id: 'li_1', quantity: 1 }], reason: 'Broken', refund: { amount: 5000 } };
  const statuses = [201, 200];
  for (const status of statuses)
    expect((await stage.hub.send('POST', `/orders/${SHOP}:gone/returns`, back)).status).toBe(status);
  const all = { ...back, lineItems };
  expect((await stage.hub.send('POST', `/orders/${SHOP}:gone/returns`, all)).status).toBe(422);
  const order = await stage.order('gone');
  expect(order.lines?.[0]).toMatchObject({ fulfilled: 2, returned: 1, placed: 0 });
  expect(order.ucp.adjustments).toMatchObject([{ type: 'return', totals: [{ amount: -5000 }] }]);
  expect(order.timeline.map(({ type }) => type)).toEqual(expect.arrayContaining(['order.routed', 'order.returned']));
  const { acts } = await stage.hub.get<{ acts: Array<{ act: string; reason: string | null }> }>('/audit');
  expect(acts).toContainEqual(expect.objectContaining({ act: 'order.routed', reason: 'sold out' }));
});

test('an order that the settings hold back is placed once they let it ship, without a word of its channel', async () => {
  await say('account', 1, { payment_status: 'pending', paid_at: null });
  await eventually(async () => (await stage.findOrder('account')) !== undefined, 'the order');
  expect(await placings('account')).toEqual([]);
  await stage.restart({
    edit: ({ connections: [shop] }) =>
      void (shop && Object.assign(shop, { settings: { release: ['paid', 'pending'] } })),
  });
  await waitFor('account', 'order', 'succeeded');
  expect(asked('account')).toEqual([['N-account', 'account', { 'MUG-RED': 1, 'TEA-LINDEN': 1 }]]);
});
