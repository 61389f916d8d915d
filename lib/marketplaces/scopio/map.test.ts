import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Order, OrderSnapshot, SnapshotLine } from '#lib/orders/order';
import { applySnapshot } from '#lib/orders/snapshot';
import type { ContractError } from '#lib/platform/errors';
import { connectionOf, RECEIVED_AT, readFixture } from '#test/conformance/kit';
import { at, sourceOf } from '#test/support/orders';
import { describeBody, recordReads } from '../kit/body-members.ts';
import { mapBody } from '../map-body.ts';
import { connector } from './index.ts';
import { info } from './manifest.ts';
import { map } from './map.ts';
import { webhook } from './webhook.ts';

// Loose on purpose: tests change a vendor's body in any way.
type Json = { [key: string]: Json } & Json[];
const fixture = (file: string) => readFixture('scopio', file) as Json;

function read(body: unknown, settings = {}): OrderSnapshot {
  const change = map({ topic: 'order-paid', body, receivedAt: RECEIVED_AT }, connectionOf(info, settings));
  if (change.type !== 'order') throw new Error('no order');
  return change.order;
}

function fieldOf(body: unknown): string | undefined {
  try {
    read(body);
    return undefined;
  } catch (error) {
    return (error as ContractError).detail.field;
  }
}

test('nothing of the event that tells of an order stays unread', () => {
  const body = fixture('order-paid.json');
  expect(describeBody(body, recordReads(body, read), new Map()).unread).toEqual([]);
});

test('items are the same goods where the list has no ids for them and a webhook has', () => {
  const webhook = fixture('order-paid.json');
  const listed = {
    ...fixture('order.json'),
    items: fixture('order.json').items?.map(({ id: _id, sku: _sku, ...item }) => item),
  };
  const [told, found] = [read(webhook), read(listed)];
  for (const [first, last] of [[told, found] as const, [found, told] as const]) {
    const { order } = applySnapshot(null, first, sourceOf(0));
    const { ucp } = applySnapshot(order, last, sourceOf(1)).order;
    expect(ucp.line_items.map(({ id, quantity }) => [id, quantity.total])).toEqual([[first.lines[0]?.id, 2]]);
  }
});

test('a cancellation that only its event tells counts after all that lists without dates took', () => {
  const order = { ...fixture('order.json'), updated_at: '2026-11-20T08:15:00Z' };
  const [paid, cancelled] = ['order.paid', 'order.cancelled'].map((type) => read({ type, order })) as [
    OrderSnapshot,
    OrderSnapshot,
  ];
  const many = (quantity: number) => ({ ...paid, lines: paid.lines.map((line) => ({ ...line, quantity })) });
  const start = applySnapshot(null, many(9), sourceOf(0)).order;
  const listed = [8, 7, 6].reduce<Order>((known, quantity, index) => {
    const asked = sourceOf(index + 1, { askedAt: at(index + 1) });
    return applySnapshot(known, { ...many(quantity), version: null }, asked).order;
  }, start);
  expect(listed.ucp.line_items[0]?.quantity.total).toBe(6);
  expect(applySnapshot(listed, cancelled, sourceOf(9)).order.cancelled).toBe(true);
});

test('what only an event says of an order counts, whichever arrives last, until its source restores the order', () => {
  const order = { ...fixture('order.json'), updated_at: '2026-11-20T08:15:00Z' };
  const ucp = { ...fixture('ucp-order.json'), updated_at: '2026-11-20T08:15:00Z' };
  const after = (...all: OrderSnapshot[]) =>
    all.reduce<Order | null>((known, told, index) => applySnapshot(known, told, sourceOf(index)).order, null);
  for (const told of [order, ucp, { ...order, note: 'a' }, { ...order, note: 'b' }]) {
    const say = (type: string, created_at: string, more = {}) =>
      read({ type, created_at, order: { ...told, ...more } });
    const paid = say('order.paid', '2026-11-20T08:15:01Z');
    const part = say('order.partially_refunded', '2026-11-20T08:50:00Z');
    const back = say('order.refunded', '2026-11-20T09:00:00Z');
    expect(paid.version).toBe('2026-11-20T08:15:00.000Z');
    for (const all of [
      [paid, part, back],
      [back, part, paid],
      [part, back, paid],
    ])
      expect(after(...all)?.history.snapshot.payment?.state).toBe('refunded');
    const restored = say('order.updated', '2026-11-20T09:30:00Z', { updated_at: '2026-11-20T09:30:00Z' });
    // Sent again, an event may have another time.
    for (const again of ['2026-11-20T09:00:00Z', '2026-11-20T09:40:00Z']) {
      const cancelled = say('order.cancelled', again);
      expect(after(paid, cancelled)?.cancelled).toBe(true);
      expect(after(paid, cancelled, restored, cancelled)?.cancelled).toBe(false);
    }
  }
});

test('an order beside the members of its event has the id that the list knows it by', () => {
  const order = fixture('order.json');
  const event = { ...order, id: 'evt_1', order_id: order.id, type: 'order.paid' };
  expect(read(event).externalId).toBe(read(order).externalId);
  expect(read({ ...event, type: undefined, event: 'paid' }).externalId).toBe(read(order).externalId);
  // `type` may be the order's own, and a poll shows no events.
  for (const more of [{}, { type: 'prepaid' }, { event: 'order.paid' }, { type: 'order.paid', event_id: 'evt_1' }])
    expect(read({ ...order, order_id: '17', ...more }).externalId).toBe(read(order).externalId);
  const polled = { topic: 'order', body: { ...order, order_id: '17', type: 'order.paid' }, receivedAt: RECEIVED_AT };
  expect(map(polled, connectionOf(info))).toMatchObject({ order: { externalId: order.id } });
});

test('parts of a body may be JSON in text', () => {
  const order = fixture('order.json');
  const text = (part: unknown) => JSON.stringify(part);
  for (const told of [{ items: text(order.items) }, { shipping_address: text(order.shipping_address) }])
    expect(read({ ...order, ...told })).toEqual(read(order));
  expect(read({ event: 'order.paid', data: text(order) })).toEqual(read(order));
  expect(read({ raw: text({ ...order, id: 'x' }), order })).toEqual(read(order));
});

test('a webhook may be a form', () => {
  const order = fixture('order.json');
  const form = new URLSearchParams({ event: 'order.paid', order: JSON.stringify(order) });
  expect(read(webhook.readOther?.(Buffer.from(form.toString())))).toEqual(read(order));
});

test('an event may say of its order what that does not say itself', () => {
  const { status: _paid, paid_at: _at, ...order } = fixture('order.json');
  const told = (event: object) => {
    const { cancelled, payment, version } = read({ ...event, order });
    return { cancelled, state: payment?.state, version };
  };
  const occurred_at = '2026-11-21T08:00:00.000Z';
  expect(told({ event: 'order.paid' })).toEqual({ cancelled: false, state: undefined, version: null });
  expect(told({ type: 'order.cancelled', occurred_at })).toMatchObject({ cancelled: true, version: occurred_at });
  // It may be when an event was sent again, after a cancellation, which a later version lifts.
  expect(told({ type: 'order.paid', timestamp: occurred_at, sent_at: occurred_at }).version).toBeNull();
  expect(told({ event_type: 'payment.failed' })).toMatchObject({ cancelled: false, state: 'pending' });
  const stateOf = (event: string, status: string) => read({ event, order: { ...order, status } }).payment?.state;
  expect(['new', 'paid'].map((status) => stateOf('payment.failed', status))).toEqual(['pending', undefined]);
  expect(['order.refunded', 'payment.refunded'].map((event) => stateOf(event, 'paid'))).toEqual([
    'refunded',
    'refunded',
  ]);
  expect(read({ event: 'order.cancelled', order: { ...order, status: 'paid' } }).cancelled).toBe(true);
  expect(read({ ...order, event: 'order.cancelled' }).cancelled).toBe(true);
  for (const event of [{ type: 'order.cancelled' }, 'orders/cancelled', 'OrderCancelled'])
    expect(told({ event }).cancelled).toBe(true);
});

