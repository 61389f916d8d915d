import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { InboundEvent } from '#lib/inbound/event';
import type { OrderSnapshot } from '#lib/orders/order';
import { putOrder } from '../support/put-order.ts';
import { eventOf, scopioOrder } from '../support/webhook.ts';
import { startApi } from './hub-api.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  api = await startApi();
  await api.putKey('reader', 'erp', ['orders:read']);
});
afterAll(() => api.stop());

const AT = '2026-11-20T09:00:00.000Z';
const error = { code: 'unexpected_shape', description: 'shop: order.total_gross: is missing', field: 'total_gross' };

/** An event on record, as an earlier mapper left it. */
async function putInbound(id: string, body: string, change: Partial<InboundEvent> = {}): Promise<void> {
  const { putEvent } = await import('#lib/inbound/event');
  const { transact } = await import('#lib/platform/table/table');
  const received = { id, connection: 'shop', topic: 'order-paid', receivedBy: 'webhook', receivedAt: AT } as const;
  const recorded = { state: 'unreadable', order: null, error, note: null, recordedAt: AT } as const;
  await transact([putEvent({ ...received, ...recorded, body, encoding: 'utf8', ...change })]);
}

const bodyOf = (externalId: string, change: Record<string, unknown> = {}) =>
  eventOf(scopioOrder(externalId, change), '2026-11-20T08:15:00Z');

/** An order whose event an earlier mapper misread, with the deliveries that this caused. */
async function putMisread(
  externalId: string,
  misread: (right: OrderSnapshot) => OrderSnapshot,
  body = bodyOf(externalId),
) {
  const { map } = await import('#lib/marketplaces/scopio/map');
  const { applySnapshot } = await import('#lib/orders/snapshot');
  const { getNetwork } = await import('#lib/marketplaces/network');
  const network = await getNetwork();
  const shop = network.connections.get('shop');
  if (!shop) throw new Error('the connection exists');
  const change = map({ topic: 'order-paid', body: JSON.parse(body), receivedAt: AT }, shop);
  if (change.type !== 'order') throw new Error('it is an order');
  const event = `evt_${externalId}`;
  await putInbound(event, body, { state: 'applied', order: `shop:${externalId}`, error: null });
  const source = { connection: 'shop', event, receivedAt: AT };
  const { order, timeline } = applySnapshot(null, misread(change.order), source);
  return putOrder(order, { timeline, network, now: new Date(AT) });
}

const remap = async (filter: object, rest: object = {}, key?: string) =>
  (await api.call('POST', '/remaps', { body: { filter, ...rest }, ...(key && { key }) })).body;
const show = async (path: string) => (await api.call('GET', path)).body;

