import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SelloSandbox, startSelloSandbox } from '#sandbox/marketplaces/sello/index';
import { eventually, freePort, type HubProcess, startHubProcess } from '../support/hub.ts';
import type { ShownDelivery, ShownEvent, ShownOrder } from '../support/shown.ts';

const SECRET = 'url-secret';
const HOOKS = {
  orderNew: 'order-new',
  orderPaid: 'order-paid',
  orderUpdated: 'order-updated',
  productUpdated: 'product-updated',
  productQuantityUpdated: 'product-quantity-updated',
} as const;

let sello: SelloSandbox;
let hub: HubProcess;
beforeAll(async () => {
  const port = await freePort();
  const url = (topic: string) => `http://127.0.0.1:${port}/webhooks/sello/sello-se/${topic}/${SECRET}`;
  const webhooks = Object.fromEntries(Object.entries(HOOKS).map(([hook, topic]) => [hook, url(topic)]));
  sello = await startSelloSandbox({ apiKey: 'token:key', requestsPerMinute: 100_000, webhooks });
  hub = await startHubProcess({
    port,
    env: { POLL_INTERVAL_SECONDS: '1', RETRY_INTERVAL_SECONDS: '1' },
    connections: {
      connections: [
        {
          id: 'sello-se',
          marketplace: 'sello',
          baseUrl: sello.baseUrl,
          secrets: { apiKey: 'token:key', webhookSecret: SECRET },
          settings: { carriers: { estafeta: 'other' } },
          requestsPerMinute: 100_000,
        },
      ],
      routes: [{ from: '*', to: 'erp' }],
    },
  });
});
afterAll(async () => {
  await hub?.stop();
  await sello?.stop();
});

const orderOf = (id: number) => hub.get<ShownOrder>(`/orders/sello-se:${id}`);
const arrived = (id: number, matches: (order: ShownOrder) => boolean = () => true) =>
  eventually(async () => {
    const order = await orderOf(id);
    return matches(order) && order;
  }, `order ${id}`);
const ship = (
  id: number,
  trackingNumber: string,
  lineItems?: Array<{ id: string; quantity: number }>,
  carrier = 'dhl',
) =>
  hub.send('POST', `/orders/sello-se:${id}/fulfillments`, { carrier, trackingNumber, ...(lineItems && { lineItems }) });
const callsOf = (action: string, id: number) =>
  sello.received().calls.filter((call) => call.action === action && call.about === String(id) && call.status < 300);
const place = (input: Parameters<SelloSandbox['place']>[0] = {}) => {
  const [order] = sello.place(input);
  if (!order) throw new Error('not placed');
  return order;
};

test('an order that a webhook only names is read once, paid, and adds up', async () => {
  const placed = place({ market_reference: 'TR-1' });
  const order = await arrived(placed.id);
  expect(order).toMatchObject({ number: String(placed.number), status: 'open', paidAt: order.placedAt });
  const [row] = placed.rows;
  expect(order.ucp.line_items[0]).toMatchObject({ id: String(row?.id), quantity: { total: row?.quantity } });
  const total = placed.rows.reduce((sum, { price, quantity }) => sum + price * quantity, placed.shippingCost);
  expect(order.ucp.totals.find(({ type }) => type === 'total')?.amount).toBe(total);
  expect(order.ucp.totals.some(({ type }) => type === 'adjustment')).toBe(false);
});

test('each parcel is a delivery, and the delivered status goes with the last', async () => {
  const { id, rows } = place({ rows: [{ reference: 'MUG-RED', quantity: 2 }, { reference: 'MUG-BLUE' }] });
  await arrived(id);
  const [first, second] = rows.map((row) => String(row.id));
  expect((await ship(id, 'P-1', [{ id: first ?? '', quantity: 2 }])).status).toBe(201);
  await eventually(async () => callsOf('delivery', id).length === 1, 'the first parcel');
  expect(callsOf('order', id)).toEqual([]);
  await ship(id, 'P-2', [{ id: second ?? '', quantity: 1 }], 'estafeta');
  await eventually(async () => callsOf('order', id).length === 1, 'the delivered status');
  expect(callsOf('delivery', id).map(({ body }) => body)).toEqual([
    { id: 'P-1', method: 'dhl' },
    { id: 'P-2', method: 'other' },
  ]);
  const ended = sello.orders().find((order) => order.id === id);
  expect(ended?.synced).toEqual(['P-1', 'P-2']);
  expect((await arrived(id, ({ status }) => status === 'fulfilled')).fulfillments).toHaveLength(2);
});