test('Polish words are understood, and a status of another word is named', () => {
  const { paid_at: _at, ...order } = fixture('order.json');
  const [unpaid, paid] = [{ paidAt: null }, { paidAt: expect.any(String) }];
  for (const status of ['nieopłacone', 'nie zapłacono', 'Oczekuje na płatność', 'oczekujące na wpłatę', 'failed'])
    expect(read({ ...order, status })).toMatchObject(unpaid);
  for (const status of ['opłacone', 'nowe']) expect(read({ ...order, status })).toMatchObject(paid);
  for (const status of ['wysłane', 'nadane', 'dostarczone'])
    expect(read({ ...order, status }).lines[0]).toMatchObject({ fulfilled: 2 });
  expect(read({ ...order, status: 'opłacone' }).assumed).toBeUndefined();
  expect(read({ ...order, status: 'w drodze' }).assumed).toEqual(['status: is no word that is known, left out']);
  for (const payment_method of ['Płatność przy odbiorze', 'contra entrega'])
    expect(read({ ...order, payment_method })).toMatchObject({ paidAt: null, payment: { state: 'on_delivery' } });
  expect(read({ ...order, payment_method: 'pobranie', payment_status: 'opłacone' })).toMatchObject(paid);
  expect(read({ ...order, status: 'częściowo zwrócone' }).payment?.state).toBe('partly_refunded');
});

test('an order is cancelled by its status, by a flag or by a time', () => {
  const order = fixture('order.json');
  for (const told of [{ is_cancelled: true }, { canceled: 'yes' }, { cancelled_at: '2026-11-21T08:00:00Z' }])
    expect(read({ ...order, ...told }).cancelled).toBe(true);
  for (const told of [{ cancelled: '2026-11-21T08:00:00Z' }, { is_cancelled: 'tak' }, { status: 'Order cancelled' }])
    expect(read({ ...order, ...told }).cancelled).toBe(true);
  for (const told of [{ status: 'Cancelled: item out of stock' }, { event: 'order.cancelled', status: 'paid' }])
    expect(read({ ...order, ...told }).cancelled).toBe(true);
  for (const told of [{ status: 'częściowo anulowane' }, { status: 'anulowane częściowo' }, { cancelled: 'nie' }])
    expect(read({ ...order, ...told }).cancelled).toBe(false);
  for (const told of [
    { cancelled: 2 },
    { event: 'order.cancelled_items' },
    { is_cancelled: 0 },
    { cancelled_at: '0000-00-00' },
    { cancelled: '', canceled_at: null },
  ])
    expect(read({ ...order, ...told }).cancelled).toBe(false);
});

describe('their own order', () => {
  test('keeps gross prices in minor units and instants in UTC', () => {
    expect(read(fixture('order-paid.json'))).toEqual({
      externalId: 'ord_8f3a',
      number: 'SC-1001',
      placedAt: '2026-11-20T08:12:00.000Z',
      paidAt: '2026-11-20T08:15:00.000Z',
      version: '2026-11-20T08:15:02.000Z',
      cancelled: false,
      currency: 'PLN',
      taxIncluded: true,
      buyer: { first_name: 'Ana', last_name: 'Torres', email: 'ana@example.com', phone_number: '+523312345678' },
      shippingAddress: {
        first_name: 'Ana',
        last_name: 'Torres',
        street_address: 'Av. Vallarta 1234 Int. 5',
        extended_address: 'Americana',
        address_locality: 'Guadalajara',
        address_region: 'Jalisco',
        postal_code: '44160',
        address_country: 'MX',
        phone_number: '+523312345678',
        email: 'ana@example.com',
      },
      shippingMethod: 'dhl',
      shippingCode: 'dhl',
      lines: [
        {
          ...{ id: 'li_1', sku: 'MUG-RED', ean: '5901234123457', title: 'Red mug', quantity: 2 },
          ...{ unitPrice: 5000, otherUnitPrice: 4065, tax: 1870, taxRate: 23 },
        },
      ],
      amounts: { fulfillment: 2000, tax: 2244, discount: 0, total: 12000 },
    });
  });

  test('is the same from the poll as from the webhook, but for its version', () => {
    const polled = read(fixture('order.json'));
    expect(polled).toEqual({ ...read(fixture('order-paid.json')), version: null });
    expect(read({ ...fixture('order.json'), updated_at: '2026-11-21T10:00:00Z' }).version).toBe(
      '2026-11-21T10:00:00.000Z',
    );
  });

  test('is nobody’s to ship once it says that it was shipped', () => {
    const sent = ['shipped', 'Delivered', 'paid', { code: 'fulfilled' }].map(
      (status) => read({ ...fixture('order.json'), status }).lines[0]?.fulfilled,
    );
    expect(sent).toEqual([2, 2, undefined, 2]);
    const said = (settings: object) =>
      read({ ...fixture('order.json'), status: 'shipped' }, settings).lines[0]?.fulfilledWithAll;
    expect(said({})).toBe('at_first');
    expect(said({ reportWith: 'last' }), 'somebody else said so').toBe(true);
  });

  test('may be cancelled in either spelling', () => {
    const isCancelled = (status: string | null) => read({ ...fixture('order.json'), status }).cancelled;
    for (const status of ['cancelled', 'Canceled', 'cancelled_by_buyer', 'Anulowane'])
      expect([status, isCancelled(status)]).toEqual([status, true]);
    for (const status of ['paid', 'cancelled in part', 'cancellation_requested', null])
      expect([status, isCancelled(status)]).toEqual([status, false]);
  });

  test('does without what the document does not promise', () => {
    const { number, status, paid_at, shipping, shipping_method, total_net, ...order } = fixture('order.json');
    const { sku, title, ...item } = (order.items?.[0] ?? {}) as Json;
    const snapshot = read({ ...order, items: [item] });
    expect(snapshot).toMatchObject({ number: 'ord_8f3a', paidAt: '2026-11-20T08:12:00.000Z', shippingMethod: null });
    expect(snapshot.lines[0]).toMatchObject({ sku: '5901234123457', title: '5901234123457' });
    expect(snapshot.amounts).toEqual({ fulfillment: 0, tax: 1870, discount: 0, total: 12000 });
    expect([number, status, paid_at, shipping, shipping_method, total_net, sku, title]).not.toContain(undefined);
  });

  test('names the field that is missing or cannot be right', () => {
    const envelope = fixture('order-paid.json');
    const { order } = envelope;
    const [item] = order?.items ?? [];
    const wrap = (change: object) => ({ ...envelope, order: { ...order, ...change } });
    expect(fieldOf(wrap({ items: [{ ...item, quantity: null }] }))).toBe('order.items[0].quantity');
    expect(fieldOf(wrap({ items: [{ ...item, sku: null, ean: '' }] }))).toBe('order.items[0].sku');
    expect(fieldOf(wrap({ items: [{ ...item, gross_price: 'five' }] }))).toBe('order.items[0].gross_price');
    expect(fieldOf(wrap({ items: [] }))).toBe('order.items');
    expect(fieldOf({ ...envelope, order: null })).toBe('order');
    expect(fieldOf({ ...order, shipping_address: { address_country: 'Atlantis' } })).toBe(
      'shipping_address.address_country',
    );
  });
});

