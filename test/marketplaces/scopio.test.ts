import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/hub.ts';
import type { ShownDelivery } from '../support/shown.ts';
import { SHOP, type Stage, startStage } from '../support/stage.ts';

const FULFILL = 'POST /api/seller/orders/:orderId/fulfill';
/** No shipper of the hub ships there: the seller does. */
const POLAND = { address_country: 'PL', postal_code: '00-001', address_locality: 'Warszawa', address_region: null };

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ env: { POLL_INTERVAL_SECONDS: '1' } });
});
beforeEach(() => stage.scopio.faults.clear());
afterAll(() => stage?.stop());

type Place = Parameters<Stage['scopio']['place']>[0];

async function sell(id: string, input: Place = {}): Promise<string> {
  stage.scopio.place({ id, address: POLAND, items: [{ sku: 'MUG-RED', quantity: 2 }], ...input });
  await eventually(() => stage.findOrder(id), `order ${id}`);
  return id;
}

async function ship(id: string, parcel: Record<string, unknown> = {}): Promise<void> {
  const path = `/orders/${encodeURIComponent(`${SHOP}:${id}`)}/fulfillments`;
  const response = await stage.hub.send('POST', path, { carrier: 'dhl', trackingNumber: `T-${id}`, ...parcel });
  expect(response.status).toBe(201);
}

const callsOf = (id: string) => stage.scopio.received().fulfillments.filter(({ orderId }) => orderId === id);
const settled = (id: string, state: string): Promise<ShownDelivery> => stage.settled(id, 'fulfillment', state);

test.each(['inpost_locker', 'inpost_courier', 'dpd', 'dhl', 'ups'])(
  'tells Scopio of a parcel with %s',
  async (carrier) => {
    const id = await sell(`with-${carrier}`);
    await ship(id, { carrier });
    await settled(id, 'succeeded');
    expect(callsOf(id).map(({ body }) => body)).toEqual([{ tracking_number: `T-${id}`, carrier }]);
  },
);

test('sends the label where the seller gave one', async () => {
  const id = await sell('labelled');
  await ship(id, { labelUrl: 'https://labels.example/1.pdf' });
  await settled(id, 'succeeded');
  expect(callsOf(id)[0]?.body).toEqual({
    tracking_number: `T-${id}`,
    carrier: 'dhl',
    label_url: 'https://labels.example/1.pdf',
  });
});

test('two parcels of one order are two calls, each with its own number', async () => {
  const id = await sell('in-two');
  await ship(id, { trackingNumber: 'T-1', lineItems: [{ id: 'li_1', quantity: 1 }] });
  await eventually(() => callsOf(id).length === 1, 'the first call');
  expect(await stage.order(id)).toMatchObject({ status: 'partial' });
  await ship(id, { trackingNumber: 'T-2', carrier: 'ups', lineItems: [{ id: 'li_1', quantity: 1 }] });
  await eventually(() => callsOf(id).length === 2, 'the second call');
  expect(callsOf(id).map(({ body, status }) => [status, body])).toEqual([
    [200, { tracking_number: 'T-1', carrier: 'dhl' }],
    [200, { tracking_number: 'T-2', carrier: 'ups' }],
  ]);
  expect(await stage.order(id)).toMatchObject({ status: 'fulfilled' });
});

test.each([true, false])('a plain UCP order is the same order, by webhook (%s) or by poll', async (notify) => {
  const id = await sell(`ucp-${notify}`, {
    ucp: true,
    notify,
    items: [{ sku: 'MUG-RED', quantity: 2, gross_price: '50.00' }],
  });
  const order = await stage.order(id);
  const plain = (await stage.shown(id)) as { label: string; totals: Array<{ type: string; amount: number }> };
  expect(order).toMatchObject({ number: plain.label, status: 'open', shippingAddress: { address_country: 'PL' } });
  expect(order.ucp.line_items).toMatchObject([
    { id: 'li_1', item: { id: 'MUG-RED', price: 5000 }, quantity: { total: 2, fulfilled: 0 } },
  ]);
  const total = (totals: typeof plain.totals) => totals.find(({ type }) => type === 'total')?.amount;
  expect(total(order.ucp.totals)).toBe(total(plain.totals));
  await ship(id);
  await settled(id, 'succeeded');
  expect(callsOf(id)).toHaveLength(1);
});

test('sees only the lines of this seller', async () => {
  const id = await sell('shared', { items: [{ sku: 'MUG-RED' }, { sku: 'TEA-LINDEN', seller: 'other' }] });
  expect((await stage.order(id)).ucp.line_items.map(({ item }) => item.id)).toEqual(['MUG-RED']);
});

