import { describe, expect, test } from 'vitest';
import type { Order } from '#lib/orders/order';
import { BlockedError, RejectedError, RetryableError, UnknownOutcomeError } from '#lib/platform/errors';
import {
  type Answer,
  connectionOf,
  createRemote,
  pushInput,
  RECEIVED_AT,
  remoteContext,
  storyOrder,
} from '#test/conformance/kit';
import { info as scopio } from '../scopio/manifest.ts';
import { fetches, fulfillment, status, stock } from './actions.ts';
import { carriers, info, role } from './manifest.ts';
import { requests, returned } from './requests.ts';
import { METHODS, Settings } from './settings.ts';
import { webhookRegistry } from './webhook-registry.ts';

const ok = (body: unknown = '', code = 200): Answer => ({
  status: code,
  body: body === '' ? '' : JSON.stringify(body),
});

function open(script: Answer[], settings: Record<string, unknown> = {}) {
  const { calls, http } = createRemote('sello', script);
  const remote = { http, connection: connectionOf(info, settings), secrets: { apiKey: 'token:key' } };
  const sent = () => calls.map(({ method, url, body }) => [method, url.pathname.replace('/base', ''), body]);
  return { calls, sent, remote: remoteContext(remote), input: pushInput(connectionOf(scopio)) };
}

describe('a parcel', () => {
  test('is a delivery with its label as document, under the key as it was given', async () => {
    const { calls, sent, remote, input } = open([ok({}, 201)]);
    const parcel = { ...input.fulfillment, labelUrl: 'https://labels.example/1.pdf' };
    await fulfillment.push(remote, { ...input, fulfillment: parcel });
    const documents = ['https://labels.example/1.pdf'];
    expect(sent()).toEqual([['POST', '/orders/ord_8f3a/deliveries', { id: 'JD0146000055', method: 'dhl', documents }]]);
    expect(calls[0]?.headers.get('authorization')).toBe('token:key');
  });

  test('has one of 16 methods, of which other is chosen and never taken', () => {
    expect(METHODS).toHaveLength(16);
    expect(Object.values(carriers)).toEqual(METHODS.filter((method) => method !== 'other'));
    expect(Settings.safeParse({ carriers: { estafeta: 'other' } }).success).toBe(true);
    expect(Settings.safeParse({ carriers: { estafeta: 'estafeta' } }).success).toBe(false);
  });
});

describe('a 2xx answer', () => {
  const page = { status: 200, body: '<html>back soon</html>' };

  test('of what was told is success in any words, but for a page, an error and another status within', async () => {
    const told = (answer: Answer) => {
      const { remote, input } = open([answer]);
      return fulfillment.push(remote, input);
    };
    for (const body of ['', 'OK', '1', '[]', '{"message":"Delivery added"}', '{"statusCode":201,"data":{"id":"7"}}'])
      await expect(told({ status: 200, body })).resolves.toEqual({});
    for (const body of [page.body, '{"error":"Internal error"}'])
      await expect(told({ status: 200, body })).rejects.toBeInstanceOf(UnknownOutcomeError);
    for (const body of ['{"success":false}', '{"statusCode":404,"message":"No such order found"}'])
      await expect(told({ status: 200, body })).rejects.toBeInstanceOf(RejectedError);
    await expect(told({ status: 200, body: '{"statusCode":503}' })).rejects.toBeInstanceOf(RetryableError);
  });

  test('that is a page, or nothing, is no order and no product: they are read again', async () => {
    for (const what of ['order', 'product'])
      for (const answer of [page, ok(), ok(null), ok([]), ok({ error: 'Busy' }), ok({ success: false })]) {
        const { remote } = open([answer]);
        await expect(fetches[what]?.push(remote, { resource: '7' })).rejects.toBeInstanceOf(RetryableError);
      }
  });

  test('may wrap what it holds, and what has an id is no wrapper', async () => {
    const read = async (answer: object) => {
      const { remote } = open([ok(answer)]);
      return (await fetches.order?.push(remote, { resource: '7' }))?.body;
    };
    const order = { id: 7, data: { a: 1 }, order: { b: 2 } };
    for (const answer of [order, [order], { statusCode: 200, data: order }, { order }])
      expect(await read(answer)).toEqual(order);
    const gone = open([ok({ statusCode: 404, message: 'No such order found' }), ok({ data: { orders: [] } })]);
    await expect(fetches.order?.push(gone.remote, { resource: '7' })).resolves.toMatchObject({ topic: 'order-gone' });
  });
});