describe('what its document does not promise', () => {
  const order = fixture('order.json') as object;
  const item = (fixture('order.json').items?.[0] ?? {}) as object;
  const street = (fixture('order.json').shipping_address ?? {}) as object;

  test('reads members in other letters', () => {
    const inCamels = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null) return value;
      if (Array.isArray(value)) return value.map(inCamels);
      const camel = (name: string) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [camel(name), inCamels(one)]));
    };
    expect(read(inCamels(order) as object)).toEqual(read(order));
    const { id, number, ...unnamed } = order as Json;
    expect(read({ ...unnamed, orderId: id, orderNumber: number })).toMatchObject({ externalId: id, number });
  });

  test('refuses no order for a member that is empty, text or an object where another form was expected', () => {
    const shapes = [
      { shipping: [], buyer: [], billing_address: [], discount: [] },
      { buyer: 'Ana Torres', billing_address: 'as shipped', note: { text: 'ring' }, payment: 'blik' },
      { billing_address: { street_address: 'Y 1', address_country: 'Atlantis' } },
    ];
    for (const shape of shapes) expect(read({ ...order, ...shape }).lines).toHaveLength(1);
    expect(read({ ...order, shipping: '20.00' }).amounts.fulfillment).toBe(2000);
    const named = ['billing_address.address_country: is no country, left out'];
    expect(read({ ...order, ...shapes[2] }).assumed).toEqual(named);
    expect(read({ type: 'order.paid', order: { ...order, ...shapes[2] } }).assumed).toEqual(named);
  });

  test('reads lists that are written as objects by their items, in either shape of order', () => {
    expect(read({ order: { ...order, items: { 0: item } } }).lines).toMatchObject([{ id: 'li_1', quantity: 2 }]);
    const ucp = fixture('ucp-order.json');
    const keyed = read({ order: { ...ucp, line_items: { li_1: ucp.line_items?.[0] } } });
    expect(keyed.lines).toMatchObject([{ id: 'li_1', quantity: 2, unitPrice: 5000 }]);
  });

  test('does without a number, an EAN or an id of an item in another form, and names whose place is taken', () => {
    const odd = { ...order, number: { no: 'SC-1001' }, items: [{ ...item, id: false, sku: 'MUG-RED', ean: {} }] };
    const { number, lines, assumed } = read(odd);
    expect([number, lines[0]?.id, lines[0]?.sku, lines[0]?.ean]).toEqual(['ord_8f3a', 'MUG-RED', 'MUG-RED', undefined]);
    expect(assumed?.map((words) => words.split(':')[0])).toEqual(['number', 'items[0].id']);
    expect(read({ ...order, items: [{ ...item, sku: [] }] }).lines[0]?.sku).toBe('5901234123457');
  });

  test.each([
    ['0', '0'],
    [0, 0],
    ['-40.65', '-97.56'],
  ])('a net price of %j is that of nothing that costs something, and makes no tax', (net_price, total_net) => {
    const { lines, amounts, assumed } = read({ ...order, items: [{ ...item, net_price }], total_net });
    expect([lines[0]?.otherUnitPrice, lines[0]?.tax, amounts.tax]).toEqual([undefined, undefined, 374]);
    expect(assumed?.map((words) => words.split(':')[0])).toEqual(['items[0].net_price', 'total_net']);
  });

  test('a voucher needs no SKU, as it is not shipped', () => {
    const told = read({ ...order, items: [item, { title: 'Rabat', quantity: 1, gross_price: '-10.00' }] });
    expect([told.lines.length, told.discounts]).toEqual([1, [{ title: 'Rabat', amount: 1000 }]]);
    expect(fieldOf({ ...order, items: [item, { title: 'Rabat', quantity: 1, gross_price: '10.00' }] })).toBe(
      'items[1].sku',
    );
  });

  test('an item that says so itself is cancelled, or has left, while the others are to ship', () => {
    const items = ['cancelled', 'shipped', 'paid'].map((status, index) => ({ ...item, id: `li_${index}`, status }));
    const { order: sold } = applySnapshot(null, read({ ...order, items }), sourceOf(0));
    expect(sold.ucp.line_items.map(({ quantity: { total, fulfilled } }) => [total, fulfilled])).toEqual([
      [0, 0],
      [2, 2],
      [2, 0],
    ]);
  });

  test('an item that is cancelled is charged as long as the total holds it', () => {
    const items = [item, { ...item, id: 'li_2', status: 'cancelled' }];
    const figures = (totals: object) => {
      const { lines, amounts } = read({ ...order, items, ...totals });
      return [lines.map(({ quantity, ordered, tax }) => [quantity, ordered, tax]), amounts.total, amounts.tax];
    };
    const kept = [2, undefined, 1870];
    const dropped = [[kept, [0, 2, 0]], 12000, 2244];
    expect(figures({})).toEqual(dropped);
    expect(figures({ total_gross: null, total_net: null })).toEqual(dropped);
    expect(figures({ total_gross: '220.00', total_net: '178.86' })).toEqual([[kept, kept], 22000, 4114]);
    const coupon = { ...item, id: 'li_3', status: 'cancelled', gross_price: '-10.00', net_price: '-8.13' };
    expect(figures({ items: [...items, coupon] })).toEqual(dropped);
  });

  test('a discount may be an object as shipping is, and who is billed says the company', () => {
    const order = fixture('order.json');
    const billing_address = { street_address: 'Prosta 1', address_country: 'PL', company: 'ACME', nip: '1' };
    const discount = { net_price: '8.13', gross_price: '10.00' };
    const sold = read({ ...order, billing_address, discount, total_gross: '110.00' });
    expect([sold.buyer, sold.amounts.discount]).toMatchObject([{ company: 'ACME', taxId: '1' }, 1000]);
    expect(sold.shippingAddress).not.toHaveProperty('company');
    const named = read({ ...order, billing_address, buyer: { first_name: 'Eva', last_name: 'Ruiz' } });
    expect(named.buyer).toMatchObject({ first_name: 'Eva', company: 'ACME' });
  });

  test('a discount of the whole order takes off its part of the tax', () => {
    const less = (discount: string) => read({ ...order, discount, total_gross: null, total_net: null }).amounts;
    expect(less('110.00')).toMatchObject({ tax: Math.round(2244 / 12), total: 1000 });
    expect(less('120.00')).toMatchObject({ tax: 0, total: 0 });
    const untold = (items: object[]) => read({ ...order, items, total_gross: null, total_net: null }).amounts;
    const voucher = { title: 'Voucher', quantity: 1, gross_price: '-110.00' };
    for (const net_price of [null, '0.00'])
      expect(untold([item, { ...voucher, net_price }])).toMatchObject({ tax: 187, total: 1000 });
    // Its rate tells the tax of a line without a net price.
    expect(untold([{ ...item, net_price: null, tax_rate: 23 }])).toMatchObject({ tax: 2244, total: 12000 });
  });

  test('a voucher among its items is a discount, and the sums stay exact', () => {
    const voucher = { ean: '77', title: 'Voucher', quantity: 1, gross_price: '-10.00', net_price: '-8.13' };
    const items = [item, voucher];
    const { lines, discounts, amounts } = read({ ...order, items, total_gross: '110.00', total_net: '89.43' });
    expect([lines.length, discounts]).toEqual([1, [{ title: 'Voucher', amount: 1000 }]]);
    expect(amounts).toEqual({ fulfillment: 2000, tax: 2057, discount: 1000, total: 11000 });
    const untold = read({ ...order, items, total_gross: null, total_net: null });
    expect(untold.amounts).toMatchObject({ total: 11000, discount: 1000, tax: 1870 - 187 + 374 });
    const only = { ...order, items: [voucher], shipping: null, total_gross: null, total_net: null };
    expect(read(only).amounts.tax).toBe(0);
  });

  test.each([
    [{ payment_method: { code: 'cod', name: 'Za pobraniem' } }, 'on_delivery'],
    [{ payment: { method: 'pobranie', status: 'pending' } }, 'on_delivery'],
    [{ payment: { method: 'blik', status: 'pending' } }, 'pending'],
    [{ payment_status: 'failed' }, 'pending'],
    [{ payment_status: 'refunded' }, 'refunded'],
    [{ payment_status: 'partially_refunded' }, 'partly_refunded'],
    [{ status: 'refunded' }, 'refunded'],
    [{ status: 'awaiting_payment' }, 'pending'],
    [{ is_paid: 0 }, 'pending'],
    [{ paid: 'false' }, 'pending'],
    [{ paid: true, payment_method: 'blik' }, 'paid'],
    [{ payment_status: 'payment_failed' }, 'pending'],
    [{ status: 'pending', payment_method: 'blik' }, 'paid'],
    [{ payment: { method: 'blik', status: 'paid' } }, 'paid'],
  ])('is paid as it says in any form: %j', (told, state) => {
    expect(read({ ...order, paid_at: null, ...told }).payment?.state).toBe(state);
  });

  test('a buyer of whom only some is told is the recipient for the rest, unless somebody else is named', () => {
    expect(read({ ...order, buyer: { email: 'b@example.com' } }).buyer).toMatchObject({
      ...{ first_name: 'Ana', last_name: 'Torres', email: 'b@example.com' },
    });
    expect(read({ ...order, buyer: { first_name: 'Bo' } }).buyer).toEqual({ first_name: 'Bo' });
  });

  test('falls back, and what was assumed is named the same from webhook and poll', () => {
    const { id, created_at, currency, total_gross, ...rest } = fixture('order.json');
    const bare = { ...rest, items: [{ ...item, id: null, sku: null, gross_price: '50.005' }] };
    const snapshot = read(bare);
    expect(snapshot).toMatchObject({ externalId: 'SC-1001', currency: 'PLN', placedAt: '2026-11-20T08:15:00.000Z' });
    expect(snapshot.lines[0]).toMatchObject({ id: '5901234123457', sku: '5901234123457', unitPrice: 5001 });
    expect(snapshot.amounts.total).toBe(12002);
    expect(snapshot.assumed?.map((words) => words.split(':')[0])).toEqual([
      ...['id', 'currency', 'created_at', 'items[0].id', 'items[0].gross_price', 'total_gross'],
    ]);
    expect(read({ type: 'order.paid', order: bare }).assumed).toEqual(snapshot.assumed);
    expect([id, created_at, currency, total_gross]).not.toContain(undefined);
  });

  test('finds the order in any envelope', () => {
    const inside = [{ data: { order } }, { data: order }, { payload: { order } }, { orders: [order] }, [order]];
    for (const body of inside) expect(read({ event: 'order.paid', ...body })).toMatchObject({ externalId: 'ord_8f3a' });
    const odd = { ...order, items: [{ ...item, quantity: 'two' }] };
    expect(fieldOf({ data: { order: odd } })).toBe('data.order.items[0].quantity');
    expect(fieldOf({ orders: [odd] })).toBe('orders[0].items[0].quantity');
    expect(fieldOf({ orders: [order, order] })).toBe('items');
  });

  test('reads amounts as Poland writes them, and names the currency that is none', () => {
    const lines = [{ ...item, quantity: 1, net_price: '1\u00a0040,65', gross_price: '1 280,00' }];
    expect(read({ ...order, items: lines }).lines[0]).toMatchObject({ unitPrice: 128000, otherUnitPrice: 104065 });
    expect(fieldOf({ ...order, currency: 'zł' })).toBe('currency');
  });

  test('reads dates that begin with their day', () => {
    expect(read({ ...order, created_at: '1/12/2026 09:12' }).placedAt).toBe('2026-12-01T08:12:00.000Z');
    // A change is never in the future.
    const versions = ['5/11/2026 09:12', '11/5/2026 09:12', '12/11/2026 09:12'].map(
      (updated_at) => read({ ...order, updated_at }).version,
    );
    expect(versions.map((version) => version?.slice(0, 10))).toEqual(['2026-11-05', '2026-11-05', '2026-11-12']);
  });

  test('figures that only control refuse nothing', () => {
    const odd = read({ ...order, total_net: '120.01', total_gross: 'a lot', shipping: { gross_price: '20.00' } });
    expect(odd.amounts).toEqual({ fulfillment: 2000, tax: 1870, discount: 0, total: 12000 });
    expect(odd.assumed?.map((words) => words.split(':')[0])).toEqual(['total_gross', 'total_net']);
    expect(read({ ...order, created_at: 'yesterday', loyalty: true, number: 7, note: { a: 1 } })).toMatchObject({
      placedAt: '2026-11-20T08:15:00.000Z',
      number: '7',
    });
  });

  test('reads the rest of the order where it is there', () => {
    const whole = {
      ...{
        note: 'Ring twice',
        nip: 'PL5260001246',
        payment_method: 'blik',
        discount: '5,00',
        buyer: { company: 'ACME' },
      },
      billing_address: { street_address: 'Prosta 1', address_country: 'POL', nip: '1' },
      items: [
        { ...item, tax_rate: '8%', image_url: 'https://i.example/1.png', attributes: [{ name: 'text', value: 'Ala' }] },
      ],
    };
    expect(read({ ...order, ...whole })).toMatchObject({
      note: 'Ring twice',
      buyer: { company: 'ACME', taxId: 'PL5260001246' },
      payment: { method: 'blik', state: 'paid' },
      billingAddress: { street_address: 'Prosta 1', address_country: 'PL' },
      amounts: { discount: 500 },
      lines: [{ taxRate: 8, imageUrl: 'https://i.example/1.png', attributes: { text: 'Ala' } }],
    });
  });

  test('makes a gross price of the net one and its rate, in the currency that the amounts name', () => {
    const net = { ...item, quantity: 3, gross_price: undefined, net_price: { amount: '100.37', currency: 'EUR' } };
    const rest = {
      currency: null,
      total_gross: { amount: '370.38', currency: 'EUR' },
      total_net: null,
      shipping: null,
    };
    // Exempt from tax, in Polish: no rate, and not left out in silence.
    const exempt = read({ ...order, ...rest, items: [{ ...net, gross_price: '40.65', tax_rate: 'zw.' }] });
    expect(exempt.assumed).toContainEqual(expect.stringMatching(/items\[0\]\.tax_rate: is no rate, left out/));
    expect(read({ ...order, ...rest, items: [{ ...net, tax_rate: 23 }] })).toMatchObject({
      currency: 'EUR',
      lines: [{ unitPrice: 12346, otherUnitPrice: 10037, taxRate: 23, tax: 6927 }],
      amounts: { tax: 6927, total: 37038 },
    });
    expect(read({ ...order, items: [net] }).lines).toMatchObject([{ unitPrice: 10037 }]);
    expect(read({ ...order, total_gross: '-4.09', total_net: '-3.33' }).amounts).toMatchObject({ tax: 0, total: -409 });
  });

  test('is not paid only where that is told', () => {
    const paymentOf = (members: object) => {
      const { paidAt, payment } = read({ ...order, paid_at: null, ...members });
      return [paidAt !== null, payment?.state];
    };
    expect(paymentOf({})).toEqual([true, undefined]);
    expect(paymentOf({ payment_method: 'Za pobraniem' })).toEqual([false, 'on_delivery']);
    expect(paymentOf({ payment_method: 'COD', paid_at: '2026-11-20T08:15:00Z' })).toEqual([true, 'paid']);
    expect(paymentOf({ payment_status: 'unpaid' })).toEqual([false, 'pending']);
    expect(paymentOf({ payment_status: 'cleared' })).toEqual([true, undefined]);
  });

  test("local times are of the connection's zone", () => {
    expect(read({ ...order, created_at: '2026-11-20 09:12:00' }).placedAt).toBe('2026-11-20T08:12:00.000Z');
    const london = connectionOf(info, { timeZone: 'Europe/London', currency: 'GBP' });
    const change = map(
      { topic: 'order', body: { ...order, currency: null, created_at: 1763626320 }, receivedAt: RECEIVED_AT },
      london,
    );
    expect(change).toMatchObject({ order: { placedAt: '2025-11-20T08:12:00.000Z', currency: 'GBP' } });
  });

  test('an address that nothing can be sent to is unreadable, and says what was looked for', () => {
    const field = (shipping_address: unknown) => fieldOf({ ...order, shipping_address });
    expect(field({ name: 'Ana', street: 'Vallarta 1', city: 'Guadalajara', country: 'MX' })).toBe(
      'shipping_address.street_address',
    );
    expect(field({ ...street, address_locality: null, postal_code: '' })).toBe('shipping_address.address_locality');
    expect(field({ ...street, address_country: null })).toBe('shipping_address.address_country');
    expect(field(null)).toBe('shipping_address.street_address');
    const { address_country, ...homeless } = street as { address_country: string };
    const body = { ...order, shipping_address: homeless };
    const sentTo = (country: string) =>
      map({ topic: 'order', body, receivedAt: RECEIVED_AT }, connectionOf(info, { country }));
    expect(sentTo('PL')).toMatchObject({ order: { shippingAddress: { address_country: 'PL' } } });
    expect(sentTo('UK')).toMatchObject({ order: { shippingAddress: { address_country: 'GB' } } });
    expect(address_country).toBe('MX');
  });
});

