import { expect, test } from 'vitest';
import type { OrderSnapshot } from '#lib/orders/order';
import { applySnapshot } from '#lib/orders/snapshot';
import { statusOf } from '#lib/orders/status';
import type { ContractError } from '#lib/platform/errors';
import { connectionOf, RECEIVED_AT, readFixture } from '#test/conformance/kit';
import { info } from './manifest.ts';
import { map } from './map.ts';

const ORDER = readFixture(info.name, 'order.json') as Record<string, unknown>;
const SOON = RECEIVED_AT;
const LATER = '2026-11-20T08:20:00.000Z';
const change = (members: object, settings = {}, topic = 'order', receivedAt = LATER) =>
  map({ topic, body: { ...ORDER, ...members }, receivedAt }, connectionOf(info, settings));

function read(members: object = {}, settings = {}): OrderSnapshot {
  const mapped = change(members, settings, 'order-read');
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
    payment: { method: 'Credit Card', state: 'paid' },
    shippingMethod: null,
    lines: [{ id: '1', sku: 'MUG-RED', title: 'Red mug', quantity: 2, unitPrice: 1250 }],
    amounts: { fulfillment: 500, tax: 200, discount: 0, total: 3200 },
    assumed: ['OrderPlacedDate: read as UTC, as settings.timeZone is not set'],
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
  const topic = OrderStatusId === 8 ? 'order-read' : 'order';
  const mapped = change({ OrderStatusId, PaymentStatusId: PaymentStatusId ?? null }, {}, topic);
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
    ShippingInformation: [{ Items: [{ SkuCode: 'A', Quantity: 1 }] }, { Items: [{ SkuCode: 'a ', Quantity: '2' }] }],
  });
  expect(lines.map(({ fulfilled }) => fulfilled)).toEqual([2, 1, undefined]);
  const told = {
    OrderItems: [item(1, 'a', 1), item(2, 'A', 1)],
    ShippingInformation: [{ Items: [{ SkuCode: 'A', Quantity: 1 }] }],
  };
  expect(read({ OrderStatusId: 8, ...told }).lines.map(({ fulfilled }) => fulfilled)).toEqual([undefined, 1]);
});

test('does not guess what has left of an order that is partly shipped: its details are read, then a person is asked', () => {
  const parcels = [{ Items: [{ SkuCode: 'MUG-RED', Quantity: 1 }] }];
  for (const ShippingInformation of [undefined, null, [], [{}]]) {
    expect(change({ OrderStatusId: 8, ShippingInformation })).toMatchObject({ type: 'fetch', resource: '100234' });
    expect(read({ OrderStatusId: 8, ShippingInformation })).toMatchObject({ partlyShipped: true });
  }
  expect(change({ OrderStatusId: 8, ShippingInformation: parcels }).type).toBe('order');
  expect(read({ OrderStatusId: 8, ShippingInformation: parcels })).not.toHaveProperty('partlyShipped');
  expect(read({ OrderStatusId: 7 })).not.toHaveProperty('partlyShipped');
});

test('counts nothing that is taken back as shipped, nor as much more of the same SKU', () => {
  const item = (OrderItemId: number, Quantity: number) => ({ OrderItemId, SkuCode: 'A', Quantity, UnitPrice: 1 });
  const { lines } = read({ OrderStatusId: 8, OrderItems: [item(1, -1), item(2, 2)] });
  expect(lines.map(({ id, fulfilled }) => [id, fulfilled])).toEqual([['2', undefined]]);
});

test.each([
  ['Placed', 3],
  ['awaiting shipment', 7],
  ['PartiallyShipped', 8],
  ['waiting_for_dropshipment', 4],
  ['Undelivered', 37],
  ['Cancelled', 5],
  ['Partial Paid', 38],
])('status %s is %i', (OrderStatusId, number) => {
  expect(read({ OrderStatusId })).toEqual(read({ OrderStatusId: number }));
  expect(fieldOf({ OrderStatusId: `${OrderStatusId}?` })).toBe('OrderStatusId');
  expect(change({ OrderStatusId: 'Live Cart' }).type).toBe('none');
});

test('items come as a list, by their ids, or as the only one', () => {
  const item = { OrderItemId: 7, SkuCode: 'A', Quantity: 1, UnitPrice: 1 };
  for (const OrderItems of [[item], { 7: item }, item, { results: [item] }])
    expect(read({ OrderItems }).lines).toMatchObject([{ id: '7' }]);
  expect(change({ OrderItems: {} }).type).toBe('fetch');
});

