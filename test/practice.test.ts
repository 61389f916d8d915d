import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './support/hub.ts';
import { type ConnectionsFile, SHED, SHOP, type Stage, startStage } from './support/stage.ts';
import { eventOf, post, scopioOrder, sign } from './support/webhook.ts';

const TWIN = 'shop-two';
const ABROAD = { shipping_address: { address_country: 'PL', email: 'jan@example.com' } };

/** A second account at the same marketplace, with a secret of its own. */
function addTwin(file: ConnectionsFile): void {
  const [shop] = file.connections;
  if (!shop) return;
  file.connections.push({ ...shop, id: TWIN, secrets: { ...shop.secrets, webhookSecret: 'the-twins-secret' } });
  file.routes.unshift({ from: TWIN, match: { country: 'MX' }, to: SHED });
}

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ edit: addTwin });
});
afterAll(() => stage.stop());

const received = (id: string) => eventually(() => stage.findOrder(id), `order ${id}`);

describe.concurrent('orders', () => {
  test('two accounts collided on one order number: the same external id under two connections is two orders', async () => {
    const body = eventOf(scopioOrder('collide'));
    expect((await post(stage, body)).status).toBe(200);
    const twin = { path: `scopio/${TWIN}/order-paid`, signature: sign(body, 'the-twins-secret') };
    expect((await post(stage, body, twin)).status).toBe(200);
    // Only each account's own secret is accepted.
    expect((await post(stage, body, { path: twin.path })).status).toBe(401);
    const placed = () => stage.marketful.orders().filter(({ num_orden: number }) => number === 'N-collide');
    await eventually(() => placed().length === 2, 'both orders placed');
    expect(
      placed()
        .map(({ orden_id, canal }) => [orden_id, canal])
        .sort(),
    ).toEqual([
      [`${SHOP}:collide`, SHOP],
      [`${TWIN}:collide`, TWIN],
    ]);
    stage.marketful.ship(`${TWIN}:collide`, { carrier: 'DHL', trackingNumber: 'JD-TWIN' });
    const read = (id: string) => stage.hub.get<{ fulfillments: unknown[] }>(`/orders/${id}`);
    await eventually(async () => (await read(`${TWIN}:collide`)).fulfillments.length === 1, "the twin's parcel");
    expect((await read(`${SHOP}:collide`)).fulfillments).toEqual([]);
  });

  test('tracking arrives after "shipped" and never goes out: a late tracking number is still pushed', async () => {
    stage.scopio.place({ id: 'late' });
    await stage.settled('late', 'order', 'succeeded');
    stage.marketful.report(`${SHOP}:late`, { status: 'in_transit' });
    await eventually(
      async () => (await stage.order('late')).timeline.some(({ type }) => type === 'shipment.in_transit'),
      'the event',
    );
    expect((await stage.order('late')).fulfillments).toEqual([]);
    stage.marketful.report(`${SHOP}:late`, { status: 'in_transit', carrier: 'UPS', trackingNumber: '1Z-LATE' });
    await stage.settled('late', 'fulfillment', 'succeeded');
    stage.marketful.report(`${SHOP}:late`, { status: 'delivered' });
    stage.marketful.report(`${SHOP}:late`, { status: 'delivered', carrier: 'UPS', trackingNumber: '1Z-LATER' });
    await eventually(() => stage.fulfillments('late') === 2, 'the parcel that was told of last');
    const told = stage.scopio.received().fulfillments.filter(({ orderId }) => orderId === 'late');
    expect(told.map(({ body }) => body)).toEqual([
      { tracking_number: '1Z-LATE', carrier: 'ups' },
      { tracking_number: '1Z-LATER', carrier: 'ups' },
    ]);
  });

  test('cancelling twice counted twice: cancel is idempotent', async () => {
    await post(stage, eventOf(scopioOrder('cancel', { ...ABROAD, updated_at: '2026-11-20T12:00:00Z' })));
    await received('cancel');
    for (const minute of ['01', '02', '02'])
      await post(
        stage,
        eventOf(scopioOrder('cancel', { ...ABROAD, status: 'cancelled', updated_at: `2026-11-20T12:${minute}:00Z` })),
      );
    await eventually(
      async () => (await stage.events('limit=200')).filter(({ order }) => order === `${SHOP}:cancel`).length === 4,
      'all four events',
    );
    const order = await stage.order('cancel');
    expect(order.status).toBe('cancelled');
    expect(order.timeline.filter(({ type }) => type === 'order.cancelled')).toHaveLength(1);
    expect(order.ucp.line_items.map(({ quantity }) => quantity.total)).toEqual([0, 0]);
    const posted = await stage.hub.send('POST', `/orders/${SHOP}:cancel/fulfillments`, {
      carrier: 'dhl',
      trackingNumber: 'X',
    });
    expect(posted.status).toBe(409);
  });

  test('cents lost in split shipments: parcels of any split hold every piece once, and the totals stay', async () => {
    await post(stage, eventOf(scopioOrder('split', ABROAD)));
    const { ucp } = await received('split');
    const ship = (trackingNumber: string, lineItems: unknown) =>
      stage.hub.send('POST', `/orders/${SHOP}:split/fulfillments`, { carrier: 'dhl', trackingNumber, lineItems });
    expect((await ship('A', [{ id: 'li_1', quantity: 1 }])).status).toBe(201);
    expect((await ship('A', [{ id: 'li_1', quantity: 1 }])).status).toBe(200);
    expect((await stage.order('split')).status).toBe('partial');
    expect((await ship('B', [{ id: 'li_1', quantity: 2 }])).status).toBe(422);
    expect(
      (
        await ship('B', [
          { id: 'li_1', quantity: 1 },
          { id: 'li_2', quantity: 1 },
        ])
      ).status,
    ).toBe(201);
    const after = await stage.order('split');
    expect(after.status).toBe('fulfilled');
    expect(after.ucp.totals).toEqual(ucp.totals);
    expect(after.ucp.totals.find(({ type }) => type === 'total')?.amount).toBe(14_460);
    expect(after.ucp.line_items.map(({ quantity }) => quantity.fulfilled)).toEqual([2, 1]);
  });
});

