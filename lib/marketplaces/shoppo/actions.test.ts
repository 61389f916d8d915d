import { expect, test } from 'vitest';
import { BlockedError, RejectedError, ThrottledError, UnknownOutcomeError } from '#lib/platform/errors';
import {
  type Answer,
  connectionOf,
  createRemote,
  type PushInput,
  pushInput,
  RECEIVED_AT,
  remoteContext,
} from '#test/conformance/kit';
import type { RemoteContext } from '../action.ts';
import type { InboundBody } from '../contract.ts';
import { info as scopio } from '../scopio/manifest.ts';
import { cancel, fetches, order } from './actions.ts';
import { info } from './manifest.ts';
import { map } from './map.ts';
import { requests } from './requests.ts';

const SKU = '21421713751366966949588';
const [OPEN, PAID, CLOSED, NONE] = ['orders-open', 'orders', 'orders-closed', 'orders-none'].map(
  (name): Answer => ({ status: 200, body: `${name}.json` }),
) as [Answer, Answer, Answer, Answer];
const CREATED = { status: 200, body: 'order-created.json' };
const SET_PAID = { status: 200, body: 'order-paid.json' };
const answer = (data: unknown): Answer => ({ status: 200, body: JSON.stringify({ data }) });
const refused = (message: string): Answer => ({ status: 200, body: JSON.stringify({ errors: [{ message }] }) });

function open(
  script: Answer[],
  change: (input: PushInput) => Partial<PushInput> = () => ({}),
  changed: Partial<RemoteContext> = {},
) {
  const { calls, http } = createRemote('shoppo', script);
  const settings = { skus: { 'MUG-RED': SKU } };
  const remote = { http, connection: connectionOf(info, settings), secrets: { accessToken: 'token', viewerId: 'me' } };
  const input = pushInput(connectionOf(scopio), { address_country: 'US' });
  const asked = () =>
    calls.map(({ body }) => body as { operationName: string; variables: Record<string, unknown>; query: string });
  return { remote: { ...remoteContext(remote), ...changed }, input: { ...input, ...change(input) }, calls, asked };
}
const names = ({ asked }: ReturnType<typeof open>) => asked().map(({ operationName }) => operationName);
const push = (script: Answer[]) => {
  const { remote, input } = open(script);
  return order.push(remote, input);
};
const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error) as Promise<BlockedError>;

test('does with lists as the page prints them, and with enums in other letters', async () => {
  const printed = { status: 200, body: JSON.stringify({ data: { orderList: { length: 0, edges: [] } } }) };
  const created = { data: { createOrder: { order: { id: '1', status: 'open' } } } };
  const opened = open([printed, { status: 200, body: JSON.stringify(created) }, SET_PAID]);
  expect(await order.push(opened.remote, opened.input)).toMatchObject({ remoteId: '1' });
  expect(names(opened)).toEqual(['orderList', 'createOrder', 'setOrderAsPaid']);
  const more = { status: 200, body: JSON.stringify({ data: { orderList: { length: 3, edges: [] } } }) };
  await expect(push([more])).rejects.toMatchObject({ detail: { field: 'pageInfo' } });
});

test('pays an order whose status the page does not list, also when it is found, unless that is refused', async () => {
  const created = (status: string) => answer({ createOrder: { order: { id: '1', status } } });
  const placed = open([NONE, created('CREATED'), SET_PAID]);
  await order.push(placed.remote, placed.input);
  expect(names(placed)).toEqual(['orderList', 'createOrder', 'setOrderAsPaid']);
  const item = { id: 'i', quantity: 2, status: 'OPEN', sku: { originalId: SKU } };
  const node = { id: '1', status: 'CREATED', orderItems: [item] };
  const found = answer({ orderList: { length: 1, edges: [{ node }] } });
  const probed = open([found]);
  expect(await order.probe(probed.remote, probed.input)).toBeNull();
  const again = open([found, refused('order is not open'), found]);
  expect(await order.push(again.remote, again.input)).toMatchObject({ remoteId: '1', isFound: true });
});

