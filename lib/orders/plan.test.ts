import { expect, test } from 'vitest';
import type { Connection, Route } from '#lib/connections/connection';
import { at, orderOf, shipmentOf } from '#test/support/orders';
import type { Order } from './order.ts';
import { destinationHash, planDeliveries } from './plan.ts';
import { applyShipment } from './shipment.ts';

const connectionOf = (id: string, settings: Record<string, unknown> = {}): Connection => ({
  ...{ id, marketplace: id, baseUrl: 'http://remote.test', settings, pollIntervalSeconds: 60, requestsPerMinute: 60 },
});

const placed = {
  ...orderOf(),
  placements: [{ delivery: 'dlv_1', connection: 'shed' }],
  routed: ['li_1', 'li_2'],
};
const parcel = (trackingNumber: string, minute: number, lineItems: Array<{ id: string; quantity: number }>) => ({
  ...{ carrier: 'DHL', trackingNumber, shippedAt: at(minute), lineItems },
});
const mugs = parcel('JD1', 5, [{ id: 'li_1', quantity: 2 }]);
const plate = parcel('JD2', 1, [{ id: 'li_2', quantity: 1 }]);

function reported(parcels: Array<typeof mugs>, settings: Record<string, unknown>) {
  const order = applyShipment(placed, shipmentOf({ parcels }), { connection: 'shed', placed: [] }).order;
  const connections = new Map(
    [connectionOf('scopio-main', settings), connectionOf('shed')].map((one) => [one.id, one]),
  );
  const { deliveries } = planDeliveries(order, { routes: [], connections, roleOf: () => ({}) });
  return deliveries
    .filter(({ action }) => action === 'fulfillment')
    .map(
      ({ subject }) =>
        order.fulfillments.find(({ id }) => 'fulfillment' in subject && id === subject.fulfillment)?.trackingNumber,
    );
}

test('each parcel is reported as it ships, or the whole order with its last', () => {
  expect(reported([mugs], {})).toEqual(['JD1']);
  expect(reported([mugs, plate], {})).toEqual(['JD2', 'JD1']);
  expect(reported([mugs], { reportWith: 'last' })).toEqual([]);
  expect(reported([mugs, plate], { reportWith: 'last' })).toEqual(['JD1']);
});

test('what a shipper that was taken out of the connections file has is to be taken back from it, too', () => {
  const lineItems = [{ id: 'li_1', quantity: 2 }];
  const order = { ...placed, cancelled: true, placements: [{ delivery: 'dlv_1', connection: 'shed', lineItems }] };
  const removed = new Map([['shed', { id: 'shed', marketplace: 'marketful', removedAt: at(1) }]]);
  const { deliveries } = planDeliveries(order, { routes: [], connections: new Map(), removed, roleOf: () => ({}) });
  const subject = { placement: 'dlv_1', lineItems };
  expect(deliveries).toMatchObject([{ action: 'cancel', connection: 'shed', marketplace: 'marketful', subject }]);
});

test('a parcel whose units are told apart is reported with each, or once where the channel takes its number only', () => {
  const connections = new Map(['scopio-main', 'shed'].map((id) => [id, connectionOf(id)]));
  const reports = (order: Order, role: object) =>
    planDeliveries(order, { routes: [], connections, roleOf: () => role }).deliveries.flatMap(({ action, ...each }) =>
      action === 'fulfillment' ? each : [],
    );
  const tell = (order: Order, more: typeof plate) =>
    applyShipment(order, shipmentOf({ parcels: [more] }), { connection: 'shed', placed: [] }).order;
  const one = tell(placed, mugs);
  const [first] = reports(one, { takesNumbersOnly: true });
  const known = { ...one, deliveries: [first?.id ?? ''] };
  const both = tell(known, { ...plate, trackingNumber: 'JD1' });
  expect(both.fulfillments.map(({ trackingNumber }) => trackingNumber)).toEqual(['JD1', 'JD1']);
  expect([reports(both, {}).length, reports(both, { takesNumbersOnly: true }).length]).toEqual([1, 0]);
  expect(reports({ ...both, deliveries: [] }, { takesNumbersOnly: true })).toHaveLength(1);
  expect(reports(tell(both, { ...plate, trackingNumber: 'JD2' }), { takesNumbersOnly: true })).toHaveLength(1);
});

