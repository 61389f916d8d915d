import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InboundReceived } from '#events/inbound-received';
import { type InProcess, startInProcess } from './support/in-process.ts';
import { scopioOrder } from './support/webhook.ts';

const baseUrl = 'http://127.0.0.1:9';
const file = {
  connections: [
    { id: 'shop', marketplace: 'scopio', baseUrl, secrets: { apiKey: 'k', webhookSecret: 'w' } },
    { id: 'shed', marketplace: 'marketful', baseUrl, secrets: { accessToken: 't', userId: 'u', webhookSecret: 'w' } },
  ],
  routes: [
    { from: 'shop', match: { country: 'MX' }, to: 'shed' },
    { from: 'shop', to: 'erp' },
  ],
};

let hub: InProcess;
let ingest: (message: InboundReceived) => Promise<void>;
let orders: typeof import('#lib/orders/store');
let ledger: typeof import('#lib/deliveries/ledger');
beforeAll(async () => {
  hub = await startInProcess(file);
  const [inbound, { loadConnector }] = await Promise.all([
    import('#lib/inbound/ingest'),
    import('#lib/marketplaces/load'),
  ]);
  ingest = (message) => inbound.ingest(message, loadConnector);
  orders = await import('#lib/orders/store');
  ledger = await import('#lib/deliveries/ledger');
});
afterAll(() => hub.stop());

const received = (
  connection: string,
  topic: string,
  body: unknown,
  more: Partial<InboundReceived> = {},
): InboundReceived => ({
  id: `evt_${randomUUID()}`,
  connection,
  topic,
  receivedBy: 'webhook',
  receivedAt: '2026-11-20T12:00:00.000Z',
  body: JSON.stringify(body),
  encoding: 'utf8',
  ...more,
});

/** An order's events: three versions, a poll of a payment, and the warehouse's reports of two parcels. */
function eventsOf(id: string): InboundReceived[] {
  const version = (minute: number, changes: Record<string, unknown>) =>
    received('shop', 'order-paid', {
      order: scopioOrder(id, { updated_at: `2026-11-20T09:0${minute}:00Z`, ...changes }),
    });
  const parcel = (event: number, tracking_number: string | null, status: string) => ({
    id: event,
    order_id: 5021,
    status,
    carrier_name: 'DHL',
    tracking_number,
    created_at: `2026-11-20T1${event}:00:00-06:00`,
  });
  const all = [
    parcel(1, null, 'created'),
    parcel(2, 'JD-1', 'shipped'),
    parcel(3, 'JD-2', 'shipped'),
    parcel(4, 'JD-2', 'delivered'),
  ];
  const told = (count: number) =>
    received('shed', 'orden', {
      orden: { id: 5021, orden_id: `shop:${id}`, canal: 'shop', shipment_events: all.slice(0, count) },
    });
  return [
    version(1, { shipping_method: 'ups' }),
    version(2, { number: 'SC-2' }),
    version(3, { number: 'SC-3', shipping_method: 'dpd' }),
    received('shop', 'order', scopioOrder(id, { updated_at: '2026-11-20T09:02:00Z', number: 'SC-2' }), {
      receivedBy: 'poll',
    }),
    ...[told(1), told(2), told(4)],
  ];
}

/** What can be seen of an order, whenever and however often it was written. */
async function visible(id: string) {
  const order = await orders.getOrder(`shop:${id}`);
  if (!order) return null;
  const { number, shippingMethod, paidAt, shippingAddress, ucp, shipmentEvents } = order;
  const deliveries = await ledger.getDeliveries(order.deliveries);
  const { id: _id, permalink_url: _url, checkout_id: _checkout, ...document } = ucp;
  return JSON.parse(
    JSON.stringify({
      ...{ number, shippingMethod, paidAt, shippingAddress, shipmentEvents },
      document: { ...document, fulfillment: { ...document.fulfillment } },
      parcels: order.fulfillments.map(({ trackingNumber, carrier, shippedAt }) => ({
        trackingNumber,
        carrier,
        shippedAt,
      })),
      deliveries: deliveries.map(({ action, connection }) => `${action} to ${connection}`).sort(),
    })
      .replaceAll(/ful_\w+/g, 'ful')
      .replaceAll(/exp_\w+/g, 'exp')
      .replaceAll(id, 'ID'),
  );
}