test('places an order with the arguments the page lists, and pays it under the same code', async () => {
  const opened = open([NONE, CREATED, SET_PAID]);
  expect(await order.push(opened.remote, opened.input)).toEqual({
    remoteId: '22718093645510287364419',
    note: "Shoppo has no member for the buyer's shipping method",
  });
  const [, created, paid] = opened.asked();
  expect(opened.calls[1]?.url.href).toBe('http://remote.test/base');
  expect(opened.calls[1]?.headers.get('viewerid')).toBe('me');
  expect(created?.variables).toEqual({
    shippingAddress: {
      recipientFirstName: 'Ana',
      recipientLastName: 'Torres',
      streetAddress1: 'Av. Vallarta 1234 Int. 5',
      streetAddress2: 'Americana',
      city: 'Guadalajara',
      state: 'Jalisco',
      countryCode: 'US',
      zipcode: '44160',
      phoneNumber: '+523312345678',
    },
    orderItems: [{ skuId: SKU, quantity: 2 }],
    partnerOrderCode: 'scopio-main:ord_8f3a',
  });
  expect(paid?.variables).toEqual({ orderId: '22718093645510287364419', chargeId: 'scopio-main:ord_8f3a' });
});

test('takes up what a broken attempt left: OPEN is paid, PAID is done', async () => {
  const unpaid = open([OPEN, SET_PAID]);
  expect(await order.push(unpaid.remote, unpaid.input)).toMatchObject({ isFound: true });
  expect(names(unpaid)).toEqual(['orderList', 'setOrderAsPaid']);
  const paid = open([PAID]);
  await order.push(paid.remote, paid.input);
  expect(names(paid)).toEqual(['orderList']);
});

test('a payment that is refused is done where the order is paid by now, and refused where it is not', async () => {
  const again = open([OPEN, refused('already paid'), PAID]);
  expect(await order.push(again.remote, again.input)).toMatchObject({ isFound: true });
  expect(names(again)).toEqual(['orderList', 'setOrderAsPaid', 'orderList']);
  await expect(push([OPEN, refused('no funds'), OPEN])).rejects.toMatchObject({ code: 'refused' });
  await expect(push([OPEN, refused('it has expired'), CLOSED, NONE])).rejects.toMatchObject({ code: 'refused' });
});

test('an order that was never paid is not paid once other units are wanted', async () => {
  const opened = open([OPEN, NONE, CREATED, SET_PAID], () => ({ lineItems: [{ id: 'li_1', quantity: 1 }] }));
  expect(await order.push(opened.remote, opened.input)).not.toHaveProperty('isFound');
  expect(names(opened)).toEqual(['orderList', 'orderList', 'createOrder', 'setOrderAsPaid']);
  expect(opened.asked()[2]?.variables).toMatchObject({
    partnerOrderCode: 'scopio-main:ord_8f3a~1.2',
    orderItems: [{ quantity: 1 }],
  });
});

test('an order that has ended is placed anew under the next code', async () => {
  const opened = open([CLOSED, NONE, CREATED, SET_PAID]);
  await order.push(opened.remote, opened.input);
  expect(opened.asked()[1]?.variables.filters).toEqual({ partner_order_code: 'scopio-main:ord_8f3a~1.2' });
  expect(opened.asked()[2]?.variables.partnerOrderCode).toBe('scopio-main:ord_8f3a~1.2');
});

test('what Shoppo has cancelled since a lost answer is found as placed, and not what was left to expire', async () => {
  const probe = (script: Answer[]) => {
    const { remote, input } = open(script);
    return order.probe(remote, input);
  };
  expect(await probe([CLOSED, NONE])).toEqual({
    remoteId: '22718093645510287364419',
    note: 'found at Shoppo under the code scopio-main:ord_8f3a',
  });
  const [node, pageInfo] = [
    { id: '1', status: 'EXPIRED', orderItems: [] },
    { hasNextPage: false, endCursor: null },
  ];
  const expired = answer({ orderList: { length: 1, edges: [{ node }], pageInfo } });
  expect(await probe([expired, NONE])).toBeNull();
  expect(await probe([CLOSED, OPEN])).toBeNull();
});