test('no parcel is reported of whoever sold the order, or of whom nobody asked to ship it', () => {
  const parcels = (by: string) =>
    applyShipment(placed, shipmentOf({ parcels: [mugs] }), { connection: by, placed: [] }).order;
  const connections = new Map(['scopio-main', 'shed', 'other'].map((id) => [id, connectionOf(id)]));
  const network = { routes: [], connections, roleOf: () => ({}) };
  const actions = (order: Order) => planDeliveries(order, network).deliveries.map(({ action }) => action);
  expect(actions(parcels('shed'))).toContain('fulfillment');
  expect(actions(parcels('other'))).not.toContain('fulfillment');
  const own = { ...parcels('scopio-main'), placements: [{ delivery: 'dlv_1', connection: 'scopio-main' }] };
  expect(actions(own)).not.toContain('fulfillment');
});

test('what a channel wants after every report waits for the reports', () => {
  const order = applyShipment(placed, shipmentOf({ parcels: [mugs, plate] }), { connection: 'shed', placed: [] }).order;
  const connections = new Map(['scopio-main', 'shed'].map((id) => [id, connectionOf(id)]));
  const followUps = () => [{ action: 'status', about: 'delivered', afterReports: true }];
  const { deliveries } = planDeliveries(order, { routes: [], connections, roleOf: () => ({ followUps }) });
  const reports = deliveries.filter(({ action }) => action === 'fulfillment').map(({ id }) => id);
  expect(reports).toHaveLength(2);
  expect(deliveries.find(({ action }) => action === 'status')?.subject).toMatchObject({ after: reports });
});

test('a placement is looked at where one of its lines is for other goods than before, however these are spelled', () => {
  const connections = new Map([connectionOf('scopio-main'), connectionOf('shed')].map((one) => [one.id, one]));
  const network = { routes: [], connections, roleOf: () => ({}) };
  const lineItems = [{ id: 'li_1', quantity: 2 }];
  const placements = [{ delivery: 'dlv_1', connection: 'shed', lineItems }];
  const holding = (item: object): Order => ({
    ...{ ...placed, placements, revision: 4 },
    ucp: {
      ...placed.ucp,
      line_items: placed.ucp.line_items.map((line) =>
        line.id === 'li_1' ? { ...line, item: { ...line.item, ...item } } : line,
      ),
    },
  });
  const cancels = (item: object, before = holding({ id: 'MUG-RED', ean: '59' })) =>
    planDeliveries(holding(item), network, before).deliveries.filter(({ action }) => action === 'cancel');
  expect(cancels({ id: 'MUG-BLUE' })).toMatchObject([{ subject: { placement: 'dlv_1', lineItems: [], exchanged: 5 } }]);
  for (const same of [{ id: 'mug-red ' }, { id: '59' }, { id: 'MUG-NEW', ean: '59' }, { title: 'Blue mug' }])
    expect(cancels(same)).toEqual([]);
  // Of a line that is shipped nothing can be exchanged.
  const both = { ...placements[0], lineItems: [...lineItems, { id: 'li_2', quantity: 1 }] };
  const sent = applyShipment({ ...holding({}), placements: [both] } as Order, shipmentOf({ parcels: [mugs] }), {
    ...{ connection: 'shed', placed: both.lineItems },
  }).order;
  const now = { ...sent, ucp: holding({ id: 'MUG-BLUE' }).ucp };
  expect(planDeliveries(now, network, sent).deliveries.filter(({ action }) => action === 'cancel')).toEqual([]);
});