let count = 0;
const nextId = () => `ord_${++count}`;

describe('a late event regressed the state; updated came before created; tracking erased', () => {
  test('every permutation of an order’s events, with any of them twice, ends in the same order', async () => {
    const first = nextId();
    for (const event of eventsOf(first)) await ingest(event);
    const expected = await visible(first);
    expect(expected).toMatchObject({
      number: 'SC-3',
      parcels: [{ trackingNumber: 'JD-1' }, { trackingNumber: 'JD-2' }],
    });
    expect(expected.deliveries).toEqual(['fulfillment to shop', 'fulfillment to shop', 'order to shed']);
    const indexes = eventsOf(first).map((_, index) => index);
    const sequence = fc
      .tuple(
        fc.shuffledSubarray(indexes, { minLength: indexes.length }),
        fc.array(fc.constantFrom(...indexes), { maxLength: 4 }),
      )
      .map(([all, again]) => [...all, ...again]);
    await fc.assert(
      fc.asyncProperty(sequence, async (order) => {
        const id = nextId();
        const events = eventsOf(id);
        // A warehouse can report only orders that were placed there: its events wait for the first version.
        const placed = order.findIndex((index) => index < 4);
        const allowed = [order[placed], ...order.filter((_, position) => position !== placed)];
        for (const index of allowed) {
          const event = events[index ?? 0];
          if (event) await ingest({ ...event, id: `evt_${randomUUID()}` });
        }
        expect(await visible(id)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });
});

describe('check-then-insert dedup delivered twice', () => {
  test('whatever is received at the same moment, dedup is one conditional write', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        async (copies, receipts, abroad) => {
          const id = nextId();
          const updated = { updated_at: '2026-11-20T09:00:00Z' };
          // An order without deliveries is protected only by the condition on the order itself.
          const shipping_address = { address_country: 'PL' };
          const body = { order: scopioOrder(id, abroad ? { ...updated, shipping_address } : updated) };
          const messages = Array.from({ length: copies }, () => received('shop', 'order-paid', body));
          // SQS itself may hand a message out more than once.
          await Promise.all(messages.flatMap((message) => Array.from({ length: receipts }, () => ingest(message))));
          const order = await orders.getOrder(`shop:${id}`);
          expect(order?.deliveries).toHaveLength(abroad ? 0 : 1);
          expect(order?.revision).toBe(1);
          const timeline = order && (await orders.getTimeline(order));
          expect(timeline?.filter(({ type }) => type === 'order.received')).toHaveLength(1);
          const { getEvent } = await import('#lib/inbound/event');
          const states = await Promise.all(messages.map(async (message) => (await getEvent(message.id))?.state));
          expect(states.toSorted()).toEqual(['applied', ...Array.from({ length: copies - 1 }, () => 'duplicate')]);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('versions that arrive at the same moment end in the newest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), async (order) => {
        const id = nextId();
        const events = eventsOf(id);
        await Promise.all(order.flatMap((index) => events[index] ?? []).map((event) => ingest(event)));
        expect(await visible(id)).toMatchObject({
          number: 'SC-3',
          shippingMethod: 'dpd',
          deliveries: ['order to shed'],
        });
      }),
      { numRuns: 10 },
    );
  });
});

test('an order too large for the ledger: kept whole as unreadable, not lost in a queue that nobody looks at', async () => {
  // Lines that vanish are kept, so the second version makes the order too large.
  const version = (minute: number) => {
    const items = [{ id: `li_${minute}`, sku: 'A', title: noise(210_000), quantity: 1, gross_price: '1' }];
    const changes = { items, updated_at: `2026-11-20T09:0${minute}:00Z`, total_gross: '21', total_net: null };
    return received('shop', 'order', { order: scopioOrder('huge', changes) }, { receivedBy: 'poll' });
  };
  await ingest(version(1));
  const message = version(2);
  await ingest(message);
  const { listEvents } = await import('#lib/inbound/event');
  const { items: events } = await listEvents({ connections: ['shop'], state: 'unreadable', limit: 10 });
  expect(events.find(({ error }) => error?.code === 'order_too_large')?.body === message.body).toBe(true);
});

/** Text that cannot be compressed below three quarters. */
const noise = (bytes: number): string => randomBytes(bytes).toString('base64');
