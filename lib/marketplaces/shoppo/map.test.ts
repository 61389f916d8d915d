import { expect, test } from 'vitest';
import { connectionOf, RECEIVED_AT, readFixture } from '#test/conformance/kit';
import { info } from './manifest.ts';
import { map } from './map.ts';

const SHP_1 = '21421713751366966949588';
const fixture = (file: string) => readFixture('shoppo', file) as Record<string, unknown>;
const read = (topic: string, body: unknown, settings = {}) =>
  map({ topic, body, receivedAt: RECEIVED_AT }, connectionOf(info, settings));

const box = (trackingNumber: string, more: object = {}) => ({
  courier: 'UPS',
  trackingNumber,
  isDelivered: false,
  timeShipped: 1547705337,
  ...more,
});
const item = (id: string, more: object = {}) => ({
  id,
  quantity: 1,
  status: 'SHIPPED',
  sku: { id: 'snapshot', originalId: SHP_1 },
  ...more,
});
const order = (orderItems: object[], more: object = {}) => ({
  id: '22718',
  status: 'DELIVERED',
  partnerOrderCode: 'scopio-main:ord_1',
  orderItems,
  ...more,
});

test('the documented notifications mean what the page says', () => {
  expect(read('deliver-partner-order', fixture('deliver-partner-order.json'))).toEqual({
    type: 'fetch',
    action: 'order',
    resource: '1361546075101402',
  });
  expect(read('cancel-partner-order', fixture('cancel-partner-order.json'))).toEqual({
    type: 'fetch',
    action: 'cancelled',
    resource: '1361546075101402',
  });
  expect(read('reply-ticket', fixture('reply-ticket.json'))).toEqual({
    type: 'none',
    reason: 'ticket KJh51ba6sd23: This is a reply to ticket.',
    about: { remoteId: 'KJh51ba6sd23', type: 'ticket.replied' },
  });
  expect(read('toggle-merchant', fixture('merchant-toggled.json'))).toEqual({
    type: 'merchants',
    merchants: [['1146001', false]],
  });
});

test('what was told as cancelled is what the order shows as that, else all of it', () => {
  const item = (id: string, status: string) => ({ id, status, quantity: 2, sku: { id: 's', originalId: id } });
  const told = (...orderItems: object[]) => read('cancelled', order(orderItems, { status: 'PAID' }));
  expect(told(item('SHP-1', 'PAID'), item('SHP-2', 'CANCELLED'))).toMatchObject({
    shipment: { declined: [{ sku: 'SHP-2', quantity: 2 }], settled: false },
  });
  expect(told(item('SHP-1', 'PAID'))).toMatchObject({ shipment: { orderId: 'scopio-main:ord_1', declined: 'rest' } });
  expect(told(item('SHP-1', 'CANCELLED'))).toMatchObject({ shipment: { declined: 'rest', settled: true } });
  // Of a channel that is none of ours, it was placed elsewhere.
  expect(read('cancelled', { partnerOrderCode: 'theirs:1' })).toMatchObject({
    shipment: { number: 'theirs:1', channel: 'theirs' },
  });
  expect(read('cancelled', { partnerOrderCode: 'scopio-main:ord_1' })).toMatchObject({
    shipment: { orderId: 'scopio-main:ord_1', remoteId: null, declined: 'rest', settled: true },
  });
});

test('an item of a Sku that is gone leaves the rest of its order readable', () => {
  const told = [item('1', { sku: null, status: 'CANCELLED' }), item('2', { shippingPackage: box('1Z') })];
  expect(read('order', order(told))).toMatchObject({
    shipment: {
      parcels: [{ trackingNumber: '1Z', items: [{ sku: SHP_1, quantity: 1 }] }],
      events: [{ type: 'canceled', description: '1 of a Sku that is gone' }],
    },
  });
});

test.each(['create-product', 'update-product', 'create-sku', 'update-sku'])(
  '%s printed empty names nothing',
  (topic) => {
    expect(read(topic, fixture(`${topic}.json`)).type).toBe('none');
  },
);

test('a notification is read in any spelling, and one without the member that names its thing is no blank one', () => {
  expect(read('update-product', { productId: 'P1' })).toMatchObject({ type: 'fetch', resource: 'P1' });
  expect(read('deliver-partner-order', { orderId: 'a:1' })).toMatchObject({ type: 'fetch', resource: 'a:1' });
  expect(read('update-sku', { skuId: 'R1', identifier: 'A', timeUpdated: 1547705337 })).toMatchObject({
    products: [{ sku: 'A', externalId: 'R1', version: '2019-01-17T06:08:57.999Z' }],
  });
  const toggled = { merchantToggleList: [{ merchantId: 'm', enabled: 0 }] };
  expect(read('toggle-merchant', toggled)).toEqual({ type: 'merchants', merchants: [['m', false]] });
  for (const [topic, id] of [
    ['update-sku', 'sku_id'],
    ['update-product', 'product_id'],
  ] as const)
    expect(() => read(topic, { event: { [id]: '1' } })).toThrow(`${id}: is missing`);
});

