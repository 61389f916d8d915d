import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { inboundReceived, packJson } from '#events/inbound-body';
import type { InboundReceived } from '#events/inbound-received';
import { countStock } from '#lib/catalog/stock';
import { getProduct } from '#lib/catalog/store';
import type { Connection } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { getDeliveries, getDelivery, transition } from '#lib/deliveries/ledger';
import type { Change, Connector } from '#lib/marketplaces/contract';
import type { Network } from '#lib/marketplaces/network';
import { roleOf } from '#lib/marketplaces/registry';
import { getOrder, getTimeline, putRemote } from '#lib/orders/store';
import { ContractError } from '#lib/platform/errors';
import type { Table } from '#lib/platform/table/table';
import { memoryTable } from '#test/support/memory-table';
import { at, MUGS, PLATE, shipmentOf, snapshotOf } from '#test/support/orders';
import { getEvent } from './event.ts';
import { ingest } from './ingest.ts';

const connection = (id: string, marketplace: string): [string, Connection] => [
  id,
  { id, marketplace, baseUrl: 'https://x.example', settings: {}, pollIntervalSeconds: 60, requestsPerMinute: 60 },
];
const network: Network = {
  connections: new Map([
    connection('scopio-main', 'scopio'),
    connection('sello-se', 'sello'),
    connection('marketful-mx', 'marketful'),
    connection('shoppo-supply', 'shoppo'),
  ]),
  removed: new Map(),
  endpoints: new Map(),
  routes: [{ from: '*', to: 'marketful-mx' }],
  roleOf,
};

/** Bodies say what they mean: a change, or a text that its mapper throws. */
const connector = {
  info: { name: 'any', title: 'Any' },
  map: ({ body }: { body: Change | string }) => {
    if (typeof body !== 'string') return body;
    throw body === 'contract' ? new ContractError({ code: 'odd', description: 'is odd', field: 'x' }) : new Error(body);
  },
} as unknown as Connector;

// What is logged of the events would bury the tests.
const quiet = (['info', 'warn', 'error', 'log'] as const).map((level) =>
  vi.spyOn(console, level).mockImplementation(() => undefined),
);
afterAll(() => {
  for (const spy of quiet) spy.mockRestore();
});

let table: Table;
let rung: Delivery[];
beforeEach(() => {
  table = memoryTable();
  rung = [];
});

function take(message: InboundReceived, at: Table = table): Promise<void> {
  const ring = async (deliveries: readonly Delivery[]) => void rung.push(...deliveries);
  return ingest(message, async () => connector, { table: at, ring, getNetwork: async () => network });
}

const told = (change: Change | string, more: Partial<InboundReceived> = {}): InboundReceived =>
  inboundReceived({
    ...{ connection: 'scopio-main', topic: 'order', receivedBy: 'webhook', receivedAt: at(1) },
    ...{ ...packJson(change), ...more },
  });
const order = (changes: Parameters<typeof snapshotOf>[0] = {}): Change => ({
  type: 'order',
  order: snapshotOf(changes),
});
const shipped = (changes: Parameters<typeof shipmentOf>[0]): Change => ({
  type: 'shipment',
  shipment: shipmentOf(changes),
});
const fromShed = { connection: 'marketful-mx', topic: 'orden' };
const JD01 = { carrier: 'DHL', trackingNumber: 'JD01', shippedAt: at(2) };

async function stored(id = 'scopio-main:ord_8f3a') {
  const known = await getOrder(id, table);
  if (!known) throw new Error(`there is no ${id}`);
  return known;
}
const eventOf = async ({ id }: InboundReceived) => {
  const { state, order, error, note } = (await getEvent(id, table)) ?? {};
  return { state, order, error, note };
};