describe('the method and the pickup point, in any JSON form', () => {
  const delivery = (members: object) => {
    const { shippingMethod, shippingCode, pickupPoint } = read({
      ...fixture('order.json'),
      shipping_method: null,
      ...members,
    });
    return [shippingMethod, shippingCode, pickupPoint?.id, pickupPoint?.name, pickupPoint?.address];
  };
  const none = undefined;

  test.each([
    [{ shipping_method: 'DPD Next Day' }, ['DPD Next Day', none, none, none, none]],
    [{ shipping_method: 'constructor' }, ['constructor', none, none, none, none]],
    [{ shipping_method: 'inpost_locker', locker: 'KRA010' }, ['inpost_locker', 'inpost_locker', 'KRA010', null, null]],
    [
      {
        shipping_method: {
          code: 'inpost_locker',
          name: 'InPost Paczkomat 24/7',
          point: { id: 'KRA010', name: 'Rynek', address: { street: 'Rynek 1', city: 'Kraków' } },
        },
      },
      ['InPost Paczkomat 24/7', 'inpost_locker', 'KRA010', 'Rynek', 'Rynek 1, Kraków'],
    ],
    [{ preferred_shipping_methods: [{ type: 'dhl' }, 'ups'] }, ['dhl', 'dhl', none, none, none]],
    [{ shippingMethod: '{"id":"dpd","label":"Courier"}' }, ['Courier', 'dpd', none, none, none]],
    [
      { delivery: { method: { carrier: 'ups' }, pickupPointId: 12, pickupPointName: 'Kiosk' } },
      ['ups', 'ups', '12', 'Kiosk', null],
    ],
    [{ shipping_method: true, loyalty_points: 12, is_locker: true }, [null, none, none, none, none]],
    [{ shipping_method: [], target_point: 'WAW123' }, [null, none, 'WAW123', null, null]],
    [{ shipping_method: [], locker_point: 'WAW123' }, [null, none, 'WAW123', null, null]],
    [{ shipping_method: [], target_machine_id: 'WAW123' }, [null, none, 'WAW123', null, null]],
    [{ delivery: 'dhl' }, ['dhl', 'dhl', none, none, none]],
    [{ shipping: { carrier: 'dpd', gross_price: 20 } }, ['dpd', 'dpd', none, none, none]],
    [
      { shipping_method: { id: 3, name: 'Locker', carrier: { code: 'inpost_locker' } } },
      ['Locker', 'inpost_locker', none, none, none],
    ],
    [{ shipping_methods: [{ code: 'dpd' }, { code: 'dhl', preferred: true }] }, ['dhl', 'dhl', none, none, none]],
    [{ shipping_methods: [{ code: 'dpd' }, { code: 'dhl', is_preferred: 'yes' }] }, ['dhl', 'dhl', none, none, none]],
    [{ shipping_methods: [{ code: 'dpd' }, { code: 'dhl', preferred: 1 }] }, ['dhl', 'dhl', none, none, none]],
    [{ shipping_method: { method: 'ups', point: 'K1' } }, ['ups', 'ups', 'K1', null, null]],
    [
      { shipping_method: { inpost_locker: { name: 'Paczkomat', target_point: 'K1' } } },
      ['Paczkomat', 'inpost_locker', 'K1', null, null],
    ],
    [
      { shipping_method: { service: 'inpost_locker', custom_attributes: { target_point: 'K1' } } },
      ['inpost_locker', 'inpost_locker', 'K1', null, null],
    ],
    [{ shipping: { carrier: 'ups', details: { locker_id: 'K1' } } }, ['ups', 'ups', 'K1', null, null]],
    [{ shipping_method: { code: 'ups', sender: { city: 'X', locker: 'S1' } } }, ['ups', 'ups', none, none, none]],
    [{ shipping_method: { code: 'ups', prices: { locker: '9.00' } } }, ['ups', 'ups', none, none, none]],
    [{ shipping_method: { inpost_locker: 'K1' } }, ['inpost_locker', 'inpost_locker', 'K1', null, null]],
  ])('%j', (members, expected) => {
    expect(delivery(members)).toEqual(expected);
  });

  test('a recipient and a telephone number under their usual other names are read', () => {
    const address = { street_address: 'Prosta 1', postal_code: '00-001', address_country: 'PL' };
    const told = { ...address, first_name: null, full_name: 'Ana Torres', phone: 523312345678 };
    expect(read({ ...fixture('order.json'), shipping_address: told }).shippingAddress).toMatchObject({
      last_name: 'Ana Torres',
      phone_number: '523312345678',
    });
  });

  test('a locker needs no street', () => {
    const locker = read({ ...fixture('order.json'), shipping_address: { first_name: 'Jan', paczkomat: 'KRA010' } });
    expect(locker).toMatchObject({ pickupPoint: { id: 'KRA010' }, shippingAddress: { first_name: 'Jan' } });
  });
});

