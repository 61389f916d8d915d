import { describe, expect, test } from 'vitest';
import { applyFulfillment } from '#lib/orders/fulfillment';
import { applySnapshot } from '#lib/orders/snapshot';
import { BlockedError, IntegrationError, RetryableError } from '#lib/platform/errors';
import {
  type Answer,
  connectionOf,
  createRemote,
  pushInput,
  RECEIVED_AT,
  readFixture,
  remoteContext,
} from '#test/conformance/kit';
import type { ReportInput } from '../action.ts';
import { fetches, fulfillment, payment, processing, stock } from './actions.ts';
import { info, role } from './manifest.ts';
import { map } from './map.ts';

const DONE = { status: 200, body: 'processed.json' };
const ORDER = { status: 200, body: 'order.json' };
const shown = (change: object): Answer => ({
  status: 200,
  body: JSON.stringify({ ...(readFixture(info.name, 'order.json') as object), ...change }),
});

function orderOf(change: object = {}, connection = connectionOf(info)) {
  const body = { ...(readFixture(info.name, 'order.json') as object), ...change };
  const mapped = map({ topic: 'order', body, receivedAt: RECEIVED_AT }, connection);
  if (mapped.type !== 'order') throw new Error('no order');
  const source = { connection: connection.id, event: 'in_1', by: 'poll' as const, receivedAt: RECEIVED_AT };
  return applySnapshot(null, mapped.order, source).order;
}

function open(
  script: Answer[],
  settings: Record<string, unknown> = {},
  parcel: Partial<ReportInput['fulfillment']> = {},
) {
  const { calls, http } = createRemote(info.name, script);
  const connection = connectionOf(info, settings);
  const input = pushInput(connection);
  const fulfillment = { ...input.fulfillment, carrierCode: 'ups', lineItems: [{ id: '1', quantity: 1 }], ...parcel };
  const remote = remoteContext({ http, connection, secrets: {} });
  return { calls, remote, input: { ...input, order: orderOf(), fulfillment } };
}

test('an order that is read before it is told anything has its members where settings.fields puts them', async () => {
  const { OrderStatusId, PaymentStatusId, ...order } = readFixture(info.name, 'order.json') as Record<string, unknown>;
  const body = JSON.stringify({ ...order, State: { Status: OrderStatusId, Paid: 75 } });
  const fields = { 'State.Status': 'OrderStatusId', 'State.Paid': 'PaymentStatusId' };
  const { calls, remote, input } = open([{ status: 200, body }, DONE, { status: 200, body }, DONE], { fields });
  expect(await processing.push(remote, { ...input, about: '' })).toEqual({});
  expect(await payment.push(remote, { ...input, about: '' })).toEqual({});
  expect(calls.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'POST']);
});