describe('what a sales channel says', () => {
  it('makes an order, its placement and an event, and rings', async () => {
    const message = told(order());
    await take(message);
    const { deliveries, snapshotEvent, missed } = await stored();
    expect({ snapshotEvent, missed }).toEqual({ snapshotEvent: message.id, missed: false });
    expect(await eventOf(message)).toMatchObject({ state: 'applied', order: 'scopio-main:ord_8f3a', note: null });
    expect(rung).toMatchObject([{ id: deliveries[0], action: 'order', connection: 'marketful-mx' }]);
  });

  it('brings back what came back, once, also where it is told again or late', async () => {
    const lines = [{ ...MUGS, fulfilled: 2 }, PLATE];
    const back = { id: 'adj_1', at: at(3), items: [{ line: 'li_1', quantity: 1 }], refund: { amount: 6000 } };
    await take(told(order({ lines, version: at(5), returns: [back] })));
    await take(told(order({ lines, version: at(4), returns: [{ ...back, id: 'adj_0' }] })));
    await take(told(order({ lines, version: at(5), returns: [back] })));
    const { returns, timeline } = await stored();
    expect(returns).toMatchObject(
      [back, back].map(({ refund }) => ({ lineItems: back.items.map(() => ({ id: 'li_1', quantity: 1 })), refund })),
    );
    expect(timeline?.filter(({ type }) => type === 'order.returned')).toHaveLength(2);
  });

  it('is one order, one push and one event of each message, however many come at the same moment', async () => {
    const messages = [told(order()), told(order()), told(order())];
    await Promise.all([...messages, ...messages].map((message) => take(message)));
    expect(await stored()).toMatchObject({ revision: 1, deliveries: [rung[0]?.id] });
    const states = await Promise.all(messages.map(async (message) => (await eventOf(message)).state));
    expect(states.sort()).toEqual(['applied', 'duplicate', 'duplicate']);
    const timeline = await getTimeline(await stored(), table);
    expect(timeline.map(({ type }) => type)).toEqual(['order.received', 'order.paid']);
  });

  it('is decided again where somebody else was faster, unless that was this very message', async () => {
    await take(told(order()));
    let rival: InboundReceived | null = told(order({ version: at(2), number: 'SC-2' }));
    const racing: Table = {
      ...table,
      transactWrite: async (writes) => {
        const first = rival;
        rival = null;
        if (first) await take(first);
        return table.transactWrite(writes);
      },
    };
    const later = told(order({ version: at(3), number: 'SC-3' }));
    await take(later, racing);
    expect(await stored()).toMatchObject({ number: 'SC-3', revision: 3 });
    rival = told(order({ version: at(4), number: 'SC-4' }));
    await take(rival, racing);
    expect(await stored()).toMatchObject({ number: 'SC-4', revision: 4 });
  });

  it('is noted where it says nothing new, and not where a poll found it', async () => {
    await take(told(order({ version: at(3) })));
    const [same, older] = [told(order({ version: at(3) })), told(order({ version: at(2), number: 'OLD' }))];
    const polled = told(order({ version: at(3) }), { receivedBy: 'poll' });
    for (const message of [same, older, polled]) await take(message);
    expect(await eventOf(same)).toMatchObject({ state: 'duplicate', note: 'the snapshot that stands' });
    expect(await eventOf(older)).toMatchObject({ state: 'duplicate' });
    expect((await eventOf(polled)).state).toBeUndefined();
    expect(await stored()).toMatchObject({ number: 'SC-1001' });
  });

  it('was missed by the webhooks until one comes after all', async () => {
    await take(told(order({ version: null }), { receivedBy: 'poll', askedAt: at(0) }));
    expect(await stored()).toMatchObject({ missed: true, sourceVersion: at(0) });
    await take(told(order({ version: at(2) })));
    expect(await stored()).toMatchObject({ missed: false, sourceVersion: at(2) });
  });

  it('is shared where it shows lines of another order, and recorded once for both', async () => {
    const sello = { connection: 'sello-se' };
    await take(told(order({ externalId: '1' }), sello));
    const moved = told(
      order({ externalId: '2', version: at(5), lines: [PLATE], amounts: { ...NOTHING, total: 3000 } }),
      sello,
    );
    await take(moved);
    const whole = await stored('sello-se:1');
    expect(Object.keys(whole.parts ?? {})).toEqual(['2']);
    expect(await getOrder('sello-se:2', table)).toBeUndefined();
    expect(await eventOf(moved)).toMatchObject({ state: 'applied', order: 'sello-se:1', note: '2 is a part of it' });
    const own = { ...MUGS, id: 'li_9' };
    const mixed = told(order({ externalId: '3', version: at(6), lines: [PLATE, own] }), sello);
    await take(mixed);
    expect((await stored('sello-se:3')).ucp.line_items.map(({ id }) => id)).toEqual(['li_9']);
    expect(await eventOf(mixed)).toMatchObject({ state: 'applied', order: 'sello-se:3' });
  });
});