describe('an event that could not be read', () => {
  test('is shown as it would be read, and applied as if just received, with its original time of receipt', async () => {
    await putInbound('evt_healed', bodyOf('healed'));
    const dry = await remap({ event: 'evt_healed' });
    expect(dry).toMatchObject({ remapId: null, apply: false, examined: 1, unchanged: 0 });
    expect(dry.outcomes).toMatchObject([
      {
        ...{ event: 'evt_healed', order: 'shop:healed', was: 'unreadable', outcome: 'created', reads: 'order' },
        ...{ applied: false, deliveries: [{ action: 'order', connection: 'shed' }], error: null, receivedAt: AT },
      },
    ]);
    expect(dry.outcomes[0].changes).toContainEqual({ member: 'lines[li_1].quantity', from: null, to: 2 });
    expect((await api.call('GET', '/orders/shop:healed')).status).toBe(404);
    expect(await show('/events/evt_healed')).toMatchObject({ state: 'unreadable' });

    const done = await remap({ event: 'evt_healed' }, { apply: true, reason: 'mapper mended' });
    expect(done.outcomes).toMatchObject([{ outcome: 'created', applied: true }]);
    const order = await show('/orders/shop:healed');
    expect(order).toMatchObject({ receivedAt: AT, deliveries: [expect.stringMatching(/^dlv_/)] });
    expect(await show('/events/evt_healed')).toMatchObject({ state: 'applied', order: 'shop:healed', error: null });
    expect((await show('/events?state=unreadable')).events).toEqual([]);
    expect((await show('/remaps')).remaps).toMatchObject([
      { id: done.remapId, by: 'operator', reason: 'mapper mended', examined: 1, applied: 1 },
    ]);
    const again = await remap({ event: 'evt_healed' }, { apply: true });
    expect(again).toMatchObject({ examined: 1, unchanged: 1, outcomes: [] });
    expect((await show('/orders/shop:healed')).deliveries).toEqual(order.deliveries);
  });

  test('stays unreadable with its present reason while nothing has been mended', async () => {
    await putInbound('evt_broken', '{"order":{"id":"broken"}}');
    await putInbound('evt_text', 'not json');
    const { outcomes } = await remap({ connection: 'shop', state: 'unreadable' }, { apply: true });
    expect(
      outcomes.map(({ event, outcome, applied, error }: never) => [
        event,
        outcome,
        applied,
        (error as { code: string }).code,
      ]),
    ).toEqual([
      ['evt_text', 'unreadable', false, 'not_json'],
      ['evt_broken', 'unreadable', false, 'unexpected_shape'],
    ]);
    expect(await show('/events/evt_broken')).toMatchObject({ state: 'unreadable', error });
  });

  test('that says nothing new is no longer unreadable, by whatever way it came', async () => {
    const body = JSON.stringify(scopioOrder('healed'));
    await putInbound('evt_polled', body, { receivedBy: 'poll' });
    await remap({ event: 'evt_polled' }, { apply: true });
    expect(await show('/events/evt_polled')).toMatchObject({
      state: expect.stringMatching(/applied|duplicate/),
      error: null,
    });
  });

  test('of a shipper whose order came later is applied now', async () => {
    const shipment = {
      id: 77,
      order_id: 5021,
      ...{ status: 'shipped', carrier_name: 'DHL', tracking_number: 'JD01', created_at: '2026-11-20T18:00:00-06:00' },
    };
    const orden = { id: 5021, num_orden: 'N-late', orden_id: 'shop:late', canal: 'shop', shipment_events: [shipment] };
    const body = JSON.stringify({ message: 'Success', orden });
    const shed = { connection: 'shed', topic: 'orden', receivedBy: 'fetch' } as const;
    await putInbound('evt_shipped', body, {
      ...shed,
      error: { code: 'order_unknown', description: 'shed: not known' },
    });
    expect(await api.call('POST', '/events/evt_shipped/set-aside', { body: { reason: 'theirs' } })).toMatchObject({
      status: 200,
    });
    expect((await remap({ event: 'evt_shipped' })).outcomes).toMatchObject([{ error: { code: 'order_unknown' } }]);
    const early = await remap({ event: 'evt_shipped' }, { apply: true });
    expect(early.outcomes).toMatchObject([{ outcome: 'unreadable', applied: false, error: { code: 'order_unknown' } }]);
    expect(await show('/events/evt_shipped')).toMatchObject({ state: 'unreadable', setAside: { reason: 'theirs' } });
    await putMisread('late', (right) => right);
    const { outcomes } = await remap({ event: 'evt_shipped' }, { apply: true });
    expect(await show('/events/evt_shipped')).not.toHaveProperty('setAside');
    expect(outcomes).toMatchObject([{ outcome: 'read', reads: 'shipment', order: 'shop:late', applied: true }]);
    expect((await show('/orders/shop:late')).fulfillments).toMatchObject([{ trackingNumber: 'JD01' }]);
  });
});

