import { randomBytes } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import { RejectedError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import type { Table, Write } from '#lib/platform/table/table';
import { memoryTable } from '#test/support/memory-table';
import { at, MUGS, orderOf, shipmentOf, snapshotOf, sourceOf, ucpErrors } from '#test/support/orders';
import { changeOrder, type Decided, tellOrder } from './change.ts';
import { storedOf } from './derive.ts';
import type { Order } from './order.ts';
import type { Network } from './planning.ts';
import { applyShipment } from './shipment.ts';
import { applySnapshot } from './snapshot.ts';
import { getOrder, getTimeline } from './store.ts';

const ID = 'scopio-main:ord_8f3a';
const connection = (id: string, marketplace: string) => ({
  ...{ id, marketplace, baseUrl: 'https://x.example', settings: {}, pollIntervalSeconds: 60, requestsPerMinute: 60 },
});
const network: Network = {
  connections: new Map([
    ['scopio-main', connection('scopio-main', 'scopio')],
    ['marketful-mx', connection('marketful-mx', 'marketful')],
  ]),
  routes: [{ from: '*', to: 'marketful-mx' }],
  roleOf: () => ({}),
};
const by = { by: 'webhook', origin: 'evt_1', at: at(1), network };

/** The table, with what was read, written and rung, and room for a rival's write or a failure before each transaction. */
function startHub() {
  const memory = memoryTable();
  const state = {
    reads: 0,
    transactions: [] as Write[][],
    rung: [] as string[],
    before: [] as Array<() => Promise<void>>,
  };
  const table: Table = {
    ...memory,
    get: (input) => {
      state.reads += 1;
      return memory.get(input);
    },
    transactWrite: async (writes) => {
      await state.before.shift()?.();
      state.transactions.push([...writes]);
      return memory.transactWrite(writes);
    },
  };
  const ring = async (deliveries: readonly Delivery[]) => void state.rung.push(...deliveries.map(({ id }) => id));
  const stored = () => getOrder(ID, memory);
  return { table, ring, now: () => new Date(at(2)), state, stored };
}

let hub: ReturnType<typeof startHub>;
beforeEach(() => {
  hub = startHub();
});

const change = <D extends Decided | null>(decide: (order: Order | null) => D | undefined | Promise<D | undefined>) =>
  changeOrder(ID, decide, by, hub);
const received = { type: 'order.received', detail: { number: 'SC-1001', version: at(0), event: 'evt_1' } } as const;

const ofShipper = (id: string) => `exp_${shortHash(ID, id)}`;

it('lets the buyer expect one parcel of each shipper, once it is planned who ships', async () => {
  const routes = [
    { from: '*', match: { skuPrefix: 'MUG' }, to: 'marketful-mx' },
    { from: '*', to: 'erp' },
  ];
  const { order } = await changeOrder(
    ID,
    () => ({ order: orderOf() }),
    { ...by, network: { ...network, routes } },
    hub,
  );
  expect(order?.ucp.fulfillment.expectations).toMatchObject([
    { id: ofShipper('marketful-mx'), method_type: 'shipping', line_items: [{ id: 'li_1', quantity: 2 }] },
    { id: ofShipper('erp'), method_type: 'shipping', line_items: [{ id: 'li_2', quantity: 1 }] },
  ]);
  expect(order && ucpErrors(order)).toEqual([]);
  expect(await hub.stored()).toEqual(JSON.parse(JSON.stringify(order)));
  expect(order && 'ucp' in storedOf(order)).toBe(false);
});

it('reads once, writes the order, its timeline and its plan in one transaction, and rings', async () => {
  const { before, order, opened } = await change(() => ({ order: orderOf(), timeline: [received] }));
  expect(before).toBeNull();
  expect([hub.state.reads, hub.state.transactions.length]).toEqual([1, 1]);
  expect(opened).toMatchObject([{ action: 'order', connection: 'marketful-mx', state: 'pending', createdAt: at(2) }]);
  expect(await hub.stored()).toEqual(JSON.parse(JSON.stringify(order)));
  expect(order).toMatchObject({
    ...{ revision: 1, updatedAt: at(2), routed: ['li_1', 'li_2'], deliveries: [opened[0]?.id] },
    placements: [{ delivery: opened[0]?.id, connection: 'marketful-mx' }],
    timeline: [{ ...received, at: at(1), by: 'webhook' }],
  });
  expect(hub.state.transactions[0]).toHaveLength(2);
  expect(hub.state.rung).toEqual([opened[0]?.id]);
});

it('writes nothing where the decision is null, or names nothing that is new', async () => {
  const told = await change(() => null);
  expect(told).toEqual({ decision: null, before: null, order: null, opened: [] });
  await change(() => ({ order: orderOf() }));
  expect((await change((order) => ({ order, answer: 7 }))).decision.answer).toBe(7);
  expect(hub.state.transactions).toHaveLength(1);
});

it('decides again on what was written meanwhile, and rings once, when it stands', async () => {
  await change(() => ({ order: orderOf() }));
  hub.state.rung.length = 0;
  hub.state.before.push(async () => {
    expect(hub.state.rung).toEqual([]);
    await change((order) => order && { order: { ...order, missed: true } });
  });
  const seen: Array<number | undefined> = [];
  const parcel = { carrier: 'DHL', trackingNumber: 'JD01', shippedAt: at(3) };
  const { before } = await change((order) => {
    seen.push(order?.revision);
    const source = { connection: 'marketful-mx', placed: [{ id: MUGS.id, quantity: 2 }] };
    return order && applyShipment(order, shipmentOf({ parcels: [parcel] }), source);
  });
  expect(seen).toEqual([1, 2]);
  expect(before?.revision).toBe(2);
  expect(await hub.stored()).toMatchObject({ revision: 3, missed: true, fulfillments: [{ trackingNumber: 'JD01' }] });
  expect(hub.state.rung).toHaveLength(1);
});

it('decides again on a newer version of the same word too, though that is no revision', async () => {
  const poll = (second: number) => (order: Order | null) =>
    applySnapshot(order, snapshotOf({ version: null }), sourceOf(1, { askedAt: at(second) }));
  await change(poll(1));
  for (const second of [2, 5]) {
    hub.state.before.push(async () => void (await change(poll(second + 2))));
    await change(poll(second));
    expect(await hub.stored()).toMatchObject({ revision: 1, sourceVersion: at(second + 2) });
  }
  hub.state.before.push(async () => void (await change(poll(9))));
  await change((order) => order && { order: { ...order, missed: true } });
  expect(await hub.stored()).toMatchObject({ revision: 2, missed: true, sourceVersion: at(9) });
});

it('one order imported two or three times: whoever finds none and is overtaken decides on the one that is there', async () => {
  hub.state.before.push(async () => {
    await change(() => ({ order: orderOf({ number: 'SC-1', paidAt: null }) }));
  });
  const seen: Array<string | undefined> = [];
  const { before } = await change((order) => {
    seen.push(order?.number);
    return order ? null : { order: orderOf({ number: 'SC-2', paidAt: null }) };
  });
  expect(seen).toEqual([undefined, 'SC-1']);
  expect(before?.number).toBe('SC-1');
  expect(await hub.stored()).toMatchObject({ number: 'SC-1', revision: 1 });
});

it('asks again where it cannot be decided yet, and throws what the decision throws', async () => {
  let looks = 0;
  const decided = await change(() => (++looks < 3 ? undefined : null));
  expect([decided.decision, looks]).toEqual([null, 3]);
  await expect(change(() => Promise.reject(new Error('a mapper')))).rejects.toThrow('a mapper');
});

it('tells of what leaves the order as it is beside it, with what must stand with it', async () => {
  await change(() => ({ order: orderOf() }));
  const also = tellOrder('other:1', [{ type: 'order.stopped', detail: { delivery: 'd' } }], {
    ...{ by: 'b', at: at(4), origin: 'dlv' },
  });
  const stopped = { type: 'order.stopped', detail: { delivery: 'dlv_1' } } as const;
  const { order, before } = await change((known) => ({ order: known, timeline: [stopped], also }));
  expect(order).toBe(before);
  expect(hub.state.transactions.at(-1)).toMatchObject([
    { Put: { Item: { pk: `ORDER#${ID}`, sk: `TIMELINE#${at(1)}#evt_1#0`, ...stopped, at: at(1), by: 'webhook' } } },
    { Put: { Item: { pk: 'ORDER#other:1', sk: `TIMELINE#${at(4)}#dlv#0`, by: 'b' } } },
  ]);
});

it('opens deliveries that a decision asks for, on an order that is otherwise the same', async () => {
  const asked = { id: 'dlv_x', kind: 'push', action: 'order', connection: 'marketful-mx', marketplace: 'marketful' };
  await change(() => ({ order: orderOf({ paidAt: null }) }));
  const delivery = { ...asked, kind: 'push' as const, order: ID, subject: { lineItems: [] } };
  await change((order) => ({ order, deliveries: [delivery] }));
  expect(await hub.stored()).toMatchObject({ deliveries: ['dlv_x'] });
});

/** A snapshot with many parcels and 200 scans. */
const parcelsAtOnce = (count: number) => (order: Order | null) => {
  const parcels = Array.from({ length: count }, (_, n) => ({
    ...{ carrier: 'DHL', trackingNumber: `JD${n}`, shippedAt: at(3), lineItems: [{ id: MUGS.id, quantity: 1 }] },
  }));
  const events = Array.from({ length: 200 }, (_, n) => ({ id: `${n}`, type: 'in_transit', at: at(4) }));
  return order && applyShipment(order, shipmentOf({ parcels, events }), { connection: 'marketful-mx', placed: [] });
};
const muchAtOnce = parcelsAtOnce(300);

it('opens a plan that is too long for one transaction in several, each once', async () => {
  await change(() => ({ order: orderOf() }));
  const { opened, order } = await change(muchAtOnce);
  expect(opened).toHaveLength(300);
  expect(new Set(order?.deliveries).size).toBe(301);
  expect(order).not.toHaveProperty('planUnfinished');
  expect(hub.state.transactions).toHaveLength(1 + 4);
  if (!order) throw new Error('there is an order');
  const told = (await getTimeline(order, hub.table)).map(({ type }) => type);
  expect(told.filter((type) => type === 'fulfillment.added')).toHaveLength(300);
  expect(told.filter((type) => type === 'shipment.in_transit')).toHaveLength(200);
});

it.each([
  [91, 0],
  [90, 30],
])('opens all of %i deliveries beside %i other writes', async (parcels, others) => {
  await change(() => ({ order: orderOf() }));
  const also = Array.from({ length: others }, (_, n) => ({ Put: { Item: { pk: `X#${n}`, sk: 'X' } } }));
  const { opened } = await change((order) => {
    const told = parcelsAtOnce(parcels)(order);
    return told && { ...told, also };
  });
  expect(opened).toHaveLength(parcels);
  expect((await hub.stored())?.deliveries).toHaveLength(parcels + 1);
});

it.each([90, 200])('asks each of %i shippers for its line, and gets each back', async (count) => {
  const shippers = Array.from({ length: count }, (_, n) => `shed-${n}`);
  const wide: Network = {
    ...network,
    connections: new Map([...network.connections, ...shippers.map((id) => [id, connection(id, 'marketful')] as const)]),
    routes: shippers.map((to, n) => ({ from: '*', match: { skuPrefix: `${n}-` }, to })),
  };
  const lines = shippers.map((_, n) => ({ ...MUGS, id: `li_${n}`, sku: `${n}-MUG` }));
  const tell = (minute: number, cancelled: boolean) => (order: Order | null) =>
    applySnapshot(order, snapshotOf({ lines, cancelled, version: at(minute) }), sourceOf(minute));
  const asked = async (minute: number, cancelled: boolean) => {
    const { opened } = await changeOrder(ID, tell(minute, cancelled), { ...by, network: wide }, hub);
    return new Set(opened.map((each) => `${each.action} ${each.connection}`));
  };
  expect(await asked(1, false)).toEqual(new Set(shippers.map((id) => `order ${id}`)));
  expect(await asked(2, true)).toEqual(new Set(shippers.map((id) => `cancel ${id}`)));
  const order = await hub.stored();
  expect(order).not.toHaveProperty('planUnfinished');
  expect(order?.placements).toHaveLength(count);
  expect(Math.max(...hub.state.transactions.map(({ length }) => length))).toBeLessThanOrEqual(100);
});

it('ends what a crash left of such a plan, also where there is nothing else to decide', async () => {
  await change(() => ({ order: orderOf() }));
  hub.state.before.push(
    async () => {},
    () => Promise.reject(new Error('the process is gone')),
  );
  await expect(change(muchAtOnce)).rejects.toThrow('gone');
  expect(await hub.stored()).toMatchObject({ planUnfinished: true });
  await change(() => null);
  const order = await hub.stored();
  expect(order?.deliveries).toHaveLength(301);
  expect(order).not.toHaveProperty('planUnfinished');
});

it('says of an order that the table cannot hold that it is too large', async () => {
  const shippingMethod = randomBytes(420_000).toString('base64');
  const refused = change(() => ({ order: orderOf({ shippingMethod }) }));
  await expect(refused).rejects.toThrow(RejectedError);
  await expect(refused).rejects.toMatchObject({ code: 'order_too_large' });
});

it('is released by its payment, or when it may ship at last', async () => {
  const told = async () => (await getTimeline((await hub.stored()) as Order, hub.table)).map(({ type }) => type);
  await change(() => ({ order: orderOf({ held: 'not yet' }) }));
  expect(await hub.stored()).toMatchObject({ paidAt: expect.any(String), releasedAt: null });
  await change(() => ({ order: { ...orderOf(), releasedAt: null, revision: 1 } }));
  expect(await hub.stored()).toMatchObject({ releasedAt: at(1) });
  expect(await told()).toEqual(['order.released']);
  hub = startHub();
  await change(() => ({ order: orderOf() }));
  const { paidAt } = orderOf();
  expect(await hub.stored()).toMatchObject({ releasedAt: paidAt });
  expect(await told()).toEqual([]);
});