const NOTHING = { fulfillment: 0, tax: 0, discount: 0, total: 0 };

describe('what whoever ships says', () => {
  beforeEach(() => take(told(order())));

  it('adds parcels, tells who sold the order, and once', async () => {
    const message = told(shipped({ parcels: [JD01] }), fromShed);
    for (const each of [message, message, told(shipped({ parcels: [JD01] }), fromShed)]) await take(each);
    const { fulfillments, deliveries } = await stored();
    expect(fulfillments).toMatchObject([
      { trackingNumber: 'JD01', by: 'marketful-mx', lineItems: [{ quantity: 2 }, {}] },
    ]);
    const actions = (await getDeliveries(deliveries, table)).map(({ action }) => action);
    expect(actions).toEqual(['order', 'fulfillment']);
    const added = (await getTimeline(await stored(), table)).filter(({ type }) => type === 'fulfillment.added');
    expect(added).toMatchObject([{ by: 'marketful-mx', at: at(1) }]);
  });

  it('finds the order by the id it has there, where the shipper echoes none of ours', async () => {
    const remote = putRemote('marketful-mx', '5021', 'scopio-main:ord_8f3a').Put;
    await table.put(remote);
    await take(told(shipped({ orderId: null, parcels: [JD01] }), fromShed));
    expect((await stored()).fulfillments).toHaveLength(1);
  });

  it.each(['shoppo-supply', 'scopio-main'])('means nothing of an order that was not placed with it: %s', async (by) => {
    const before = await stored();
    const messages = [
      told(shipped({ parcels: [JD01] }), { connection: by }),
      told(shipped({ declined: 'rest' }), { connection: by }),
    ];
    for (const message of messages) await take(message);
    expect(await stored()).toEqual(before);
    for (const message of messages)
      expect(await eventOf(message)).toMatchObject({
        state: 'unreadable',
        order: null,
        error: { code: 'order_unknown' },
      });
  });

  it('of a channel that is none of ours is noted and no more', async () => {
    const message = told(shipped({ orderId: 'x:1', channel: 'theirs', number: 'N-1' }), fromShed);
    await take(message);
    expect(await eventOf(message)).toMatchObject({
      state: 'applied',
      note: 'order N-1 of channel theirs was not placed by this hub',
    });
  });

  it('ends a placement that it has settled', async () => {
    const [placing] = await getDeliveries((await stored()).deliveries, table);
    if (!placing) throw new Error('it is placed');
    const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at(1) };
    await transition(placing, { ...placing, state: 'succeeded', nextAttemptAt: null, placed }, [], table);
    await take(told(shipped({ settled: true }), fromShed));
    expect(await getDelivery(placing.id, table)).toMatchObject({ placed: { isSettled: true } });
  });

  it('blocks a placement that it gives back, once', async () => {
    const refused = () => told(shipped({ remoteId: null, settled: true, declined: 'rest' }), fromShed);
    const [first, second] = [refused(), refused()];
    await take(first);
    await take(second);
    const [placing] = await getDeliveries((await stored()).deliveries, table);
    expect(placing).toMatchObject({ state: 'blocked', waitsFor: 'operator', cause: { code: 'cancelled_by_supplier' } });
    expect([(await eventOf(first)).state, (await eventOf(second)).state]).toEqual(['applied', 'duplicate']);
    const blocked = (await getTimeline(await stored(), table)).filter(({ type }) => type === 'delivery.blocked');
    expect(blocked).toMatchObject([
      { by: 'marketful-mx', detail: { code: 'cancelled_by_supplier', delivery: placing?.id } },
    ]);
  });

  it('does not block the replay of a placement by late word that it was given back', async () => {
    const [placing] = await getDeliveries((await stored()).deliveries, table);
    if (!placing) throw new Error('it is placed');
    const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at(1) };
    const standing: Delivery = { ...placing, state: 'succeeded', nextAttemptAt: null, placed };
    await transition(placing, standing, [], table);
    const refused = () => told(shipped({ remoteId: null, settled: true, declined: 'rest' }), fromShed);
    await take(refused());
    const blocked = await getDelivery(placing.id, table);
    if (!blocked) throw new Error('it is blocked');
    expect(blocked.state).toBe('blocked');
    const replayed: Delivery = { ...blocked, state: 'pending', cause: null, waitsFor: null, nextAttemptAt: at(2) };
    await transition(blocked, replayed, [], table);
    const late = refused();
    await take(late);
    expect((await getDelivery(placing.id, table))?.state).toBe('pending');
    expect((await eventOf(late)).state).toBe('duplicate');
  });

  it('is told on the order it is about, where it changes nothing', async () => {
    await table.put(putRemote('shoppo-supply', 'ticket-1', 'scopio-main:ord_8f3a').Put);
    const about = { remoteId: 'ticket-1', type: 'ticket.replied' as const };
    const message = told({ type: 'none', reason: 'we looked', about }, { connection: 'shoppo-supply' });
    await take(message);
    await take(message);
    const replies = (await getTimeline(await stored(), table)).filter(({ type }) => type === 'ticket.replied');
    expect(replies).toMatchObject([{ by: 'shoppo-supply', detail: { event: message.id, note: 'we looked' } }]);
  });
});

