import { describe, expect, test } from 'vitest';
import type { OrderSnapshot } from '#lib/orders/order';
import { applySnapshot } from '#lib/orders/snapshot';
import { connectionOf, RECEIVED_AT, readFixture } from '#test/conformance/kit';
import { info } from './manifest.ts';
import { map } from './map.ts';
import { isWithoutId, webhook } from './webhook.ts';

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
          taxRate: 25,
          tax: 44000,
          stockLocation: 'Shelf 8',
        },
      ],
      note: 'Riktigt bra kund',
      payment: { method: null, state: 'paid' },
      amounts: { fulfillment: 1000, tax: 44000, discount: 0, total: 307100 },
      assumed: ['rows[0].total_vat: kept, though it does not follow from price and rate'],
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

describe('an order of another account', () => {
  const row = { id: 1, quantity: 1, price: '100', tax: '25', total_vat: 20, reference: 'A', title: 'A' };
  const order = { ...fixture('order.json'), shipping_cost: 0, total: 100, rows: [row] };

  test('has its discounts as rows below zero, with quantity or price', () => {
    const voucher = { id: 2, quantity: '1', price: '-10.00', tax: '25.00', total_vat: -2, title: 'Voucher' };
    const refund = { id: 3, quantity: -2, price: '5', tax: 25, total_vat: '-2', title: null };
    const { lines, discounts, amounts, assumed } = read({ ...order, total: 80, rows: [row, voucher, refund] });
    expect(lines.map(({ id }) => id)).toEqual(['1']);
    expect(discounts).toEqual([
      { title: 'Voucher', amount: 1000 },
      { title: 'Discount', amount: 1000 },
    ]);
    expect(amounts).toEqual({ fulfillment: 0, tax: 1600, discount: 2000, total: 8000 });
    const overtaxed = read({ ...order, total: 80, rows: [row, { ...voucher, total_vat: -99 }] });
    expect([overtaxed.amounts.tax, overtaxed.assumed]).toEqual([
      0,
      expect.arrayContaining(['rows[].total_vat: add up to less than 0, counted as 0']),
    ]);
    expect(assumed).toBeUndefined();
  });

  test('is read although it is finer than its currency, and says where', () => {
    const fine = { ...row, price: '79.992', total_vat: 15.9984 };
    const { lines, amounts, assumed } = read({ ...order, shipping_cost: 31.36666, total: '111.355', rows: [fine] });
    expect([lines[0]?.unitPrice, lines[0]?.tax, amounts.fulfillment, amounts.total]).toEqual([7999, 1600, 3137, 11136]);
    expect(assumed?.map((each) => each.split(':')[0])).toEqual([
      'rows[0].price',
      'rows[0].total_vat',
      'shipping_cost',
      'total',
    ]);
  });

  test('costs what its parts do where the total is missing or no number, and is taxed by its rate', () => {
    const { total: _total, ...without } = order as Record<string, unknown>;
    expect(read({ ...without, rows: [{ id: 1, quantity: 1, price: 1 }] }).amounts.total).toBe(100);
    for (const total of [undefined, null, '', 'n/a', {}]) {
      const { amounts, assumed } = read({ ...order, total, shipping_cost: '5', rows: [{ ...row, total_vat: null }] });
      expect(amounts).toEqual({ fulfillment: 500, tax: 2000, discount: 0, total: 10500 });
      expect(assumed).toContain('total: summed up from shipping and rows');
      expect(assumed).toContain('rows[0].total_vat: computed from the rate, as it is missing');
    }
    const net = read({ ...order, total: null, rows: [{ ...row, total_vat: null }] }, { pricesIncludeTax: false });
    expect(net.amounts).toMatchObject({ tax: 2500, total: 12500 });
  });

  test('was sold on a market, whose own number its buyer knows', () => {
    const sold = { ...order, integration_id: 4, integration_name: 'Tradera', market_reference: 'TR-1' };
    expect(read(sold).market).toEqual({ name: 'Tradera', reference: 'TR-1' });
    expect(read(sold, { markets: { 4: 'Tradera Sverige' } }).market?.name).toBe('Tradera Sverige');
    expect(read({ ...sold, integration_name: null }).market).toEqual({ name: null, reference: 'TR-1' });
    expect(read(order).market).toBeUndefined();
  });

  test.each([
    ['Postförskott', true, 'on_delivery'],
    ['Cash on Delivery', false, 'on_delivery'],
    ['COD', true, 'on_delivery'],
    ['Codex Pay', true, 'paid'],
    ['KLARNA INVOICE', false, 'on_account'],
    ['Klarna invoice', true, 'paid'],
    ['Swish', true, 'paid'],
    ['Swish', false, 'pending'],
    [null, false, 'pending'],
  ])('paid by %s, paid %s, is %s', (payment_option, is_paid, state) => {
    const { payment, paidAt } = read(
      { ...order, payment_option, is_paid },
      { payments: { 'Klarna invoice': 'on_account' } },
    );
    expect(payment).toEqual({ method: payment_option, state });
    expect(paidAt === null).toBe(state !== 'paid');
  });

  test('is held back while it is neither active nor delivered nor deleted', () => {
    expect(read({ ...order, is_active: '0' }).held).toContain('active');
    for (const flags of [
      { is_active: null },
      { is_active: 0, is_deleted: 1 },
      { is_active: false, is_delivered: true },
    ])
      expect(read({ ...order, ...flags }).held).toBeUndefined();
  });

  test('is refused for no member that it can do without, in whatever form PHP and its database write it', () => {
    const odd = {
      ...{ payment_option: { id: 3, title: 'Postförskott' }, shipping_option: { title: 'Servicepaket' }, notes: [] },
      ...{ updated_at: '0000-00-00 00:00:00', created_at: '0000-00-00 00:00:00', shipping_cost: '', is_deleted: '' },
      ...{ rows: { 1: { ...row, tax: '25 %', total_vat: null } }, customer_phone: false, is_paid: 'yes' },
    };
    expect(read({ ...order, ...odd })).toMatchObject({
      ...{ version: null, timesAssumed: true, cancelled: false, shippingMethod: 'Servicepaket' },
      ...{ payment: { method: 'Postförskott', state: 'on_delivery' }, amounts: { fulfillment: 0, total: 10000 } },
      lines: [{ id: '1', taxRate: 25, tax: 2000 }],
      assumed: [
        'created_at: is missing: when it was read',
        'rows[0].total_vat: computed from the rate, as it is missing',
      ],
    });
    expect(read({ ...order, shipping_cost: -5 }).amounts.fulfillment).toBe(0);
    const strange = { reference: 'A', product_id: false, identifier: { ean: '1' }, identifier_type: [] };
    expect(read({ ...order, is_active: {}, rows: [{ ...row, ...strange }] }).lines).toMatchObject([{ sku: 'A' }]);
    expect(read({ ...order, rows: [{ ...row, tax: 'moms' }] }).assumed).toEqual(['rows[0].tax: is no rate, left out']);
  });

  test('has a buyer with an alias only, and no times at all', () => {
    const names = { customer_first_name: '', customer_last_name: null, customer_alias: 'nisse73' };
    const bare = read({ ...order, ...names, created_at: null, updated_at: null });
    expect(bare).toMatchObject({
      buyer: { last_name: 'nisse73' },
      placedAt: RECEIVED_AT,
      timesAssumed: true,
      version: null,
    });
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
    ['order-updated', { orderId: 5 }, 'order', '5'],
    ['order-new', [13901393], 'order', '13901393'],
    ['order-new', { orderNew: { id: 5 }, firedAt: '2026-11-20T08:15:00Z' }, 'order', '5'],
    ['order-new', { type: 'orderNew', firedAt: 1_763_626_500, data: 5 }, 'order', '5'],
    ['order-new', { event: 'orderNew', object: '5' }, 'order', '5'],
  ])('%s %j asks for the %s', (topic, body, action, resource) => {
    expect(change(topic, body)).toEqual({ type: 'fetch', action, resource });
    expect(isWithoutId(Buffer.from(JSON.stringify(body)))).toBe(false);
  });

  test('two numbers without a name are no id', () => {
    expect(() => change('order-new', { object: 5, firedAt: 1_763_626_500 })).toThrow('id of the order');
  });

  test('a listed order is fetched unless its version stands', () => {
    expect(change('order-listed', fixture('order-listed.json'))).toEqual({
      type: 'fetch',
      action: 'order',
      resource: '13901393',
      unless: { externalId: '13901393', version: '2017-03-10T05:40:40.999Z' },
    });
    expect(change('order-listed', { id: 5, created_at: '2026-11-20T08:00:00Z', updated_at: null })).toMatchObject({
      unless: { externalId: '5', version: null },
    });
  });

  test('what is gone at Sello is gone here, and what was placed before `since` never comes', () => {
    expect(change('order-gone', { id: '7' })).toEqual({ type: 'gone', externalId: '7' });
    expect(change('product-gone', { id: '7' })).toMatchObject({ type: 'none' });
    const since = { since: '2017-01-01T00:00:00+01:00' };
    for (const topic of ['order', 'order-listed'])
      expect(change(topic, fixture(`${topic}.json`), since)).toEqual({
        type: 'none',
        reason: 'placed before settings.since',
      });
    expect(change('order', fixture('order.json'), { since: '2016-12-14T10:41:40+01:00' })).toMatchObject({
      type: 'order',
    });
  });

  test('may come as a form', () => {
    const form = Buffer.from('order_id=5&type=orderNew');
    expect(isWithoutId(form)).toBe(false);
    expect(change('order-new', webhook.readOther?.(form))).toMatchObject({ type: 'fetch', resource: '5' });
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
        version: null,
        title: 'Versace Bright Crystal Edt 50ml',
        quantity: 10,
        enabled: true,
        ean: '8011003993819',
      },
    ],
  });
  expect(change('product', { ...fixture('product.json'), private_reference: '' })).toMatchObject({ type: 'none' });
  // PHP writes an object without members as a list.
  const bare = { ...fixture('product.json'), integrations: [], properties: [], prices: [] };
  const odd = { ...bare, quantity: '2.5 m', private_name: [] };
  expect(change('product', odd)).toMatchObject({ products: [{ sku: 'PVE002' }] });
  expect(change('product', bare)).toMatchObject({ products: [{ sku: 'PVE002', quantity: 10, enabled: false }] });
});
