import { expect, test } from 'vitest';
import type { OrderSnapshot } from '#lib/orders/order';
import { applySnapshot } from '#lib/orders/snapshot';
import { statusOf } from '#lib/orders/status';
import type { ContractError } from '#lib/platform/errors';
import { connectionOf, RECEIVED_AT, readFixture } from '#test/conformance/kit';
import { info } from './manifest.ts';
import { map } from './map.ts';

const ORDER = readFixture(info.name, 'order.json') as Record<string, unknown>;
const change = (members: object, settings = {}) =>
  map({ topic: 'order', body: { ...ORDER, ...members }, receivedAt: RECEIVED_AT }, connectionOf(info, settings));

function read(members: object = {}, settings = {}): OrderSnapshot {
  const mapped = change(members, settings);
  if (mapped.type !== 'order') throw new Error('no order');
  return mapped.order;
}

function fieldOf(members: object): string | undefined {
  try {
    read(members);
    return undefined;
  } catch (error) {
    return (error as ContractError).detail.field;
  }
}

test('keeps net prices in minor units and times as instants', () => {
  expect(read()).toEqual({
    externalId: '100234',
    number: '100234',
    placedAt: '2026-11-20T08:15:00.000Z',
    paidAt: '2026-11-20T08:15:00.000Z',
    version: '2026-11-20T08:15:02.000Z',
    cancelled: false,
    currency: 'USD',
    taxIncluded: false,
    buyer: { first_name: 'Ana', last_name: 'Torres', email: 'ana@example.com', phone_number: '+523312345678' },
    shippingAddress: {
      first_name: 'Ana',
      last_name: 'Torres',
      street_address: 'Av. Vallarta 1234 Int. 5',
      extended_address: 'Americana',
      address_locality: 'Guadalajara',
      address_region: 'JAL',
      postal_code: '44160',
      address_country: 'MX',
      phone_number: '+523312345678',
      email: 'ana@example.com',
    },
    shippingMethod: null,
    lines: [{ id: '1', sku: 'MUG-RED', title: 'Red mug', quantity: 2, unitPrice: 1250 }],
    amounts: { fulfillment: 500, tax: 200, discount: 0, total: 3200 },
  });
});

test('its totals add up without a difference, with a discount of either sign', () => {
  const source = { connection: 'sc', event: 'in_1', by: 'poll' as const, receivedAt: RECEIVED_AT };
  for (const members of [
    {},
    { DiscountAmount: 1.5, OrderTotal: 30.5 },
    { DiscountAmount: '-1.50', OrderTotal: '30.50' },
  ]) {
    const { order } = applySnapshot(null, read(members), source);
    expect(order.ucp.totals.some(({ type }) => type === 'adjustment')).toBe(false);
  }
});

test.each([
  [1, 75, 'cart'],
  [2, undefined, 'cart'],
  [3, 75, 'paid'],
  [3, 74, 'paid'],
  [3, 86, 'paid'],
  [3, undefined, 'unpaid'],
  [3, 12, 'unpaid'],
  [4, undefined, 'paid'],
  [5, 75, 'cancelled'],
  [6, undefined, 'paid'],
  [7, 74, 'paid'],
  [8, 74, 'paid'],
  [9, 74, 'shipped'],
  [10, 74, 'shipped'],
  [35, 75, 'paid'],
  [36, 74, 'cancelled'],
  [37, 74, 'shipped'],
  [38, 74, 'unpaid'],
])('status %i with payment %s is %s', (OrderStatusId, PaymentStatusId, meant) => {
  const mapped = change({ OrderStatusId, PaymentStatusId: PaymentStatusId ?? null });
  if (mapped.type !== 'order') return expect(meant).toBe('cart');
  const { order } = applySnapshot(null, mapped.order, {
    connection: 'sc',
    event: 'e',
    receivedAt: RECEIVED_AT,
  });
  const { cancelled, paidAt } = mapped.order;
  const status = statusOf(order);
  expect(cancelled ? 'cancelled' : status === 'fulfilled' ? 'shipped' : paidAt ? 'paid' : 'unpaid').toBe(meant);
});

test('counts what the store shows as shipped, over the lines that sell it', () => {
  const item = (OrderItemId: number, SkuCode: string, Quantity: number) => ({
    OrderItemId,
    SkuCode,
    Quantity,
    UnitPrice: 1,
  });
  const { lines } = read({
    OrderStatusId: 8,
    OrderItems: [item(1, 'A', 2), item(2, 'A', 2), item(3, 'B', 1)],
    ShippingInformation: [{ Items: [{ SkuCode: 'A', Quantity: 1 }] }, { Items: [{ SkuCode: 'A', Quantity: '2' }] }],
  });
  expect(lines.map(({ fulfilled }) => fulfilled)).toEqual([2, 1, undefined]);
});

test('reads times in the zone of the store', () => {
  const { placedAt, version } = read({}, { timeZone: 'America/New_York' });
  expect([placedAt, version]).toEqual(['2026-11-20T13:15:00.000Z', '2026-11-20T13:15:02.000Z']);
  expect(read({ ModifiedDate: '2026-04-27T14:38:17.1709364+00:00' }).version).toBe('2026-04-27T14:38:17.170Z');
});

test('does with the date it has, and without an address or a line id', () => {
  expect(read({ OrderPlacedDate: null, CreatedDate: '2026-11-19T00:00:00' }).placedAt).toBe('2026-11-19T00:00:00.000Z');
  expect(read({ ModifiedDate: null }).version).toBeNull();
  expect(read({ ShippingAddress: null }).shippingAddress).toEqual({ email: 'ana@example.com' });
  expect(read({ OrderItems: [{ SkuCode: 'A', Quantity: '1', UnitPrice: '2.50' }] }).lines[0]).toMatchObject({
    id: '1',
    title: 'A',
  });
});

test('names what is missing or wrong', () => {
  expect(fieldOf({ OrderNumber: null })).toBe('OrderNumber');
  expect(fieldOf({ OrderPlacedDate: null, CreatedDate: null })).toBe('OrderPlacedDate');
  expect(fieldOf({ OrderItems: [] })).toBe('OrderItems');
  expect(fieldOf({ OrderItems: [{ SkuCode: 'A', Quantity: 1, UnitPrice: 1.234 }] })).toBe('OrderItems[0].UnitPrice');
  expect(fieldOf({ ModifiedDate: 'yesterday' })).toBe('ModifiedDate');
});