describe.concurrent('what cannot be read', () => {
  const withItem = (id: string, item: object) =>
    eventOf(scopioOrder(id, { items: [{ id: 'li_1', sku: 'A', ...item }] }));
  test.each([
    ['a price that is needed', withItem('no-price', { quantity: 1 }), 'unexpected_shape', 'order.items[0].gross_price'],
    [
      'an amount that is none',
      withItem('no-amount', { quantity: 1, gross_price: '12,34,5' }),
      undefined,
      'order.items[0].gross_price',
    ],
    [
      'a quantity that is none',
      withItem('no-count', { quantity: 'two', gross_price: '1.00' }),
      undefined,
      'order.items[0].quantity',
    ],
    ['no items', eventOf(scopioOrder('unreadable-items', { items: [] })), 'unexpected_shape', 'order.items'],
    ['null', 'null', 'unexpected_shape', ''],
    ['a list', '[1,2,3]', 'unexpected_shape', undefined],
    ['a word', '"order"', 'unexpected_shape', undefined],
    ['a deep nest', '['.repeat(50_000) + ']'.repeat(50_000), 'unexpected_shape', undefined],
  ])('%s: kept whole, with connection, code and field, and not received again', async (_, body, code, field) => {
    expect((await post(stage, body)).status).toBe(200);
    // Lists cut long text.
    const isIt = (shown = '') => shown === body || (shown.length > 1000 && body.startsWith(shown));
    const find = async () => (await stage.events('state=unreadable&limit=200')).filter((event) => isIt(event.body));
    const [event] = await eventually(async () => ((await find()).length > 0 ? find() : null), 'the unreadable event');
    expect(event).toMatchObject({ connection: SHOP, topic: 'order-paid', order: null });
    expect(event?.error?.description).toContain(SHOP);
    if (code !== undefined) expect(event?.error?.code).toBe(code);
    if (field) expect(event?.error?.field).toBe(field);
    expect(await stage.hub.get(`/events/${event?.id}`)).toMatchObject({ body, state: 'unreadable' });
    expect(await find()).toHaveLength(1);
  });

  test('an order as large as a webhook can be is an order like any other', async () => {
    const title = randomBytes(180_000).toString('base64');
    const items = [{ id: 'li_1', sku: 'A', title, quantity: 1, gross_price: '1' }];
    const body = eventOf(scopioOrder('huge', { ...ABROAD, items, total_gross: '21', total_net: null }));
    expect((await post(stage, body)).status).toBe(200);
    const order = await eventually(() => stage.order('huge'), 'the order');
    expect(order.ucp.line_items[0]?.item.title).toBe(title);
  });

  test('not JSON: 400, kept, and never retried into a loop', async () => {
    const body = '{"order": oops';
    expect((await post(stage, body)).status).toBe(400);
    const found = await eventually(async () => {
      const events = (await stage.events('state=unreadable&limit=200')).filter((event) => event.body === body);
      return events.length > 0 && events;
    }, 'the body');
    expect(found).toMatchObject([{ error: { code: 'not_json', field: 'body' } }]);
  });
});