test('reads times in the zone of the store', () => {
  const { placedAt, version } = read({}, { timeZone: 'America/New_York' });
  expect([placedAt, version]).toEqual(['2026-11-20T13:15:00.000Z', '2026-11-20T13:15:02.000Z']);
  expect(read({ ModifiedDate: '2026-04-27T14:38:17.1709364+00:00' }).version).toBe('2026-04-27T14:38:17.170Z');
});

test('does with the date it has, and without an address or a line id', () => {
  expect(read({ OrderPlacedDate: null, CreatedDate: '2026-11-19T00:00:00' }).placedAt).toBe('2026-11-19T00:00:00.000Z');
  expect(read({ ModifiedDate: null }).version).toBeNull();
  expect(read({ ModifiedDate: '0001-01-01T00:00:00' }).version).toBeNull();
  expect(read({ ShippingAddress: null }).shippingAddress).toEqual({ email: 'ana@example.com' });
  expect(read({ OrderItems: [{ SkuCode: 'A', Quantity: '1', UnitPrice: '2.50' }] }).lines[0]).toMatchObject({
    id: 'A',
    title: 'A',
  });
  // Its place would be another row's once an earlier one goes.
  expect(read({ OrderItems: [{ SkuCode: 'A', Quantity: '1', UnitPrice: '2.50' }] }).idsAssumed).toBe(true);
  expect(read().idsAssumed).toBe(undefined);
});

test('refuses no order for what it can do without, in whatever form that is', () => {
  const odd = {
    ...{ Comments: [{ Comment: 'x' }], Email: { Address: 'x' }, PaymentStatusId: '', ShippingInformation: '' },
    ...{ BillingAddress: { FirstName: 'B', CountryCode: 'Atlantis' }, CarrierId: { Id: 1 }, CreatedDate: 'soon' },
  };
  const { lines, assumed } = read(odd);
  expect(lines).toHaveLength(1);
  expect(assumed).toContain('BillingAddress.CountryCode: is no country, left out');
  const unknown = read({ OrderStatusId: 77, PaymentStatusId: 'Paid' });
  expect(unknown.payment?.state).toBe('pending');
  expect(unknown.assumed).toEqual(
    expect.arrayContaining(['OrderStatusId: is none of its table', 'PaymentStatusId: is none of its table']),
  );
  expect(read({ ShippingAddress: '1 Main St' }).shippingAddress).toMatchObject({ street_address: '1 Main St' });
  expect(read({ OrderPlacedDate: 'soon', CreatedDate: '/Date(1763626500000)/' })).toMatchObject({
    placedAt: '2025-11-20T08:15:00.000Z',
  });
  const parcel = { TrackingNumber: 'x', Items: { SkuCode: 'MUG-RED', Quantity: 1 } };
  expect(read({ ShippingInformation: parcel }).lines[0]?.fulfilled).toBe(1);
  expect(fieldOf({ ShippingInformation: [{ Items: [{ Sku: 'A', Qty: 1 }] }] })).toBe(
    'ShippingInformation[0].Items[0].SkuCode',
  );
  const back = { ReturnNumber: 1, OrderNumber: 2, ReturnStatusId: 98, Items: [{ Sku: 'A' }] };
  // Reading no items would mean that everything came back.
  expect(() => change(back, {}, 'return')).toThrow('Items[0].SkuCode');
  const sku = { SkuCode: 'A', ProductName: { a: 1 }, Inventory: 'In stock' };
  expect(map({ topic: 'sku', body: sku, receivedAt: RECEIVED_AT }, connectionOf(info))).toMatchObject({
    products: [{ sku: 'A' }],
  });
});