test('a Sku is told with money in cents, and only what the notification says of it', () => {
  expect(read('update-sku', fixture('sku-updated.json'))).toEqual({
    type: 'products',
    products: [
      {
        sku: 'SHP-1',
        externalId: SHP_1,
        price: { amount: 1250, currency: 'USD' },
        quantity: 118,
        enabled: true,
        merchant: '1146001',
        version: '2019-01-17T06:08:57.999Z',
      },
    ],
  });
  const partial = { sku_id: SHP_1, identifier: 'SHP-1', inventory: '5', price: '', time_updated: '1547705337' };
  expect(read('update-sku', partial)).toMatchObject({ products: [{ sku: 'SHP-1', quantity: 5 }] });
  expect(JSON.stringify(read('update-sku', partial))).not.toContain('price');
});

test('a Sku told by its id alone is read, unless the settings name it', () => {
  const body = { sku_id: SHP_1, inventory: 5, time_updated: 1547705337 };
  expect(read('update-sku', body)).toEqual({ type: 'fetch', action: 'sku', resource: SHP_1 });
  const owned = read('update-sku', { ...body, merchant: { id: '1146001', name: 'M' } });
  expect(owned).toMatchObject({ type: 'fetch', resource: `${SHP_1} 1146001` });
  const named = read('update-sku', body, { skus: { 'MUG-RED': SHP_1 } });
  expect(named).toMatchObject({ products: [{ sku: 'MUG-RED', externalId: SHP_1 }] });
  const both = read('update-sku', body, { skus: { 'MUG-RED': SHP_1, 'MUG-R': SHP_1 } });
  expect(both).toMatchObject({ products: [{ sku: 'MUG-RED' }, { sku: 'MUG-R', quantity: 5, externalId: SHP_1 }] });
});

test('a clock ahead of ours does not shut out what is read later', () => {
  const ahead = { ...fixture('sku-updated.json'), time_updated: Date.parse(RECEIVED_AT) / 1000 + 3600 };
  expect(read('update-sku', ahead)).toMatchObject({ products: [{ version: RECEIVED_AT }] });
});

test('each Sku of a product is one, sold only if both are enabled, its price without the noise of floats', () => {
  const body = { ...fixture('product.json'), enabled: false };
  expect(read('product', fixture('product.json'))).toMatchObject({
    products: [
      { sku: 'SHP-1', title: 'Bamboo lunch box, natural', enabled: true, version: null },
      { sku: 'SHP-2', price: { amount: 1350, currency: 'USD' }, enabled: false },
    ],
  });
  expect(read('product', body)).toMatchObject({ products: [{ enabled: false }, { enabled: false }] });
});

test('one bad price or Sku spoils no other, and a product of nothing else is unreadable', () => {
  const { skus, ...product } = fixture('product.json') as unknown as { skus: object[] };
  const [one = {}, other = {}] = skus;
  const odd = {
    ...product,
    skus: [{ ...one, price: 12.345 }, { ...other, price: 'ask' }, { id: 'S3', inventory: 'many' }, null],
  };
  const { products } = read('product', odd) as { products: object[] };
  expect(products).toMatchObject([{ sku: 'SHP-1', price: { amount: 1235 } }, { sku: 'SHP-2' }]);
  expect(products[1]).not.toHaveProperty('price');
  const inEuros = { ...product, skus: [{ ...one, price: { amount: 12, currency: 'EUR' } }] };
  expect((read('product', inEuros) as { products: object[] }).products[0]).not.toHaveProperty('price');
  expect(() => read('product', { ...product, skus: [{ id: 'S3', inventory: 'many' }] })).toThrow('skus[0].inventory');
  expect(read('product', { ...product, skus: [] })).toEqual({ type: 'products', products: [] });
});

test('what Shoppo paid back is told in all', () => {
  const order = fixture('order.json') as unknown as { orderItems: object[] };
  const refundOf = (refundStatus: string | null, ...amounts: unknown[]) => {
    const orderItems = amounts.map((refundedAmount, index) => ({
      ...order.orderItems[0],
      id: `i${index}`,
      refundedAmount,
    }));
    return (read('order', { ...order, refundStatus, orderItems }) as { shipment: { refund?: object } }).shipment.refund;
  };
  expect(refundOf('PARTIAL_REFUNDED', 12.5, null)).toEqual({
    state: 'partial_refunded',
    amount: 1250,
    currency: 'USD',
  });
  expect(refundOf(null, '0.1', 0.2)).toEqual({ state: 'refunded', amount: 30, currency: 'USD' });
  expect(refundOf('FULL_REFUNDED', null)).toMatchObject({ amount: 0 });
  expect(refundOf('NOT_REFUNDED', null, 0)).toBeUndefined();
});