test('lines placed later are an order of their own; from before codes told them apart, what is in it does', async () => {
  const placements = ['dlv_1', 'dlv_2'].map((delivery) => ({ delivery, connection: 'shoppo-main' }));
  const second =
    (quantity: number) =>
    ({ order: sold }: PushInput) => ({
      order: { ...sold, placements },
      lineItems: [{ id: 'li_1', quantity }],
      nth: null,
    });
  const other = open([PAID, NONE, CREATED, SET_PAID], second(1));
  await order.push(other.remote, other.input);
  expect(names(other)).toEqual(['orderList', 'orderList', 'createOrder', 'setOrderAsPaid']);
  const same = open([PAID], second(2));
  await order.push(same.remote, same.input);
  expect(names(same)).toEqual(['orderList']);
  const own = open([NONE, CREATED, SET_PAID], () => ({ nth: 2 }));
  await order.push(own.remote, own.input);
  expect(own.asked().map(({ variables }) => variables.partnerOrderCode ?? variables.filters)).toMatchObject([
    { partner_order_code: 'scopio-main:ord_8f3a~2' },
    'scopio-main:ord_8f3a~2',
    undefined,
  ]);
});

test.each([
  [{ address_country: 'GB' }, 'shippingAddress.address_country'],
  [{ postal_code: ' ' }, 'shippingAddress.postal_code'],
  [{ last_name: '', first_name: 'Cher' }, 'shippingAddress.last_name'],
])('blocks before any call until the address has what is required: %j', async (address, field) => {
  const opened = open([], ({ order: sold }) => ({
    order: { ...sold, shippingAddress: { ...sold.shippingAddress, ...address } },
  }));
  const error = await failure(order.push(opened.remote, opened.input));
  expect(error).toMatchObject({ code: 'address_incomplete', waitsFor: 'order' });
  expect(error.detail.description).toContain(field);
  expect(opened.calls).toEqual([]);
});

test('finds a SKU through the catalog; one that nobody knows blocks by name', async () => {
  const product = { id: 'x', connection: 'shoppo-main', sku: 'MUG-RED', updatedAt: '', revision: 1 };
  const bare = connectionOf(info);
  const known = open([NONE, CREATED, SET_PAID], undefined, {
    connection: bare,
    findProduct: async () => ({ ...product, externalId: '777' }),
  });
  await order.push(known.remote, known.input);
  expect(known.asked()[1]?.variables.orderItems).toEqual([{ skuId: '777', quantity: 2 }]);
  const unknown = open([], undefined, { connection: bare, findProduct: async () => product });
  const error = await failure(order.push(unknown.remote, unknown.input));
  expect(error).toBeInstanceOf(BlockedError);
  expect(error).toMatchObject({ code: 'sku_unknown' });
  expect(error.detail.description).toContain('MUG-RED');
});

test.each([
  ['Unauthorized: accesstoken is not valid', BlockedError],
  ['Invalid accesstoken', BlockedError],
  ['Please log in first', BlockedError],
  ['Sku 1 has an inventory of 3 only', RejectedError],
  ['Too many requests', ThrottledError],
  ['TOO_MANY_REQUESTS', ThrottledError],
  ['Something went wrong', UnknownOutcomeError],
  ['Internal server error', UnknownOutcomeError],
] as const)('a 200 that says "%s" is what it says', async (message, Expected) => {
  const error = await failure(push([NONE, refused(message)]));
  expect(error).toBeInstanceOf(Expected);
  expect(error.detail.description).toBe(message);
});