test('an order that goes elsewhere has each placement looked at that has units to send, once a change', () => {
  const connections = new Map([connectionOf('scopio-main'), connectionOf('shed')].map((one) => [one.id, one]));
  const network = { routes: [], connections, roleOf: () => ({}) };
  const lineItems = [{ id: 'li_1', quantity: 2 }];
  const before: Order = { ...placed, placements: [{ delivery: 'dlv_1', connection: 'shed', lineItems }], revision: 4 };
  const { shippingAddress } = before;
  const cancels = (changes: Partial<Order>, from = before) =>
    planDeliveries({ ...from, ...changes }, network, from).deliveries.filter(({ action }) => action === 'cancel');
  const elsewhere = { shippingAddress: { ...shippingAddress, street_address: 'Calle 10 no. 5' } };
  const from = destinationHash(before);
  expect(cancels(elsewhere)).toMatchObject([{ subject: { placement: 'dlv_1', lineItems: [], readdressed: 5, from } }]);
  expect(destinationHash({ ...before, ...elsewhere })).not.toBe(from);
  // Deliveries that were stored by earlier versions have it.
  expect(from).toBe('a4c6374e');
  const street_address = ` ${shippingAddress.street_address?.toUpperCase().replace('Á', 'A')}.`;
  expect(
    cancels({ shippingAddress: { ...shippingAddress, street_address, phone_number: '1', email: 'b@e.com' } }),
  ).toEqual([]);
  // It may be restored before the cancellation is carried out.
  expect(cancels({ ...elsewhere, cancelled: true })).toMatchObject([{ subject: { readdressed: 5 } }]);
  expect(cancels({ ...elsewhere, erased: { at: at(1), by: 'erp', email: null } })).toEqual([]);
  expect(planDeliveries({ ...before, ...elsewhere }, network).deliveries).toEqual([]);
  const { order: left } = applyShipment(before, shipmentOf({ parcels: [mugs] }), { connection: 'shed', placed: [] });
  expect(cancels(elsewhere, { ...before, ...left })).toEqual([]);
});

test('an order that is paid back after it was placed has each placement looked at that has units to send', () => {
  const connections = new Map([connectionOf('scopio-main'), connectionOf('shed')].map((one) => [one.id, one]));
  const network = { routes: [], connections, roleOf: () => ({}) };
  const lineItems = [{ id: 'li_1', quantity: 2 }];
  const paid: Order = { ...placed, placements: [{ delivery: 'dlv_1', connection: 'shed', lineItems }], revision: 4 };
  const back = (from: Order, state: 'refunded' | 'partly_refunded' = 'refunded', more: Partial<Order> = {}) => {
    const { history } = orderOf({ payment: { method: null, state } });
    const { deliveries } = planDeliveries({ ...from, history, ...more }, network, from);
    return deliveries.filter(({ action }) => action === 'cancel');
  };
  expect(back(paid)).toMatchObject([{ subject: { placement: 'dlv_1', lineItems: [], refunded: 5 } }]);
  const { history } = orderOf({ payment: { method: null, state: 'refunded' } });
  expect(back({ ...paid, history })).toEqual([]);
  expect(back(paid, 'partly_refunded')).toEqual([]);
  const again = back({ ...paid, history }, 'partly_refunded');
  expect(again.map(({ subject }) => subject)).toEqual([{ placement: 'dlv_1', lineItems: [] }]);
  const { order: left } = applyShipment(paid, shipmentOf({ parcels: [mugs] }), { connection: 'shed', placed: [] });
  expect(back({ ...paid, ...left })).toEqual([]);
  connections.set('scopio-main', connectionOf('scopio-main', { release: ['paid', 'refunded'] }));
  expect(back(paid)).toEqual([]);
});

test('an order of which some has left unseen is placed once a person has said what', () => {
  const connections = new Map(['scopio-main', 'shed', 'other'].map((id) => [id, connectionOf(id)]));
  const routes = [
    { from: '*', match: { skuPrefix: 'MUG' }, to: 'shed' },
    { from: '*', to: 'other' },
  ];
  const plan = (order: Order) => planDeliveries(order, { routes, connections, roleOf: () => ({}) }).deliveries;
  const unclear = orderOf({ partlyShipped: true });
  expect(plan(unclear).map(({ connection, blocked }) => [connection, blocked?.code, blocked?.waitsFor])).toEqual([
    ['shed', 'partly_shipped', 'operator'],
    ['other', 'partly_shipped', 'operator'],
  ]);
  // The same for lines that had no route while the others had one, but not for more of a line that was placed.
  const plates = [{ id: 'li_2', quantity: 1 }];
  const looked = { delivery: 'dlv_2', connection: 'scopio-main', lineItems: [] };
  const shed = { delivery: 'dlv_1', connection: 'shed' };
  const blockedOf = (placements: Order['placements']) =>
    plan({ ...unclear, placements }).map(({ connection, blocked }) => [connection, blocked?.code]);
  expect(blockedOf([{ ...shed, lineItems: plates }, looked])).toEqual([['shed', 'partly_shipped']]);
  expect(blockedOf([{ ...shed, lineItems: [{ id: 'li_1', quantity: 1 }, ...plates] }])).toEqual([['shed', undefined]]);
  // The hub does know what it has shipped itself, or was told of.
  const { order: shipped } = applyShipment(placed, shipmentOf({ parcels: [mugs] }), { connection: 'shed', placed: [] });
  expect(plan({ ...unclear, fulfillments: shipped.fulfillments }).map(({ blocked }) => blocked)).toEqual([undefined]);
  const assigned = [{ to: 'shed', lineItems: [{ id: 'li_1', quantity: 1 }] }];
  expect(plan({ ...unclear, assigned }).find(({ connection }) => connection === 'shed')?.blocked).toBeUndefined();
});