describe.concurrent('webhooks and deliveries', () => {
  test('accepted, nothing delivered, no trace: every accepted event is on record and its order tells of it', async () => {
    const bodies = Array.from({ length: 5 }, (_, index) =>
      eventOf(scopioOrder('traced', ABROAD), `2026-11-20T09:0${index}:00Z`),
    );
    const answers = await Promise.all([...bodies, ...bodies].map((body) => post(stage, body)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const mine = async () => (await stage.events('limit=200')).filter(({ order }) => order === `${SHOP}:traced`);
    await eventually(async () => (await mine()).length === 10, 'ten events');
    expect((await mine()).filter(({ state }) => state === 'applied').length).toBeGreaterThanOrEqual(1);
    expect((await stage.order('traced')).timeline.filter(({ type }) => type === 'order.received')).toHaveLength(1);
  });

  test('replay with an empty filter replayed everything: it is refused, and a dry run shows the count first', async () => {
    const refusal = {
      on: 'POST /shopi_orders/multicanal_api',
      kind: 'status',
      status: 422,
      contains: `${SHOP}:replayed`,
    };
    stage.marketful.faults.add(refusal);
    stage.scopio.place({ id: 'replayed' });
    await stage.settled('replayed', 'order', 'dead');
    const replay = async (body: unknown) => {
      const response = await stage.hub.send('POST', '/deliveries/replay', body);
      return { status: response.status, body: await response.json() };
    };
    expect(await replay({ filter: {} })).toMatchObject({ status: 400, body: { error: { code: 'empty_filter' } } });
    const filter = { order: `${SHOP}:replayed` };
    expect(await replay({ filter, dryRun: true })).toMatchObject({ status: 200, body: { dryRun: true, matched: 1 } });
    expect((await stage.delivery('replayed', 'order')).state).toBe('dead');
    expect(await replay({ filter, reason: 'colonia added there' })).toMatchObject({
      status: 202,
      body: { matched: 1 },
    });
    const { attempts } = await stage.settled('replayed', 'order', 'succeeded');
    expect(attempts.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'refused'],
      [2, 'succeeded'],
    ]);
    expect(stage.placements('replayed')).toBe(1);
  });

  test('bodies too large: 413 whatever their size, and the hub goes on', async () => {
    for (const size of [256 * 1024 + 1, 2_000_000, 11_000_000]) {
      const response = await post(stage, 'x'.repeat(size), { signature: 'none' });
      expect([size, response.status]).toEqual([size, 413]);
    }
    expect((await stage.hub.send('GET', '/health')).status).toBe(200);
  });
});