test.each([
  [{ message: 'You are not logged in', extensions: { code: 'UNAUTHENTICATED' } }, BlockedError],
  [{ message: 'x is undefined', extensions: { code: 'INTERNAL_SERVER_ERROR' } }, UnknownOutcomeError],
  [{ message: 'Slow down', extensions: { code: 'RATE_LIMITED' } }, ThrottledError],
  [{ message: 'Sku 1 is gone', extensions: { code: 'BAD_USER_INPUT' } }, RejectedError],
] as const)('an error is what its code says, where it has one: %j', async (told, Expected) => {
  const list = { status: 200, body: JSON.stringify({ data: { createOrder: null }, errors: [told] }) };
  const error = await failure(push([NONE, list]));
  expect(error).toBeInstanceOf(Expected);
  expect(error.detail.description).toBe(`${told.extensions.code}: ${told.message}`);
  const alone = { status: 200, body: JSON.stringify({ errors: told.message }) };
  expect((await failure(push([NONE, alone]))).detail.description).toBe(told.message);
});

test('an error below what was asked for says that it was done, and not shown: the order may stand', async () => {
  const told = (path: string[]) => ({ data: { createOrder: null }, errors: [{ message: 'Cannot return null', path }] });
  const answers = [['createOrder', 'order', 'status'], ['createOrder']].map((path) => JSON.stringify(told(path)));
  const [below, own] = await Promise.all(answers.map((body) => failure(push([NONE, { status: 200, body }]))));
  expect(below).toBeInstanceOf(UnknownOutcomeError);
  expect(own).toBeInstanceOf(RejectedError);
});

test('nothing is placed where the list of what stands has errors, or an order that it does not show', async () => {
  const none = { length: 0, edges: [], pageInfo: { hasNextPage: false } };
  const broken = { data: { orderList: none }, errors: [{ message: 'Internal server error' }] };
  const hidden = { data: { orderList: { ...none, length: 1, edges: [null] } }, errors: [{ message: 'no' }] };
  for (const answer of [broken, hidden]) {
    const opened = open([{ status: 200, body: JSON.stringify(answer) }]);
    await expect(order.push(opened.remote, opened.input)).rejects.toThrow();
    expect(names(opened)).toEqual(['orderList']);
  }
});

test('what is answered as it was is not done: an order that is still OPEN is not paid, one still PAID not cancelled', async () => {
  const said = (name: string, status: string) => {
    const data = { [name]: { order: { id: '22718093645510287364419', status } } };
    return { status: 200, body: JSON.stringify({ data, errors: [{ message: 'no' }] }) };
  };
  await expect(push([NONE, CREATED, said('setOrderAsPaid', 'OPEN')])).rejects.toThrow(UnknownOutcomeError);
  const { remote, input } = open([PAID, NONE, said('cancelOrder', 'PAID')]);
  await expect(cancel.push(remote, input)).rejects.toThrow(UnknownOutcomeError);
});

test('a Sku that is read for its notification keeps the merchant that it names', async () => {
  const { remote, asked } = open([answer({ node: { id: 'sku1', identifier: 'SHP-1', inventory: 5 } })]);
  const read = await fetches.sku?.push(remote, { resource: 'sku1 1146001' });
  expect(asked()[0]?.variables).toEqual({ id: 'sku1' });
  const change = map({ ...read, receivedAt: RECEIVED_AT } as InboundBody, remote.connection);
  expect(change).toMatchObject({ products: [{ sku: 'SHP-1', quantity: 5, merchant: '1146001' }] });
});

test.each(['true', 1, true])('a reply is taken with success %j', async (success) => {
  const { remote } = open([answer({ replyCustomerServiceTicket: { success } })]);
  expect(await requests['reply-ticket']?.push(remote, { ticketId: 'a', content: 'b' })).toEqual({});
});

test('finds what was made beside other members of the answer', async () => {
  const created = { data: { createOrder: { success: true, errors: [], order: { id: '9', status: 'OPEN' } } } };
  expect(await push([NONE, { status: 200, body: JSON.stringify(created) }, SET_PAID])).toMatchObject({ remoteId: '9' });
});

test('an answer nobody can read may be an order; one that shows none with an error is refused', async () => {
  for (const body of ['<html>', '"ok"', '{}', '{"data":{"createOrder":{"order":null}}}'])
    await expect(push([NONE, { status: 200, body }])).rejects.toBeInstanceOf(UnknownOutcomeError);
  const body = '{"data":{"createOrder":{"order":null}},"errors":[{"message":"no"}]}';
  await expect(push([NONE, { status: 200, body }])).rejects.toBeInstanceOf(RejectedError);
});