describe('a return that somebody else took in', () => {
  const of = (id: string, quantity: number, reason: string | null = null) => ({
    ...{ id, by: 'erp', at: RECEIVED_AT, lineItems: [{ id: 'li_1', quantity }], reason, refund: null },
  });

  test('is registered and accepted, with all that came back of the row', async () => {
    const { remote, sent, input } = open([ok({}), ok({})]);
    const order = { ...input.order, returns: [of('ret_1', 1), of('ret_2', 1, 'Too small '.repeat(20))] };
    await returned.push(remote, { ...input, order, about: 'ret_2' });
    const asked = { status_reason: 'Too small '.repeat(10), quantity_returned: 2 };
    expect(sent().map(([method, path, body]) => [method, path, body])).toEqual([
      ['PUT', '/orders/ord_8f3a/rows/li_1/return', { status: 'return_pending', ...asked }],
      ['PUT', '/orders/ord_8f3a/rows/li_1/return', { status: 'return_accepted', ...asked }],
    ]);
  });

  test.each([
    ['för stor', 'reason_0'],
    [null, 'reason_0'],
    ['reason_10', 'reason_10'],
  ])('goes to Zalando with a word that it takes: %s is %s', async (reason, sends) => {
    const { remote, sent, input } = open([ok({}), ok({})]);
    const { history } = input.order;
    const snapshot = { ...history.snapshot, market: { name: 'Zalando SE', reference: 'Z-1' } };
    const order = { ...input.order, history: { ...history, snapshot }, returns: [of('ret_1', 1, reason)] };
    await returned.push(remote, { ...input, order, about: 'ret_1' });
    expect(sent()[0]?.[2]).toMatchObject({ status_reason: sends });
  });

  test('of more units than the one before is never taken for that one', async () => {
    const told = (to: string) => ({
      ...{
        status: 400,
        body: `{"message":"Won't register return since current status is return_accepted and want to change to ${to}"}`,
      },
    });
    const { remote, sent, input } = open([told('return_pending'), told('return_accepted')]);
    const order = { ...input.order, returns: [of('ret_1', 1), of('ret_2', 2)] };
    await expect(returned.push(remote, { ...input, order, about: 'ret_2' })).rejects.toThrow('return_accepted of 3');
    expect(sent()).toHaveLength(2);
    const again = open([told('return_pending')]);
    const first = { ...again.input, order: { ...again.input.order, returns: [of('ret_1', 1)] }, about: 'ret_1' };
    await expect(returned.push(again.remote, first)).resolves.toEqual({});
  });

  test('is told of each row, also after one that Sello refuses', async () => {
    const refused = { status: 404, body: '{"message":"No such order row"}' };
    const { remote, sent, input } = open([refused, ok({}), ok({})]);
    const both = { ...of('ret_1', 1), lineItems: ['li_1', 'li_2'].map((id) => ({ id, quantity: 1 })) };
    const order = { ...input.order, returns: [both] };
    await expect(returned.push(remote, { ...input, order, about: 'ret_1' })).rejects.toThrow('No such order row');
    expect(sent().map(([, path]) => path)).toEqual(
      ['li_1', 'li_2', 'li_2'].map((row) => `/orders/ord_8f3a/rows/${row}/return`),
    );
    const none = open([refused, refused]);
    await expect(returned.push(none.remote, { ...input, order, about: 'ret_1' })).rejects.toThrow(
      /: No such order row$/,
    );
  });

  test('is asked for once each, of a cancelled order, too', () => {
    const order = { ...open([]).input.order, returns: [of('ret_1', 1), of('ret_2', 1)] };
    const asked = (cancelled: boolean) =>
      role.followUps?.({ ...order, cancelled }, connectionOf(info)).filter(({ action }) => action === 'returned');
    for (const cancelled of [false, true])
      expect(asked(cancelled)?.map(({ about }) => about)).toEqual(['ret_1', 'ret_2']);
  });
});

