import { expect, it } from 'vitest';
import { orderOf, shipmentOf, snapshotOf, sourceOf, ucpErrors } from '#test/support/orders';
import { withoutBuyerIn, withoutWords } from './erasure.ts';
import { applyFulfillment } from './fulfillment.ts';
import type { Order } from './order.ts';
import { applyShipment } from './shipment.ts';
import { applyPart, applySnapshot } from './snapshot.ts';
import { putOrder } from './store.ts';

const erased = { at: '2026-11-21T00:00:00.000Z', by: 'dpo', email: null };
const forget = (order: Order): Order => withoutBuyerIn({ ...order, erased });
const says = (order: Order): string => JSON.stringify(order);

it('is remembered for as long as it may be sent again where somebody asked for it; other orders end with their time', () => {
  const over = { ...orderOf({ cancelled: true }), erased };
  const kept = (order: Order) => putOrder(order, null).Put?.Item as { expiresAt?: number };
  expect(kept(over).expiresAt).toBeUndefined();
  expect(kept({ ...over, erased: { ...erased, by: 'hub' } }).expiresAt).toBeGreaterThan(0);
});

it('leaves lines, amounts and the country, and is still a valid order', () => {
  const order = forget(orderOf());
  expect(says(order)).not.toMatch(/Ana|Torres|Vallarta|44160|ana@example/);
  expect(order).toMatchObject({ buyer: {}, shippingAddress: { address_country: 'MX' }, correctedAddress: null });
  expect(order.ucp.totals).toEqual(orderOf().ucp.totals);
  expect(ucpErrors(order)).toEqual([]);
});

it('takes in what is sent again without the buyer, and knows the same snapshot as the same', () => {
  const order = forget(orderOf());
  const same = applySnapshot(order, snapshotOf(), sourceOf(5));
  expect(same).toMatchObject({ result: 'same', timeline: [] });
  expect(same.order).toBe(order);
  const changes = { version: '2026-11-21T08:15:00.000Z', shippingMethod: 'ups', buyer: { first_name: 'Anabel' } };
  const newer = applySnapshot(order, snapshotOf(changes), sourceOf(6)).order;
  expect(newer.shippingMethod).toBe('ups');
  expect(says(newer)).not.toMatch(/Ana|Torres|Vallarta/);
});

it('forgets the buyer in parts of the order, too, whenever they come', () => {
  const part = { externalId: 'ord_part', version: '2026-11-20T09:15:00.000Z' };
  const joined = (order: Order): Order => applyPart(order, snapshotOf(part), sourceOf(3)).order;
  expect(says(forget(joined(orderOf())))).not.toMatch(/Ana|Torres|Vallarta/);
  expect(says(joined(forget(orderOf())))).not.toMatch(/Ana|Torres|Vallarta/);
});

it('forgets what was written for the buyer on lines that vanished, and in what the channel tells of parcels', () => {
  const engraved = snapshotOf().lines.map((line) => ({ ...line, attributes: { Engraving: 'For Ana' } }));
  const event = { id: 'e1', type: 'delivered', at: '2026-11-21T08:15:00.000Z', description: 'Handed to Ana' };
  const expectation = { lineItems: [], methodType: 'shipping' as const, destination: {}, description: 'Ring for Ana' };
  const told = { lines: engraved, events: [event], expectations: [expectation] };
  const whole = (n: number, lines = engraved) => snapshotOf({ ...told, lines, version: `2026-11-2${n}T08:15:00.000Z` });
  const before = applySnapshot(orderOf(told), whole(2, engraved.slice(1)), sourceOf(5)).order;
  expect(before.history.vanished).toHaveLength(1);
  const order = forget(before);
  expect(says(order)).not.toMatch(/Ana/);
  const again = [whole(2, engraved.slice(1)), whole(3), whole(4, engraved.slice(1))];
  expect(says(again.reduce((sum, each) => applySnapshot(sum, each, sourceOf(6)).order, order))).not.toMatch(/Ana/);
});

it('forgets the label of a parcel and the page that it is followed on, whoever tells of them and whenever', () => {
  const pages = {
    trackingUrl: 'https://track.example/?to=ana@example.com',
    labelUrl: 'https://labels.example/Ana.pdf',
  };
  const source = { connection: 'marketful-mx', placed: [] };
  const ship = (order: Order) =>
    applyShipment(
      order,
      shipmentOf({ parcels: [{ carrier: 'dhl', trackingNumber: 'JD01', shippedAt: erased.at, ...pages }] }),
      source,
    ).order;
  const post = (order: Order) =>
    applyFulfillment(order, { carrier: 'dhl', trackingNumber: 'JD02', ...pages }, erased.at).order;
  for (const order of [forget(ship(post(orderOf()))), ship(post(forget(orderOf())))]) {
    expect(order.fulfillments.map(({ trackingNumber }) => trackingNumber).sort()).toEqual(['JD01', 'JD02']);
    expect(says(order)).not.toMatch(/ana@|Ana/);
    expect(ship(order)).toBe(order);
  }
});

it('forgets the channel’s own page of the order and the codes of discounts, and charges what it charged', () => {
  const told = {
    permalinkUrl: 'https://shop.example/o/1?for=ana@example.com',
    discounts: [{ title: 'FOR-ANA', amount: 500 }],
    amounts: { ...snapshotOf().amounts, discount: 500 },
  };
  const before = orderOf(told);
  const order = forget(before);
  for (const each of [order, applySnapshot(order, snapshotOf({ ...told, shippingMethod: 'ups' }), sourceOf(6)).order]) {
    expect(says(each)).not.toMatch(/ana@|ANA/);
    expect(each.ucp.totals.map(({ amount }) => amount)).toEqual(before.ucp.totals.map(({ amount }) => amount));
  }
  expect(order.ucp.totals).toContainEqual({ type: 'discount', display_text: 'Discount', amount: -500 });
});

it.each([
  ['sku_unknown', 'MUG-RED: 2 placed, 1 wanted'],
  ['amend_unsupported', 'MUG-RED: 2 placed, 1 wanted'],
  ['http_422', 'erased'],
  [undefined, 'erased'],
])('keeps what the hub itself says is to be corrected, and no words of a remote: %s', (code, left) => {
  const detail = { attempt: 1, code, description: 'MUG-RED: 2 placed, 1 wanted' };
  const entry = { id: 't', at: '', by: 'hub', origin: '', type: 'delivery.blocked', detail } as never;
  expect(withoutWords(entry)).toMatchObject({ detail: { code, description: left } });
});