describe('what is only named', () => {
  const asks: Change = { type: 'fetch', action: 'order', resource: '77' };

  it('is fetched once for all events that come before the reading has begun', async () => {
    const messages = [told(asks), told(asks), told(asks)];
    for (const message of messages) await take(message);
    expect(rung).toMatchObject([{ kind: 'fetch', action: 'order', subject: { resource: '77', askedBy: 'webhook' } }]);
    const notes = await Promise.all(messages.map(async (message) => (await eventOf(message)).note));
    expect(notes).toEqual([`asks for ${rung[0]?.id}`, `covered by ${rung[0]?.id}`, `covered by ${rung[0]?.id}`]);
  });

  it('is not fetched where what stands is as new', async () => {
    await take(told(order({ version: at(3) })));
    rung = [];
    const unless = (version: string): Change => ({ ...asks, unless: { externalId: 'ord_8f3a', version } });
    await take(told(unless(at(3)), { receivedBy: 'poll' }));
    expect(rung).toEqual([]);
    await take(told(unless(at(4)), { receivedBy: 'poll' }));
    expect(rung).toMatchObject([{ subject: { unless: { externalId: 'ord_8f3a', version: at(4) } } }]);
  });

  it('is fetched where the source dates what only the hub had dated, and not where neither does', async () => {
    await take(told(order({ version: null }), { receivedAt: at(9) }));
    rung = [];
    const unless = (version: string | null): Change => ({ ...asks, unless: { externalId: 'ord_8f3a', version } });
    await take(told(unless(null), { receivedBy: 'poll' }));
    expect(rung).toEqual([]);
    await take(told(unless(at(3)), { receivedBy: 'poll' }));
    expect(rung).toHaveLength(1);
  });
});