describe('reading what an event named', () => {
  const missing = { status: 404, body: JSON.stringify({ message: 'No such order found' }) };

  test.each(['order', 'product'] as const)(
    'a %s that is not there is gone, if the API itself is there',
    async (what) => {
      const found = open([missing, ok({ orders: [] })]);
      await expect(fetches[what]?.push(found.remote, { resource: '7' })).resolves.toEqual({
        topic: `${what}-gone`,
        body: { id: '7' },
      });
      const lost = open([missing, missing]);
      await expect(fetches[what]?.push(lost.remote, { resource: '7' })).rejects.toBeInstanceOf(RejectedError);
    },
  );

  test('what is still listed, or only missed by a proxy, is read again', async () => {
    const listed = ok({ orders: [{ id: 8 }, { id: '7' }] });
    const page = { status: 404, body: '<html>404 Not Found</html>' };
    for (const script of [
      [missing, listed],
      [page, ok({ orders: [] })],
    ])
      await expect(fetches.order?.push(open(script).remote, { resource: '7' })).rejects.toBeInstanceOf(RetryableError);
    const product = open([missing, listed]);
    await expect(fetches.product?.push(product.remote, { resource: '7' })).resolves.toMatchObject({
      body: { id: '7' },
    });
  });

  test('names the market of an order, which the account is asked for once', async () => {
    const sold = (integration_id: number) => ok({ id: 7, integration_id });
    const { remote, sent } = open([sold(4), ok([{ id: 4, display_name: 'Tradera' }]), sold(4), sold(5), sold(0)]);
    const read = async () => (await fetches.order?.push(remote, { resource: '7' }))?.body;
    expect(await read()).toEqual({ id: 7, integration_id: 4, integration_name: 'Tradera' });
    expect(await read()).toMatchObject({ integration_name: 'Tradera' });
    expect(await read()).toMatchObject({ integration_name: undefined });
    expect(await read()).toEqual({ id: 7, integration_id: 0 });
    expect(sent().filter(([, path]) => path === '/integrations')).toHaveLength(1);
  });

  test('keeps the names of markets while they cannot be read, and asks soon for one that is not among them', async () => {
    const sold = ok({ id: 7, integration_id: 4 });
    const down = { status: 500, body: '{}' };
    const named = (id: number) => ok([{ id, display_name: `Market ${id}` }]);
    const { remote } = open([sold, down, sold, named(5), sold, named(4), sold, down, sold]);
    let minutes = 0;
    const now = () => new Date(Date.parse(RECEIVED_AT) + minutes * 60_000);
    const other = { ...remote, now, connection: { ...remote.connection, id: 'sello-down' } };
    const read = async (after: number) => {
      minutes += after;
      return (await fetches.order?.push(other, { resource: '7' }))?.body;
    };
    await expect(read(0)).rejects.toBeInstanceOf(RetryableError);
    expect(await read(0)).toMatchObject({ integration_name: undefined });
    expect(await read(6)).toMatchObject({ integration_name: 'Market 4' });
    expect(await read(61)).toMatchObject({ integration_name: 'Market 4' });
    expect(await read(1)).toMatchObject({ integration_name: 'Market 4' });
  });

  test('asks for no name of a market that the settings name', async () => {
    const { remote, sent } = open([ok({ id: 7, integration_id: 4 })], { markets: { 4: 'Tradera' } });
    const other = { ...remote, connection: { ...remote.connection, id: 'sello-named' } };
    await expect(fetches.order?.push(other, { resource: '7' })).resolves.toMatchObject({ topic: 'order' });
    expect(sent()).toHaveLength(1);
  });

  test('reads an order of an account that may not read its markets', async () => {
    const { remote } = open([ok({ id: 7, integration_id: 4 }), { status: 403, body: '{}' }]);
    const other = { ...remote, connection: { ...remote.connection, id: 'sello-shy' } };
    await expect(fetches.order?.push(other, { resource: '7' })).resolves.toMatchObject({ topic: 'order' });
  });
});