describe('a parcel', () => {
  test('is reported with what is in it', async () => {
    const { calls, remote, input } = open([DONE]);
    expect(await fulfillment.push(remote, input)).toEqual({});
    expect(calls[0]?.url.pathname).toBe('/base/api/order/shippinginformation');
    expect(calls[0]?.headers.get('content-type')).toBe('application/json');
    expect(calls[0]?.body).toEqual({
      OrderNumber: '100234',
      CarrierId: 1,
      ServiceTypeId: 1,
      TrackingNumber: 'JD0146000055',
      ShippedDate: '2026-11-21T00:00:00',
      Items: [{ SkuCode: 'MUG-RED', Quantity: 1 }],
    });
  });

  test('of which the store refuses more than it has to ship is told with what its order holds by now', async () => {
    const tooMany = { status: 406, body: JSON.stringify({ Results: 'InvalidQty', StatusCode: 26 }) };
    const { OrderItems } = readFixture(info.name, 'order.json') as { OrderItems: object[] };
    const holding = (Quantity: number) => shown({ OrderItems: OrderItems.map((item) => ({ ...item, Quantity })) });
    const parcel = { lineItems: [{ id: '1', quantity: 2 }] };
    const less = open([tooMany, holding(1), DONE], {}, parcel);
    expect(await fulfillment.push(less.remote, less.input)).toMatchObject({
      note: expect.stringContaining('told 1 of 2'),
    });
    expect(less.calls.map(({ method, body }) => [method, (body as { Items?: unknown } | null)?.Items])).toEqual([
      ['POST', [{ SkuCode: 'MUG-RED', Quantity: 2 }]],
      ['GET', undefined],
      ['POST', [{ SkuCode: 'MUG-RED', Quantity: 1 }]],
    ]);
    for (const [answer, code] of [
      [holding(2), 'response_26'],
      // What the order holds is unknown: the next attempt may succeed.
      [{ status: 500, body: '' }, 'http_500'],
    ] as const) {
      const same = open([tooMany, answer], {}, parcel);
      await expect(fulfillment.push(same.remote, same.input)).rejects.toMatchObject({ code });
    }
  });

  test.each([
    ['ups', {}, 1, 1],
    ['UPS', { services: { UPS: 6 } }, 1, 6],
    ['usps', {}, 2, 14],
    ['usps', { services: { usps: 17 } }, 2, 17],
    ['fedex', {}, 8, 29],
    ['fedex', { services: { fedex: 32 } }, 8, 32],
    ['in_store_pick_up', {}, 7, undefined],
    ['ship_by_order_total_tiered', { services: { ship_by_order_total_tiered: 34 } }, 10, 34],
    ['dhl', { carriers: { dhl: 'fedex' }, services: { DHL: 23 } }, 8, 23],
    ['dhl', { carriers: { DHL: 'flat rate per order' } }, 6, undefined],
  ])('of %s with %j goes with ids of the tables', async (carrierCode, settings, CarrierId, ServiceTypeId) => {
    const { calls, remote, input } = open([DONE], settings, { carrierCode });
    await fulfillment.push(remote, input);
    const { body } = calls[0] ?? {};
    expect(body).toMatchObject({ CarrierId, ...(ServiceTypeId !== undefined && { ServiceTypeId }) });
    expect(Object.hasOwn(body as object, 'ServiceTypeId')).toBe(ServiceTypeId !== undefined);
  });

  test.each([
    ['dhl', {}, 'carrier_unmapped'],
    ['dhl', { carriers: { dhl: 'DHL' } }, 'carrier_unmapped'],
    ['ups', { services: { ups: 12 } }, 'service_unmapped'],
    ['ups', { services: { ups: 28 } }, 'service_unmapped'],
    ['in_store_pick_up', { services: { in_store_pick_up: 1 } }, 'service_unmapped'],
    ['ship_by_order_total_tiered', {}, 'service_unmapped'],
  ])('of %s with %j blocks', async (carrierCode, settings, code) => {
    const { calls, remote, input } = open([], settings, { carrierCode });
    const error = await fulfillment.push(remote, input).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BlockedError);
    expect(error).toMatchObject({ code, waitsFor: 'connection' });
    expect(calls).toEqual([]);
  });

  test.each([
    ['ups', 'UPS Next Day Air', 1, 3],
    ['fedex', 'UPS Next Day Air', 8, 29],
    ['fedex', 'FEDEX FedEx 2 Day', 8, 21],
    ['dhl', 'Flat Rate Per Order', 6, undefined],
    ['dhl', 'Ship by Order Total[Tiered] Tier Two', 10, 35],
    ['ups', 'something else', 1, 1],
  ])('of %s where the buyer chose %s', async (carrierCode, shippingMethod, CarrierId, ServiceTypeId) => {
    const { calls, remote, input } = open([DONE], {}, { carrierCode });
    await fulfillment.push(remote, { ...input, order: { ...input.order, shippingMethod } });
    expect(calls[0]?.body).toMatchObject({ CarrierId, ...(ServiceTypeId !== undefined && { ServiceTypeId }) });
  });

  test('of a carrier without a CarrierId is never reported as another carrier that the buyer chose', async () => {
    const { remote, input } = open([], {}, { carrierCode: 'dhl' });
    const order = { ...input.order, shippingMethod: 'UPS Ground' };
    await expect(fulfillment.push(remote, { ...input, order })).rejects.toMatchObject({ code: 'carrier_unmapped' });
  });

  test('is found by its number, or by a status that only it explains', async () => {
    const probe = (answer: Answer) => {
      const { remote, input } = open([answer]);
      return fulfillment.probe(remote, input);
    };
    expect(await probe(shown({ Shipments: [{ Parcel: { No: 'JD0146000055' } }] }))).not.toBeNull();
    expect(await probe(shown({ OrderStatusId: 9 }))).not.toBeNull();
    for (const ShippingInformation of [null, [], ''])
      expect(await probe(shown({ OrderStatusId: 'Shipped', ShippingInformation }))).not.toBeNull();
    expect(await probe(shown({ OrderStatusId: 9, ShippingInformation: [{ TrackingNumber: 'other' }] }))).toBeNull();
    expect(await probe(shown({ OrderStatusId: 35 }))).toBeNull();
    expect(await probe(shown({ OrderStatusId: 8 }))).toBeNull();
  });
});