describe('a plain UCP order', () => {
  test('is mapped without a special case', () => {
    const snapshot = read(fixture('order-paid-ucp.json'));
    expect(snapshot).toMatchObject({
      externalId: 'ord_9c21',
      number: 'SC-1002',
      placedAt: '2026-11-20T08:20:00.000Z',
      version: '2026-11-20T08:20:00.000Z',
      taxIncluded: true,
      checkoutId: 'chk_77',
      permalinkUrl: 'https://scopio.example/orders/ord_9c21',
      shippingAddress: { address_locality: 'Guadalajara', address_country: 'MX' },
      buyer: { first_name: 'Ana' },
      lines: [{ id: 'li_1', sku: 'MUG-RED', quantity: 2, fulfilled: 0, unitPrice: 5000, total: 10000 }],
      amounts: { fulfillment: 2000, tax: 0, discount: 0, total: 12000 },
    });
  });

  test('without an envelope is dated by its arrival', () => {
    expect(read(fixture('ucp-order.json'))).toMatchObject({
      placedAt: RECEIVED_AT,
      paidAt: RECEIVED_AT,
      version: null,
    });
  });

  test('has tax on top where only that adds up, and a discount below zero', () => {
    const totals = [
      { type: 'subtotal', amount: 10000 },
      { type: 'discount', amount: -500 },
      { type: 'tax', amount: 2300 },
      { type: 'total', amount: 11800 },
    ];
    expect(read({ ...fixture('ucp-order.json'), totals })).toMatchObject({
      taxIncluded: false,
      amounts: { fulfillment: 0, tax: 2300, discount: 500, total: 11800 },
    });
    const shouted = totals.map(({ type, amount }) => ({ type: type.toUpperCase(), amount }));
    expect(read({ ...fixture('ucp-order.json'), totals: shouted }).amounts).toMatchObject({ tax: 2300, total: 11800 });
    const free = [...totals.slice(0, 3), { type: 'fulfillment', amount: -2000 }, { type: 'total', amount: 9800 }];
    const amounts = { fulfillment: 0, tax: 2300, discount: 2500, total: 9800 };
    expect(read({ ...fixture('ucp-order.json'), totals: free })).toMatchObject({ taxIncluded: false, amounts });
    const included = totals.map((total) => (total.type === 'total' ? { ...total, amount: 9500 } : total));
    expect(read({ ...fixture('ucp-order.json'), totals: included }).taxIncluded).toBe(true);
    const charged = [
      { type: 'fee', display_text: 'Gift wrap', amount: 300 },
      { type: 'tip', amount: 50 },
    ];
    expect(read({ ...fixture('ucp-order.json'), totals: [...included, ...charged] }).fees).toEqual([
      { type: 'fee', title: 'Gift wrap', amount: 300 },
      { type: 'tip', title: 'tip', amount: 50 },
    ]);
  });
});

