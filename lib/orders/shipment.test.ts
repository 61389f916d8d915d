import { describe, expect, it } from 'vitest';
import { at, orderOf, quantitiesOf, shipmentOf, ucpErrors } from '#test/support/orders';
import type { Order, ShipmentSnapshot } from './order.ts';
import { applyShipment, resolveSkus } from './shipment.ts';
import { statusOf, unfulfilled } from './status.ts';

const PLACED = [
  { id: 'li_1', quantity: 2 },
  { id: 'li_2', quantity: 1 },
];
const tell = (order: Order, changes: Partial<ShipmentSnapshot>, connection = 'marketful-mx') =>
  applyShipment(order, shipmentOf(changes), { connection, placed: PLACED });

const JD01 = { carrier: 'DHL', trackingNumber: 'JD01', shippedAt: at(1) };
const JD02 = { carrier: 'DHL', trackingNumber: 'JD02', shippedAt: at(2) };

describe('applyShipment', () => {
  it('adds a parcel that holds what was placed, and fulfills the lines', () => {
    const { order, added, timeline } = tell(orderOf(), { parcels: [JD01] });
    expect(added).toEqual(order.fulfillments);
    expect(added).toMatchObject([{ by: 'marketful-mx', trackingNumber: 'JD01', lineItems: PLACED }]);
    expect(added[0]?.id).toMatch(/^ful_[0-9a-f]{20}$/);
    expect(timeline).toMatchObject([{ type: 'fulfillment.added', detail: { trackingNumber: 'JD01' } }]);
    expect(statusOf(order)).toBe('fulfilled');
    expect(unfulfilled(order)).toEqual([]);
    expect(ucpErrors(order)).toEqual([]);
  });

  it('takes the same parcels and events again for nothing new', () => {
    const told = { parcels: [JD01], events: [{ id: '77', type: 'shipped', at: at(1), trackingNumber: 'JD01' }] };
    const { order } = tell(orderOf(), told);
    const again = tell(order, told);
    expect(again).toEqual({ order, added: [], timeline: [] });
    expect(again.order).toBe(order);
  });

  it('does not count what is placed twice when a second parcel follows', () => {
    const { order, added } = tell(tell(orderOf(), { parcels: [JD01] }).order, { parcels: [JD01, JD02] });
    expect(added).toMatchObject([{ trackingNumber: 'JD02', lineItems: [] }]);
    expect(order.fulfillments.map(({ lineItems }) => lineItems)).toEqual([PLACED, []]);
    expect(ucpErrors(order)).toEqual([]);
  });

  it('splits the lines as the shipper says', () => {
    const half = { ...JD01, lineItems: [{ id: 'li_1', quantity: 1 }] };
    const { order } = tell(orderOf(), { parcels: [half] });
    expect(statusOf(order)).toBe('partial');
    expect(quantitiesOf(order)).toMatchObject({
      li_1: { total: 2, fulfilled: 1, status: 'partial' },
      li_2: { fulfilled: 0, status: 'processing' },
    });
    const { added } = tell(order, { parcels: [JD02] });
    expect(added[0]?.lineItems).toEqual([
      { id: 'li_1', quantity: 1 },
      { id: 'li_2', quantity: 1 },
    ]);
  });

  it('counts the units of a parcel that is told of again once, where its shipper names SKUs', () => {
    const source = { connection: 'marketful-mx', placed: PLACED };
    const mug = { items: [{ sku: 'MUG-RED', quantity: 1 }] };
    const hear = (order: Order, parcels: ShipmentSnapshot['parcels']) =>
      applyShipment(order, shipmentOf({ parcels: resolveSkus(order, parcels, source) }), source).order;
    const first = hear(orderOf(), [{ ...JD01, ...mug }]);
    const order = hear(first, [
      { ...JD01, ...mug },
      { ...JD02, ...mug },
    ]);
    expect(order.fulfillments.map(({ lineItems }) => lineItems)).toEqual([
      [{ id: 'li_1', quantity: 1 }],
      [{ id: 'li_1', quantity: 1 }],
    ]);
  });

  it('adds what a shipper tells later to be in a parcel too, and what of another placement left in it', () => {
    const source = { connection: 'marketful-mx', placed: PLACED };
    const told = (order: Order, quantities: Record<string, number>, from: typeof source & { placement?: string }) => {
      const items = Object.entries(quantities).map(([sku, quantity]) => ({ sku, quantity }));
      const parcels = resolveSkus(order, [{ ...JD01, items }], from);
      return applyShipment(order, shipmentOf({ parcels }), from);
    };
    const one = told(orderOf(), { 'MUG-RED': 1 }, source);
    const more = told(one.order, { 'MUG-RED': 2, PLATE: 1 }, source);
    expect(more.added).toMatchObject([{ trackingNumber: 'JD01' }]);
    expect(quantitiesOf(more.order)).toMatchObject({ li_1: { fulfilled: 2 }, li_2: { fulfilled: 1 } });
    expect(told(more.order, { 'MUG-RED': 2, PLATE: 1 }, source).order).toBe(more.order);
    const events = ['shipped', 'delivered'].map((type, n) => ({ id: type, type, at: at(n), trackingNumber: 'JD01' }));
    const units = applyShipment(more.order, shipmentOf({ events }), source).order.ucp.fulfillment.events?.map(
      ({ type, line_items }) => [type, line_items.reduce((sum, { quantity }) => sum + quantity, 0)],
    );
    expect(units?.toSorted()).toEqual([
      ['delivered', 3],
      ['shipped', 1],
      ['shipped', 2],
    ]);
    expect(told(more.order, { 'MUG-RED': 1 }, source).order).toBe(more.order);

    const later = { ...source, placed: [{ id: 'li_2', quantity: 1 }], placement: 'dlv_2' };
    const both = [source, later].map((from) => told(orderOf(), { 'MUG-RED': 2 }, from).added.length);
    expect(both).toEqual([1, 1]);
    const first = told(orderOf(), { 'MUG-RED': 2 }, source).order;
    const second = told(first, { PLATE: 1 }, later);
    expect(quantitiesOf(second.order)).toMatchObject({ li_1: { fulfilled: 2 }, li_2: { fulfilled: 1 } });
    const turned = told(told(orderOf(), { PLATE: 1 }, later).order, { 'MUG-RED': 2 }, source);
    expect(turned.order.fulfillments).toEqual(second.order.fulfillments);
    const unnamed = applyShipment(first, shipmentOf({ parcels: [JD01] }), later);
    expect(unnamed.added).toMatchObject([{ lineItems: [{ id: 'li_2', quantity: 1 }], placement: 'dlv_2' }]);
    expect(applyShipment(unnamed.order, shipmentOf({ parcels: [JD01] }), later).order).toBe(unnamed.order);
  });

  it('holds what was placed where its shipper has other names for all of it by now', () => {
    const source = { connection: 'marketful-mx', placed: PLACED };
    const parcelsOf = (...skus: string[]) =>
      skus.map((sku, n) => ({ ...[JD01, JD02][n], items: [{ sku, quantity: 2 }] }));
    const hear = (order: Order, ...skus: string[]) =>
      applyShipment(
        order,
        shipmentOf({ parcels: resolveSkus(order, parcelsOf(...skus) as (typeof JD01)[], source) }),
        source,
      ).order;
    const unknown = hear(orderOf(), 'OLD-1', 'OLD-2');
    expect(unknown.fulfillments.map(({ lineItems }) => lineItems)).toEqual([PLACED, []]);
    expect(hear(unknown, 'MUG-RED', 'OLD-2')).toBe(unknown);
    // If a substitute replaces part of it, the rest is still to be shipped.
    expect(hear(orderOf(), 'OTHER').fulfillments.map(({ lineItems }) => lineItems)).toEqual([[]]);
    // Goods that are not in our order are left out beside those that are.
    const gift = hear(orderOf(), 'GIFT', 'MUG-RED');
    expect(gift.fulfillments.map(({ lineItems }) => lineItems)).toEqual([[], [{ id: 'li_1', quantity: 2 }]]);
  });

  it('loses no units of a later placement whose parcel was stored under the number alone', () => {
    const later = { connection: 'marketful-mx', placed: [{ id: 'li_2', quantity: 1 }], placement: 'dlv_2' };
    const { id } = tell(orderOf(), { parcels: [JD01] }).order.fulfillments[0] ?? {};
    const [stored] = applyShipment(orderOf(), shipmentOf({ parcels: [JD01] }), later).order.fulfillments;
    if (!id || !stored) throw new Error('there are parcels');
    const before = { ...orderOf(), fulfillments: [{ ...stored, id }] };
    expect(applyShipment(before, shipmentOf({ parcels: [JD01] }), later).order).toBe(before);
    const first = { connection: 'marketful-mx', placed: [{ id: 'li_1', quantity: 2 }] };
    const { order } = applyShipment(before, shipmentOf({ parcels: [JD01] }), first);
    expect(quantitiesOf(order)).toMatchObject({ li_1: { fulfilled: 2 }, li_2: { fulfilled: 1 } });
    for (const source of [first, later])
      expect(applyShipment(order, shipmentOf({ parcels: [JD01] }), source).order).toBe(order);
  });

  it('takes a word of no placement that is known for what it says of those that are', () => {
    const later = { connection: 'marketful-mx', placed: [{ id: 'li_2', quantity: 1 }], placement: 'dlv_2' };
    const unclear = { connection: 'marketful-mx', placed: PLACED, placement: null };
    const { order } = applyShipment(orderOf(), shipmentOf({ parcels: [JD01] }), later);
    const items = [{ sku: 'PLATE', quantity: 1 }];
    for (const parcels of [[JD01], resolveSkus(order, [{ ...JD01, items }], unclear)])
      expect(applyShipment(order, shipmentOf({ parcels }), unclear).order).toBe(order);
    const { added } = applyShipment(order, shipmentOf({ parcels: [JD02] }), unclear);
    expect(added).toMatchObject([{ trackingNumber: 'JD02', lineItems: [{ id: 'li_1', quantity: 2 }] }]);
  });

  it('keeps the parcels of two shippers with one tracking number apart', () => {
    const first = tell(orderOf(), { parcels: [JD01] }).order;
    expect(tell(first, { parcels: [JD01] }, 'shoppo-supply').order.fulfillments).toHaveLength(2);
  });

  it('never loses a tracking number, link or label that a later word leaves out', () => {
    const rich = { ...JD01, trackingUrl: 'https://dhl.example/JD01', labelUrl: 'https://dhl.example/label' };
    const { order } = tell(tell(orderOf(), { parcels: [JD01] }).order, { parcels: [rich] });
    expect(order.fulfillments).toMatchObject([rich]);
    expect(tell(order, { parcels: [{ ...JD01, carrier: '' }] }).order).toBe(order);
    expect(tell(order, { parcels: [{ ...JD01, trackingNumber: '' }] }).order).toBe(order);
    expect(tell(order, { parcels: [] }).order).toBe(order);
  });

  it('makes a parcel of a tracking number that arrives after the word "shipped"', () => {
    const first = tell(orderOf(), { parcels: [], events: [{ id: '77', type: 'shipped', at: at(1) }] });
    expect(first.added).toEqual([]);
    expect(first.timeline.map(({ type }) => type)).toEqual(['shipment.shipped']);
    const { order, added } = tell(first.order, {
      parcels: [JD01],
      events: [{ id: '77', type: 'shipped', at: at(1), trackingNumber: 'JD01' }],
    });
    expect(added).toHaveLength(1);
    expect(order.shipmentEvents).toMatchObject([{ id: '77', trackingNumber: 'JD01' }]);
  });

  it('logs parcels and events in the order they happened, with the lines, link and carrier of the parcel', () => {
    const { order, timeline } = tell(orderOf(), {
      parcels: [{ ...JD01, trackingUrl: 'https://dhl.example/JD01' }],
      events: [
        { id: '79', type: 'delivered', at: at(9), trackingNumber: 'JD01', description: 'Front door' },
        { id: '78', type: 'processing', at: at(0) },
      ],
    });
    expect(order.ucp.fulfillment.events).toEqual([
      { id: 'marketful-mx:78', occurred_at: at(0), type: 'processing', line_items: [] },
      {
        id: order.fulfillments[0]?.id,
        occurred_at: at(1),
        type: 'shipped',
        line_items: PLACED,
        tracking_number: 'JD01',
        tracking_url: 'https://dhl.example/JD01',
        carrier: 'DHL',
      },
      {
        id: 'marketful-mx:79',
        occurred_at: at(9),
        type: 'delivered',
        line_items: PLACED,
        tracking_number: 'JD01',
        tracking_url: 'https://dhl.example/JD01',
        carrier: 'DHL',
        description: 'Front door',
      },
    ]);
    expect(timeline.map(({ type }) => type)).toEqual([
      'fulfillment.added',
      'shipment.processing',
      'shipment.delivered',
    ]);
    expect(ucpErrors(order)).toEqual([]);
  });

  it('stays valid when the shipper sends an odd link or a line nobody ordered', () => {
    const lineItems = [
      { id: 'li_9', quantity: 1 },
      { id: 'li_1', quantity: 0 },
      { id: 'li_2', quantity: 5 },
    ];
    const { order } = tell(orderOf(), { parcels: [{ ...JD01, lineItems, trackingUrl: 'dhl.example/JD01' }] });
    expect(ucpErrors(order)).toEqual([]);
    expect(quantitiesOf(order)).toMatchObject({ li_1: { fulfilled: 0 }, li_2: { total: 1, fulfilled: 1 } });
  });

  it('counts a unit once that both the parcel and the sales channel tell of', () => {
    const lines = [{ id: 'li_1', sku: 'MUG', title: 'Mug', quantity: 3, unitPrice: 6000, fulfilled: 2 }];
    const parcel = { ...JD01, lineItems: [{ id: 'li_1', quantity: 1 }] };
    const { order } = tell(orderOf({ lines }), { parcels: [parcel] });
    expect(quantitiesOf(order)).toMatchObject({ li_1: { total: 3, fulfilled: 2, status: 'partial' } });
  });
});

it('a parcel has left once, when its shipper says so, whatever else is told of it', () => {
  const parcels = [{ carrier: 'DHL', trackingNumber: 'JD1', shippedAt: at(5) }];
  const told = (id: string, type: string, minute: number, trackingNumber = 'JD1') => ({
    ...{ id, type, at: at(minute), trackingNumber },
  });
  const events = [
    told('1', 'processing', 5),
    told('2', 'shipped', 7),
    told('3', 'shipped', 8),
    told('4', 'delivered', 9),
  ];
  const order = { ...orderOf(), placements: [{ delivery: 'dlv_1', connection: 'shed' }] };
  const source = { connection: 'shed', placed: [{ id: 'li_1', quantity: 2 }] };
  const { ucp } = applyShipment(
    order,
    shipmentOf({ parcels, events: [...events, told('5', 'shipped', 6, 'JD2')] }),
    source,
  ).order;
  expect(
    ucp.fulfillment.events?.map(({ type, occurred_at, line_items }) => [type, occurred_at, line_items.length]),
  ).toEqual([
    ['processing', at(5), 1],
    ['shipped', at(6), 0],
    ['shipped', at(7), 1],
    ['delivered', at(9), 1],
  ]);
});