test('lines with the same id are told apart, one below zero is a discount, and their tax is the order’s', () => {
  const item = { OrderItemId: 0, SkuCode: 'A', Quantity: 2, UnitPrice: '1,250.00', TaxAmount: 20 };
  const coupon = { OrderItemId: 0, SkuCode: 'SAVE', ProductName: 'Coupon', Quantity: 1, UnitPrice: -3 };
  const { lines, discounts, amounts } = read({
    ...{ OrderItems: [item, { ...item, SkuCode: 'B' }, coupon], TaxAmount: null, OrderTotal: null },
  });
  expect(lines.map(({ id, sku, unitPrice }) => [id, sku, unitPrice])).toEqual([
    ['A', 'A', 125000],
    ['B', 'B', 125000],
  ]);
  expect(read({ OrderItems: [item, item] }).lines.map(({ id }) => id)).toEqual(['A', 'A-2']);
  expect(discounts).toEqual([{ title: 'Coupon', amount: 300 }]);
  const bare = { ...coupon, SkuCode: undefined };
  expect(read({ OrderItems: [item, bare] }).discounts).toEqual(discounts);
  expect(fieldOf({ OrderItems: [item, { ...bare, UnitPrice: 3 }] })).toBe('OrderItems[1].SkuCode');
  const zero = { OrderItems: [item], TaxAmount: 0, OrderTotal: null };
  expect(read(zero).amounts).toMatchObject({ tax: 2000, total: 250000 + 500 + 2000 });
  expect(amounts).toEqual({ fulfillment: 500, tax: 4000, discount: 300, total: 500000 - 300 + 500 + 4000 });
});

test('names what is missing or wrong', () => {
  expect(fieldOf({ OrderNumber: null })).toBe('OrderNumber');
  expect(fieldOf({ OrderItems: null })).toBe('OrderItems');
  expect(fieldOf({ CurrencyCode: null })).toBe('CurrencyCode');
  expect(fieldOf({ OrderItems: [{ SkuCode: 'A', Quantity: 1, UnitPrice: null }] })).toBe('OrderItems[0].UnitPrice');
  expect(fieldOf({ OrderItems: [{ SkuCode: 'A', Quantity: 1, UnitPrice: 'free' }] })).toBe('OrderItems[0].UnitPrice');
});

test('members may be spelled in other letters, and one that says something as it is named comes first', () => {
  const respell = (value: unknown, spell: (name: string) => string): unknown => {
    if (Array.isArray(value)) return value.map((each) => respell(each, spell));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [spell(name), respell(each, spell)]));
  };
  const camel = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
  const snake = (name: string) => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
  for (const spell of [camel, snake, (name: string) => name.toUpperCase()]) {
    const mapped = map({ topic: 'order-read', body: respell(ORDER, spell), receivedAt: LATER }, connectionOf(info));
    expect(mapped).toEqual(change({}, {}, 'order-read'));
  }
  expect(read({ email: 'other@example.com' }).buyer.email).toBe('ana@example.com');
  expect(read({ email: 'other@example.com', Email: '' }).buyer.email).toBe('other@example.com');
});

test('reads dates as .NET writes them in the US, and ships without any that can be read', () => {
  const placedAt = '2026-11-19T15:08:09.000Z';
  for (const told of ['11/19/2026 3:08:09 PM', '/Date(1795100889000)/', '2026-11-19T15:08:09.0001234'])
    expect(read({ OrderPlacedDate: told, ModifiedDate: told })).toMatchObject({ placedAt, version: placedAt });
  const never = { CreatedDate: '/Date(-62135596800000)/', ModifiedDate: '1/1/0001 12:00:00 AM' };
  expect(read({ OrderPlacedDate: '11/19/2026 3:08:09 PM', ...never })).toMatchObject({ placedAt, version: null });
  const unread = read({ OrderPlacedDate: '31/31/2026', CreatedDate: null, ModifiedDate: 'yesterday' });
  expect(unread).toMatchObject({ placedAt: LATER, timesAssumed: true, version: null });
  expect(unread.assumed?.slice(0, 2)).toEqual([
    'OrderPlacedDate: is no time that can be read',
    'ModifiedDate: is no time that can be read',
  ]);
  expect(read({ OrderPlacedDate: null, CreatedDate: null }).placedAt).toBe('2026-11-20T08:15:02.000Z');
});

test('a setting decides which of a date comes first, where it can be either; without one the order says so', () => {
  const dates = { OrderPlacedDate: '11/12/2026 15:08:09', CreatedDate: null, ModifiedDate: '25/12/2026 09:00:00' };
  const [month, day] = ['2026-11-12T15:08:09.000Z', '2026-12-11T15:08:09.000Z'];
  const version = '2026-12-25T09:00:00.000Z';
  const words = 'OrderPlacedDate: read month first, as settings.dayFirst is not set';
  expect(read(dates)).toMatchObject({ placedAt: month, version, assumed: expect.arrayContaining([words]) });
  const isFirst = read(dates, { dayFirst: true });
  expect(isFirst).toMatchObject({ placedAt: day, version });
  expect(isFirst.assumed).not.toContain(words);
  expect(read(dates, { dayFirst: false })).toMatchObject({ placedAt: month, version });
});