describe('UCP in full', () => {
  const example = JSON.parse(readFileSync('lib/ucp/fixtures/order-example.json', 'utf8')) as Json;
  const [shoes = {} as Json, shirts = {} as Json] = example.line_items ?? [];

  test("the specification's own example keeps both expectations, tax on top and what was paid back", () => {
    const snapshot = read({ ...example, event_id: 'evt_123', created_time: '2026-01-15T12:00:00Z' });
    expect(snapshot).toMatchObject({
      ...{ externalId: 'order_abc123', currency: 'USD', taxIncluded: false, cancelled: false, timesAssumed: true },
      ...{ placedAt: '2026-01-15T12:00:00.000Z', version: '2026-01-15T12:00:00.000Z' },
      payment: { method: null, state: 'partly_refunded' },
      amounts: { fulfillment: 1200, tax: 1142, discount: 0, total: 15342 },
      shippingAddress: { street_address: '123 Main St', address_country: 'US' },
      expectations: [
        { lineItems: [{ id: 'li_shoes', quantity: 3 }], methodType: 'shipping', fulfillableOn: 'now' },
        { lineItems: [{ id: 'li_shirts', quantity: 2 }], fulfillableOn: '2025-01-15T00:00:00.000Z' },
      ],
      lines: [
        { id: 'li_shoes', quantity: 3, fulfilled: 3 },
        { id: 'li_shirts', quantity: 2, fulfilled: 0 },
      ],
    });
  });

  test('lines of 0 are cancelled, all of them the order, and so is a cancellation that names no line', () => {
    const removed = (line: Json) => ({ ...line, quantity: { original: 3, total: 0, fulfilled: 0 } });
    expect(read({ ...example, line_items: [removed(shoes), shirts] })).toMatchObject({
      cancelled: false,
      lines: [{ quantity: 0 }, { quantity: 2 }],
    });
    expect(read({ ...example, line_items: [removed(shoes), removed(shirts)] }).cancelled).toBe(true);
    const adjustment = { id: 'a', type: 'cancellation', occurred_at: '2026-01-15T12:00:00Z', status: 'completed' };
    expect(read({ ...example, adjustments: [adjustment] }).cancelled).toBe(true);
    expect(read({ ...example, canceled: true }).cancelled).toBe(true);
    expect(read({ ...example, cancelled_at: '2026-01-15T12:00:00Z' }).cancelled).toBe(true);
    expect(read({ ...example, adjustments: [{ ...adjustment, status: 'pending' }] }).cancelled).toBe(false);
    expect(
      read({ ...example, adjustments: [{ ...adjustment, line_items: [{ id: 'li_shoes', quantity: -1 }] }] }).cancelled,
    ).toBe(false);
  });

  test('units that were first bought are what the line was ordered with', () => {
    const ucp = fixture('ucp-order.json');
    const lines = (ucp.line_items ?? []) as Json[];
    const reduced = lines.map((line) => ({ ...line, quantity: { original: 3, total: 2, fulfilled: 0 } }));
    expect(read({ ...ucp, line_items: reduced }).lines[0]).toMatchObject({ quantity: 2, ordered: 3 });
    expect(read(ucp).lines[0]).not.toHaveProperty('ordered');
    const voucher = { id: 'v', item: { id: 'V', title: 'Voucher', price: -500 }, quantity: { total: 1 } };
    expect(read({ ...ucp, line_items: [...lines, voucher] })).toMatchObject({
      ...{ lines: [{ id: 'li_1' }], discounts: [{ title: 'Voucher', amount: 500 }], amounts: { discount: 500 } },
    });
    expect(fieldOf({ ...ucp, line_items: [{ ...lines[0], item: { id: 'A', price: '50.00' } }] })).toBe(
      'line_items[0].item.price',
    );
    expect(read({ ...ucp, totals: [] }).amounts.total).toBe(10000);
  });

  test('what is paid back and taken again, as for a dispute that was won, leaves an order paid', () => {
    const stateOf = (...told: Array<[type: string, amount: number]>) => {
      const adjustments = told.map(([type, amount]) => ({
        type,
        status: 'completed',
        totals: [{ type: 'total', amount }],
      }));
      return read({ ...fixture('ucp-order.json'), adjustments }).payment?.state;
    };
    expect(stateOf(['dispute', -12000])).toBe('refunded');
    expect(stateOf(['dispute', -12000], ['dispute', 12000])).toBeUndefined();
    expect(stateOf(['dispute', -12000], ['dispute', 12000], ['refund', -500])).toBe('partly_refunded');
    // What the buyer paid for goods that were added is no money that was kept.
    expect(stateOf(['addition', 3000], ['refund', -12000])).toBe('refunded');
  });

  test('an adjustment whose lines cannot be read is none of the whole order', () => {
    const cancellation = { type: 'cancellation', status: 'completed', line_items: [{ line: 'li_1', quantity: 'two' }] };
    const told = { ...cancellation, type: 'return' };
    const order = read({ ...fixture('ucp-order.json'), adjustments: [cancellation, told] });
    expect([order.cancelled, order.returns]).toEqual([false, undefined]);
  });

  test('words of UCP are read in other letters, too', () => {
    const ucp = fixture('ucp-order.json');
    const [told] = ucp.fulfillment?.expectations ?? [];
    const refund = { type: 'Refund', status: 'COMPLETED', totals: [{ type: 'Total', amount: -12000 }] };
    const fulfillment = { expectations: [{ ...told, method_type: 'PICKUP' }] };
    const { expectations, payment, assumed } = read({ ...ucp, adjustments: [refund], fulfillment });
    expect([expectations?.[0]?.methodType, payment?.state, assumed]).toEqual(['pickup', 'refunded', undefined]);
  });

  test('units cancelled and paid back leave the others paid, whether or not the totals still have them', () => {
    const ucp = fixture('ucp-order.json');
    const [line] = ucp.line_items ?? [];
    const stateOf = (total: number, paidBack: Array<[type: string, amount: number]>) => {
      const adjustments = paidBack.map(([type, amount]) => ({
        ...{ type, status: 'completed', line_items: type === 'refund' ? [] : [{ id: line?.id, quantity: -1 }] },
        totals: [{ type: 'total', amount: -amount }],
      }));
      const lines = [{ ...line, item: { id: 'MUG', price: 500 }, quantity: { original: 2, total: 1 }, totals: [] }];
      const totals = ['subtotal', 'total'].map((type) => ({ type, amount: total }));
      return read({ ...ucp, line_items: lines, totals, adjustments }).payment?.state;
    };
    expect(stateOf(500, [['cancellation', 500]])).toBe('partly_refunded');
    expect(stateOf(1000, [['cancellation', 500]])).toBe('partly_refunded');
    for (const total of [500, 1000]) {
      const paidBack: Array<[string, number]> = [
        ['cancellation', 500],
        ['refund', 500],
      ];
      expect(stateOf(total, paidBack)).toBe('refunded');
    }
    expect(stateOf(1000, [['cancellation', 1000]])).toBe('refunded');
    const cancelled: [string, number] = ['cancellation', 500];
    const credit: [string, number] = ['credit', 500];
    expect(stateOf(500, [credit])).toBe('partly_refunded');
    expect(stateOf(500, [credit, cancelled])).toBe('refunded');
    expect(stateOf(500, [cancelled, cancelled])).toBe('refunded');
  });

  test('adjustments of returns that are done are what came back', () => {
    const back = {
      ...{ id: 'adj_1', type: 'return', status: 'completed', occurred_at: '2026-01-15T12:00:00Z' },
      ...{ line_items: [{ id: 'li_shoes', quantity: -1 }], totals: [{ type: 'total', amount: -9900 }] },
    };
    const adjustments = [
      back,
      { ...back, id: 'adj_2', status: 'pending' },
      { ...back, id: 'adj_3', line_items: [], totals: [] },
    ];
    const order = read({ ...example, adjustments });
    expect(order.adjustments).toMatchObject([
      { id: 'adj_2', status: 'pending', type: 'return', lineItems: [{ id: 'li_shoes', quantity: -1 }] },
    ]);
    expect(order.returns).toEqual([
      {
        ...{ id: 'adj_1', at: '2026-01-15T12:00:00.000Z', refund: { amount: 9900 } },
        items: [{ line: 'li_shoes', quantity: 1 }],
      },
      { id: 'adj_3', at: '2026-01-15T12:00:00.000Z' },
    ]);
  });

  test('units that came back stay bought and shipped, however the quantities count them', () => {
    const back = (type: string, ...units: number[]) => ({
      ...{ type, status: 'completed', occurred_at: '2026-01-15T12:00:00Z' },
      line_items: units.map((quantity) => ({ id: 'li_shoes', quantity: -quantity })),
    });
    const linesOf = (quantity: object, ...adjustments: object[]) => {
      const order = read({ ...example, line_items: [{ ...shoes, quantity }], adjustments });
      const [{ quantity: wanted, fulfilled, ordered = wanted } = {} as SnapshotLine] = order.lines;
      return [ordered, wanted, fulfilled, order.cancelled];
    };
    expect(linesOf({ original: 3, total: 1, fulfilled: 1 }, back('return', 2))).toEqual([3, 3, 3, false]);
    expect(linesOf({ original: 3, total: 1, fulfilled: 3 }, back('return', 2))).toEqual([3, 3, 3, false]);
    expect(linesOf({ original: 3, total: 2, fulfilled: 1 }, back('return', 1))).toEqual([3, 3, 2, false]);
    expect(linesOf({ original: 3, total: 1, fulfilled: 0 }, back('return', 1), back('cancellation', 1))).toEqual([
      ...[3, 2, 1, false],
    ]);
    expect(linesOf({ original: 3, total: 0, fulfilled: 0 }, back('return'))).toEqual([3, 3, 3, false]);
    expect(linesOf({ original: 3, total: 3, fulfilled: 3 }, back('return', 2))).toEqual([3, 3, 3, false]);
    expect(linesOf({ original: 3, total: 1, fulfilled: 1 }, back('cancellation', 2))).toEqual([3, 1, 1, false]);
    expect(linesOf({ total: 1, fulfilled: 1 }, back('return', 2))).toEqual([1, 1, 1, false]);
    // It leaves returned units in its quantities: what is missing was cancelled, and must not be shipped.
    expect(linesOf({ original: 5, total: 4, fulfilled: 2 }, back('return', 2))).toEqual([5, 4, 2, false]);
    // It tells a return twice.
    expect(linesOf({ original: 2, total: 0, fulfilled: 0 }, back('return', 4))).toEqual([2, 2, 2, false]);
  });

  test('what a line costs is of all its units where its figures are of those that did not come back', () => {
    const back = { type: 'return', status: 'completed', occurred_at: '2026-01-15T12:00:00Z' };
    const adjustments = [{ ...back, line_items: [{ id: 'li_shoes', quantity: -2 }] }];
    const entries = (told: object) => Object.entries(told).map(([type, amount]) => ({ type, amount }));
    const costOf = (quantity: object, line: object, order: object) => {
      const line_items = [{ ...shoes, quantity, totals: entries(line) }];
      const [{ total, tax } = {} as SnapshotLine] = read({
        ...{ ...example, line_items, adjustments, totals: entries(order) },
      }).lines;
      return [total, tax];
    };
    const one = { original: 3, total: 1, fulfilled: 1 };
    const less = { subtotal: 3000, items_discount: -300, total: 2700 };
    expect(costOf(one, less, less)).toEqual([8100, undefined]);
    const taxed = { subtotal: 3000, tax: 700, total: 3700 };
    expect(costOf(one, taxed, taxed)).toEqual([9000, 2100]);
    const whole = { subtotal: 9000, items_discount: -900, total: 8100 };
    expect(costOf(one, whole, whole)).toEqual([8100, undefined]);
    const none = { subtotal: 0, total: 0 };
    expect(costOf({ original: 2, total: 0, fulfilled: 0 }, none, none)).toEqual([undefined, undefined]);
  });

  test("a line's own tax is no discount, and a discount of items counts where no line has it", () => {
    const amountsOf = (line: Array<[string, number]>, all: Array<[string, number]>) => {
      const totals = (told: Array<[string, number]>) => told.map(([type, amount]) => ({ type, amount }));
      const { lines, amounts, taxIncluded } = read({
        ...example,
        line_items: [{ ...shoes, totals: totals(line) }],
        totals: totals(all),
      });
      return [lines[0]?.total, lines[0]?.tax, amounts.tax, amounts.discount, taxIncluded];
    };
    const line: Array<[string, number]> = [
      ...([
        ['subtotal', 9000],
        ['items_discount', -900],
        ['tax', 800],
        ['tax', 10],
        ['total', 8910],
      ] as const),
    ].map(([type, amount]) => [type, amount]);
    const goods: Array<[string, number]> = [
      ['subtotal', 9000],
      ['items_discount', -900],
    ];
    expect(amountsOf(line, [...goods, ['tax', 810], ['total', 8910]])).toEqual([8100, 810, 810, 0, false]);
    expect(amountsOf(line, [...goods, ['total', 8910]])).toEqual([8100, 810, 810, 0, false]);
    expect(amountsOf([], [...goods, ['total', 8100]])).toEqual([undefined, undefined, 0, 900, true]);
    const included: Array<[string, number]> = [
      ['subtotal', 9000],
      ['tax', 800],
      ['total', 9000],
    ];
    expect(
      amountsOf(included, [
        ['subtotal', 9000],
        ['total', 9000],
      ]),
    ).toEqual([9000, 800, 800, 0, true]);
  });

  test('keeps parents, images, pickup and digital delivery, and reads alpha-3 countries', () => {
    const destination = { street_address: '1 Orchard Rd', postal_code: '238823', address_country: 'SGP' };
    const expectation = (method_type: string, of: object = destination) => ({
      ...{ id: method_type, method_type, destination: of, line_items: [{ id: 'li_shoes', quantity: 1 }] },
    });
    const whole = {
      ...example,
      line_items: [
        shoes,
        { ...shirts, parent_id: 'li_shoes', item: { ...shirts.item, image_url: 'https://i.example/1.png' } },
      ],
      fulfillment: { expectations: [expectation('digital', {}), expectation('pickup'), expectation('shipping')] },
    };
    expect(read(whole)).toMatchObject({
      shippingAddress: { address_country: 'SG' },
      pickupPoint: { id: null, address: '1 Orchard Rd, 238823, SG' },
      expectations: [{ methodType: 'digital', destination: {} }, { methodType: 'pickup' }, { methodType: 'shipping' }],
      lines: [{}, { parentId: 'li_shoes', imageUrl: 'https://i.example/1.png' }],
    });
    const collected = { ...whole, fulfillment: { expectations: [expectation('digital', {}), expectation('pickup')] } };
    expect(read(collected).shippingAddress).toMatchObject({ postal_code: '238823' });
    const who = { first_name: 'Jan', last_name: 'Tan', email: 'jan@example.com', phone_number: '+6561234567' };
    const named = expectation('pickup', { ...who, street_address: '1 Orchard Rd', address_country: 'SG' });
    expect(read({ ...whole, fulfillment: { expectations: [named] } })).toMatchObject({
      ...{ buyer: who, pickupPoint: { address: '1 Orchard Rd, SG' } },
    });
    expect(fieldOf({ ...example, fulfillment: { expectations: [expectation('shipping', { city: 'X' })] } })).toBe(
      'fulfillment.expectations[0].destination.street_address',
    );
  });

  test('events are what happened to parcels, where they tell when', () => {
    const event = { id: 'evt_1', occurred_at: '2026-01-08T10:30:00Z', type: 'Shipped', tracking_number: '12' };
    const lines = [{ id: 'li_shoes', quantity: 1 }];
    const events = [
      { ...event, line_items: lines, carrier: 'dhl' },
      { ...event, occurred_at: null },
    ];
    expect(read({ ...example, fulfillment: { ...example.fulfillment, events } }).events).toEqual([
      {
        ...{ id: 'evt_1', type: 'shipped', at: '2026-01-08T10:30:00.000Z', lineItems: lines },
        ...{ trackingNumber: '12', carrier: 'dhl' },
      },
    ]);
  });

  test.each([undefined, null, {}, { expectations: [] }])('fulfillment of %j is taken, and named', (fulfillment) => {
    const { shippingAddress, assumed } = read({ ...example, fulfillment });
    expect(shippingAddress).toEqual({});
    expect(assumed?.[0]).toMatch(/^fulfillment.expectations: /);
  });
});