test('an order that is paid back whole before any of it is sent is not sent', () => {
  const refunded = (items: object[], refundStatus = 'FULL_REFUNDED') =>
    (read('order', order(items, { status: 'PAID', refundStatus })) as { shipment: { declined?: unknown } }).shipment;
  const paid = { status: 'PAID' };
  expect(refunded([item('1', paid)])).toMatchObject({ declined: 'rest', settled: false });
  expect(refunded([item('1', paid)], 'PARTIAL_REFUNDED').declined).toBeUndefined();
  expect(refunded([item('1', { status: 'SHIPPED' })]).declined).toBeUndefined();
  expect(refunded([item('1', { ...paid, shippingPackage: box('1Z1') })]).declined).toBeUndefined();
});

test('a refund is found by the order’s id alone, and of one that was placed by other means is no error', () => {
  const { partnerOrderCode: _, ...order } = fixture('order.json') as Record<string, unknown>;
  const refunded = { ...order, refundStatus: 'FULL_REFUNDED' };
  expect(read('refunded', refunded)).toMatchObject({ shipment: { orderId: null, remoteId: order.id, channel: '' } });
});

test('items in one package are one parcel, told by their original ids or our SKUs', () => {
  const items = [item('1', { shippingPackage: box('1Z1') }), item('2', { quantity: 2, shippingPackage: box('1Z1') })];
  const parcel = { carrier: 'UPS', trackingNumber: '1Z1', shippedAt: '2019-01-17T06:08:57.000Z' };
  const told = (sku: string) => [
    {
      ...parcel,
      items: [
        { sku, quantity: 1 },
        { sku, quantity: 2 },
      ],
    },
  ];
  expect(read('order', order(items))).toMatchObject({ shipment: { parcels: told(SHP_1), settled: false } });
  const settings = { skus: { 'MUG-RED': SHP_1 } };
  expect(read('order', order(items), settings)).toMatchObject({ shipment: { parcels: told('MUG-RED') } });
});

test('DELIVERED of an order is with the courier; of an item, with the customer', () => {
  const withCourier = read('order', order([item('1', { shippingPackage: box('1Z1') })]));
  expect(withCourier).toMatchObject({ shipment: { events: [], settled: false } });
  const received = box('1Z1', { isDelivered: true, timeDelivered: 1547905337 });
  expect(read('order', order([item('1', { status: 'DELIVERED', shippingPackage: received })]))).toMatchObject({
    shipment: { events: [{ type: 'delivered', at: '2019-01-19T13:42:17.000Z' }], settled: true },
  });
});

test('times in other forms, or never set, and empty members cost no parcel', () => {
  const parcelOf = (more: object) => {
    const read1 = read('order', order([item('1', { shippingPackage: box('1Z1', more) })]));
    return read1.type === 'shipment' ? read1.shipment.parcels[0]?.shippedAt : read1;
  };
  const times = ['1547705337', 1547705337.5, '2019-01-17T06:08:57Z', 0, '', 'soon'];
  const shipped = '2019-01-17T06:08:57.000Z';
  const read1 = times.map((timeShipped) => parcelOf({ timeShipped, checkpoints: [{ time: 'soon', message: 'x' }] }));
  expect(read1).toEqual([shipped, '2019-01-17T06:08:57.500Z', shipped, RECEIVED_AT, RECEIVED_AT, RECEIVED_AT]);
  const loose = item('1', { shippingPackage: '', trackingNumber: 'T9', shippingProvider: 'UPS' });
  expect(read('order', order([loose]))).toMatchObject({ shipment: { parcels: [{ trackingNumber: 'T9' }] } });
  const odd = item('1', { shippingPackage: box('0', { courier: {} }), trackingNumber: 'T9', shippingProvider: [] });
  expect(read('order', order([odd]))).toMatchObject({ shipment: { parcels: [{ trackingNumber: 'T9', carrier: '' }] } });
  const merchants = { merchant_toggle_list: { merchant_id: 'm1', enabled: '0' } };
  expect(read('toggle-merchant', merchants)).toEqual({ type: 'merchants', merchants: [['m1', false]] });
  const notice = { sku_id: SHP_1, identifier: 'A', inventory: 3, merchant: 'm1', enabled: 'False', time_updated: '' };
  expect(read('update-sku', notice)).toMatchObject({ products: [{ quantity: 3, enabled: false, merchant: 'm1' }] });
});

test('an order that has ended is given back, unless part of it was shipped', () => {
  const cancelled = item('2', { status: 'CANCELLED' });
  expect(read('order', order([cancelled], { status: 'CLOSED' }))).toMatchObject({
    shipment: { orderId: 'scopio-main:ord_1', declined: 'rest' },
  });
  expect(read('order', order([item('1', { shippingPackage: box('1Z1') }), cancelled]))).toMatchObject({
    shipment: {
      events: [{ id: '2 canceled', type: 'canceled', description: `1 of ${SHP_1}` }],
      declined: [{ quantity: 1 }],
    },
  });
});

test('an order placed anew is still ours', () => {
  const body = order([item('1', { shippingPackage: box('1Z1') })], { partnerOrderCode: 'scopio-main:ord_1~2' });
  expect(read('order', body)).toMatchObject({ shipment: { orderId: 'scopio-main:ord_1', remoteId: '22718' } });
});
