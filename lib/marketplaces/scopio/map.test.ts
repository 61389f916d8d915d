import { describe, expect, test } from 'vitest';
import type { OrderSnapshot } from '#lib/orders/order';
import type { ContractError } from '#lib/platform/errors';
import { connectionOf, RECEIVED_AT, readFixture } from '#test/conformance/kit';
import { info } from './manifest.ts';
import { map } from './map.ts';

// Loose on purpose: tests change what a vendor's body may hold.
type Json = { [key: string]: Json } & Json[];
const fixture = (file: string) => readFixture('scopio', file) as Json;

function read(body: unknown): OrderSnapshot {
  const change = map({ topic: 'order-paid', body, receivedAt: RECEIVED_AT }, connectionOf(info));
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
      lines: [{ id: 'li_1', sku: 'MUG-RED', ean: '5901234123457', title: 'Red mug', quantity: 2, unitPrice: 5000 }],
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

  test('may be cancelled in either spelling', () => {
    const statuses = ['cancelled', 'Canceled', 'paid', null];
    expect(statuses.map((status) => read({ ...fixture('order.json'), status }).cancelled)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('does without what the document does not promise', () => {
    const { number, status, paid_at, shipping, shipping_method, total_net, ...order } = fixture('order.json');
    const { sku, title, ...item } = (order.items?.[0] ?? {}) as Json;
    const snapshot = read({ ...order, items: [item] });
    expect(snapshot).toMatchObject({ number: 'ord_8f3a', paidAt: '2026-11-20T08:12:00.000Z', shippingMethod: null });
    expect(snapshot.lines[0]).toMatchObject({ sku: '5901234123457', title: '5901234123457' });
    expect(snapshot.amounts).toEqual({ fulfillment: 0, tax: 0, discount: 0, total: 12000 });
    expect([number, status, paid_at, shipping, shipping_method, total_net, sku, title]).not.toContain(undefined);
  });

  test('names the field that is missing or cannot be right', () => {
    const envelope = fixture('order-paid.json');
    const { order } = envelope;
    const [item] = order?.items ?? [];
    const wrap = (change: object) => ({ ...envelope, order: { ...order, ...change } });
    expect(fieldOf(wrap({ items: [{ ...item, quantity: null }] }))).toBe('order.items[0].quantity');
    expect(fieldOf(wrap({ items: [{ ...item, sku: null, ean: '' }] }))).toBe('order.items[0].sku');
    expect(fieldOf(wrap({ items: [{ ...item, gross_price: '1.234' }] }))).toBe('order.items[0].gross_price');
    expect(fieldOf(wrap({ items: [] }))).toBe('order.items');
    expect(fieldOf(wrap({ total_net: '120.01' }))).toBe('order.total_net');
    expect(fieldOf(wrap({ created_at: 'yesterday' }))).toBe('order.created_at');
    expect(fieldOf({ ...envelope, order: null })).toBe('order');
    expect(fieldOf({ ...order, shipping_address: { address_country: 'Atlantis' } })).toBe(
      'shipping_address.address_country',
    );
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
    const included = totals.map((total) => (total.type === 'total' ? { ...total, amount: 9500 } : total));
    expect(read({ ...fixture('ucp-order.json'), totals: included }).taxIncluded).toBe(true);
  });
});

describe('by when it must leave', () => {
  const shipByOf = (members: object, file = 'order-paid.json') => {
    const event = fixture(file);
    return read({ ...event, order: { ...event.order, ...members } }).shipBy;
  };

  test('is read under either key, in either shape of order, with its offset', () => {
    expect(shipByOf({ ship_by: '2026-11-22T18:00:00+01:00' })).toBe('2026-11-22T17:00:00.000Z');
    expect(shipByOf({ shipping_deadline: '2026-11-22' })).toBe('2026-11-22T00:00:00.000Z');
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