describe('an order whose snapshot was misread', () => {
  const withoutTea = (right: OrderSnapshot): OrderSnapshot => ({
    ...right,
    shippingAddress: { ...right.shippingAddress, postal_code: '00000' },
    lines: right.lines.filter(({ id }) => id !== 'li_2').map((line) => ({ ...line, title: 'Mug' })),
  });

  test('shows what would change, becomes that, and only what was never pushed is planned, and what a person has to tell', async () => {
    const before = (await putMisread('misread', withoutTea)) ?? [];
    expect(before).toHaveLength(1);
    const dry = await remap({ order: 'shop:misread' });
    const planned = [
      { action: 'order', connection: 'shed' },
      { action: 'cancel', connection: 'shed' },
    ];
    expect(dry.outcomes).toMatchObject([
      {
        ...{ event: 'evt_misread', order: 'shop:misread', was: 'applied', outcome: 'changed', applied: false },
        deliveries: planned,
      },
    ]);
    expect(dry.outcomes[0].changes).toEqual(
      expect.arrayContaining([
        { member: 'shippingAddress.postal_code', from: '00000', to: '44160' },
        { member: 'lines[li_1].title', from: 'Mug', to: 'Red mug' },
        { member: 'lines[li_2].quantity', from: null, to: 1 },
      ]),
    );
    expect((await show('/orders/shop:misread')).shippingAddress.postal_code).toBe('00000');

    const done = await remap({ order: 'shop:misread' }, { apply: true, reason: 'lines were dropped' });
    expect(done.outcomes).toMatchObject([{ outcome: 'changed', applied: true }]);
    const order = await show('/orders/shop:misread');
    expect(order.shippingAddress.postal_code).toBe('44160');
    expect(order.ucp.line_items).toHaveLength(2);
    expect(order.deliveries).toHaveLength(3);
    expect(order.deliveries[0]).toBe(before[0]?.id);
    const { createdAt: _, ...first } = await show(`/deliveries/${order.deliveries[0]}`);
    expect(first).toMatchObject({ updatedAt: AT, subject: { lineItems: [{ id: 'li_1', quantity: 2 }] } });
    const second = await show(`/deliveries/${order.deliveries[1]}`);
    expect(second.subject.lineItems).toEqual([{ id: 'li_2', quantity: 1 }]);
    const third = await show(`/deliveries/${order.deliveries[2]}`);
    expect(third).toMatchObject({ action: 'cancel', subject: { placement: before[0]?.id, lineItems: [] } });
    const { getDelivery } = await import('#lib/deliveries/ledger');
    expect((await getDelivery(third.id))?.subject.readdressed).toBe(order.revision);
    expect(order.timeline).toContainEqual({
      ...{ at: expect.any(String), type: 'order.remapped', by: 'operator' },
      detail: {
        ...{ remap: done.remapId, event: 'evt_misread', reason: 'lines were dropped' },
        changed: ['lines', 'shippingAddress', 'totals'],
      },
    });
    expect(await remap({ order: 'shop:misread' }, { apply: true })).toMatchObject({ examined: 1, unchanged: 1 });
  });

  test('in a quantity that was placed already has the difference placed, and says so', async () => {
    const halved = (right: OrderSnapshot) => ({
      ...right,
      lines: right.lines.map((line) => ({ ...line, quantity: 1 })),
    });
    await putMisread('halved', halved);
    const { outcomes } = await remap({ order: 'shop:halved' });
    expect(outcomes).toMatchObject([
      {
        outcome: 'changed',
        deliveries: [{ action: 'order', connection: 'shed' }],
        note: expect.stringContaining('li_1 was 1, is 2'),
      },
    ]);
  });

  test('is the same order when the same body comes once more', async () => {
    const { ingest } = await import('#lib/inbound/ingest');
    const { loadConnector } = await import('#lib/marketplaces/load');
    const before = await show('/orders/shop:misread');
    const received = { connection: 'shop', topic: 'order-paid', receivedBy: 'webhook', receivedAt: AT } as const;
    await ingest({ ...received, id: 'evt_copy', body: bodyOf('misread'), encoding: 'utf8' }, loadConnector);
    expect(await show('/orders/shop:misread')).toEqual(before);
    expect(await show('/events/evt_copy')).toMatchObject({ state: 'duplicate' });
  });

  test('is left to a person when what is being shipped would look like other lines', async () => {
    const rename = (right: OrderSnapshot) => ({
      ...right,
      lines: right.lines.map((line) => ({ ...line, id: `old_${line.id}` })),
    });
    await putMisread('renamed', rename);
    const before = await show('/orders/shop:renamed');
    const { outcomes } = await remap({ order: 'shop:renamed' }, { apply: true });
    expect(outcomes).toMatchObject([{ outcome: 'conflict', applied: false, error: { code: 'lines_renamed' } }]);
    expect(await show('/orders/shop:renamed')).toEqual(before);
  });

  test('that was cancelled all along has its placement withdrawn', async () => {
    const body = bodyOf('cancelled', { status: 'cancelled' });
    await putMisread('cancelled', (right) => ({ ...right, cancelled: false }), body);
    const { outcomes } = await remap({ order: 'shop:cancelled' }, { apply: true });
    expect(outcomes).toMatchObject([{ applied: true, deliveries: [{ action: 'cancel', connection: 'shed' }] }]);
    expect(await show('/orders/shop:cancelled')).toMatchObject({ status: 'cancelled' });
  });

  test('whose body is no longer kept says so', async () => {
    const { putOrder } = await import('./hub-api.ts');
    await putOrder('bodiless');
    const { outcomes } = await remap({ order: 'shop:bodiless' });
    expect(outcomes).toMatchObject([{ outcome: 'missing', error: { code: 'body_missing' } }]);
    await putMisread('erased', (right) => right);
    await api.putKey('warden', 'dpo', ['privacy']);
    const body = { order: 'shop:erased', reason: 'asked' };
    expect((await api.call('POST', '/buyers/erase', { key: 'warden', body })).status).toBe(200);
    const [erased] = (await remap({ order: 'shop:erased' })).outcomes;
    expect(erased).toMatchObject({ outcome: 'missing', error: { description: 'its body is no longer on record' } });
  });
});