test('of the two readings of a date the later one counts that has been, so that no change is older than what it changes', () => {
  const version = (ModifiedDate: string, settings = {}) => read({ ModifiedDate }, settings).version?.slice(0, 10);
  const told = ['05/11/2026 09:00:00', '11/05/2026 09:00:00', '12/10/2026 09:00:00', '10/12/2026 09:00:00'];
  expect(told.map((date) => version(date))).toEqual(['2026-11-05', '2026-11-05', '2026-10-12', '2026-10-12']);
  expect(told.map((date) => version(date, { dayFirst: true }))).toEqual([
    ...['2026-11-05', '2026-05-11', '2026-10-12', '2026-12-10'],
  ]);
  expect(version('11/25/2026 09:00:00')).toBe('2026-11-25');
});

test('a status may be spelled as the US does', () => {
  expect(read({ OrderStatusId: 'Canceled' }).cancelled).toBe(true);
});

test.each([
  [3, 33, null, 'on_account'],
  [3, 33, 0, 'on_account'],
  [7, 33, 0, 'on_account'],
  [3, 91, 0, 'paid'],
  [3, 90, null, 'paid'],
  [3, 32, 0, 'pending'],
  [6, 32, 0, 'paid'],
  [3, '31', 0, 'pending'],
  [7, 31, 0, 'paid'],
  [38, 91, 0, 'pending'],
  [3, 'Check', null, 'pending'],
  [3, 'Gift Card', '', 'paid'],
  [3, 'purchase order', 0, 'on_account'],
  [3, 31, 'AuthorizeOnly', 'paid'],
  [6, 'Cash on Delivery', 0, 'on_delivery'],
  [6, 'COD', 74, 'paid'],
])('status %s with method %s and payment %s is %s', (OrderStatusId, PaymentMethodId, PaymentStatusId, state) => {
  const { payment, paidAt } = read({ OrderStatusId, PaymentMethodId, PaymentStatusId });
  expect(payment?.state).toBe(state);
  expect(payment?.method).not.toBeNull();
  expect(paidAt === null).toBe(state !== 'paid');
});

test.each([
  [8, 21, 'FEDEX FedEx 2 Day', 'fedex'],
  ['1', '3', 'UPS Next Day Air', 'ups'],
  ['usps', null, 'USPS', 'usps'],
  [7, null, 'In Store Pick Up', 'in_store_pick_up'],
  [10, 35, 'Ship by Order Total[Tiered] Tier Two', 'ship_by_order_total_tiered'],
  ['Our own van', null, 'Our own van', undefined],
  [0, 0, null, undefined],
  [null, 21, 'FEDEX FedEx 2 Day', 'fedex'],
  ['FedEx', 'FedEx 2 Day', 'FEDEX FedEx 2 Day', 'fedex'],
  [null, null, null, undefined],
])('the buyer’s choice %s/%s is %s', (CarrierId, ServiceTypeId, method, code) => {
  const { shippingMethod, shippingCode } = read({ CarrierId, ServiceTypeId });
  expect([shippingMethod, shippingCode]).toEqual([method, code]);
});

test('what is picked up in the store has a point of collection, and else nothing has', () => {
  expect(read({ CarrierId: 7 }).pickupPoint).toEqual({ id: null, name: 'In Store Pick Up', address: null });
  expect(read({ CarrierId: 1 }).pickupPoint).toBeUndefined();
});

test('a list of heads only asks for each order, unless it is known', () => {
  const unless = { externalId: '100234', version: '2026-11-20T08:15:02.000Z' };
  const asks = { type: 'fetch', action: 'order', resource: '100234', unless };
  for (const OrderItems of [undefined, null, []]) expect(change({ OrderItems })).toEqual(asks);
  // Without a date, nobody knows whether it was changed since.
  expect(change({ OrderItems: null, ModifiedDate: '31/31/2026' })).not.toHaveProperty('unless');
  expect(change({ OrderItems: null, ModifiedDate: null })).toMatchObject({ unless: { version: null } });
  expect(change({ OrderItems: null, ModifiedDate: null, OrderStatusId: 5 })).not.toHaveProperty('unless');
  // Read within the second of the change, or half a minute after it: another change in that second is possible.
  const soon = change({ OrderItems: null }, {}, 'order', SOON);
  expect(soon).toMatchObject({ unless: { version: expect.stringMatching(/^2026-11-20T08:15:01/) } });
});