describe('an order that its sales channel no longer has', () => {
  const gone = (externalId: string) =>
    told({ type: 'gone', externalId }, { connection: 'sello-se', receivedBy: 'fetch' });
  const sold = (changes: Parameters<typeof snapshotOf>[0]) => told(order(changes), { connection: 'sello-se' });

  it('is cancelled, unless nothing of it is left or known', async () => {
    await take(sold({ externalId: '1', version: at(3) }));
    await take(gone('1'));
    expect(await stored('sello-se:1')).toMatchObject({ cancelled: true });
    const { revision } = await stored('sello-se:1');
    const [again, stranger] = [gone('1'), gone('2')];
    for (const message of [again, stranger]) await take(message);
    expect((await stored('sello-se:1')).revision).toBe(revision);
    expect(await eventOf(stranger)).toMatchObject({ state: 'applied', note: 'nothing of 2 is left to ship' });
  });

  it.each(['before', 'after'])('keeps the lines that another order took over, told of %s', async (when) => {
    await take(sold({ externalId: '1', version: at(3) }));
    const merged = sold({ externalId: '9', version: at(5), lines: [MUGS] });
    for (const message of when === 'before' ? [merged, gone('1')] : [gone('1'), merged]) await take(message);
    const { cancelled, ucp } = await stored('sello-se:1');
    expect(cancelled).toBe(false);
    expect(ucp.line_items.map(({ id, quantity }) => [id, quantity.total])).toEqual(
      expect.arrayContaining([
        ['li_1', 2],
        ['li_2', 0],
      ]),
    );
  });

  it('is gone as a part of another, too', async () => {
    await take(sold({ externalId: '1', version: at(3) }));
    await take(sold({ externalId: '9', version: at(5), lines: [PLATE] }));
    await take(gone('9'));
    expect((await stored('sello-se:1')).ucp.line_items.map(({ id, quantity }) => [id, quantity.total])).toEqual(
      expect.arrayContaining([
        ['li_1', 2],
        ['li_2', 0],
      ]),
    );
  });
});

it('keeps stock in the catalog and tells those who list the SKU of a new quantity', async () => {
  const stock = (quantity: number, version: string): Change => ({
    type: 'products',
    products: [{ sku: 'MUG-RED', quantity, version }],
  });
  await take(told(stock(0, at(0)), { connection: 'sello-se' }));
  await take(told(stock(7, at(1)), fromShed));
  await take(told(stock(7, at(2)), fromShed));
  await take(told(stock(9, at(1)), fromShed));
  expect(await getProduct('marketful-mx', 'MUG-RED', table)).toMatchObject({ quantity: 7 });
  expect(rung).toMatchObject([{ action: 'stock', connection: 'sello-se', subject: { sku: 'MUG-RED' } }]);
});

it('tells a channel that begins to list a SKU the number that stands, unless it has it', async () => {
  const listed = (sku: string, quantity: number): Change => ({
    type: 'products',
    products: [{ sku, quantity, version: null }],
  });
  for (const sku of ['A', 'B']) await take(told(listed(sku, 7), fromShed));
  const atSello = { connection: 'sello-se' };
  for (const change of [listed('A', 7), listed('B', 0), listed('B', 3), listed('C', 3)])
    await take(told(change, atSello));
  expect(rung).toMatchObject([{ action: 'stock', connection: 'sello-se', subject: { sku: 'B' } }]);
});

it('counts nothing of a disabled merchant, and tells who lists it', async () => {
  const shed = { connection: 'shoppo-supply' };
  const sku = (name: string, merchant?: string): Change => ({
    type: 'products',
    products: [{ sku: name, quantity: 7, version: at(1), ...(merchant && { merchant }) }],
  });
  await take(told(sku('MUG-RED'), { connection: 'sello-se' }));
  await take(told(sku('MUG-RED', 'm1'), shed));
  await take(told(sku('PLATE'), shed));
  rung = [];
  const toggled = (enabled: boolean, minute: number) =>
    take(told({ type: 'merchants', merchants: [['m1', enabled]] }, { ...shed, receivedAt: at(minute) }));
  await toggled(false, 2);
  expect(await getProduct('shoppo-supply', 'MUG-RED', table)).toMatchObject({ merchantEnabled: false, quantity: 7 });
  expect(await getProduct('shoppo-supply', 'PLATE', table)).not.toHaveProperty('merchantEnabled');
  expect(rung).toMatchObject([{ action: 'stock', connection: 'sello-se' }]);
  await toggled(false, 3);
  expect(rung).toHaveLength(1);
  await toggled(true, 4);
  expect(rung).toHaveLength(2);
});