test('a separated row stays in its sale: shipped once, reported where Sello has it, adding up to the cent', async () => {
  const { id, rows } = place({
    rows: [
      { reference: 'MUG-RED', quantity: 2 },
      { reference: 'TEA-LINDEN', quantity: 1 },
    ],
  });
  const before = await arrived(id);
  const [kept = '', moved = ''] = rows.map((row) => String(row.id));
  const separate = `${sello.baseUrl}/orders/${id}/rows/${moved}/separate`;
  const answer = await fetch(separate, { method: 'POST', headers: { authorization: 'token:key' } });
  const part = Number(((await answer.json()) as { id: string }).id);
  const joined = await arrived(id, ({ timeline }) => timeline.some(({ type }) => type === 'order.part_joined'));
  expect((await orderOf(part)).id).toBe(`sello-se:${id}`);
  await eventually(async () => (await fetchesOf(id)).every(({ state }) => state === 'succeeded'), 'its fetches to end');
  const after = await orderOf(id);
  for (const order of [joined, after]) {
    expect(order.ucp.line_items.map((line) => [line.id, line.quantity.total])).toEqual([
      [kept, 2],
      [moved, 1],
    ]);
    expect(order.ucp.totals).toEqual(before.ucp.totals);
  }

  await ship(id, 'S-1', [{ id: moved, quantity: 1 }]);
  await eventually(async () => callsOf('order', part).length === 1, 'the part to be delivered');
  expect(callsOf('delivery', part).map(({ body }) => body)).toEqual([{ id: 'S-1', method: 'dhl' }]);
  expect([...callsOf('delivery', id), ...callsOf('order', id)]).toEqual([]);
  await ship(id, 'S-2', [{ id: kept, quantity: 2 }]);
  await eventually(async () => callsOf('order', id).length === 1, 'the rest to be delivered');
  expect(callsOf('delivery', id).map(({ body }) => body)).toEqual([{ id: 'S-2', method: 'dhl' }]);
  expect(callsOf('order', part)).toHaveLength(1);
  await arrived(id, ({ status }) => status === 'fulfilled');
});

test('a cancelled order is cancelled, and twice is once', async () => {
  const { id } = place();
  await arrived(id);
  await fetch(`${sello.url}/_sandbox/orders/${id}/cancel`, { method: 'POST' });
  await fetch(`${sello.url}/_sandbox/orders/${id}/cancel`, { method: 'POST' });
  const order = await arrived(id, ({ status }) => status === 'cancelled');
  expect(order.timeline.filter(({ type }) => type === 'order.cancelled')).toHaveLength(1);
});

test('what no webhook told is found by the poll, and read no oftener than it changes', async () => {
  const { id } = place({ notify: false });
  await arrived(id);
  sello.change(id, { notes: 'a word', customer_address: 'Nygatan 1', notify: false });
  await arrived(id, ({ shippingAddress }) => shippingAddress.street_address === 'Nygatan 1');
  await eventually(async () => (await fetchesOf(id)).every(({ state }) => state === 'succeeded'), 'the fetches to end');
  // A poll may have listed it while the last fetch was on its way.
  await sleep(2_000);
  const before = (await fetchesOf(id)).length;
  await sleep(2_500);
  expect((await fetchesOf(id)).length).toBe(before);
});

async function fetchesOf(id: number): Promise<ShownDelivery[]> {
  const { deliveries } = await hub.get<{ deliveries: ShownDelivery[] }>('/deliveries?kind=fetch&limit=200');
  const of = (delivery: ShownDelivery) => JSON.stringify(delivery).includes(String(id));
  return deliveries.filter(of);
}

test('the POST that tries a URL is answered 200 and noted', async () => {
  const response = await fetch(`${hub.url}/webhooks/sello/sello-se/order-new/${SECRET}`, { method: 'POST' });
  expect(response.status).toBe(200);
  const noted = await eventually(async () => {
    const { events } = await hub.get<{ events: ShownEvent[] }>('/events?connection=sello-se&limit=100');
    return events.find(({ note }) => note?.includes('tried the URL'));
  }, 'the note');
  expect(noted).toMatchObject({ state: 'applied', topic: 'order-new', error: null });
  const { events } = await hub.get<{ events: ShownEvent[] }>('/events?state=unreadable');
  expect(events).toEqual([]);
});