test('bears binary floats, and figures beside the goods that are missing or no numbers', () => {
  const item = { SkuCode: 'A', Quantity: 3, UnitPrice: 0.1 + 0.2 };
  const noisy = read({ OrderItems: [item], TaxAmount: 2.065, ShippingAmount: 5.000000000000001, OrderTotal: 7.97 });
  expect(noisy.amounts).toEqual({ fulfillment: 500, tax: 207, discount: 0, total: 797 });
  expect(noisy.assumed?.filter((each) => each.includes('rounded'))).toEqual([
    'TaxAmount: rounded to the decimals of USD',
  ]);
  const { ShippingAmount: _s, TaxAmount: _t, DiscountAmount: _d, OrderTotal: _o, ...bare } = ORDER;
  const mapped = map({ topic: 'order', body: bare, receivedAt: RECEIVED_AT }, connectionOf(info));
  expect(mapped).toMatchObject({ order: { amounts: { fulfillment: 0, tax: 0, discount: 0, total: 2500 } } });
  expect(read({ TaxAmount: 'incl.', OrderTotal: {} }).amounts).toMatchObject({ tax: 0, total: 3000 });
});

test('reads an address as a list, as the document prints it, and another for the bill', () => {
  const printed = [
    { AddressName: 'Ana’s Shop', AddressLine1: 'Main St 1', City: 'Austin', StateCode: 'TX', CountryCode: 'US' },
  ];
  const { shippingAddress, billingAddress, buyer } = read({
    ShippingAddress: printed,
    BillingAddress: { FirstName: 'Bo', CompanyName: 'Bo Ltd', AddressLine1: 'Side St 2', CountryCode: 'US' },
  });
  expect(shippingAddress).toMatchObject({ last_name: 'Ana’s Shop', street_address: 'Main St 1', address_region: 'TX' });
  expect(billingAddress).toEqual({
    first_name: 'Bo',
    company: 'Bo Ltd',
    street_address: 'Side St 2',
    address_country: 'US',
  });
  expect(buyer).toEqual({ first_name: 'Bo', company: 'Bo Ltd', email: 'ana@example.com' });
  for (const ShippingAddress of [null, [], {}])
    expect(read({ ShippingAddress, Address: printed }).shippingAddress.address_locality).toBe('Austin');
  const bill = { AddressName: 'Billing', AddressLine1: 'Side St 2', City: 'Shipley', CountryCode: 'US' };
  for (const name of [{ AddressName: 'Shipping' }, { AddressType: 'SHIP_TO' }]) {
    const Address = [bill, { ...printed[0], ...name }];
    expect(read({ ShippingAddress: null, Address }).shippingAddress.address_locality).toBe('Austin');
  }
  const home = { ...printed[0], AddressName: 'Home' };
  const shipley = { ...bill, AddressName: 'Shipley House' };
  for (const Address of [
    [bill, home],
    [home, shipley],
    [{ ...bill, AddressName: 'x', Type: 'BillTo' }, home],
    [{ ...home, AddressName: 'Billy' }, shipley],
    [
      { ...bill, AddressName: 'Default' },
      { ...home, AddressName: 'DefaultShipping' },
    ],
  ])
    expect(read({ ShippingAddress: null, Address }).shippingAddress.address_locality).toBe('Austin');
  expect(read({ ShippingAddress: null, ShipTo: bill }).assumed).toContain(
    'ShippingAddress.AddressLine1: is missing: nothing says where the order goes',
  );
});

test('takes the currency of a store that has one alone', () => {
  const { currency, assumed } = read({ CurrencyCode: '' }, { currency: 'CAD' });
  expect([currency, assumed?.[0]]).toEqual(['CAD', 'CurrencyCode: taken from settings.currency, as it is missing']);
});

test('an order that is read has lines, unless it is cancelled: an empty answer cancels nothing', () => {
  expect(() => read({ OrderItems: [] })).toThrow('OrderItems');
  expect(read({ OrderItems: [], OrderStatusId: 5 })).toMatchObject({ lines: [], cancelled: true });
});

test('carries what the buyer had put on a line', () => {
  const item = { SkuCode: 'A', Quantity: 1, UnitPrice: 1 };
  const attributes = (more: object) => read({ OrderItems: [{ ...item, ...more }] }).lines[0]?.attributes;
  expect(attributes({ Embellishments: [{ Name: 'Logo', Value: 'Front' }, 'Red thread'] })).toEqual({
    ...{ Logo: 'Front', 2: 'Red thread' },
  });
  expect(attributes({ Attributes: { Size: 'M', Nested: {} } })).toEqual({ Size: 'M' });
  expect(attributes({ Embellishments: 'Logo left' })).toEqual({ 1: 'Logo left' });
  expect(attributes({ Embellishments: 'Logo left', Attributes: 'Size M' })).toEqual({ 1: 'Logo left', 2: 'Size M' });
  expect(attributes({ Embellishments: '[]', Attributes: 0 })).toEqual(attributes({}));
  for (const none of [null, [], {}, '']) expect(attributes({ Attributes: none })).toBeUndefined();
});