describe('a request', () => {
  test('without scope ops sees no buyer and applies nothing', async () => {
    await putMisread('masked', (right) => ({ ...right, buyer: { first_name: 'Nobody' }, number: 'X' }));
    const { outcomes } = await remap({ order: 'shop:masked' }, {}, 'reader');
    expect(JSON.stringify(outcomes)).not.toMatch(/Zenobia|zenobia|Quetzalcanary|3300998877/);
    expect(outcomes[0].changes).toEqual(
      expect.arrayContaining([
        { member: 'number', from: 'X', to: 'N-masked' },
        { member: 'buyer.first_name', from: '***', to: '***' },
        { member: 'buyer.email', from: null, to: '***' },
      ]),
    );
    const body = { filter: { order: 'shop:masked' }, apply: true };
    expect(await api.call('POST', '/remaps', { body, key: 'reader' })).toMatchObject({ status: 403 });
  });

  test.each([{}, { connection: '' }, { state: 'applied', connection: '' }, { state: '', since: '' }])(
    'with the empty filter %j is refused',
    async (filter) => {
      expect(await api.call('POST', '/remaps', { body: { filter } })).toMatchObject({
        status: 400,
        body: { error: { code: 'empty_filter' } },
      });
    },
  );

  test.each([
    [{}, 'filter'],
    [{ filter: { conection: 'shop' } }, 'filter.conection'],
    [{ filter: { connection: 'shop' }, limit: 0 }, 'limit'],
    [{ filter: { connection: 'shop' }, cursor: 'zzz' }, 'cursor'],
    [{ filter: { connection: 'shop' }, apply: 'yes' }, 'apply'],
  ])('%j is 400 and names %s', async (body, field) => {
    expect(await api.call('POST', '/remaps', { body })).toMatchObject({ status: 400, body: { error: { field } } });
  });

  test('examines so many at a time, and its cursors lead through everything once', async () => {
    const whole = await remap({ connection: 'shop' }, { limit: 200 });
    expect(whole).not.toHaveProperty('cursor');
    const parts = { examined: 0, unchanged: 0, events: [] as string[] };
    let cursor: string | undefined;
    do {
      const page = await remap({ connection: 'shop' }, { limit: 2, cursor });
      expect(page.examined).toBeLessThanOrEqual(2);
      parts.examined += page.examined;
      parts.unchanged += page.unchanged;
      parts.events.push(...page.outcomes.map(({ event }: { event: string }) => event));
      cursor = page.cursor;
    } while (cursor);
    const events = whole.outcomes.map(({ event }: { event: string }) => event);
    expect(parts).toEqual({ examined: whole.examined, unchanged: whole.unchanged, events });
    expect(await remap({ connection: 'shop', state: 'applied', since: '2026-11-21T00:00:00Z' })).toMatchObject({
      examined: expect.any(Number),
    });
    expect(await remap({ event: 'evt_nobody' })).toMatchObject({ examined: 0, outcomes: [] });
  });

  test('that is applied over several requests is one on record, which nobody else adds to', async () => {
    for (const id of ['paged-1', 'paged-2', 'paged-3']) await putInbound(`evt_${id}`, bodyOf(id));
    const filter = { connection: 'shop', state: 'unreadable' };
    const whole = await remap(filter, { limit: 200 });
    const ids = new Set<string>();
    let rest: { cursor?: string; remapId?: string } = {};
    do {
      const asked = { ...rest, apply: true, limit: 1, reason: 'mapper mended' };
      const { remapId, cursor } = await remap(filter, asked);
      ids.add(remapId);
      rest = { cursor, remapId };
    } while (rest.cursor);
    const [id] = ids;
    expect(ids.size).toBe(1);
    const { remaps } = await show('/remaps?limit=1');
    expect(remaps).toEqual([
      {
        ...{ id, by: 'operator', reason: 'mapper mended', filter, at: expect.any(String) },
        ...{ examined: whole.examined, applied: 3 },
      },
    ]);
    const cursor = (await remap({ connection: 'shop' }, { limit: 1 })).cursor;
    await api.putKey('second', 'another', ['ops']);
    for (const [key, body] of [
      ['second', { filter, apply: true, cursor, remapId: id }],
      [undefined, { filter: { connection: 'shop' }, apply: true, cursor, remapId: id }],
      [undefined, { filter, cursor, remapId: id }],
      [undefined, { filter, apply: true, remapId: id }],
      [undefined, { filter, apply: true, cursor, remapId: 'rmp_none' }],
    ] as const)
      expect(await api.call('POST', '/remaps', { body, ...(key && { key }) })).toMatchObject({
        status: 400,
        body: { error: { field: 'remapId' } },
      });
  });
});