test('an order is read in any envelope; what is none is asked for again', async () => {
  const fetch = (body: unknown) => {
    const { remote } = open([{ status: 200, body: typeof body === 'string' ? body : JSON.stringify(body) }]);
    return fetches.order?.push(remote, { resource: '100234' });
  };
  const order = { OrderNumber: '100234', Data: { a: 1 }, value: { b: 2 } };
  for (const body of [order, [order], { Results: order }, { Results: [order] }, { d: { Data: order } }])
    expect(await fetch(body)).toEqual({ topic: 'order-read', body: order });
  const empty = [{}, { Results: null }, { Results: null, StatusCode: 20 }, { Results: {} }, [{}]];
  for (const body of ['<html>back soon</html>', '', [], null, { Results: [] }, { error: 'Busy' }, ...empty])
    await expect(fetch(body)).rejects.toBeInstanceOf(RetryableError);
  // Its items may be written later than the order itself; a list under another name is for whoever sets `fields`.
  for (const OrderItems of [[], null])
    await expect(fetch({ ...order, OrderStatusId: 3, OrderItems })).rejects.toMatchObject({ code: 'no_items' });
  for (const odd of [{ OrderStatusId: 5, OrderItems: [] }, { OrderStatusId: 3, Lines: [] }, { OrderItems: [] }])
    expect(await fetch({ ...order, ...odd })).toMatchObject({ topic: 'order-read' });
});

test('an order that the list shows and order/get does not know yet is asked for again; of any other it says that it is gone', async () => {
  const none = { status: 404, body: JSON.stringify({ Results: 'OrderNotExist', StatusCode: 24 }) };
  const page = { status: 404, body: 'Not Found' };
  const fetch = async (answer: Answer, by: object) =>
    fetches.order?.push(open([answer]).remote, { resource: '7', ...by });
  const listed = { askedBy: 'poll' };
  for (const [answer, code, by] of [
    [none, 'response_24', listed],
    [page, 'http_404', listed],
    [page, 'http_404', {}],
  ] as const)
    await expect(fetch(answer, by)).rejects.toMatchObject({ name: RetryableError.name, code });
  const gone = await fetch(none, {});
  expect(gone).toEqual({ topic: 'order-gone', body: { OrderNumber: '7' } });
  expect(map({ ...gone, topic: 'order-gone', receivedAt: RECEIVED_AT } as never, connectionOf(info))).toEqual({
    ...{ type: 'gone', externalId: '7' },
  });
});