it('reserves what was just sold, once, and tells whoever lists it', async () => {
  const listed: Change = { type: 'products', products: [{ sku: 'MUG-RED', quantity: 7, version: at(0) }] };
  await take(told(listed, { connection: 'sello-se' }));
  await take(told(listed, fromShed));
  rung = [];
  await take(told(order()));
  await take(told(order()));
  expect(rung.map(({ action, connection }) => [action, connection]).sort()).toEqual([
    ['order', 'marketful-mx'],
    ['stock', 'sello-se'],
  ]);
  expect(await countStock('MUG-RED', network, new Date(), table)).toBe(5);
});

describe('a placement that its poll asks for no more', () => {
  const stale: Change = { type: 'stale', orderId: 'scopio-main:ord_8f3a', number: 'SC-1001', since: at(2) };
  const placedAt = async () => {
    await take(told(order()));
    const [placing] = await getDeliveries((await stored()).deliveries, table);
    if (!placing) throw new Error('no placement');
    const placed = { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at(2) };
    await transition(placing, { ...placing, state: 'succeeded', placed }, [], table);
    return placing.id;
  };

  it('waits for a person, and is looked for before it is placed again', async () => {
    const id = await placedAt();
    await take(told(stale, fromShed));
    await take(told(stale, fromShed));
    expect(await getDelivery(id, table)).toMatchObject({
      ...{ state: 'blocked', unknown: true, cause: { code: 'never_settled' }, placed: { isSettled: true } },
    });
    const timeline = await getTimeline(await stored(), table);
    expect(timeline.filter(({ type }) => type === 'delivery.blocked')).toHaveLength(1);
  });

  it('keeps what was paid back of it, and tells that once', async () => {
    const id = await placedAt();
    const refund = { state: 'refunded', amount: 1250, currency: 'USD' };
    for (const settled of [false, false, true]) await take(told(shipped({ refund, settled }), fromShed));
    expect(await getDelivery(id, table)).toMatchObject({ placed: { refund, isSettled: true } });
    const timeline = await getTimeline(await stored(), table);
    expect(timeline.filter(({ type }) => type === 'placement.refunded')).toMatchObject([
      { detail: { delivery: id, ...refund } },
    ]);
  });

  it('is forgotten where its order is done', async () => {
    const id = await placedAt();
    await take(told(shipped({ parcels: [JD01] }), fromShed));
    await take(told(stale, fromShed));
    expect(await getDelivery(id, table)).toMatchObject({ state: 'succeeded', placed: { isSettled: true } });
  });
});

describe('what cannot be read', () => {
  it.each([
    ['contract', { code: 'odd', description: 'scopio-main: is odd', field: 'x' }],
    ['a bug of the mapper', { code: 'mapping_failed', description: 'scopio-main: unexpected Error' }],
  ])('is kept with what is wrong: %s', async (body, error) => {
    const message = told(body);
    await take(message);
    expect(await eventOf(message)).toEqual({ state: 'unreadable', order: null, error, note: null });
  });

  it.each([
    ['is not JSON', { body: '{' }, 'not_json'],
    ['is of no connection', { connection: 'gone' }, 'connection_unknown'],
    ['is only a beginning', { bodyTruncated: true as const }, 'body_truncated'],
  ])('is kept where it %s', async (_, more, code) => {
    const message = told(order(), more);
    await take(message);
    expect(await eventOf(message)).toMatchObject({ state: 'unreadable', error: { code } });
  });

  it('is one event, however many polls find it', async () => {
    const ids = new Set<string>();
    const watching: Table = {
      ...table,
      transactWrite: (writes) => {
        for (const { Put } of writes) ids.add(String(Put?.Item?.pk));
        return table.transactWrite(writes);
      },
    };
    for (let polls = 0; polls < 3; polls++) await take(told('contract', { receivedBy: 'poll' }), watching);
    expect(ids.size).toBe(1);
  });

  it('throws on what is nobody’s fault, so that the message comes back', async () => {
    const away: Table = { ...table, get: () => Promise.reject(new Error('DynamoDB is away')) };
    await expect(take(told(order()), away)).rejects.toThrow('away');
  });
});