test.each([
  [400, 'bad_payload', 'dead', 'refused'],
  [401, 'unauthorized', 'blocked', 'refused'],
  [403, 'order_access_denied', 'blocked', 'refused'],
  [404, 'order_not_found', 'dead', 'refused'],
])('a %i is told in its own words and waits for what it says', async (status, code, state, outcome) => {
  const id = await sell(`refused-${status}`);
  const body = { code, description: 'Scopio says why' };
  stage.scopio.faults.add({ on: FULFILL, kind: 'status', status, body, contains: id });
  await ship(id);
  const { cause, attempts } = await settled(id, state);
  expect(cause).toEqual({ code: `http_${status}`, description: `${code}: Scopio says why` });
  expect(attempts).toMatchObject([{ number: 1, outcome, httpStatus: status }]);
  await stage.hub.send('POST', `/deliveries/${(await settled(id, state)).id}/replay`, {});
  await settled(id, 'succeeded');
  expect(callsOf(id)).toHaveLength(1);
});

test('a cancelled order is refused and stays so', async () => {
  const id = await sell('too-late');
  stage.scopio.cancel(id);
  await ship(id);
  const { cause } = await settled(id, 'dead');
  expect(cause).toEqual({ code: 'http_400', description: 'order_cancelled: The order was cancelled.' });
});

test('a 500 is retried until it is taken', async () => {
  const id = await sell('failing');
  stage.scopio.faults.add({ on: FULFILL, kind: 'status', status: 500, times: 2, contains: id });
  await ship(id);
  const { attempts } = await settled(id, 'succeeded');
  expect(attempts.map(({ outcome, httpStatus }) => [outcome, httpStatus])).toEqual([
    ['failed', 500],
    ['failed', 500],
    ['succeeded', 200],
  ]);
});

test('a 500 after the work was done is found by the list, and the parcel is told once', async () => {
  const id = await sell('failing-after');
  stage.scopio.faults.add({ on: FULFILL, kind: 'status', status: 500, afterWork: true, contains: id });
  await ship(id);
  const { attempts } = await settled(id, 'succeeded');
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'succeeded']);
  expect(callsOf(id)).toHaveLength(1);
  const { timeline } = await stage.order(id);
  expect(timeline.at(-1)).toMatchObject({ type: 'fulfillment.reported', detail: { probed: true } });
});

test('a 429 waits as long as it asks and costs no retry', async () => {
  const id = await sell('limited');
  const body = { error: 'Too Many Requests', retry_after_seconds: 2 };
  stage.scopio.faults.add({ on: FULFILL, kind: 'status', status: 429, body, contains: id });
  await ship(id);
  const { attempts } = await settled(id, 'succeeded');
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['throttled', 'succeeded']);
  const [first, second] = attempts.map(({ startedAt }) => Date.parse(startedAt));
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(2000);
});

test('after an answer that was lost it reads the list: gone is fulfilled, still there is not', async () => {
  const done = await sell('lost-after');
  stage.scopio.faults.add({ on: FULFILL, kind: 'accept-then-reset', contains: done });
  await ship(done);
  await settled(done, 'succeeded');
  expect(callsOf(done)).toHaveLength(1);
  const { timeline } = await stage.order(done);
  expect(timeline.at(-1)).toMatchObject({ type: 'fulfillment.reported', detail: { probed: true } });

  const undone = await sell('lost-before');
  stage.scopio.faults.add({ on: FULFILL, kind: 'reset', contains: undone });
  await ship(undone);
  const { attempts } = await settled(undone, 'succeeded');
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'succeeded']);
  expect(callsOf(undone)).toHaveLength(1);
});

test('a list that answers late does not bring back an order that was cancelled meanwhile', async () => {
  stage.scopio.place({ id: 'overtaken', notify: false });
  stage.scopio.faults.add({ on: 'GET /api/seller/orders', kind: 'slow', afterWork: true, delayMs: 1500 });
  await eventually(() => stage.scopio.faults.list().every(({ left }) => left === 0), 'the list was asked for');
  stage.scopio.cancel('overtaken');
  await fetch(`${stage.scopio.url}/_sandbox/orders/overtaken/notify`, { method: 'POST' });
  await eventually(async () => (await stage.findOrder('overtaken'))?.status === 'cancelled', 'the cancellation');
  // A later poll's orders are ingested after the slow one's.
  stage.scopio.place({ id: 'later', address: POLAND, notify: false });
  await eventually(() => stage.findOrder('later'), 'a poll after it');
  const { status, deliveries } = await stage.order('overtaken');
  expect([status, deliveries]).toEqual(['cancelled', []]);
});