describe('what else the store is told', () => {
  test('status 35, from placed alone', async () => {
    const { calls, remote, input } = open([ORDER, DONE, shown({ OrderStatusId: 9 })]);
    await processing.push(remote, input);
    expect(calls[1]?.url.pathname).toBe('/base/api/order/updateorderstatus');
    expect(calls[1]?.body).toEqual({ OrderNumber: '100234', OrderStatusId: 35 });
    expect(await processing.push(remote, input)).toMatchObject({ note: expect.stringContaining('9') });
    expect(calls).toHaveLength(3);
  });

  test('a refusal of status 35 is none where the store moved the order on meanwhile', async () => {
    const refused = { status: 200, body: JSON.stringify({ StatusCode: 30, ResponseMessage: 'its status is 9' }) };
    const { remote, input } = open([ORDER, refused, shown({ OrderStatusId: 9 }), ORDER, refused, ORDER]);
    expect(await processing.push(remote, input)).toMatchObject({ note: expect.stringContaining('9') });
    await expect(processing.push(remote, input)).rejects.toMatchObject({ code: 'response_30' });
  });

  test('a capture, where the payment is authorized', async () => {
    const { calls, remote, input } = open([
      ORDER,
      DONE,
      shown({ PaymentStatusId: 74 }),
      shown({ AuthorizationCode: null }),
    ]);
    await payment.push(remote, input);
    expect(calls[1]?.url.pathname).toBe('/base/api/order/paymentinformation');
    expect(calls[1]?.body).toEqual({ OrderNumber: '100234', TransactionNumber: '100234', AuthorizationCode: 'A1' });
    expect(await payment.push(remote, input)).toMatchObject({ note: expect.stringContaining('74') });
    await expect(payment.push(remote, input)).rejects.toMatchObject({
      code: 'authorization_missing',
      waitsFor: 'operator',
    });
    expect(calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('by an order in a list of results, with its states as words', async () => {
    const order = { ...(readFixture(info.name, 'order.json') as object), PaymentStatusId: 'AuthorizeOnly' };
    const listed = { status: 200, body: JSON.stringify({ Results: [order] }) };
    const captured = open([listed, DONE]);
    expect(await payment.push(captured.remote, { ...captured.input, about: '' })).toEqual({});
    const moved = open([{ status: 200, body: JSON.stringify({ Results: [{ ...order, OrderStatusId: '9' }] }) }]);
    expect(await processing.probe(moved.remote, { ...moved.input, about: '' })).toEqual({
      note: 'its OrderStatusId is 9',
    });
  });

  test('its own transaction number goes before ours', async () => {
    const { calls, remote, input } = open([shown({ TransactionNumber: 'TX-9' }), DONE]);
    await payment.push(remote, input);
    expect(calls[1]?.body).toMatchObject({ TransactionNumber: 'TX-9' });
  });

  test('stock, of one SKU', async () => {
    const { calls, remote } = open([DONE]);
    const listing = { id: 'x', connection: 'x', sku: 'MUG-RED', updatedAt: RECEIVED_AT, revision: 1 };
    await stock.push(remote, { listing, quantity: 7 });
    expect(calls[0]?.url.pathname).toBe('/base/api/product/updateskuinventory');
    expect(calls[0]?.body).toEqual([{ SkuCode: 'MUG-RED', Inventory: 7 }]);
    const told = (body: string) => stock.push(open([{ status: 200, body }]).remote, { listing, quantity: 7 });
    for (const body of ['', 'true', '{"Results":"Processed"}', '[]']) expect(await told(body)).toEqual({});
    for (const body of ['<html>', '{"success":false}', '{"error":"x"}', '{"StatusCode":34}'])
      await expect(told(body)).rejects.toBeInstanceOf(IntegrationError);
  });

  test('each once it is due, and nothing of an order that is unpaid, cancelled or shipped before', () => {
    const actions = (change: object, settings = {}, shippedLines?: Array<{ id: string; quantity: number }>) => {
      const connection = connectionOf(info, settings);
      const order = orderOf(change, connection);
      const posted = { carrier: 'ups', trackingNumber: 'T', lineItems: shippedLines };
      const now = shippedLines ? applyFulfillment(order, posted, RECEIVED_AT).order : order;
      return (role.followUps?.(now, connection) ?? []).map(({ action }) => action);
    };
    const parcel = [{ id: '1', quantity: 1 }];
    expect(actions({})).toEqual(['processing']);
    expect(actions({}, { capturePayment: true })).toEqual(['processing']);
    expect(actions({}, { capturePayment: true }, parcel)).toContain('payment');
    expect(actions({}, {}, parcel)).not.toContain('payment');
    expect(actions({ OrderStatusId: 38 })).toEqual([]);
    const discount = { ProductName: 'Voucher', Quantity: 1, UnitPrice: -5 };
    expect(actions({ OrderItems: [discount] })).toEqual([]);
    expect(actions({ OrderStatusId: 5 }, { capturePayment: true })).toEqual([]);
    expect(actions({ OrderStatusId: 9 }, { capturePayment: true })).toEqual([]);
  });
});
