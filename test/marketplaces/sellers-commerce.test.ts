import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SellersCommerceSandbox, startSellersCommerceSandbox } from '#sandbox/marketplaces/sellers-commerce/index';
import { eventually, type HubProcess, startHubProcess } from '../support/hub.ts';
import type { ShownDelivery, ShownOrder } from '../support/shown.ts';

const STORE = 'sc-store';
const secrets = { accessKey: 'access-key', sharedSecret: 'shared-secret' };

let store: SellersCommerceSandbox;
let hub: HubProcess;
beforeAll(async () => {
  store = await startSellersCommerceSandbox({ ...secrets, requestsPerMinute: 1_000_000 });
  hub = await startHubProcess({
    env: { POLL_INTERVAL_SECONDS: '1', RETRY_INTERVAL_SECONDS: '1', HTTP_TIMEOUT_SECONDS: '3' },
    connections: {
      connections: [
        {
          id: STORE,
          marketplace: 'sellers-commerce',
          baseUrl: store.url,
          secrets,
          settings: { capturePayment: true, services: { fedex: 29 }, overlapMinutes: 0.1 },
          requestsPerMinute: 100_000,
        },
      ],
      routes: [{ from: '*', to: 'erp' }],
    },
  });
});
afterAll(async () => {
  await hub?.stop();
  await store?.stop();
});

const place = (input: Parameters<SellersCommerceSandbox['place']>[0] = {}): string => {
  const [order] = store.place(input);
  if (!order) throw new Error('not placed');
  return order.OrderNumber;
};
const shown = (number: string) => hub.get<ShownOrder>(`/orders/${STORE}:${number}`);
const arrived = (number: string, matches: (order: ShownOrder) => boolean = () => true) =>
  eventually(async () => {
    const order = await shown(number);
    return matches(order) && order;
  }, `order ${number}`);
const told = (endpoint: string, number: string) =>
  store.received().calls.filter((call) => call.endpoint === endpoint && call.orderNumber === number);
const done = (endpoint: string, number: string, count = 1) =>
  eventually(
    async () => told(endpoint, number).filter(({ code }) => code === 20).length === count,
    `${endpoint} ${number}`,
  );
const inStore = (number: string) => store.orders().find(({ OrderNumber }) => OrderNumber === number);
async function settled(number: string, action: string, state: string): Promise<ShownDelivery> {
  return eventually(async () => {
    const { deliveries } = await hub.get<{ deliveries: ShownDelivery[] }>(`/deliveries?order=${STORE}:${number}`);
    const found = deliveries.find((delivery) => delivery.action === action);
    if (found?.state === state) return found;
    throw new Error(JSON.stringify(found));
  }, `${action} of ${number} ${state}`);
}

test.concurrent('an order is polled, moved on once, shipped in two parcels whose pieces add up, and captured once', async () => {
  const number = place({
    OrderItems: [
      { SkuCode: 'MUG-RED', Quantity: 2 },
      { SkuCode: 'TEA-LINDEN', Quantity: 1 },
    ],
  });
  const order = await arrived(number);
  expect(order).toMatchObject({ number, status: 'open', taxIncluded: false, paidAt: order.placedAt });
  const total = order.ucp.totals.find(({ type }) => type === 'total')?.amount;
  expect(total).toBe(Math.round((inStore(number)?.OrderTotal ?? 0) * 100));
  expect(order.ucp.totals.some(({ type }) => type === 'adjustment')).toBe(false);
  await done('updateorderstatus', number);
  expect(told('updateorderstatus', number).map(({ body }) => body)).toEqual([
    { OrderNumber: number, OrderStatusId: 35 },
  ]);

  await post(number, 'T-1', 'ups', [{ id: '1', quantity: 1 }]);
  await done('shippinginformation', number);
  await done('paymentinformation', number);
  expect(inStore(number)).toMatchObject({ OrderStatusId: 8, PaymentStatusId: 86 });
  await arrived(number, ({ status }) => status === 'partial');
  await post(number, 'T-2', 'fedex', [
    { id: '1', quantity: 1 },
    { id: '2', quantity: 1 },
  ]);
  await done('shippinginformation', number, 2);
  expect(inStore(number)?.OrderStatusId).toBe(9);
  expect(inStore(number)?.ShippingInformation).toMatchObject([
    { CarrierId: 1, ServiceTypeId: 1, TrackingNumber: 'T-1', Items: [{ SkuCode: 'MUG-RED', Quantity: 1 }] },
    {
      CarrierId: 8,
      ServiceTypeId: 29,
      TrackingNumber: 'T-2',
      Items: [
        { SkuCode: 'MUG-RED', Quantity: 1 },
        { SkuCode: 'TEA-LINDEN', Quantity: 1 },
      ],
    },
  ]);
  await arrived(number, ({ status }) => status === 'fulfilled');
  expect(told('updateorderstatus', number)).toHaveLength(1);
  expect(told('paymentinformation', number)).toHaveLength(1);
});