test.each([
  [{ userErrors: [{ path: ['orderItems', '0'], message: 'Sku is out of stock' }] }, 'Sku is out of stock'],
  [{ success: false, message: 'address could not be verified' }, 'address could not be verified'],
  [{ errors: ['SKU disabled'] }, 'SKU disabled'],
  [{ ok: false, mutationErrors: { zipcode: ['is wrong'] } }, '{"zipcode":["is wrong"]}'],
])('a payload without content is refused in its own words: %j', async (told, words) => {
  const error = await failure(push([NONE, answer({ createOrder: { order: null, ...told } })]));
  expect(error).toBeInstanceOf(RejectedError);
  expect(error.detail.description).toBe(words);
});

test('a payload that says nothing of a failure leaves the outcome open', async () => {
  for (const told of [{ message: 'Order received' }, { success: true, userErrors: [] }])
    await expect(push([NONE, answer({ createOrder: { order: null, ...told } })])).rejects.toThrow(UnknownOutcomeError);
});

test('what could be cancelled is, and the rest is named', async () => {
  const mixed = {
    data: {
      orderList: {
        length: 1,
        edges: [
          {
            node: {
              id: '9',
              status: 'IN_PROGRESS',
              orderItems: [
                { id: 'a', quantity: 1, status: 'PAID', sku: { originalId: '1' } },
                { id: 'b', quantity: 2, status: 'IN_FULFILLMENT', sku: { originalId: '2' } },
                { id: 'c', quantity: 1, status: 'CANCELLED', sku: { originalId: '3' } },
              ],
            },
          },
        ],
        pageInfo: { hasNextPage: false, endCursor: null },
      },
    },
  };
  const opened = open([
    { status: 200, body: JSON.stringify(mixed) },
    NONE,
    { status: 200, body: 'item-cancelled.json' },
  ]);
  const error = await failure(cancel.push(opened.remote, opened.input));
  expect(error).toMatchObject({ code: 'cancel_too_late', waitsFor: 'operator' });
  expect(error.detail.description).toContain('2 of 2 (item b, IN_FULFILLMENT)');
  expect(names(opened)).toEqual(['orderList', 'orderList', 'cancelOrderItem']);
});

test('of units that are too many those are cancelled that may be, and no item that has left', async () => {
  const item = (id: string, status: string, quantity = 1) => ({ id, quantity, status, sku: { originalId: SKU } });
  const orderItems = [item('sent', 'SHIPPED'), item('a', 'PAID'), item('b', 'PAID', 2), item('c', 'PAID')];
  const node = { id: '9', status: 'IN_PROGRESS', orderItems };
  const orderList = { length: 1, edges: [{ node }], pageInfo: { hasNextPage: false, endCursor: null } };
  const done = { status: 200, body: 'item-cancelled.json' };
  const opened = open([{ status: 200, body: JSON.stringify({ data: { orderList } }) }, NONE, done, done]);
  const units = (quantity: number) => [{ id: opened.input.lineItems[0]?.id ?? '', quantity }];
  expect(await cancel.push(opened.remote, { ...opened.input, lineItems: units(3), left: units(2) })).toEqual({
    kept: [],
  });
  expect(
    opened
      .asked()
      .slice(2)
      .map(({ variables }) => variables),
  ).toEqual([{ orderItemId: 'b' }, { orderItemId: 'a' }]);
});

test('cancelling twice is cancelling once, and an order that was never paid is left to expire', async () => {
  const again = open([CLOSED, NONE]);
  expect(await cancel.push(again.remote, again.input)).toEqual({});
  const unpaid = open([OPEN, NONE]);
  expect((await cancel.push(unpaid.remote, unpaid.input)).note).toContain('never paid');
  const none = open([NONE]);
  await expect(failure(cancel.push(none.remote, none.input))).resolves.toMatchObject({ code: 'order_not_found' });
});