test('Undelivered is an event of the order', () => {
  expect(read({ OrderStatusId: 37 }).events).toEqual([
    { id: 'undelivered', type: 'undeliverable', at: '2026-11-20T08:15:02.000Z' },
  ]);
  const source = { connection: 'sc', event: 'e', receivedAt: RECEIVED_AT };
  const before = applySnapshot(null, read({ OrderStatusId: 9 }), source).order;
  const { order } = applySnapshot(before, read({ OrderStatusId: 37, ModifiedDate: '2026-11-24T10:00:00' }), source);
  const later = applySnapshot(order, read({ OrderStatusId: 10, ModifiedDate: '2026-11-25T10:00:00' }), source).order;
  for (const { ucp } of [order, later])
    expect(ucp.fulfillment.events).toMatchObject([{ type: 'undeliverable', occurred_at: '2026-11-24T10:00:00.000Z' }]);
});

test('a return is one once the store accepts it, and an SKU is for sale there', () => {
  const returned = readFixture(info.name, 'return.json') as object;
  const told = (more: object) =>
    map({ topic: 'return', body: { ...returned, ...more }, receivedAt: RECEIVED_AT }, connectionOf(info));
  const items = [{ sku: 'MUG-RED', quantity: 1 }];
  for (const ReturnStatusId of [98, 100, '104', 'Return Accepted', 'ReturnPartiallyAccepted'])
    expect(told({ ReturnStatusId })).toEqual({
      type: 'return',
      return: { externalId: '100234', id: '5001', at: '2026-11-23T09:00:00.000Z', items, reason: 'Too small' },
    });
  for (const [ReturnTypeId, reason] of [
    [102, 'Too small, Replaced'],
    ['replaced', 'Too small, Replaced'],
    [103, 'Too small'],
  ])
    expect(told({ ReturnStatusId: 98, ReturnTypeId })).toMatchObject({ return: { reason } });
  expect(told({ ReturnStatusId: 98, ReturnTypeId: 102, Reason: null })).toMatchObject({
    return: { reason: 'Replaced' },
  });
  for (const Items of [null, [], {}]) expect(told({ ReturnStatusId: 98, Items })).not.toHaveProperty('return.items');
  for (const Items of [null, []]) expect(() => told({ ReturnStatusId: 104, Items })).toThrow(/Items/);
  const renamed = { Items: undefined, Log: [{ At: '2026' }], ReturnLines: [{ SkuCode: 'MUG-RED', Quantity: 1 }] };
  expect(told({ ReturnStatusId: 98, ...renamed })).toMatchObject({ return: { items } });
  expect(() => told({ ReturnStatusId: 98, ...renamed, OrderItems: renamed.ReturnLines })).toThrow(/Items/);
  expect(() => told({ ReturnStatusId: 98, Items: null, Lines: [{ SkuCode: 'A', ReturnQty: 1 }] })).toThrow(/Quantity/);
  const rows = [{ SkuCode: 'MUG-RED', Quantity: '1' }];
  for (const nested of [{ ReturnItems: { ReturnItem: rows } }, { Lines: { 0: rows[0] } }, rows[0]])
    expect(told({ ReturnStatusId: 98, Items: undefined, ...nested })).toMatchObject({ return: { items } });
  for (const ReturnStatusId of [97, 99]) expect(told({ ReturnStatusId })).toMatchObject({ type: 'none' });
  const sku = map(
    { topic: 'sku', body: { SkuCode: 'A', Inventory: '7' }, receivedAt: RECEIVED_AT },
    connectionOf(info),
  );
  expect(sku).toEqual({ type: 'products', products: [{ sku: 'A', version: null, quantity: 7 }] });
  // "The list of skus avaiable in Store" may be no more than their codes.
  const bare = map({ topic: 'sku', body: 'A', receivedAt: RECEIVED_AT }, connectionOf(info));
  expect(bare).toEqual({ type: 'products', products: [{ sku: 'A', version: null }] });
});