test.concurrent('a report that was done but not answered is read back, not repeated', async () => {
  const number = place();
  await arrived(number);
  store.faults.add({ on: 'POST /api/order/shippinginformation', kind: 'hang', afterWork: true, contains: number });
  await post(number, 'T-HANG');
  const { id } = await settled(number, 'fulfillment', 'succeeded');
  const { attempts } = await hub.get<ShownDelivery>(`/deliveries/${id}`);
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'succeeded']);
  expect(told('shippinginformation', number)).toHaveLength(1);
});

test.concurrent('the code decides, not the status: failed is retried, a missing provider blocks, what exists is done', async () => {
  const [failed, missing, exists, refused] = [place(), place(), place(), place()];
  for (const number of [failed, missing, exists, refused]) await arrived(number);
  const force = (contains: string, code: number, httpStatus: number) =>
    store.force({ on: 'POST /api/order/shippinginformation', code, httpStatus, contains });
  force(failed, 29, 200);
  force(missing, 21, 200);
  force(exists, 33, 500);
  force(refused, 25, 503);
  for (const number of [failed, missing, exists, refused]) await post(number, `T-${number}`);
  await settled(failed, 'fulfillment', 'succeeded');
  expect((await settled(missing, 'fulfillment', 'blocked')).cause?.code).toBe('response_21');
  await settled(exists, 'fulfillment', 'succeeded');
  expect((await settled(refused, 'fulfillment', 'dead')).cause?.code).toBe('response_25');
});

test.concurrent('a carrier without a word blocks and names the setting', async () => {
  const number = place();
  await arrived(number);
  await post(number, 'T-DHL', 'dhl');
  const { cause } = await settled(number, 'fulfillment', 'blocked');
  expect(cause?.code).toBe('carrier_unmapped');
  expect(cause?.description).toContain(`settings.carriers of ${STORE}`);
  expect(told('shippinginformation', number)).toEqual([]);
});

test('more than a page of one second arrives although moving it on changes the list, and every token is spent once', async () => {
  const numbers = store.place({ count: 110 }).map(({ OrderNumber }) => OrderNumber);
  const moved = () => numbers.filter((number) => inStore(number)?.OrderStatusId === 35).length;
  const before = store.tokens().counts.issued;
  for (const count of [1, 50, 110]) {
    await eventually(async () => moved() >= count, `${count} to be moved on`);
    store.expireTokens('access');
  }
  expect(numbers.filter((number) => told('updateorderstatus', number).length !== 1)).toEqual([]);
  const { spentAgain, counts } = store.tokens();
  expect({ spentAgain, refused: counts.refused }).toEqual({ spentAgain: [], refused: 0 });
  expect(counts.issued - before).toBeLessThanOrEqual(3);
});

test('a lapsed refresh token leads to a login, and a cancelled order is cancelled once', async () => {
  const number = place();
  await arrived(number);
  store.expireTokens('all');
  store.cancel(number);
  store.cancel(number);
  const order = await arrived(number, ({ status }) => status === 'cancelled');
  expect(order.timeline.filter(({ type }) => type === 'order.cancelled')).toHaveLength(1);
  expect(store.tokens().calls.slice(-2)).toMatchObject([
    { grant: 'refresh_token', reason: 'expired' },
    { grant: 'password', outcome: 'issued' },
  ]);
});

async function post(
  number: string,
  trackingNumber: string,
  carrier = 'ups',
  lineItems?: Array<{ id: string; quantity: number }>,
) {
  const body = { carrier, trackingNumber, ...(lineItems && { lineItems }) };
  const response = await hub.send('POST', `/orders/${STORE}:${number}/fulfillments`, body);
  expect(response.status).toBe(201);
}

test('tokens that live for seconds are shared for as long as they live', async () => {
  store.setLifetimes({ accessTokenSeconds: 2 });
  store.expireTokens('access');
  const before = store.tokens().counts.issued;
  const numbers = store.place({ count: 12 }).map(({ OrderNumber }) => OrderNumber);
  await eventually(async () => numbers.every((number) => inStore(number)?.OrderStatusId === 35), 'all moved on');
  const { spentAgain, counts, calls } = store.tokens();
  expect(spentAgain).toEqual([]);
  const seconds = (Date.now() - Date.parse(calls.at(before)?.at ?? '')) / 1000;
  expect(counts.issued - before).toBeLessThanOrEqual(Math.ceil(seconds / 1.5) + 1);
  store.setLifetimes({ accessTokenSeconds: 3599 });
});