describe('by when it must leave', () => {
  const shipByOf = (members: object, file = 'order-paid.json') => {
    const event = fixture(file);
    return read({ ...event, order: { ...event.order, ...members } }).shipBy;
  };

  test('is read under either key, in either shape of order, with its offset', () => {
    expect(shipByOf({ ship_by: '2026-11-22T18:00:00+01:00' })).toBe('2026-11-22T17:00:00.000Z');
    expect(shipByOf({ shipping_deadline: '2026-11-22' })).toBe('2026-11-21T23:00:00.000Z');
    expect(shipByOf({ ship_by: '2026-11-22T18:00:00Z' }, 'order-paid-ucp.json')).toBe('2026-11-22T18:00:00.000Z');
    expect(shipByOf({ ship_by: null, shipping_deadline: 1795370400 })).toBe('2026-11-22T18:00:00.000Z');
  });

  test.each([undefined, null, '', 'tomorrow', '2026-02-30', {}, [], true, -1])(
    'of %j is none, and no reason to refuse',
    (given) => {
      expect(shipByOf({ ship_by: given })).toBeUndefined();
    },
  );
});

test('what the search for an order in other words passes is not read', () => {
  const body = {
    evento: 'pago',
    pedido: { numero: 'N-9', articulos: [{ codigo: 'MUG' }], envio: { calle: 'Reforma 1' } },
  };
  const connection = { ...{ id: 'shop', marketplace: 'scopio', baseUrl: 'https://x.test' }, settings: {} };
  const at = { topic: 'order-paid', body, receivedAt: '2026-11-20T09:00:00.000Z' };
  const { unread } = mapBody(connector, at, { ...connection, pollIntervalSeconds: 60, requestsPerMinute: 60 });
  expect(unread).toEqual(['evento', 'pedido.articulos[]', 'pedido.envio.calle', 'pedido.numero']);
});