describe('the delivered status', () => {
  const flags = { is_paid: true, is_active: false, is_deleted: false };
  const paid = { id: '2591259', title: 'Payment received', color: '#bfdabf', ...flags, is_delivered: false };
  const sent = { ...paid, id: '2591261', title: 'Delivered', is_delivered: true };

  test('is the only one of the account', async () => {
    const { sent: calls, remote, input } = open([ok([paid, sent]), ok({ status_id: 2591259, is_deleted: 0 }), ok()]);
    await status.push(remote, { ...input, about: '13901394 ful_1' });
    expect(calls()).toEqual([
      ['GET', '/status', null],
      ['GET', '/orders/13901394', null],
      ['PUT', '/orders/13901394', { status_id: 2591261 }],
    ]);
  });

  test('lifts no cancellation that the hub has yet to hear of', async () => {
    const { sent: calls, remote, input } = open([ok([paid, sent]), ok({ status_id: 9, is_deleted: '1' })]);
    const pushed = await status.push(remote, { ...input, about: '13901394 ful_1' });
    expect(pushed).toEqual({ note: 'is cancelled at Sello, whose status stays' });
    expect(calls().map(([method]) => method)).toEqual(['GET', 'GET']);
  });

  test('is found however the list of them is wrapped, whatever titles they have', async () => {
    for (const body of [
      { data: [sent] },
      { 1: { ...paid, title: null }, 2: { ...sent, title: { sv: 'Levererad' } } },
    ]) {
      const { remote, input } = open([ok(body), ok({ id: 7, status_id: 9 }), ok()]);
      await expect(status.push(remote, { ...input, about: '7 ful_1' })).resolves.toEqual({});
    }
  });

  test.each([
    ['several', [sent, { ...sent, id: '2591262' }], /2591261 Delivered, 2591262/],
    ['none', [paid], /no status/],
  ])('with %s is a person’s choice', async (_which, statuses, words) => {
    const { remote, input } = open([ok(statuses)]);
    const error = await status.push(remote, input).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BlockedError);
    expect((error as BlockedError).detail.description).toMatch(words);
    expect((error as BlockedError).detail.description).toContain('settings.deliveredStatusId of sello-main');
  });

  test('follows the last parcel, and every parcel after it', () => {
    const order = storyOrder(connectionOf(scopio));
    const parcel = (id: string, quantity: number) => ({
      ...{ id, by: 'erp', carrier: 'dhl', trackingNumber: id, shippedAt: order.placedAt },
      lineItems: [{ id: 'li_1', quantity }],
    });
    const followUps = (change: Partial<Order>) => role.followUps?.({ ...order, ...change }, connectionOf(info)) ?? [];
    const told = (...parcels: ReturnType<typeof parcel>[]) => followUps({ fulfillments: parcels });
    expect(told(parcel('a', 1))).toEqual([]);
    expect(told(parcel('a', 1), parcel('b', 1))).toEqual([
      { action: 'status', about: 'ord_8f3a a b', afterReports: true },
    ]);
    expect(told(parcel('a', 1), parcel('b', 1), parcel('c', 1))[0]?.about).toBe('ord_8f3a a b c');
    // If a warehouse does not say what is in its parcels, the first counts as holding everything, the next as empty.
    expect(told(parcel('a', 2), { ...parcel('b', 0), lineItems: [] })[0]?.about).toBe('ord_8f3a a b');
    expect(followUps({ cancelled: true, fulfillments: [parcel('a', 2)] })).toEqual([]);
  });
});

test('stock is set on the product, or on the SKU where that is all that is known', async () => {
  const { sent, remote } = open([ok(), ok()]);
  const listing = { id: 'x', connection: 'sello-main', sku: 'A/B', updatedAt: '', revision: 1 };
  await stock.push(remote, { listing: { ...listing, externalId: '7' }, quantity: 3 });
  await stock.push(remote, { listing, quantity: 0 });
  expect(sent()).toEqual([
    ['PUT', '/products/7', { quantity: 3 }],
    ['PUT', '/products/sku/A%2FB', { quantity: 0 }],
  ]);
});