test('a route asks for country, market, method and SKU, in any case', () => {
  const connections = new Map([connectionOf('scopio-main'), connectionOf('shed')].map((one) => [one.id, one]));
  const order = orderOf({
    market: { name: 'Zalando', reference: null },
    shippingCode: 'express',
    shippingMethod: 'Kurier',
  });
  const linesBy = (match: Route['match']) =>
    planDeliveries(order, {
      routes: [...(match ? [{ from: '*', match, to: 'shed' }] : []), { from: '*', to: 'erp' }],
      ...{ connections, roleOf: () => ({}) },
    }).deliveries.flatMap(({ subject }) =>
      'lineItems' in subject ? (subject.lineItems ?? []).map(({ id }) => id) : [],
    );
  const all = ['li_1', 'li_2'];
  expect([{ market: 'zalando' }, { method: 'EXPRESS' }, { method: 'kurier' }, { country: 'mx' }].map(linesBy)).toEqual([
    all,
    all,
    all,
    all,
  ]);
  expect(linesBy({ market: 'Zalando', method: 'express', skuPrefix: 'mug-' })).toEqual(['li_1']);
  expect([{ market: 'Amazon' }, { method: 'dhl' }, { market: 'Zalando', country: 'US' }].flatMap(linesBy)).toEqual([]);
});

test('what is delivered digitally, collected, or sent to an address of its own, is not asked of a shipper', () => {
  const { shippingAddress } = orderOf();
  const expecting = (methodType: 'shipping' | 'digital' | 'pickup', destination: object, quantity = 2) => {
    const rest = {
      lineItems: [{ id: 'li_2', quantity: 1 }, ...(quantity < 2 ? [{ id: 'li_1', quantity: 2 - quantity }] : [])],
      methodType: 'shipping' as const,
      destination: shippingAddress,
    };
    const order = orderOf({
      expectations: [{ lineItems: [{ id: 'li_1', quantity }], methodType, destination }, rest],
    });
    const connections = new Map([connectionOf('scopio-main'), connectionOf('shed')].map((one) => [one.id, one]));
    const network = { routes: [{ from: '*', to: 'shed' }], connections, roleOf: () => ({}) };
    const { deliveries, order: planned } = planDeliveries(order, network);
    expect(planDeliveries(planned, network).deliveries).toEqual([]);
    const lines = deliveries.flatMap(({ subject }) => ('lineItems' in subject ? subject.lineItems : []));
    return lines.map(({ id, quantity }) => `${quantity} ${id}`);
  };
  expect(expecting('shipping', shippingAddress)).toEqual(['2 li_1', '1 li_2']);
  expect(expecting('pickup', shippingAddress)).toEqual(['2 li_1', '1 li_2']);
  expect(expecting('pickup', {})).toEqual(['1 li_2']);
  expect(expecting('digital', {})).toEqual(['1 li_2']);
  expect(expecting('shipping', { ...shippingAddress, postal_code: '1' })).toEqual(['1 li_2']);
  expect(expecting('shipping', { ...shippingAddress, postal_code: '1' }, 1)).toEqual(['1 li_1', '1 li_2']);
  const otherwise = { street_address: 'AV.  VALLARTA, 1234', address_locality: 'Guadalájara', phone_number: '1' };
  expect(expecting('shipping', { ...shippingAddress, ...otherwise })).toEqual(['2 li_1', '1 li_2']);
});
