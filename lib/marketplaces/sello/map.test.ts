import { describe, expect, test } from 'vitest';
import type { OrderSnapshot } from '#lib/orders/order';
import { applySnapshot } from '#lib/orders/snapshot';
import { connectionOf, RECEIVED_AT, readFixture } from '#test/conformance/kit';
import { info } from './manifest.ts';
import { map } from './map.ts';
import { isWithoutId } from './webhook.ts';

type Json = { [key: string]: Json } & Json[];
const fixture = (file: string) => readFixture('sello', file) as Json;
const change = (topic: string, body: unknown, settings: Record<string, unknown> = {}, receivedAt = RECEIVED_AT) =>
  map({ topic, body, receivedAt }, connectionOf(info, settings));

function read(body: unknown, settings?: Record<string, unknown>, receivedAt?: string): OrderSnapshot {
  const read = change('order', body, settings, receivedAt);
  if (read.type !== 'order') throw new Error('no order');
  return read.order;
}

describe('the documented order', () => {
  test('is read whole: strings as numbers, offsets as instants, the flat customer as buyer and address', () => {
    const customer = { first_name: 'Nils', last_name: 'Muhrén', email: 'nils@sello.io', phone_number: '+467018388282' };
    expect(read(fixture('order.json'))).toEqual({
      externalId: '13901393',
      number: '865',
      placedAt: '2016-12-14T09:41:40.000Z',
      paidAt: '2016-12-14T09:41:40.000Z',
      version: '2017-03-10T05:40:40.999Z',
      cancelled: false,
      currency: 'NOK',
      taxIncluded: true,
      buyer: customer,
      shippingAddress: {
        ...customer,
        street_address: 'Kungsgatan 24',
        postal_code: '80292',
        address_locality: 'Gävle',
        address_country: 'SE',
      },
      shippingMethod: null,
      lines: [
        {
          id: '8109592',
          sku: 'WTCH_3829',
          ean: '51748283',
          title: 'High quality watch',
          quantity: 2,
          unitPrice: 10000,
        },
      ],
      amounts: { fulfillment: 1000, tax: 44000, discount: 0, total: 307100 },
    });
  });

  test('names what its total has besides its rows', () => {
    const received = { connection: 'sello-se', event: 'in_1', by: 'fetch' as const, receivedAt: RECEIVED_AT };
    const { totals } = applySnapshot(null, read(fixture('order.json')), received).order.ucp;
    expect(totals.map(({ type, amount }) => [type, amount])).toEqual([
      ['subtotal', 20000],
      ['fulfillment', 1000],
      ['adjustment', 286100],
      ['total', 307100],
    ]);
  });

  test('is unpaid, cancelled or delivered by its flags, however they are written', () => {
    const order = fixture('order.json');
    for (const no of [false, 0, '0', null]) expect(read({ ...order, is_paid: no }).paidAt).toBeNull();
    for (const yes of [true, 1, '1']) expect(read({ ...order, is_deleted: yes }).cancelled).toBe(true);
    expect(read({ ...order, is_delivered: true }).lines[0]?.fulfilled).toBe(2);
    expect(read({ ...order, is_delivered: false }).lines[0]).not.toHaveProperty('fulfilled');
  });

  test('bears the noise of sums, and prices without tax', () => {
    const order = { ...fixture('order.json'), total: 0.1 + 0.2, shipping_cost: '10.50' };
    expect(read(order, { pricesIncludeTax: false })).toMatchObject({
      taxIncluded: false,
      amounts: { total: 30, fulfillment: 1050, tax: 44000 },
    });
  });

  test('reads times without an offset in the connection’s zone', () => {
    const order = { ...fixture('order.json'), created_at: '2016-12-14 10:53:09' };
    expect(read(order).placedAt).toBe('2016-12-14T09:53:09.000Z');
    expect(read(order, { timeZone: 'Europe/Helsinki' }).placedAt).toBe('2016-12-14T08:53:09.000Z');
  });

  test('sells under what names the product best', () => {
    const order = fixture('order.json');
    const skuOf = (row: object) => read({ ...order, rows: [{ ...order.rows?.[0], ...row }] }).lines[0]?.sku;
    expect(skuOf({ reference: '' })).toBe('51748283');
    expect(skuOf({ reference: null, identifier: null })).toBe('29372618');
    expect(skuOf({ reference: null, identifier: null, product_id: null })).toBe('8109592');
  });

  test('is of two readings within one second what the later one says', () => {
    const order = fixture('order.json');
    const early = read({ ...order, notes: 'a' }, {}, '2017-03-10T05:40:40.200Z');
    const late = read({ ...order, notes: 'b' }, {}, '2017-03-10T05:40:40.700Z');
    expect([early.version, late.version]).toEqual(['2017-03-10T05:40:40.200Z', '2017-03-10T05:40:40.700Z']);
  });
});

describe('events', () => {
  test.each([
    ['order-new', { id: 13901393 }, 'order', '13901393'],
    ['order-paid', 13901393, 'order', '13901393'],
    ['order-updated', { order_id: '13901393' }, 'order', '13901393'],
    ['order-updated', { order: { id: 5 } }, 'order', '5'],
    ['product-updated', { product_id: 3635056 }, 'product', '3635056'],
    ['product-quantity-updated', '3635056', 'product', '3635056'],
    ['product-updated', { id: 7, product_id: 8 }, 'product', '8'],
  ])('%s %j asks for the %s', (topic, body, action, resource) => {
    expect(change(topic, body)).toEqual({ type: 'fetch', action, resource });
    expect(isWithoutId(Buffer.from(JSON.stringify(body)))).toBe(false);
  });

  test('a listed order is fetched unless its version stands', () => {
    expect(change('order-listed', fixture('order-listed.json'))).toEqual({
      type: 'fetch',
      action: 'order',
      resource: '13901393',
      unless: { externalId: '13901393', version: '2017-03-10T05:40:40.999Z' },
    });
  });

  test('what has no id tries the URL, unless it is no JSON at all', () => {
    for (const trial of ['', ' \n', '{}', '[]', 'null', '{"hook":"orderNew"}'])
      expect(isWithoutId(Buffer.from(trial))).toBe(true);
    for (const event of ['7', '{"foo":{"bar":7}}', '"7"', 'nonsense'])
      expect(isWithoutId(Buffer.from(event))).toBe(false);
  });
});

test('the documented product lands in the catalog under its reference', () => {
  expect(change('product', fixture('product.json'))).toEqual({
    type: 'products',
    products: [
      {
        sku: 'PVE002',
        externalId: '3635056',
        version: '2014-12-03T00:00:00.999Z',
        title: 'Versace Bright Crystal Edt 50ml',
        quantity: 10,
        enabled: true,
        ean: '8011003993819',
      },
    ],
  });
  expect(change('product', { ...fixture('product.json'), private_reference: '' })).toMatchObject({ type: 'none' });
});