test('stock of a product that Sello has no more is told by its SKU, and then not at all, if the API itself says so', async () => {
  const missing = ok({ message: 'No such product' }, 404);
  const listing = { id: 'x', connection: 'sello-main', sku: 'A', updatedAt: '', revision: 1 };
  const tell = (script: Answer[], externalId?: string) => {
    const { remote, sent } = open(script);
    const told = stock.push(remote, { listing: { ...listing, ...(externalId && { externalId }) }, quantity: 3 });
    return { told, paths: () => sent().map(([method, path]) => `${method} ${path}`) };
  };
  const again = tell([missing, ok()], '7');
  await expect(again.told).resolves.toEqual({});
  expect(again.paths()).toEqual(['PUT /products/7', 'PUT /products/sku/A']);
  const list = ok({ statusCode: 200, data: { meta: { total: 0 }, products: [] } });
  const gone = tell([missing, missing, list], '7');
  await expect(gone.told).resolves.toEqual({ note: 'Sello has no product A whose quantity could be set' });
  await expect(tell([missing, list]).told).resolves.toMatchObject({ note: expect.any(String) });
  // A proxy's page, a wrong baseUrl and any other refusal stay failures.
  await expect(tell([{ status: 404, body: '<html>' }]).told).rejects.toThrow(RejectedError);
  await expect(tell([missing, missing]).told).rejects.toThrow(RejectedError);
  await expect(tell([ok({ message: 'no' }, 400)]).told).rejects.toThrow(RejectedError);
});

describe('a return', () => {
  const asked = { orderId: '1', rowId: '2', status: 'return_accepted', reason: 'Wrong size', quantity: 1 };
  const refuse = (current: string) =>
    ok(
      { message: `Won't register return since current status is ${current} and want to change to return_accepted` },
      400,
    );
  const push = (script: Answer[], change: object = {}) => {
    const { sent, remote } = open(script);
    const result = requests.return?.push(remote, { ...asked, ...change });
    return { sent, result };
  };
  const put = (state: string) => [
    'PUT',
    '/orders/1/rows/2/return',
    { status: state, status_reason: 'Wrong size', quantity_returned: 1 },
  ];

  test('is registered first where it is decided at once, or found to be', async () => {
    for (const first of [ok(), refuse('return_pending'), refuse('null')]) {
      const { sent, result } = push([first, ok()]);
      await expect(result).resolves.toEqual({});
      expect(sent()).toEqual([put('return_pending'), put('return_accepted')]);
    }
  });

  test('that is what it shall be is done, and one that is decided stays', async () => {
    await expect(push([refuse('return_accepted')]).result).resolves.toEqual({});
    await expect(push([refuse('return_declined')]).result).rejects.toBeInstanceOf(RejectedError);
    await expect(push([refuse('return_accepted')], { status: 'return_pending' }).result).rejects.toThrow(
      'return_accepted',
    );
    await expect(push([ok({ message: 'No such order found' }, 404)]).result).rejects.toThrow('No such order found');
  });

  test('has a reason of at most 100 characters', () => {
    const { Input } = requests.return ?? {};
    expect(Input?.safeParse({ ...asked, reason: 'x'.repeat(100) }).success).toBe(true);
    expect(Input?.safeParse({ ...asked, reason: 'x'.repeat(101) }).success).toBe(false);
    expect(Input?.safeParse({ ...asked, status: 'return_denied' }).success).toBe(false);
  });
});

test('rows that an attempt has separated are not separated again', async () => {
  const { sent, remote } = open([ok([{ id: '2' }, { id: '3' }]), ok({ id: '9' }, 201)]);
  const result = await requests['separate-rows']?.push(remote, { orderId: '1', rowIds: ['3', '4'] });
  expect(result).toEqual({ remoteId: '9' });
  expect(sent().slice(1)).toEqual([['POST', '/orders/1/rows/3/separate', null]]);
});

test('webhooks are added one by one and removed from the whole list, one of two that are the same', async () => {
  const url = 'https://hub.example/webhooks/sello/sello-se/order-new/secret';
  const entries = [
    { url, hook: 'orderNew' },
    { url: 'https://other.example', hook: 'productQuantityUpdated' },
    { url, hook: 'orderNew' },
  ];
  const kept = entries.with(1, { ...entries[1], secret: 's' } as (typeof entries)[number]);
  const { sent, remote } = open([ok(entries), ok(entries, 201), ok(kept), ok()]);
  const [first, second] = await webhookRegistry.list(remote);
  expect([first?.topic, second?.topic]).toEqual(['order-new', 'product-quantity-updated']);
  await webhookRegistry.create(remote, 'order-new', url);
  await webhookRegistry.remove(remote, first?.id ?? '');
  expect(sent()[1]).toEqual(['POST', '/developers/webhooks', { hook: 'orderNew', url }]);
  // "Send the full data you're getting from GET".
  expect(sent()[3]).toEqual(['PUT', '/developers/webhooks', kept.slice(0, 2)]);
});
